"""Accounts, transactions, postings, and the payment files sent to the bank.

Amounts are whole numbers of the smallest part of a unit (cents of a euro): sums are exact on every database. ``services`` and ``selectors``
take and give Decimal. See ``triggers`` for what the database enforces.
"""

from __future__ import annotations

import os
import time
import uuid
from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

#: Decimals of a unit; whole numbers for those not listed.
SCALES = {"EUR": 2}


def scale(unit: str) -> int:
    return SCALES.get(unit, 0)


def major(minor: int, unit: str) -> Decimal:
    """``Decimal("12.50")`` for 1250 cents."""
    return Decimal(minor).scaleb(-scale(unit))


def identifier() -> uuid.UUID:
    """A UUID of version 7 (RFC 9562): rows made one after the other stand side by side in the index."""
    millis = time.time_ns() // 1_000_000
    value = (millis << 80) | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | (7 << 76)
    return uuid.UUID(int=value & ~(0x3 << 62) | (0x2 << 62))


class Account(models.Model):
    """Where amounts of one unit are held, in one book. ``balance`` is the sum of its postings and never under ``floor``.

    ``kind`` is what the account is to its book (``wallet``, ``partner``, ``voted``, ``paid``…). The accounts of a book sum to zero.
    """

    book = models.CharField(max_length=60)
    code = models.CharField(max_length=120)
    kind = models.CharField(max_length=40)
    unit = models.CharField(max_length=10)
    floor = models.BigIntegerField(null=True)
    balance = models.BigIntegerField(default=0)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[Account]]

    class Meta:
        verbose_name = _("account")
        constraints = [
            models.UniqueConstraint("book", "code", name="ledger_one_account_a_code"),
            models.CheckConstraint(condition=Q(floor=None) | Q(balance__gte=F("floor")), name="ledger_floor"),
        ]
        indexes = [models.Index("book", "kind", name="ledger_kind")]

    def __str__(self) -> str:
        return f"{self.book}/{self.code}"

    @property
    def held(self) -> Decimal:
        """The balance in the account's unit, as last read."""
        return major(self.balance, self.unit)


class Transaction(models.Model):
    """One movement between accounts of a book: its postings sum to zero. ``key`` makes it happen once.

    ``reason`` is a code, ``actor`` an opaque reference: neither holds personal data. ``reverses`` is the transaction it undoes.
    """

    id = models.UUIDField(primary_key=True, default=identifier)
    book = models.CharField(max_length=60)
    key = models.CharField(max_length=150)
    unit = models.CharField(max_length=10)
    moment = models.DateTimeField()
    day = models.DateField()
    reason = models.CharField(max_length=60)
    actor = models.CharField(max_length=60, blank=True)
    reverses = models.OneToOneField("self", models.PROTECT, null=True, related_name="reversed_by")

    objects: ClassVar[models.Manager[Transaction]]

    class Meta:
        verbose_name = _("transaction")
        constraints = [models.UniqueConstraint("book", "key", name="ledger_one_transaction_a_key")]
        indexes = [models.Index("book", "day", name="ledger_day")]

    def __str__(self) -> str:
        return f"{self.book}/{self.key}"


class Posting(models.Model):
    """What a transaction adds to an account (or takes from it)."""

    id = models.BigAutoField(primary_key=True)
    transaction = models.ForeignKey(Transaction, models.PROTECT, related_name="postings")
    account = models.ForeignKey(Account, models.PROTECT, related_name="postings", db_index=False)
    amount = models.BigIntegerField()

    objects: ClassVar[models.Manager[Posting]]

    class Meta:
        verbose_name = _("posting")
        constraints = [models.CheckConstraint(condition=~Q(amount=0), name="ledger_posting_moves")]
        indexes = [models.Index("account", "id", name="ledger_account_postings")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.amount:+d}"


class PaymentFile(models.Model):
    """A file of transfer orders for the bank, made once for what it pays (``key``). Its text is not kept here: it names accounts.

    ``sha256`` is that of the file as first made: made again, it is the same to the byte.
    """

    class State(models.TextChoices):
        MADE = "made", _("made")
        SENT = "sent", _("sent to the bank")
        CLOSED = "closed", _("answered by the bank")

    key = models.CharField(max_length=150, unique=True)
    message_id = models.CharField(max_length=35, unique=True)
    execution_on = models.DateField()
    count = models.PositiveIntegerField()
    cents = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.MADE)
    emitted_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[PaymentFile]]

    class Meta:
        verbose_name = _("payment file")
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.message_id


class Payment(models.Model):
    """One transfer of a file. ``key`` is what it pays; ``account_hint`` the last four characters of the payee's IBAN."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        PAID = "paid", _("paid")
        REFUSED = "refused", pgettext_lazy("payment", "refused")

    file = models.ForeignKey(PaymentFile, models.PROTECT, related_name="payments")
    key = models.CharField(max_length=150, unique=True)
    end_to_end = models.CharField(max_length=35, unique=True)
    cents = models.BigIntegerField()
    account_hint = models.CharField(max_length=4)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    settled_on = models.DateField(null=True)
    detail = models.CharField(max_length=140, blank=True)

    objects: ClassVar[models.Manager[Payment]]

    class Meta:
        verbose_name = _("payment")
        ordering = ("id",)
        constraints = [models.CheckConstraint(condition=Q(cents__gt=0), name="ledger_payment_positive")]

    def __str__(self) -> str:
        return self.end_to_end

    @property
    def amount(self) -> Decimal:
        return major(self.cents, "EUR")
