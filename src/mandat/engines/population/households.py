"""How many households of each composition live in each commune: whole numbers, exact populations.

Controlled rounding by diffusion: a commune takes whole households nearest to what is due to it, its rounding
is owed to the next one, and its population is reached exactly. So every commune is exact and, over a département, each
composition is within a few households of its share.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from mandat.engines.population.margins import Composition

Ints = np.ndarray[Any, np.dtype[np.int64]]


def share_out(populations: Sequence[int], compositions: Sequence[Composition]) -> Ints:
    """Households by (commune, composition): Σ size · count is each commune's population, to the person.

    ``compositions`` must hold one of size 1, so that every population can be reached. Raises ValueError otherwise and
    for negative populations.
    """
    sizes = [composition.size for composition in compositions]
    shares = np.array([composition.share for composition in compositions])
    if 1 not in sizes or min(populations, default=0) < 0:
        raise ValueError("populations from 0, and a composition of size 1")
    mean = float(shares @ np.array(sizes))
    counts = np.zeros((len(populations), len(sizes)), np.int64)
    owed = np.zeros(len(sizes))
    for row, population in enumerate(populations):
        due = owed + shares * (population / mean)
        taken = np.maximum(np.rint(due), 0).astype(np.int64)
        missing = population - int(taken @ np.array(sizes))
        while missing:
            if missing > 0:
                fits = [k for k, size in enumerate(sizes) if size <= missing]
                k = max(fits, key=lambda k: (due[k] - taken[k], sizes[k]))
                taken[k] += 1
                missing -= sizes[k]
            else:
                there = [k for k in range(len(sizes)) if taken[k] > 0]
                k = min(there, key=lambda k: (due[k] - taken[k], -sizes[k]))
                taken[k] -= 1
                missing += sizes[k]
        owed = due - taken
        counts[row] = taken
    return counts
