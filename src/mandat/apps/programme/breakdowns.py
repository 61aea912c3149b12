"""Public breakdowns: counts under the smallest public count are withheld, and so is what would reveal them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings

from mandat.apps.programme.vocabulary import CATEGORIES, DIMENSIONS
from mandat.engines.disclosure import withhold_line
from mandat.facts.base import CATEGORIES as ORDER
from mandat.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Row:
    """A category: ``count`` None means withheld."""

    label: Text
    count: int | None


def told(counts: Mapping[str, int]) -> dict[str, int | None]:
    """The categories of a dimension as they may be shown, None where withheld; their total is the fact's quantity, known to all."""
    line = withhold_line(tuple(counts.values()), smallest=settings.MANDAT_SMALLEST_COUNT, total_known=True)
    return dict(zip(counts, line.cells, strict=True))


def shown(categories: Mapping[str, Mapping[str, int]]) -> list[tuple[Text, list[Row]]]:
    """Each dimension with its categories in their order, small counts withheld."""
    found = []
    for dimension, label in DIMENSIONS.items():
        counts = categories.get(dimension)
        if not counts:
            continue
        seen = told(counts)
        rows = [Row(CATEGORIES[dimension][name], seen[name]) for name in ORDER[dimension] if name in counts]
        found.append((label, rows))
    return found
