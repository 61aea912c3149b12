"""What was seen last of the standing of commitments, and what changed: told to those who follow (``community.digests``)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class SeenStanding(models.Model):
    """The standing of a commitment when alerts were last prepared: what a change is told against."""

    programme = models.SlugField(max_length=60)
    commitment = models.CharField(max_length=10)
    status = models.CharField(max_length=20)
    stale_since = models.DateField(null=True)
    regressed = models.BooleanField(default=False)
    value = models.DecimalField(max_digits=24, decimal_places=6, null=True)

    class Meta:
        constraints = [models.UniqueConstraint("programme", "commitment", name="one_seen_standing")]

    def __str__(self) -> str:
        return f"{self.commitment} {self.status}"


class Change(models.Model):
    """What changed in a commitment's standing, as told to those who follow it."""

    class What(models.TextChoices):
        STATUS = "status", _("status changed")
        STALE = "stale", _("figures out of date")
        REGRESSED = "regressed", _("figure went back")

    programme = models.SlugField(max_length=60)
    commitment = models.CharField(max_length=10)
    what = models.CharField(max_length=10, choices=What)
    before = models.CharField(max_length=40, blank=True)
    after = models.CharField(max_length=40)
    on = models.DateField()

    class Meta:
        indexes = [models.Index("programme", "id", name="changes_in_order")]

    def __str__(self) -> str:
        return f"{self.commitment} {self.what} {self.before} {self.after}"
