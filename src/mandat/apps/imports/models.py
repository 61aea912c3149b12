"""Imports and the lines they refused. The facts themselves are in the journal."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    WAITING = "waiting", _("waiting")
    RUNNING = "running", _("running")
    DONE = "done", _("finished")
    FAILED = "failed", _("stopped")


class Run(models.Model):
    """One reading of one file through one mapping, as a trial (``dry_run``) or for good.

    ``place`` is the rank of the last record whose outcome is kept: a run that stopped goes on from there. ``summary`` holds
    counts and amounts by measure, and what was mended.
    """

    programme = models.SlugField(max_length=60)
    mapping = models.CharField(_("mapping"), max_length=80)
    mapping_digest = models.CharField(max_length=64)
    filename = models.CharField(_("file"), max_length=255)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField(default=0)
    file = models.CharField(max_length=255, blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    dry_run = models.BooleanField()
    synthetic = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    place = models.BigIntegerField(default=0)
    records = models.BigIntegerField(default=0)
    new = models.BigIntegerField(default=0)
    known = models.BigIntegerField(default=0)
    corrected = models.BigIntegerField(default=0)
    repeated = models.BigIntegerField(default=0)
    refused = models.BigIntegerField(default=0)
    summary = models.JSONField(default=dict)
    error = models.CharField(max_length=500, blank=True)

    objects: ClassVar[models.Manager[Run]]

    class Meta:
        verbose_name = _("import")
        ordering = ("-id",)
        indexes = (models.Index("programme", "sha256", "mapping", name="imports_same_file"),)

    def __str__(self) -> str:
        return f"{self.id} {self.filename}"


class RefusedLine(models.Model):
    """A line that became no fact, and why, in both languages."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="refusals")
    line = models.BigIntegerField()
    fr = models.CharField(max_length=300)
    en = models.CharField(max_length=300)

    class Meta:
        verbose_name = _("refused line")
        ordering = ("line", "id")
        indexes = (models.Index("run", "line", name="imports_refused"),)

    def __str__(self) -> str:
        return f"{self.line}: {self.fr}"
