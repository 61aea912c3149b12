"""Places on the map that may be shown: means of at least as many neighbours as the withholding size.

A lone point on a public map is a person. Each group is cut in two along its longer side, at the median, as long as
both halves keep enough people; every cell gives one dot at its mean.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mandat.engines.opinion.mapping import OpinionMap
from mandat.engines.opinion.votes import Floats, Ints

LARGEST_PICTURE = 240


@dataclass(frozen=True, slots=True)
class Dot:
    """``people`` participants of ``group`` (its number, from 1), shown at their mean place."""

    group: int
    people: int
    x: float
    y: float


def dots(opinions: OpinionMap, *, largest: int = LARGEST_PICTURE) -> list[Dot]:
    """At most about ``largest`` dots, each of at least ``settings.withholding`` people, group by group."""
    total = max(1, opinions.shown_participants)
    fewest = max(opinions.settings.withholding, -(-total // largest))
    found: list[Dot] = []
    for group in opinions.groups:
        rows = np.flatnonzero(opinions.labels == group.number - 1)
        places = opinions.projection.participants[rows]
        for cell in _cells(places, min(fewest, len(rows))):
            x, y = places[cell].mean(axis=0)
            found.append(Dot(group.number, len(cell), float(x), float(y)))
    return found


def _cells(places: Floats, fewest: int) -> list[Ints]:
    done: list[Ints] = []
    waiting = [np.arange(len(places))]
    while waiting:
        cell = waiting.pop()
        if len(cell) < 2 * fewest:
            done.append(cell)
            continue
        here = places[cell]
        axis = int(np.argmax(here.max(axis=0) - here.min(axis=0)))
        order = cell[np.lexsort((here[:, 1 - axis], here[:, axis]))]
        half = len(order) // 2
        waiting += [order[half:], order[:half]]
    return done
