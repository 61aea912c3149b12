"""A process as it runs: the version of its rules in force here, what was announced, and how its rules changed."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ProcessRun(models.Model):
    """A process that has opened. From ``frozen_at``, its first contribution, ``version`` changes by a reasoned decision alone.

    ``announced`` are the codes of the phases whose opening was told; ``closed_at`` is set once the last has ended.
    """

    programme = models.SlugField(max_length=60)
    process = models.SlugField(max_length=60)
    version = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    opened_at = models.DateTimeField()
    frozen_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    young_told = models.PositiveIntegerField(default=0, help_text=_("young participants told in facts so far"))
    announced: models.JSONField[list[str], list[str]] = models.JSONField(default=list)

    objects: ClassVar[models.Manager[ProcessRun]]

    class Meta:
        verbose_name = _("process under way")
        ordering = ("process",)
        constraints = (models.UniqueConstraint("programme", "process", name="participation_one_run"),)

    def __str__(self) -> str:
        return self.process


class RulesChange(models.Model):
    """A reasoned decision that put another version of the rules in force in a running process."""

    run = models.ForeignKey(ProcessRun, models.PROTECT, related_name="changes")
    before = models.PositiveIntegerField()
    after = models.PositiveIntegerField()
    reason = models.TextField(_("reason"))
    reason_en = models.TextField(_("reason in English"), blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField()
    told_to = models.PositiveBigIntegerField(default=0, help_text=_("the last participant told"))
    told_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("change of rules")
        ordering = ("-made_at", "-id")
        constraints = (models.UniqueConstraint("run", "after", "before", "made_at", name="participation_one_change"),)

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"


class VoteRun(models.Model):
    """The poll that a vote component opened, and its result once counted, as ``ballots`` told it."""

    run = models.ForeignKey(ProcessRun, models.PROTECT, related_name="votes")
    component = models.SlugField(max_length=60)
    poll = models.CharField(max_length=60)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("vote of a process")
        constraints = (models.UniqueConstraint("run", "component", name="participation_one_vote"),)

    def __str__(self) -> str:
        return self.component


class DayTold(models.Model):
    """The counts of one day of one component, told once in a fact."""

    programme = models.SlugField(max_length=60)
    process = models.SlugField(max_length=60)
    component = models.SlugField(max_length=60)
    day = models.DateField()

    class Meta:
        verbose_name = _("day told")
        constraints = (
            models.UniqueConstraint("programme", "process", "component", "day", name="participation_one_day"),
        )

    def __str__(self) -> str:
        return f"{self.process} {self.component} {self.day}"


class Tally(models.Model):
    """What a component holds in all (``component`` empty: the whole process), kept by each act as its last statement, so that it is locked briefly."""

    programme = models.SlugField(max_length=60)
    process = models.SlugField(max_length=60)
    component = models.CharField(max_length=60, blank=True)
    participants = models.PositiveIntegerField(default=0)
    proposals = models.PositiveIntegerField(default=0)
    supports = models.PositiveIntegerField(default=0)
    comments = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("tally")
        constraints = (models.UniqueConstraint("programme", "process", "component", name="participation_one_tally"),)

    def __str__(self) -> str:
        return f"{self.process} {self.component}"
