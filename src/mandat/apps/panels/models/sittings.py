"""Sessions of a panel, who came, and what is owed for their days. Amounts are in cents."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mandat.apps.ledger.models import major
from mandat.apps.panels.models.draws import Panel
from mandat.apps.panels.models.people import Volunteer


class Sitting(models.Model):
    """A session: when, where, how many days it counts for. ``meeting`` is the reference of its public meeting, where it has one."""

    panel = models.ForeignKey(Panel, models.CASCADE, related_name="sittings")
    rank = models.PositiveSmallIntegerField()
    title_fr = models.CharField(max_length=150)
    title_en = models.CharField(max_length=150)
    held_on = models.DateField()
    place = models.CharField(max_length=200)
    commune = models.CharField(max_length=5, blank=True)
    days = models.DecimalField(max_digits=4, decimal_places=1)
    meeting = models.CharField(max_length=40, blank=True)
    closed_on = models.DateField(null=True)

    objects: ClassVar[models.Manager[Sitting]]

    class Meta:
        verbose_name = _("session of a panel")
        ordering = ("rank",)
        constraints = (
            models.UniqueConstraint("panel", "rank", name="panels_one_session_a_rank"),
            models.CheckConstraint(condition=Q(days__gt=0), name="panels_session_lasts"),
        )

    def __str__(self) -> str:
        return self.title_fr


class Presence(models.Model):
    """A member came to a session. ``allowance`` is owed for it, in cents; ``paid_on`` and ``payment`` once it is paid."""

    sitting = models.ForeignKey(Sitting, models.CASCADE, related_name="presences")
    volunteer = models.ForeignKey(Volunteer, models.CASCADE, related_name="presences")
    allowance = models.BigIntegerField(default=0)
    paid_on = models.DateField(null=True)
    payment = models.CharField(max_length=60, blank=True)

    objects: ClassVar[models.Manager[Presence]]

    class Meta:
        verbose_name = _("presence at a session")
        constraints = (models.UniqueConstraint("sitting", "volunteer", name="panels_present_once"),)

    def __str__(self) -> str:
        return str(self.sitting_id)

    @property
    def euros(self) -> Decimal:
        return major(self.allowance, "EUR")
