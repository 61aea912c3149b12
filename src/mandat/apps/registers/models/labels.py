"""Labels: who holds which, since when, until when, and how one is taken away."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from mandat.apps.custody.sealing import SealedTextField
from mandat.apps.grants.models import Bound

USER = settings.AUTH_USER_MODEL


class Label(models.Model):
    """One label held by one organisation: granted once, renewed by later cases. ``reference`` is that of the first case.

    ``until`` is the last day of its last period; ``commune`` its holder's, on the day it was granted.
    """

    class Why(models.TextChoices):
        EXPIRED = "expired", _("its time is over")
        GIVEN_UP = "given-up", _("given up by its holder")
        WITHDRAWN = "withdrawn", _("withdrawn")

    programme = models.SlugField(max_length=60)
    scheme = models.SlugField(max_length=60)
    reference = models.CharField(max_length=14, unique=True)
    holder = models.ForeignKey("organisations.Organisation", models.PROTECT, related_name="labels")
    commune = models.CharField(max_length=5, blank=True)
    since = models.DateField()
    until = models.DateField()
    ended_on = models.DateField(null=True)
    ended_why = models.CharField(max_length=9, choices=Why, blank=True)
    reminded_for = models.DateField(null=True, help_text=_("end of the period a reminder was sent for"))
    synthetic = models.BooleanField(default=False)

    objects: ClassVar[models.Manager[Label]]

    class Meta:
        verbose_name = _("label")
        constraints = [
            models.UniqueConstraint(
                "programme", "scheme", "holder", condition=Q(ended_on__isnull=True), name="registers_one_label_held"
            ),
            models.CheckConstraint(condition=Q(until__gte=F("since")), name="registers_label_ends_after"),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True, ended_why="") | Q(ended_on__isnull=False) & ~Q(ended_why=""),
                name="registers_label_ended_why",
            ),
        ]
        indexes = [
            models.Index("programme", "scheme", "ended_on", "until", name="registers_labels_of_a_scheme"),
            models.Index("until", condition=Q(ended_on__isnull=True), name="registers_labels_to_end"),
        ]

    def __str__(self) -> str:
        return self.reference


class Period(models.Model):
    """A time a label is held for, by one decision: ``fact_index`` is its place in the journal."""

    label = models.ForeignKey(Label, models.CASCADE, related_name="periods")
    case = models.OneToOneField("grants.Case", models.PROTECT, related_name="label_period")
    since = models.DateField()
    until = models.DateField()
    decided_on = models.DateField()
    fact_index = models.BigIntegerField()

    class Meta:
        verbose_name = _("period of a label")
        ordering = ("since", "pk")

    def __str__(self) -> str:
        return f"{self.since:%Y-%m-%d} – {self.until:%Y-%m-%d}"


class Withdrawal(Bound):
    """A procedure to take a label away: grounds, the holder's answer, the decision (CRPA L121-1, L122-1)."""

    label = models.ForeignKey(Label, models.PROTECT, related_name="withdrawals")
    opened_on = models.DateField()
    opened_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    grounds = SealedTextField(subject="label__holder__subject")
    answer_by = models.DateField()
    answer = SealedTextField(blank=True, default="", subject="label__holder__subject")
    answered_at = models.DateTimeField(null=True)
    decided_on = models.DateField(null=True)
    decided_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    withdrawn = models.BooleanField(null=True)
    motive = SealedTextField(blank=True, default="", subject="label__holder__subject")

    class Meta:
        verbose_name = _("procedure of withdrawal")
        constraints = [
            models.UniqueConstraint("label", condition=Q(decided_on__isnull=True), name="registers_one_withdrawal_open")
        ]

    def __str__(self) -> str:
        return f"{self.opened_on:%Y-%m-%d}"
