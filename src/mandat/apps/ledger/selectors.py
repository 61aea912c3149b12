"""Questions to the ledger: balances, statements, trial balances, and whether everything still holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, F, IntegerField, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from mandat.apps.ledger.models import Account, Posting, Transaction, major
from mandat.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Line:
    """A posting in a statement, and the balance after it. ``key`` is its transaction's."""

    moment: dt.datetime
    reason: str
    key: str
    amount: Decimal
    balance: Decimal


@dataclass(frozen=True, slots=True)
class Statement:
    """Postings of an account over a period (both days included): ``opening`` plus them all is ``closing``."""

    account: Account
    since: dt.date
    until: dt.date
    opening: Decimal
    lines: list[Line]

    @property
    def closing(self) -> Decimal:
        return self.lines[-1].balance if self.lines else self.opening


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a trial balance: ``opening + into - out == closing``."""

    name: str
    accounts: int
    opening: Decimal
    into: Decimal
    out: Decimal

    @property
    def closing(self) -> Decimal:
        return self.opening + self.into - self.out


def balance(account: Account | int, *, at: dt.date | None = None) -> Decimal:
    """What an account holds now, or held at the end of the day ``at``."""
    found = Account.objects.get(pk=account if isinstance(account, int) else account.pk)
    if at is None:
        return found.held
    total = found.postings.filter(transaction__day__lte=at).aggregate(total=Sum("amount"))["total"]
    return major(total or 0, found.unit)


def statement(account: Account, *, since: dt.date, until: dt.date) -> Statement:
    """The postings of an account from ``since`` to ``until``, the oldest first, with the running balance."""
    unit = account.unit
    before = account.postings.filter(transaction__day__lt=since).aggregate(total=Sum("amount"))["total"] or 0
    running = before
    lines: list[Line] = []
    for moment, reason, key, amount in (
        account.postings.filter(transaction__day__range=(since, until))
        .order_by("id")
        .values_list("transaction__moment", "transaction__reason", "transaction__key", "amount")
    ):
        running += amount
        lines.append(Line(moment, reason, key, major(amount, unit), major(running, unit)))
    return Statement(account, since, until, major(before, unit), lines)


def trial_balance(book: str, *, since: dt.date, until: dt.date, by: str = "kind") -> list[Row]:
    """Opening, movements and closing of a book over a period, by ``kind`` of account or by ``code``. Closings sum to zero."""
    name = {"kind": "account__kind", "code": "account__code"}[by]
    own = {"kind": "kind", "code": "code"}[by]
    unit = unit_of(book)
    within = Q(transaction__day__range=(since, until))
    moved = {
        row[name]: row
        for row in Posting.objects.filter(account__book=book, transaction__day__lte=until)
        .values(name)
        .annotate(
            opening=Coalesce(Sum("amount", filter=Q(transaction__day__lt=since)), 0),
            into=Coalesce(Sum("amount", filter=within & Q(amount__gt=0)), 0),
            out=Coalesce(Sum("amount", filter=within & Q(amount__lt=0)), 0),
        )
        .order_by(name)
    }
    counted = Account.objects.filter(book=book).values_list(own).annotate(n=Count("pk")).order_by(own)
    nothing = {"opening": 0, "into": 0, "out": 0}
    return [
        Row(
            key,
            count,
            major(moved.get(key, nothing)["opening"], unit),
            major(moved.get(key, nothing)["into"], unit),
            major(-moved.get(key, nothing)["out"], unit),
        )
        for key, count in counted
    ]


def by_reason(book: str, *, since: dt.date, until: dt.date) -> list[tuple[str, int, Decimal]]:
    """How many transactions of each reason over a period, and what they moved (the sum of their positive postings)."""
    unit = unit_of(book)
    rows = (
        Posting.objects.filter(account__book=book, transaction__day__range=(since, until), amount__gt=0)
        .values_list("transaction__reason")
        .annotate(n=Count("transaction_id", distinct=True), total=Sum("amount"))
        .order_by("transaction__reason")
    )
    return [(reason, n, major(total, unit)) for reason, n, total in rows]


def total(book: str, kind: str) -> Decimal:
    """What the accounts of a kind hold together."""
    held = Account.objects.filter(book=book, kind=kind).aggregate(total=Sum("balance"))["total"]
    return major(held or 0, unit_of(book))


def unit_of(book: str) -> str:
    """The unit of a book (its first account's); EUR while it has none."""
    return Account.objects.filter(book=book).order_by("pk").values_list("unit", flat=True).first() or "EUR"


def books() -> list[str]:
    """Every book, by name."""
    return list(Account.objects.order_by("book").values_list("book", flat=True).distinct())


def verify(book: str = "") -> Iterator[Text]:
    """Every fault of a book (of all of them by default); nothing where all holds.

    Balances are recomputed from postings, transactions added up, floors and books compared. Reads the whole: for a command, not for a page.
    """
    accounts = Account.objects.filter(book=book) if book else Account.objects.all()
    summed = (
        Posting.objects.filter(account=OuterRef("pk"))
        .values("account")
        .annotate(s=Sum("amount"))
        .values("s")
        .order_by()
    )
    wrong = accounts.annotate(summed=Coalesce(Subquery(summed, output_field=IntegerField()), 0))
    for row in wrong.exclude(balance=F("summed")).order_by("pk"):
        yield Text(
            f"{row} : solde {row.balance}, somme des lignes {row.summed}",
            f"{row}: balance {row.balance}, sum of postings {row.summed}",
        )
    for account in accounts.filter(floor__isnull=False, balance__lt=F("floor")).order_by("pk"):
        yield Text(f"{account} : sous son plancher", f"{account}: below its floor")
    for name, unit, held in accounts.values_list("book", "unit").annotate(s=Sum("balance")).order_by("book", "unit"):
        if held:
            yield Text(f"{name} ({unit}) : la somme des comptes est {held}", f"{name} ({unit}): accounts sum to {held}")
    transactions = Transaction.objects.filter(book=book) if book else Transaction.objects.all()
    faulty = transactions.annotate(s=Sum("postings__amount"), n=Count("postings")).exclude(s=0, n__gte=2)
    for header in faulty.order_by("pk"):
        yield Text(f"{header} : les lignes ne s'annulent pas", f"{header}: postings do not sum to zero")
    strays = Posting.objects.exclude(account__book=F("transaction__book"), account__unit=F("transaction__unit"))
    for line in (strays.filter(account__book=book) if book else strays).order_by("pk"):
        yield Text(f"ligne {line.pk} : autre livre ou unité", f"posting {line.pk}: another book or unit")
