"""Questions about wallets: public figures from facts, partners, movements, totals."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from django.db.models import Q, QuerySet

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.ledger.models import Account
from mandat.apps.territory import selectors as territory
from mandat.apps.wallets.definitions import Kind
from mandat.apps.wallets.models import Approval, Expired, Lot, Member, Refund, Spend, Wallet


@dataclass(frozen=True, slots=True)
class Figures:
    """What facts tell of a wallet, in its unit; ``settled`` in euros. None: no fact yet."""

    credited: Decimal | None
    spent: Decimal | None
    expired: Decimal | None
    settled: Decimal | None
    as_of: dt.date | None


@dataclass(frozen=True, slots=True)
class Movement:
    """A line of a wallet's history; ``amount`` is negative for what left."""

    at: dt.datetime
    what: str
    where: str
    amount: Decimal
    reference: str = ""


def figures(kind: Kind) -> Figures:
    """The public figures of a wallet, computed from its facts: read again when the journal has grown."""
    return _figures(kind.programme, kind.code, journal.size())


@lru_cache(maxsize=64)
def _figures(programme: str, code: str, size: int) -> Figures:
    sums: dict[str, Decimal] = {}
    last: dt.date | None = None
    names = ("credited", "spent", "expired", "settled")
    kinds = [f"wallets.{name}.v1" for name in names]
    for entry in journal.iterate(end=size, programme=programme, kind=kinds, subject=code, effective=True):
        fact = entry.fact
        name = fact.kind.split(".")[1]
        sums[name] = sums.get(name, Decimal(0)) + (fact.quantity or Decimal(0))
        last = max(last or fact.occurred_on, fact.occurred_on)
    credited, spent, expired, settled = (sums.get(name) for name in names)
    return Figures(credited, spent, expired, settled, last)


def partners(kind: Kind, *, category: str = "", area: str = "") -> QuerySet[Approval]:
    """Approved partners of a wallet, by name; ``area`` keeps those of its communes."""
    found = Approval.objects.filter(
        code=kind.code, state=Approval.State.APPROVED, partner__programme=kind.programme
    ).select_related("partner")
    if category:
        found = found.filter(category=category)
    if area:
        found = found.filter(partner__commune__in=territory.expand(area))
    return found.order_by("partner__name", "pk")


def by_commune(approvals: Sequence[Approval]) -> dict[str, int]:
    """How many partners in each commune, by area code of today's communes."""
    counted = Counter(territory.resolve(f"commune:{approval.partner.commune}") for approval in approvals)
    return dict(counted)


def wallets_of(user: User) -> list[Wallet]:
    """The wallets of an account, as they stand."""
    return list(Wallet.objects.filter(holder__user=user).select_related("account").order_by("opened_at", "pk"))


def movements(kind: Kind, wallet: Wallet) -> list[Movement]:
    """Everything that came into a wallet and left it, the latest first."""
    found = [
        Movement(lot.made_at, lot.kind, "", kind.major(lot.amount))
        for lot in Lot.objects.filter(wallet=wallet).order_by("pk")
    ]
    spends = Spend.objects.filter(wallet=wallet).select_related("approval__partner").order_by("pk")
    found += [
        Movement(one.made_at, "spend", one.approval.partner.name, -kind.major(one.amount), one.reference)
        for one in spends
    ]
    noon = dt.time(12, tzinfo=dt.UTC)
    found += [
        Movement(dt.datetime.combine(one.day, noon), "expired", "", -kind.major(one.amount))
        for one in Expired.objects.filter(wallet=wallet).order_by("pk")
    ]
    return sorted(found, key=lambda movement: movement.at, reverse=True)


def next_end(kind: Kind, wallet: Wallet) -> tuple[dt.date, Decimal] | None:
    """The last day of the credit that ends soonest, and how much of the balance then goes; None where none does."""
    day = wallet.next_expiry
    if day is None:
        return None
    lots = Lot.objects.filter(wallet=wallet)
    every = sum(lots.values_list("amount", flat=True))
    ended = sum(lots.filter(expires_on__lte=day).values_list("amount", flat=True))
    due = max(ended - (every - wallet.account.balance), 0)
    return (day, kind.major(due)) if due else None


def tills_of(user: User) -> list[Approval]:
    """Where an account works, and for which wallets, approved or not."""
    partners = Member.objects.filter(user=user).values("partner")
    return list(
        Approval.objects.filter(partner__in=partners)
        .select_related("partner", "account")
        .order_by("partner__name", "code")
    )


def member_of(user: User, approval: Approval) -> Member | None:
    return Member.objects.filter(user=user, partner=approval.partner_id).first()


def sales(approval: Approval, *, limit: int = 100) -> list[Spend]:
    """The latest purchases at a till."""
    return list(Spend.objects.filter(approval=approval).order_by("-made_at", "-pk")[:limit])


def refunds_of(spend: Spend) -> list[Refund]:
    return list(Refund.objects.filter(spend=spend).order_by("pk"))


def balances(kind: Kind) -> dict[str, Decimal]:
    """What each kind of account of a wallet's book holds; they sum to zero."""
    found: dict[str, int] = {}
    for name, held in Account.objects.filter(book=kind.book).order_by("pk").values_list("kind", "balance"):
        found[name] = found.get(name, 0) + held
    return {name: kind.major(held) for name, held in found.items()}


def counts(kind: Kind) -> dict[str, int]:
    """How many wallets, purchases, approved partners and applications to decide."""
    ours = Q(wallet__programme=kind.programme, wallet__code=kind.code)
    approvals = Approval.objects.filter(code=kind.code, partner__programme=kind.programme)
    return {
        "wallets": Wallet.objects.filter(programme=kind.programme, code=kind.code)
        .exclude(state=Wallet.State.CLOSED)
        .count(),
        "purchases": Spend.objects.filter(ours).count(),
        "partners": approvals.filter(state=Approval.State.APPROVED).count(),
        "applied": approvals.filter(state=Approval.State.APPLIED).count(),
    }
