"""What the programme promised in money, beside what was voted, engaged and paid: all of it computed.

A promise in money is a commitment whose truth is money and whose goal is in euros or in percent of a budget. Its figure is that of its indicator
(votes told as facts, or a published ratio); what was voted, engaged and paid is that of the envelopes that cite it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum

from mandat.apps.funds.books import balances
from mandat.apps.funds.models import Envelope, Total
from mandat.apps.ledger.models import major
from mandat.apps.programme.published import Published
from mandat.apps.programme.schema import Commitment
from mandat.apps.programme.standing import CommitmentStanding, standings
from mandat.kernel.money import ZERO

VOTES = "budget.line_voted.v1"


@dataclass(frozen=True, slots=True)
class Year:
    """Euros of one year. ``counted`` is the indicator's own figure, None where it says nothing of that year."""

    year: int
    counted: Decimal | None
    voted: Decimal
    engaged: Decimal
    paid: Decimal


@dataclass(frozen=True, slots=True)
class Promise:
    """A promise and where it stands; ``years`` are those of the mandate up to today."""

    standing: CommitmentStanding
    years: tuple[Year, ...]
    envelopes: int

    @property
    def commitment(self) -> Commitment:
        return self.standing.commitment

    @property
    def yearly(self) -> bool:
        return self.commitment.goal.each == "year"

    @property
    def in_euros(self) -> bool:
        return self.commitment.goal.unit == "EUR"

    def total(self, name: str) -> Decimal:
        return sum((getattr(year, name) for year in self.years), ZERO)


def promised(commitment: Commitment) -> bool:
    """Whether a commitment is a promise of money."""
    if commitment.truth != "money":
        return False
    return VOTES in commitment.indicator.facts or (
        "budget" in commitment.instruments and commitment.goal.unit in ("EUR", "percent")
    )


def promises(current: Published, *, until: int, only: str = "") -> list[Promise]:
    """Every promise of money, in the order of the programme; with ``only``, that one. Four queries."""
    codes = [code for code, one in current.commitments.items() if promised(one) and only in ("", code)]
    standing = {part.commitment.code: part for one in standings(current).values() for part in one.commitments}
    envelopes = list(Envelope.objects.filter(programme=current.code).order_by("pk"))
    citing = {code: [one for one in envelopes if code in one.commitments] for code in codes}
    cited = {one.pk: one for some in citing.values() for one in some}
    held = balances(cited.values())
    engaged, paid = _moved(cited)
    start = current.programme.mandate.start.year
    return [
        Promise(
            standing[code],
            tuple(
                Year(
                    year,
                    standing[code].value.years.get(year) if current.commitments[code].goal.unit == "EUR" else None,
                    _sum(
                        held[one.code].get(name, ZERO)
                        for one in citing[code]
                        for name in (f"cp:{year}", f"spent:{year}")
                    ),
                    _sum(engaged.get(one.pk, ZERO) for one in citing[code] if one.year == year),
                    _sum(paid[one.pk].get(year, ZERO) for one in citing[code]),
                )
                for year in range(start, until + 1)
            ),
            len(citing[code]),
        )
        for code in codes
    ]


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, ZERO)


def _moved(envelopes: Mapping[int, Envelope]) -> tuple[dict[int, Decimal], dict[int, dict[int, Decimal]]]:
    """What is engaged or paid of each envelope, and paid by year. One query."""
    engaged: dict[int, Decimal] = defaultdict(lambda: ZERO)
    paid: dict[int, dict[int, Decimal]] = defaultdict(dict)
    rows = Total.objects.filter(envelope__in=list(envelopes)).order_by().values_list("envelope_id", "paid_in")
    for envelope, year, due, out in rows.annotate(Sum("engaged"), Sum("paid")):
        engaged[envelope] += major(due + out, "EUR")
        if year:
            paid[envelope][year] = major(out, "EUR")
    return engaged, paid
