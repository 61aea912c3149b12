"""Tell as facts, in batches, what was spent and what expired: never one person's purchase."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from mandat import journal
from mandat.apps.wallets.definitions import Kind, kinds
from mandat.apps.wallets.facts import append, area_of, region
from mandat.apps.wallets.models import Expired, Refund, Spend

#: A fact tells of at least so many purchases, by at least so many people.
SMALLEST = 5


@dataclass(slots=True)
class _Batch:
    ids: list[uuid.UUID] = field(default_factory=list)
    refunds: list[int] = field(default_factory=list)
    wallets: set[uuid.UUID | None] = field(default_factory=set)
    net: int = 0

    def add(self, other: _Batch) -> None:
        self.ids += other.ids
        self.refunds += other.refunds
        self.wallets |= other.wallets
        self.net += other.net

    @property
    def tellable(self) -> bool:
        return len(self.ids) >= SMALLEST and len(self.wallets) >= SMALLEST and self.net > 0


def publish(*, programme: str = "", today: dt.date | None = None) -> int:
    """Append the facts of purchases and expiries of days before ``today`` not yet told. Gives how many facts; run twice, it tells once.

    A département where fewer than 5 purchases, or 5 people, wait is told with the rest of the region; where even that is too few, they wait.
    """
    day = today or timezone.localdate()
    return sum(_spent(kind, day) + _expired(kind, day) for kind in kinds(programme).values())


@transaction.atomic
def _spent(kind: Kind, today: dt.date) -> int:
    # One publication at a time: what is read here is told by nobody else.
    journal.lock()
    waiting: dict[str, _Batch] = defaultdict(_Batch)
    ours = {"wallet__programme": kind.programme, "wallet__code": kind.code}
    untold = Spend.objects.filter(**ours, published_on=None, day__lt=today).order_by("pk")
    for pk, departement, wallet, amount in untold.values_list("pk", "departement", "wallet", "amount"):
        batch = waiting[departement]
        batch.ids.append(pk)
        batch.wallets.add(wallet)
        batch.net += amount
    back = Refund.objects.filter(
        spend__wallet__programme=kind.programme, spend__wallet__code=kind.code, published_on=None, day__lt=today
    ).order_by("pk")
    for refund, departement, amount in back.values_list("pk", "spend__departement", "amount"):
        waiting[departement].refunds.append(refund)
        waiting[departement].net -= amount
    rest = _Batch()
    told = 0
    for departement, batch in sorted(waiting.items()):
        if batch.tellable:
            _tell(kind, batch, area_of(departement), today)
            told += 1
        else:
            rest.add(batch)
    if rest.tellable:
        _tell(kind, rest, region(), today)
        told += 1
    return told


def _tell(kind: Kind, batch: _Batch, area: str, today: dt.date) -> None:
    append(
        kind, "spent", on=today, area=area, quantity=kind.major(batch.net), purchases=len(batch.ids),
        source=f"wallet-spent:{kind.code}:{area}:{today.isoformat()}",
    )  # fmt: skip
    for start in range(0, len(batch.ids), 500):
        Spend.objects.filter(pk__in=batch.ids[start : start + 500]).update(published_on=today)
    for start in range(0, len(batch.refunds), 500):
        Refund.objects.filter(pk__in=batch.refunds[start : start + 500]).update(published_on=today)


@transaction.atomic
def _expired(kind: Kind, today: dt.date) -> int:
    journal.lock()
    untold = Expired.objects.filter(
        wallet__programme=kind.programme, wallet__code=kind.code, published_on=None, day__lt=today
    ).order_by("pk")
    rows = list(untold.values_list("pk", "wallet", "amount"))
    wallets = {wallet for _, wallet, _ in rows}
    if len(wallets) < SMALLEST:
        return 0
    append(
        kind, "expired", on=today, area=region(), quantity=kind.major(sum(amount for _, _, amount in rows)),
        wallets=len(wallets), source=f"wallet-expired:{kind.code}:{today.isoformat()}",
    )  # fmt: skip
    for start in range(0, len(rows), 500):
        Expired.objects.filter(pk__in=[pk for pk, _, _ in rows[start : start + 500]]).update(published_on=today)
    return 1
