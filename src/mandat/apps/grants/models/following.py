"""What follows an award: conditions kept or broken, accounts given, payments asked for and made."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mandat.apps.custody.sealing import SealedTextField
from mandat.apps.grants.models.cases import Bound, Case

USER = settings.AUTH_USER_MODEL


class ConditionRecord(Bound):
    """One condition on one case, under the version that applied: how it was shown, and what was found."""

    class Standing(models.TextChoices):
        ASKED = "asked", _("asked for")
        DECLARED = "declared", _("declared")
        MET = "met", _("checked and met")
        EXEMPT = "exempt", _("does not apply")
        BREACHED = "breached", _("breached")
        REMEDIED = "remedied", _("put right")

    case = models.ForeignKey(Case, models.PROTECT, related_name="conditions")
    condition = models.SlugField(max_length=60)
    version = models.PositiveIntegerField()
    standing = models.CharField(max_length=8, choices=Standing, default=Standing.ASKED)
    note = SealedTextField(blank=True, default="", subject="case__subject")
    due_on = models.DateField(null=True)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = _("condition of a case")
        constraints = [models.UniqueConstraint("case", "condition", name="grants_one_record_a_condition")]
        indexes = [models.Index("condition", "standing", name="grants_conditions_standing")]

    def __str__(self) -> str:
        return self.condition


class Account(models.Model):
    """An account the beneficiary owes (a report): due, given, accepted, or sent back (``returned_at``) and then given again."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="accounts")
    code = models.SlugField(max_length=60)
    due_on = models.DateField()
    given_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+")
    returned_at = models.DateTimeField(null=True)
    reminded_on = models.DateField(null=True)

    class Meta:
        verbose_name = _("account to give")
        constraints = [models.UniqueConstraint("case", "code", "due_on", name="grants_one_account_a_date")]
        indexes = [models.Index("due_on", condition=Q(given_at__isnull=True), name="grants_accounts_due")]

    def __str__(self) -> str:
        return self.code


class PaymentRequest(models.Model):
    """One payment of the plan: asked for, checked against its evidence, ordered, paid. Amounts are in cents.

    ``spent`` is what the beneficiary justified, where the payment depends on it; ``retained`` what the service kept of it. ``bank`` is the
    account as it was when the payment was checked: it is paid there or nowhere. ``attempt`` counts the orders: one the bank
    sends back is ordered anew, never under the same key. ``parts`` says what of it each allocation paid ([allocation, cents] pairs),
    ``fact_index`` is the fact of the payment that stands.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("asked for")
        CHECKED = "checked", _("checked")
        ORDERED = "ordered", _("sent to the bank")
        PAID = "paid", _("paid")
        REFUSED = "refused", _("refused")

    case = models.ForeignKey(Case, models.PROTECT, related_name="payments")
    code = models.SlugField(max_length=60)
    amount = models.BigIntegerField()
    spent = models.BigIntegerField(null=True)
    retained = models.BigIntegerField(null=True)
    state = models.CharField(max_length=8, choices=State, default=State.ASKED)
    attempt = models.PositiveSmallIntegerField(default=0)
    bank = models.ForeignKey("grants.BankDetails", models.PROTECT, null=True, related_name="+")
    run = models.ForeignKey("grants.PaymentRun", models.PROTECT, null=True, related_name="payments")
    parts = models.JSONField(default=list)
    fact_index = models.BigIntegerField(null=True)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+")
    checked_at = models.DateTimeField(null=True)
    checked_by = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+")
    ordered_by = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+")
    paid_on = models.DateField(null=True)

    class Meta:
        verbose_name = _("payment")
        constraints = [
            models.UniqueConstraint("case", "code", condition=~Q(state="refused"), name="grants_one_payment_a_code"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="grants_payment_positive"),
        ]
        indexes = [models.Index("state", "id", name="grants_payments_waiting")]

    def __str__(self) -> str:
        return self.code


class Recovery(Bound):
    """Money a beneficiary must give back: why, how much, what of it came and what was given up. Amounts are in cents.

    ``title`` is the number of the collection order (titre de recettes). ``answer`` is the beneficiary's.
    """

    class Why(models.TextChoices):
        BREACH = "breach", _("a condition was breached")
        UNSPENT = "unspent", _("less was spent than was paid")
        WITHDRAWN = "withdrawn", _("the project was given up")
        ERROR = "error", _("paid by mistake")

    class State(models.TextChoices):
        ANNOUNCED = "announced", _("announced, the beneficiary may answer")
        ORDERED = "ordered", _("ordered")
        PAID = "paid", _("paid back")
        WAIVED = "waived", _("given up")

    case = models.ForeignKey(Case, models.PROTECT, related_name="recoveries")
    why = models.CharField(max_length=9, choices=Why)
    amount = models.BigIntegerField()
    received = models.BigIntegerField(default=0)
    waived = models.BigIntegerField(default=0)
    title = models.CharField(max_length=40, blank=True)
    breach = models.OneToOneField("grants.Breach", models.PROTECT, null=True, related_name="recovery")
    state = models.CharField(max_length=9, choices=State, default=State.ANNOUNCED)
    reason = SealedTextField(subject="case__subject")
    answer = SealedTextField(blank=True, default="", subject="case__subject")
    answered_at = models.DateTimeField(null=True)
    announced_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    announced_on = models.DateField()
    answer_by = models.DateField()
    ordered_on = models.DateField(null=True)
    settled_on = models.DateField(null=True)
    decided_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("recovery")
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0)
                & Q(received__gte=0)
                & Q(waived__gte=0)
                & Q(amount__gte=models.F("received") + models.F("waived")),
                name="grants_recovery_positive",
            ),
        ]
        indexes = [models.Index("state", "answer_by", name="grants_recoveries_running")]

    def __str__(self) -> str:
        return str(self.case_id)


class SmallAid(models.Model):
    """A de minimis aid an organisation declares or was granted by the Region, in gross grant equivalent, in cents.

    ``case`` is the Region's own; the others are declared with their funder. See ``engines.financing.deminimis``.
    """

    organisation = models.ForeignKey("organisations.Organisation", models.PROTECT, related_name="small_aids")
    regulation = models.CharField(max_length=12)
    funder = models.CharField(max_length=200)
    granted_on = models.DateField()
    amount = models.BigIntegerField()
    case = models.OneToOneField(Case, models.PROTECT, null=True, related_name="small_aid")
    declared_by = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+")
    declared_at = models.DateTimeField()

    class Meta:
        verbose_name = _("de minimis aid")
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="grants_small_aid_positive")]
        indexes = [models.Index("organisation", "granted_on", name="grants_small_aids")]

    def __str__(self) -> str:
        return f"{self.funder} {self.granted_on:%Y-%m-%d}"
