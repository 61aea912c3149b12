"""Wallets, what was credited to them and spent from them, partners, and what they were paid.

The money itself is in the ledger: here is what each of its transactions was. Amounts are whole numbers of the smallest part of the wallet's unit.
"""

from __future__ import annotations

import secrets
import uuid
from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mandat.apps.custody.models import Subject
from mandat.apps.custody.sealing import SealedTextField
from mandat.apps.ledger.models import Account, PaymentFile, major

#: Letters and figures that are not taken for one another.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def reference() -> str:
    """A random public reference of 10 characters."""
    return "".join(secrets.choice(ALPHABET) for _ in range(10))


class Wallet(models.Model):
    """The wallet of one person, of one kind (``code``). ``holder`` is None once the person's data is erased.

    ``next_expiry`` is the last day of the credit that ends soonest; ``account`` holds what is left.
    """

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("wallet", "open")
        STOPPED = "stopped", pgettext_lazy("wallet", "stopped")
        CLOSED = "closed", pgettext_lazy("wallet", "closed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    programme = models.SlugField(max_length=60)
    code = models.CharField(_("wallet"), max_length=60)
    holder = models.ForeignKey(Subject, models.SET_NULL, null=True, related_name="wallets")
    departement = models.CharField(max_length=3, blank=True)
    account = models.OneToOneField(Account, models.PROTECT, related_name="+")
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)
    next_expiry = models.DateField(null=True)
    opened_at = models.DateTimeField(pgettext_lazy("wallet", "opened on"))

    objects: ClassVar[models.Manager[Wallet]]

    class Meta:
        verbose_name = _("wallet")
        constraints = [models.UniqueConstraint("programme", "code", "holder", name="wallets_one_a_person")]
        indexes = [models.Index("programme", "code", "next_expiry", name="wallets_expiry")]

    def __str__(self) -> str:
        return self.code


class Lot(models.Model):
    """What came into a wallet at once, and the last day it may be spent. ``key`` makes it come once."""

    class Kind(models.TextChoices):
        CREDIT = "credit", _("credit")
        REFUND = "refund", _("refund")

    wallet = models.ForeignKey(Wallet, models.PROTECT, related_name="lots")
    kind = models.CharField(_("what"), max_length=10, choices=Kind.choices)
    key = models.CharField(max_length=150, unique=True)
    amount = models.BigIntegerField()
    expires_on = models.DateField(_("to be spent by"), null=True)
    made_at = models.DateTimeField(_("on"))
    transaction = models.UUIDField(unique=True)

    objects: ClassVar[models.Manager[Lot]]

    class Meta:
        verbose_name = _("credit")
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="wallets_lot_positive")]

    def __str__(self) -> str:
        return self.key


class Credential(models.Model):
    """A one-time code or a printed card: kept as a keyed hash only. ``amount`` is what the holder fixed, if anything."""

    class Kind(models.TextChoices):
        CODE = "code", _("code")
        CARD = "card", _("card")

    wallet = models.ForeignKey(Wallet, models.CASCADE, related_name="credentials")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    digest = models.CharField(max_length=64, unique=True)
    amount = models.BigIntegerField(null=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[Credential]]

    class Meta:
        verbose_name = _("means of payment")

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Partner(models.Model):
    """A shop, a farm, a theatre. Its bank account is sealed; the rest is public once it is approved for a wallet."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    programme = models.SlugField(max_length=60)
    name = models.CharField(_("name"), max_length=140)
    siret = models.CharField(_("SIRET"), max_length=14, unique=True)
    commune = models.CharField(_("commune"), max_length=5)
    departement = models.CharField(max_length=3)
    address = models.CharField(_("address"), max_length=200, blank=True)
    website = models.URLField(_("website"), max_length=200, blank=True)
    iban = SealedTextField(_("IBAN"), bind="id", purpose="wallets.partner.iban", blank=True)
    bic = models.CharField(_("BIC"), max_length=11, blank=True)
    made_at = models.DateTimeField()

    objects: ClassVar[models.Manager[Partner]]

    class Meta:
        verbose_name = _("partner")

    def __str__(self) -> str:
        return self.name


class Member(models.Model):
    """An account that works for a partner: at the till, or also for refunds and its bank account (manager)."""

    class Role(models.TextChoices):
        TILL = "till", _("till")
        MANAGER = "manager", _("manager")

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="wallet_partners")
    role = models.CharField(_("role"), max_length=10, choices=Role.choices)
    added_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[models.Manager[Member]]

    class Meta:
        verbose_name = _("member of a partner")
        constraints = [models.UniqueConstraint("partner", "user", name="wallets_one_member")]

    def __str__(self) -> str:
        return self.role


class Approval(models.Model):
    """Whether a partner takes a wallet, and in which category. ``account`` holds what it is owed.

    ``wrong`` counts the wrong codes typed since ``wrong_since``: a till that guesses is made to wait.
    """

    class State(models.TextChoices):
        APPLIED = "applied", _("to be decided")
        APPROVED = "approved", _("approved")
        REFUSED = "refused", pgettext_lazy("approval", "refused")
        SUSPENDED = "suspended", _("suspended")
        ENDED = "ended", _("ended")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="approvals")
    code = models.CharField(_("wallet"), max_length=60)
    category = models.CharField(_("category"), max_length=60)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.APPLIED)
    account = models.OneToOneField(Account, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    applied_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    wrong = models.PositiveIntegerField(default=0)
    wrong_since = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[Approval]]

    class Meta:
        verbose_name = _("approval")
        constraints = [models.UniqueConstraint("partner", "code", name="wallets_one_approval")]
        indexes = [models.Index("code", "state", name="wallets_approval_state")]

    def __str__(self) -> str:
        return f"{self.code} {self.state}"


class Run(models.Model):
    """One settlement of a wallet's partners: a payment file and its bordereau, sealed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    programme = models.SlugField(max_length=60)
    code = models.CharField(_("wallet"), max_length=60)
    until = models.DateField(_("purchases until"))
    reference = models.CharField(_("reference"), max_length=35, unique=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    file = models.OneToOneField(PaymentFile, models.PROTECT, null=True, related_name="+")
    xml = SealedTextField(bind="id", purpose="wallets.run.xml", null=True)
    bordereau = SealedTextField(bind="id", purpose="wallets.run.bordereau", null=True)

    objects: ClassVar[models.Manager[Run]]

    class Meta:
        verbose_name = _("settlement")
        ordering = ("-made_at", "-id")

    def __str__(self) -> str:
        return self.reference


class Line(models.Model):
    """What one partner is paid by a run. ``published_on``: the day a fact told it with others."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        PAID = "paid", _("paid")
        REFUSED = "refused", pgettext_lazy("approval", "refused")

    run = models.ForeignKey(Run, models.PROTECT, related_name="lines")
    approval = models.ForeignKey(Approval, models.PROTECT, related_name="lines")
    amount = models.BigIntegerField()
    cents = models.BigIntegerField()
    purchases = models.PositiveIntegerField()
    key = models.CharField(max_length=150, unique=True)
    end_to_end = models.CharField(max_length=35, unique=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    published_on = models.DateField(null=True)

    objects: ClassVar[models.Manager[Line]]

    class Meta:
        verbose_name = _("line of a settlement")
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0, cents__gt=0), name="wallets_line_positive")]

    def __str__(self) -> str:
        return self.end_to_end

    @property
    def euros(self) -> Decimal:
        return major(self.cents, "EUR")


class Spend(models.Model):
    """One purchase. ``refunded`` is how much was given back; ``line`` the settlement that pays it; ``key`` makes it happen once a till."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(_("receipt"), max_length=12, unique=True, default=reference)
    wallet = models.ForeignKey(Wallet, models.PROTECT, related_name="spends")
    approval = models.ForeignKey(Approval, models.PROTECT, related_name="spends")
    credential = models.ForeignKey(Credential, models.SET_NULL, null=True, related_name="spends")
    by_card = models.BooleanField(default=False)
    key = models.CharField(max_length=64)
    category = models.CharField(max_length=60)
    departement = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    refunded = models.BigIntegerField(default=0)
    day = models.DateField()
    made_at = models.DateTimeField(_("on"))
    transaction = models.UUIDField(unique=True)
    line = models.ForeignKey(Line, models.SET_NULL, null=True, related_name="spends")
    published_on = models.DateField(null=True)

    objects: ClassVar[models.Manager[Spend]]

    class Meta:
        verbose_name = _("purchase")
        constraints = [
            models.UniqueConstraint("approval", "key", name="wallets_one_purchase_a_key"),
            models.UniqueConstraint("credential", condition=Q(by_card=False), name="wallets_one_purchase_a_code"),
            models.CheckConstraint(
                condition=Q(amount__gt=0, refunded__gte=0, refunded__lte=F("amount")), name="wallets_purchase_amounts"
            ),
        ]
        indexes = [
            models.Index("wallet", "day", name="wallets_purchases_of"),
            models.Index("approval", "made_at", name="wallets_purchases_at"),
            models.Index("approval", condition=Q(line=None), name="wallets_unsettled"),
            models.Index("day", condition=Q(published_on=None), name="wallets_untold"),
        ]

    def __str__(self) -> str:
        return self.reference


class Refund(models.Model):
    """Money a partner gave back on a purchase."""

    spend = models.ForeignKey(Spend, models.PROTECT, related_name="refunds")
    key = models.CharField(max_length=64)
    amount = models.BigIntegerField()
    day = models.DateField()
    made_at = models.DateTimeField()
    transaction = models.UUIDField(unique=True)
    line = models.ForeignKey(Line, models.SET_NULL, null=True, related_name="refunds")
    published_on = models.DateField(null=True)

    objects: ClassVar[models.Manager[Refund]]

    class Meta:
        verbose_name = _("refund")
        constraints = [models.UniqueConstraint("spend", "key", name="wallets_one_refund_a_key")]

    def __str__(self) -> str:
        return self.key


class Expired(models.Model):
    """What was not spent in time and went back to the region."""

    wallet = models.ForeignKey(Wallet, models.PROTECT, related_name="expired")
    amount = models.BigIntegerField()
    day = models.DateField()
    transaction = models.UUIDField(unique=True)
    published_on = models.DateField(null=True)

    objects: ClassVar[models.Manager[Expired]]

    class Meta:
        verbose_name = _("expired credit")

    def __str__(self) -> str:
        return f"{self.day} {self.amount}"
