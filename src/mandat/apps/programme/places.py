"""What commitments count in a place, read from the rollups.

A *contribution* is a fact counted by the indicator of a commitment: a fact that serves two commitments
contributes twice. Facts without an area contribute nowhere.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db.models import Q, QuerySet, Sum

from mandat import journal
from mandat.apps.programme.models import Figure, RollupCell
from mandat.apps.programme.published import Published
from mandat.apps.programme.schema import Commitment, Measure
from mandat.apps.programme.standing import figure_value, today
from mandat.apps.territory import selectors as territory
from mandat.engines.indicators.rollup import unscaled

#: Families of cells whose key is an area: amounts by area, and areas covered.
_AMOUNTS, _COVERED = "area", "member"


@dataclass(frozen=True, slots=True)
class PlaceFigure:
    """A commitment in a place: the figure ``here``, the ``facts`` behind it, and the figure of the ``whole`` programme.

    ``year`` is the calendar year both figures are of, None where they run over the mandate.
    """

    measure: Measure
    commitment: Commitment
    here: Decimal
    facts: int
    whole: Decimal | None
    year: int | None = None


def _cells(current: Published) -> QuerySet[RollupCell]:
    return RollupCell.objects.filter(programme=current.code, n__gt=0)


def figures_in(current: Published, area: str) -> list[PlaceFigure]:
    """What each commitment counts inside an area, in the order of the measures. Three queries.

    Yearly commitments count the present year, here as in the whole. Shares are those of the area's own
    population, surface or communes, whether a fact covers a commune of it, or all of it from above.
    """
    day = today()
    inside = territory.within(area)
    yearly = {code for code, known in current.commitments.items() if known.indicator.window == "year"}
    # Cells of an area are kept by calendar year, on its first day.
    in_time = ~Q(commitment__in=yearly) | Q(day=dt.date(day.year, 1, 1))
    rows = (
        _cells(current)
        # Naming the commitments lets the database go straight to each cell by the unique index.
        .filter(in_time, commitment__in=list(current.commitments), family=_AMOUNTS, key__in=inside)
        .values_list("commitment")
        .annotate(value=Sum("value"), facts=Sum("n"))
    )
    found = {code: (unscaled(int(value)), int(facts)) for code, value, facts in rows if code in current.commitments}
    found |= _shares(current, area, inside)
    figures = Figure.objects.filter(programme=current.code, commitment__in=list(found))
    whole = {figure.commitment: figure for figure in figures}
    return [
        PlaceFigure(
            measure=current.measure_of(code),
            commitment=commitment,
            here=found[code][0],
            facts=found[code][1],
            whole=figure_value(commitment, whole[code], day).value if code in whole else None,
            year=day.year if code in yearly else None,
        )
        for code, commitment in current.commitments.items()
        if code in found
    ]


def _shares(current: Published, area: str, inside: Sequence[str]) -> dict[str, tuple[Decimal, int]]:
    """Percent of the area covered and facts that cover it, by commitment whose indicator is a share."""
    shares = {code: c.indicator.over for code, c in current.commitments.items() if c.indicator.aggregate == "share"}
    rows = (
        _cells(current)
        .filter(family=_COVERED, commitment__in=list(shares), key__in={*inside, *territory.containing(area)})
        .values_list("commitment", "key")
        .annotate(facts=Sum("n"))
    )
    communes = set(territory.expand(area))
    covered: dict[str, set[str]] = {}
    facts: Counter[str] = Counter()
    for code, key, count in rows:
        covered.setdefault(code, set()).update(communes.intersection(territory.expand(key)))
        facts[code] += count
    result = {}
    for code, own in covered.items():
        weights = territory.area_weights(shares[code], area)
        total = sum(weights.values())
        if total:
            result[code] = (Decimal(sum(weights.get(commune, 0) for commune in own)) * 100 / total, facts[code])
    return result


def contributions(current: Published, areas: Sequence[str] | None = None) -> Mapping[str, Decimal]:
    """Contributions by area code: of these areas, or of every commune. Kept until a fact is added."""
    if areas is None:
        return _everywhere(current.code, journal.head().size)
    return _counted(_cells(current).filter(key__in=list(areas)))


@lru_cache(maxsize=4)
def _everywhere(programme: str, size: int) -> Mapping[str, Decimal]:
    rows = RollupCell.objects.filter(programme=programme, n__gt=0, key__startswith="commune:")
    return _counted(rows)


def _counted(rows: QuerySet[RollupCell]) -> dict[str, Decimal]:
    counted = rows.filter(family__in=(_AMOUNTS, _COVERED)).values_list("key").annotate(n=Sum("n"))
    return {key: Decimal(n) for key, n in counted}


def facts_in(
    current: Published, area: str, *, size: int, before: int | None = None, after: int | None = None
) -> journal.Page:
    """Facts that happen inside an area, newest first, read by cursor as ``journal.page`` does.

    A department is read from the journal's own index of departments, merged with its EPCI: asking for hundreds
    of codes at once would sort all their facts for each page.
    """
    inside = territory.within(area)
    conditions: list[dict[str, Any]] = [{"areas": inside}]
    if area.startswith("departement:"):
        epcis = [code for code in inside if code.startswith("epci:")]
        conditions = [{"department": area.split(":")[1]}, *([{"areas": epcis}] if epcis else [])]
    pages = [
        journal.page(before=before, after=after, size=size, programme=current.code, **condition)
        for condition in conditions
    ]
    if len(pages) == 1:
        return pages[0]
    newest_first = sorted((entry for page in pages for entry in page.entries), key=lambda entry: -entry.index)
    if not newest_first:
        return journal.Page([], None, None)
    kept = newest_first[-size:] if after is not None else newest_first[:size]
    cut = len(kept) < len(newest_first)
    older = any(page.older is not None for page in pages) or (cut and after is None)
    newer = any(page.newer is not None for page in pages) or (cut and after is not None)
    return journal.Page(kept, kept[-1].index if older else None, kept[0].index if newer else None)
