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


def withheld(counts: Mapping[str, int], *, smallest: int) -> frozenset[str]:
    """The categories not to show, where their total is known to all (it is the quantity of the fact)."""
    line = withhold_line(tuple(counts.values()), smallest=smallest, total_known=True)
    return frozenset(name for name, count in zip(counts, line.cells, strict=True) if count is None)


def told(counts: Mapping[str, int]) -> dict[str, int | None]:
    """The categories of a dimension as they may be shown, None where withheld."""
    hidden = withheld(counts, smallest=settings.MANDAT_SMALLEST_COUNT)
    return {name: None if name in hidden else count for name, count in counts.items()}


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
