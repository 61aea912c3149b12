"""Questions to envelopes: where each euro voted stands, and whether envelopes, allocations and ledger say the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum

from mandat.apps.funds import cells
from mandat.apps.funds.books import balances
from mandat.apps.funds.models import STATES, Allocation, Envelope, PaidIn
from mandat.apps.ledger.models import major
from mandat.kernel.money import ZERO
from mandat.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Credits:
    """Payment credits of a year: ``voted = open + spent``, and what lapsed is of no year any more."""

    year: int
    open: Decimal
    spent: Decimal

    @property
    def voted(self) -> Decimal:
        return self.open + self.spent


@dataclass(frozen=True, slots=True)
class Standing:
    """An envelope's commitment credits by state. ``voted`` is the sum of all the others."""

    envelope: Envelope
    available: Decimal
    reserved: Decimal
    awarded: Decimal
    engaged: Decimal
    paid: Decimal
    lapsed: Decimal
    credits: tuple[Credits, ...]

    @property
    def voted(self) -> Decimal:
        return self.available + self.reserved + self.awarded + self.engaged + self.paid + self.lapsed

    @property
    def promised(self) -> Decimal:
        """What is due or paid: awarded, engaged and paid together."""
        return self.awarded + self.engaged + self.paid


def standings(envelopes: list[Envelope]) -> list[Standing]:
    """Where the money of these envelopes of one programme stands. One query."""
    held = balances(envelopes)
    return [_standing(envelope, held[envelope.code]) for envelope in envelopes]


def _standing(envelope: Envelope, held: Mapping[str, Decimal]) -> Standing:
    years = sorted({int(name.split(":")[1]) for name in held if ":" in name})
    return Standing(
        envelope=envelope,
        available=held.get("available", ZERO),
        reserved=held.get("reserved", ZERO),
        awarded=held.get("awarded", ZERO),
        engaged=held.get("engaged", ZERO),
        paid=held.get("paid", ZERO),
        lapsed=held.get("lapsed", ZERO),
        credits=tuple(Credits(year, held.get(f"cp:{year}", ZERO), held.get(f"spent:{year}", ZERO)) for year in years),
    )


def verify(programme: str) -> Iterator[Text]:
    """Every envelope whose allocations and sums do not add up to its accounts; nothing where all holds. For a command, not a page."""
    envelopes = list(Envelope.objects.filter(programme=programme).order_by("pk"))
    found = {standing.envelope.pk: standing for standing in standings(envelopes)}
    allocations = Allocation.objects.filter(envelope__programme=programme)
    for envelope in envelopes:
        standing = found[envelope.pk]
        sums = allocations.filter(envelope=envelope).aggregate(**{f"sum_{state}": Sum(state) for state in STATES})
        for state in STATES:
            yield from _differ(envelope, state, getattr(standing, state), sums[f"sum_{state}"])
        yield from _differ(envelope, "voted", standing.voted, envelope.voted)
        years = PaidIn.objects.filter(allocation__envelope=envelope).order_by("year").values_list("year")
        paid = dict(years.annotate(Sum("cents")))
        for credit in standing.credits:
            yield from _differ(envelope, f"spent:{credit.year}", credit.spent, paid.pop(credit.year, 0))
        for year, cents in paid.items():
            yield from _differ(envelope, f"spent:{year}", ZERO, cents)
    yield from cells.verify(programme)


def _differ(envelope: Envelope, state: str, balance: Decimal, cents: int | None) -> Iterator[Text]:
    summed = major(cents or 0, "EUR")
    if summed != balance:
        yield Text(
            f"{envelope.code} : {balance} € au compte « {state} », {summed} € dans les dossiers",
            f"{envelope.code}: €{balance} on account {state}, €{summed} in its cases",
        )
