"""Where beneficiaries are paid, the files that pay them, what they really spent, and what they gave back."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mandat.apps.custody.sealing import SealedJSONField, SealedTextField
from mandat.apps.grants.models.cases import Bound, Case
from mandat.apps.grants.models.following import Recovery
from mandat.apps.ledger.models import PaymentFile

USER = settings.AUTH_USER_MODEL


class BankDetails(Bound):
    """Where a case is paid: holder, IBAN and BIC, sealed. Never changed: another account is another row, and the last one counts.

    ``hint`` is the end of the IBAN. An agent verifies each against its proof before anything is paid there; ``refused_at``: the bank sent a
    payment back from it.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="bank_details")
    account: Any = SealedJSONField(subject="case__subject")
    hint = models.CharField(max_length=4)
    given_at = models.DateTimeField()
    given_by = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+")
    verified_at = models.DateTimeField(null=True)
    verified_by = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+")
    refused_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("bank details")
        indexes = [models.Index("case", models.F("id").desc(), name="grants_bank_of_a_case")]

    def __str__(self) -> str:
        return f"…{self.hint}"

    @property
    def usable(self) -> bool:
        """Whether it may be paid to."""
        return self.verified_at is not None and self.refused_at is None


class PaymentRun(Bound):
    """A payment file and its bordereau, sealed: they name accounts."""

    programme = models.SlugField(max_length=60)
    reference = models.CharField(max_length=28, unique=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+")
    file = models.OneToOneField(PaymentFile, models.PROTECT, null=True, related_name="+")
    xml = SealedTextField(blank=True, default="")
    bordereau = SealedTextField(blank=True, default="")

    class Meta:
        verbose_name = _("payment file")

    def __str__(self) -> str:
        return self.reference


class FinalCost(models.Model):
    """What the project really cost, in cents: declared by the beneficiary, then retained by the service on the evidence."""

    case = models.OneToOneField(Case, models.PROTECT, related_name="final_cost")
    declared = models.BigIntegerField()
    declared_at = models.DateTimeField()
    declared_by = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+")
    retained = models.BigIntegerField(null=True)
    retained_at = models.DateTimeField(null=True)
    retained_by = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = _("final cost")
        constraints = [
            models.CheckConstraint(
                condition=Q(declared__gte=0) & (Q(retained__isnull=True) | Q(retained__lte=models.F("declared"))),
                name="grants_final_cost_holds",
            )
        ]

    def __str__(self) -> str:
        return str(self.case_id)


class Receipt(models.Model):
    """A part of a recovery that came, in cents. ``key`` is the accountant's reference: the same one, twice, counts once. Never changed."""

    recovery = models.ForeignKey(Recovery, models.PROTECT, related_name="receipts")
    key = models.CharField(max_length=60)
    amount = models.BigIntegerField()
    on = models.DateField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = _("part of a recovery")
        constraints = [
            models.UniqueConstraint("recovery", "key", name="grants_one_receipt_a_key"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="grants_receipt_positive"),
        ]

    def __str__(self) -> str:
        return self.key
