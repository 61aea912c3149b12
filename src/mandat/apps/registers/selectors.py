"""Questions about labels, contracts, equality and impact."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.db.models import Count, Q, QuerySet, Sum

from mandat.apps.grants.machine import LIVE, State
from mandat.apps.grants.models import Case
from mandat.apps.grants.schema import Scheme
from mandat.apps.grants.terms import SCHEMES
from mandat.apps.programme.breakdowns import withheld
from mandat.apps.programme.published import Published
from mandat.apps.programme.terms import Terms
from mandat.apps.registers.models import Contract, Label, Tally
from mandat.apps.territory import selectors as territory

#: Dimensions of persons: small counts are withheld. The others count organisations and places.
PERSONAL = ("gender", "age", "disability")
DIMENSIONS = (*PERSONAL, "territory", "applicant")


def labels_held(programme: str, scheme: str, on: dt.date) -> QuerySet[Label]:
    """Labels held on a day, by holder's name."""
    found = Label.objects.filter(programme=programme, scheme=scheme, since__lte=on, until__gte=on)
    return (
        found.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=on))
        .select_related("holder")
        .order_by("holder__name", "pk")
    )


def contracts_in_force(programme: str, scheme: str, on: dt.date) -> QuerySet[Contract]:
    """Contracts in force on a day, by title."""
    found = Contract.objects.filter(programme=programme, scheme=scheme, starts_on__lte=on, ends_on__gte=on)
    return found.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=on)).order_by("title", "pk")


def schemes_of_type(current: Published, type_: str) -> list[Terms[Scheme]]:
    """The published schemes of one type, in the order of their files."""
    return [terms for terms in SCHEMES.all(current).values() if terms.document.type == type_]


@dataclass(frozen=True, slots=True)
class Share:
    """One category: how many asked and received, and how much, in cents. None: withheld, or told by a count that is."""

    category: str
    asked: int | None
    received: int | None
    amount: int | None


def equality(programme: str, schemes: Iterable[str], *, year: int | None = None) -> dict[str, list[Share]]:
    """Who asked and who received, by dimension. Among persons, counts under the smallest public one are withheld."""
    found = Tally.objects.filter(programme=programme, scheme__in=list(schemes))
    if year is not None:
        found = found.filter(year=year)
    rows = found.values("dimension", "category").annotate(a=Sum("asked"), r=Sum("received"), m=Sum("amount"))
    sums: dict[str, dict[str, tuple[int, int, int]]] = defaultdict(dict)
    for row in rows.order_by("dimension", "category"):
        sums[row["dimension"]][row["category"]] = (row["a"], row["r"], row["m"])
    return {name: _shares(name, sums[name]) for name in DIMENSIONS if name in sums}


def _shares(dimension: str, sums: Mapping[str, tuple[int, int, int]]) -> list[Share]:
    smallest = settings.MANDAT_SMALLEST_COUNT if dimension in PERSONAL else 1
    asked = withheld({name: value[0] for name, value in sums.items()}, smallest=smallest)
    # Who did not receive is told by the difference: it is withheld as well as who did.
    received = withheld({name: value[1] for name, value in sums.items()}, smallest=smallest)
    without = withheld({name: value[0] - value[1] for name, value in sums.items()}, smallest=smallest)
    hidden = received | without | asked
    return [
        Share(
            name,
            None if name in asked else value[0],
            None if name in hidden else value[1],
            None if name in hidden else value[2],
        )
        for name, value in sums.items()
    ]


@dataclass(frozen=True, slots=True)
class Given:
    """What became of the cases of one scheme: sent, awarded, refused, under examination; awarded in cents."""

    scheme: str
    asked: int
    awarded: int
    refused: int
    waiting: int
    amount: int


def given(programme: str, schemes: Iterable[str]) -> dict[str, Given]:
    """Counts of cases by scheme: one query."""
    rows = (
        Case.objects.filter(programme=programme, scheme__in=list(schemes), submitted_at__isnull=False)
        .values("scheme")
        .annotate(
            asked=Count("pk"),
            granted=Count("pk", filter=Q(state__in=[*LIVE, State.CLOSED])),
            refused=Count("pk", filter=Q(state__in=[State.REFUSED, State.INADMISSIBLE])),
            waiting=Count(
                "pk",
                filter=Q(state__in=[State.SUBMITTED, State.INCOMPLETE, State.COMPLETE, State.OPINIONS, State.READY]),
            ),
            amount=Sum("awarded", filter=Q(state__in=[*LIVE, State.CLOSED])),
        )
        .order_by("scheme")
    )
    return {
        row["scheme"]: Given(
            row["scheme"], row["asked"], row["granted"], row["refused"], row["waiting"], row["amount"] or 0
        )
        for row in rows
    }


def region_of(current: Published) -> str:
    """The region's area."""
    region = territory.current_region(current.programme.region)
    return region.area if region is not None else ""


def per_inhabitant(amount: int, population: int) -> Decimal | None:
    """Euros a head, to the cent; None where nobody lives there."""
    return (Decimal(amount) / 100 / population).quantize(Decimal("0.01")) if population else None
