"""Letters made many at once, to print: who asked, how far it is, and the files, sealed under a key that goes with them."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from mandat.apps.grants.models.deciding import Sitting


class LetterRun(models.Model):
    """The letters of a sitting's decisions: ``done`` of ``total`` are typeset."""

    sitting = models.ForeignKey(Sitting, models.PROTECT, related_name="letter_runs")
    subject = models.ForeignKey("custody.Subject", models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField()
    total = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)
    failed = models.BooleanField(default=False)

    objects: ClassVar[models.Manager[LetterRun]]

    class Meta:
        verbose_name = _("letters to print")
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.done}/{self.total}"

    @property
    def percent(self) -> int:
        return 100 if not self.total else 100 * self.done // self.total


class LetterPart(models.Model):
    """One file of a run: letters ``first`` to ``last``, counted from 1."""

    run = models.ForeignKey(LetterRun, models.CASCADE, related_name="parts")
    first = models.PositiveIntegerField()
    last = models.PositiveIntegerField()
    upload = models.ForeignKey("custody.StoredFile", models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = _("file of letters")
        ordering = ("first",)
        constraints = [models.UniqueConstraint("run", "first", name="grants_one_part_of_letters")]

    def __str__(self) -> str:
        return f"{self.first}-{self.last}"
