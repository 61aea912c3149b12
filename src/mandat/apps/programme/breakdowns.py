"""Public breakdowns: counts under the smallest public count are withheld, and so is what would reveal them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings

from mandat.apps.programme.vocabulary import CATEGORIES, DIMENSIONS
from mandat.facts.base import CATEGORIES as ORDER
from mandat.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Row:
    """A category: ``count`` None means withheld."""

    label: Text
    count: int | None


def withheld(counts: Mapping[str, int], *, smallest: int) -> frozenset[str]:
    """The categories not to show.

    Every count from 1 to ``smallest`` - 1; then, because the total is known (it is the fact's quantity, which
    ``engines.disclosure`` would withhold instead), more of the smallest counts until at least two are hidden and hide
    ``smallest`` persons together. Zero reveals nobody and stays, except where nothing else is left to hide behind.
    """
    hidden = {name for name, count in counts.items() if 0 < count < smallest}
    if not hidden:
        return frozenset()
    others = sorted((count, name) for name, count in counts.items() if name not in hidden)
    others.sort(key=lambda pair: (pair[0] == 0, *pair))
    for _, name in others:
        if len(hidden) >= 2 and sum(counts[one] for one in hidden) >= smallest:
            break
        hidden.add(name)
    return frozenset(hidden)


def shown(categories: Mapping[str, Mapping[str, int]]) -> list[tuple[Text, list[Row]]]:
    """Each dimension with its categories in their order, small counts withheld."""
    found = []
    for dimension, label in DIMENSIONS.items():
        counts = categories.get(dimension)
        if not counts:
            continue
        hidden = withheld(counts, smallest=settings.MANDAT_SMALLEST_COUNT)
        rows = [
            Row(CATEGORIES[dimension][name], None if name in hidden else counts[name])
            for name in ORDER[dimension]
            if name in counts
        ]
        found.append((label, rows))
    return found
