"""How conditions are shown and checked, proof by proof, and what becomes of a breach."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mandat.apps.custody.sealing import SealedTextField
from mandat.apps.grants.models.cases import Bound, Case
from mandat.apps.grants.models.following import ConditionRecord

USER = settings.AUTH_USER_MODEL


class ConditionCheck(Bound):
    """One thing done about one proof of a condition: by whom, when, and until when it is good. Never changed; the last one counts.

    ``proof`` is the rank of the proof in the document (None: the condition as a whole). ``amount`` is what a rule or a share gave, in cents.
    """

    class Result(models.TextChoices):
        DECLARED = "declared", _("declared by the applicant")
        MET = "met", _("checked and met")
        UNMET = "unmet", _("checked and not met")
        EXEMPT = "exempt", _("does not apply")

    record = models.ForeignKey(ConditionRecord, models.CASCADE, related_name="checks")
    proof = models.PositiveSmallIntegerField(null=True)
    result = models.CharField(max_length=8, choices=Result)
    note = SealedTextField(blank=True, default="", subject="record__case__subject")
    amount = models.BigIntegerField(null=True)
    good_until = models.DateField(null=True)
    at = models.DateTimeField()
    by = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = _("check of a condition")
        indexes = [models.Index("record", "id", name="grants_checks_in_order")]

    def __str__(self) -> str:
        return self.result


class Breach(Bound):
    """A breach and its procedure: grounds, the beneficiary's answer, a time to put things right, and what came of it.

    Payments are suspended while it is open. ``unmet`` is the share not met, in percent. ``excluded_until``: no new application before.
    """

    class Outcome(models.TextChoices):
        DISMISSED = "dismissed", _("not founded")
        REMEDIED = "remedied", _("put right")
        UPHELD = "upheld", _("upheld")

    record = models.ForeignKey(ConditionRecord, models.PROTECT, related_name="breaches")
    case = models.ForeignKey(Case, models.PROTECT, related_name="breaches")
    grounds = SealedTextField(subject="case__subject")
    opened_on = models.DateField()
    opened_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    answer_by = models.DateField()
    answer = SealedTextField(blank=True, default="", subject="case__subject")
    answered_at = models.DateTimeField(null=True)
    remedy_by = models.DateField(null=True)
    outcome = models.CharField(max_length=9, choices=Outcome, blank=True)
    motive = SealedTextField(blank=True, default="", subject="case__subject")
    unmet = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    closed_on = models.DateField(null=True)
    closed_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    excluded_until = models.DateField(null=True)
    reminded_on = models.DateField(null=True)

    class Meta:
        verbose_name = _("breach of a condition")
        constraints = [
            models.UniqueConstraint("record", condition=Q(outcome=""), name="grants_one_open_breach"),
            models.CheckConstraint(
                condition=Q(unmet__isnull=True) | Q(unmet__gte=0, unmet__lte=100), name="grants_breach_share"
            ),
        ]
        indexes = [models.Index("outcome", "answer_by", name="grants_breaches_open")]

    def __str__(self) -> str:
        return f"{self.record_id} {self.opened_on:%Y-%m-%d}"
