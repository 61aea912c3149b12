"""What commitments count in a place, read from the rollups.

A *contribution* is a fact counted by the indicator of a commitment: a fact that serves two commitments
contributes twice. Facts without an area contribute nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from django.db.models import QuerySet, Sum

from mandat import journal
from mandat.apps.programme.models import Figure, RollupCell
from mandat.apps.programme.published import Published
from mandat.apps.programme.schema import Commitment, Measure
from mandat.apps.programme.standing import figure_value, today
from mandat.engines.indicators.rollup import unscaled

#: Families of cells whose key is an area: amounts by area, and areas covered.
_AMOUNTS, _COVERED = "area", "member"


@dataclass(frozen=True, slots=True)
class PlaceFigure:
    """A commitment in a place. ``here`` is None where the indicator counts places covered: then ``facts`` cover it.

    ``whole`` is the figure over the whole programme.
    """

    measure: Measure
    commitment: Commitment
    here: Decimal | None
    facts: int
    whole: Decimal | None


def _cells(current: Published) -> QuerySet[RollupCell]:
    return RollupCell.objects.filter(programme=current.code, n__gt=0)


def figures_in(current: Published, areas: Sequence[str]) -> list[PlaceFigure]:
    """What each commitment counts in these areas together, in the order of the measures. Two queries."""
    found: dict[str, tuple[str, int, int]] = {}
    rows = (
        _cells(current)
        .filter(family__in=(_AMOUNTS, _COVERED), key__in=list(areas))
        .values_list("commitment", "family")
        .annotate(value=Sum("value"), n=Sum("n"))
    )
    for code, family, value, n in rows:
        commitment = current.commitments.get(code)
        if commitment is None or (family == _COVERED) != (commitment.indicator.aggregate == "share"):
            continue
        found[code] = (family, int(value), int(n))
    whole = {
        figure.commitment: figure
        for figure in Figure.objects.filter(programme=current.code, commitment__in=list(found))
    }
    day = today()
    result = []
    for code, commitment in current.commitments.items():
        if code not in found:
            continue
        family, value, n = found[code]
        total = figure_value(commitment, whole[code], day).value if code in whole else None
        here = None if family == _COVERED else unscaled(value)
        result.append(PlaceFigure(current.measure_of(code), commitment, here, n, total))
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
