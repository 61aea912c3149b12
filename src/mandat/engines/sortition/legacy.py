"""The usual greedy rule, for comparison: fill the most pressed quota first, start again when stuck.

Draw after draw: take the quota value with the highest ratio of seats still needed to people still available, pick
one of these people at random, remove those whom a full quota or household shuts out. Probabilities are those
observed over many draws, averaged within each class (the rule treats exchangeable people alike).
Source: the greedy rule described in Flanigan et al. (Nature 596, 2021) under the name LEGACY.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np

from mandat.engines.sortition.kernels import splitmix
from mandat.engines.sortition.model import Certificate, Floats, Ints, Lottery, Problem, average
from mandat.engines.sortition.panels import PanelSource
from mandat.engines.sortition.relax import InfeasibleError, relaxed_maximin

ATTEMPTS = 1_000


def legacy_lottery(
    problem: Problem, source: PanelSource, *, panels: int, report: Callable[[str, float], None]
) -> Lottery:
    """``panels`` greedy draws with equal weights; the certificate says what the best lottery would have given."""
    drawn: dict[bytes, int] = {}
    kept: list[Ints] = []
    for number in range(panels):
        if number % 50 == 0:
            report("panels", number / panels)
        panel = _draw(problem, source.state)
        if panel is None:
            raise InfeasibleError
        if panel.tobytes() not in drawn:
            kept.append(panel)
        drawn[panel.tobytes()] = drawn.get(panel.tobytes(), 0) + 1
    weights: Floats = np.array([drawn[panel.tobytes()] for panel in kept]) / panels
    counts = np.array(kept, dtype=np.int32)
    p = average(weights, counts) / problem.caps
    bound = relaxed_maximin(problem)
    free = problem.free
    least = float(p[free].min()) if free.any() else 1.0
    certificate = Certificate("legacy", least, bound, bound - least, max(bound, least), 0.0, 0)
    return Lottery(problem=problem, panels=counts, weights=weights, probabilities=p, certificate=certificate)


def _draw(problem: Problem, state: Any) -> Ints | None:
    panel: Ints
    panel, found = greedy(
        problem.low, problem.caps, problem.touches, problem.lo, problem.hi, problem.seats, state, ATTEMPTS
    )
    return panel if found and problem.holds(panel) else None


def _greedy(low: Any, caps: Any, touches: Any, lo: Any, hi: Any, seats: int, state: Any, attempts: int) -> Any:
    """One greedy draw (counts, T) and whether it ended with every quota met."""
    classes, width = touches.shape
    rows = len(lo)
    panel = low.copy()
    for _ in range(attempts):
        panel = low.copy()
        left = caps - low
        count = np.zeros(rows, dtype=np.int64)
        available = np.zeros(rows, dtype=np.int64)
        taken = 0
        for t in range(classes):
            taken += panel[t]
            for g in range(width):
                r = touches[t, g]
                if r >= 0:
                    count[r] += panel[t]
                    available[r] += left[t]
        stuck = False
        for r in range(rows):
            stuck = stuck or count[r] > hi[r]
        while taken < seats and not stuck:
            # People whom a full quota or household shuts out are gone.
            for t in range(classes):
                if left[t] > 0:
                    shut = False
                    for g in range(width):
                        r = touches[t, g]
                        shut = shut or (r >= 0 and count[r] >= hi[r])
                    if shut:
                        for g in range(width):
                            if touches[t, g] >= 0:
                                available[touches[t, g]] -= left[t]
                        left[t] = 0
            row = -1
            best = 0.0
            ties = 0.0
            for r in range(rows):
                need = lo[r] - count[r]
                if need > 0:
                    if need > available[r]:
                        stuck = True
                        break
                    ratio = need / available[r]
                    if ratio > best:
                        best, row, ties = ratio, r, 1.0
                    elif ratio == best:
                        ties += 1.0
                        if splitmix(state) * ties < 1.0:
                            row = r
            if stuck:
                break
            total = 0
            for t in range(classes):
                if left[t] > 0 and (row < 0 or _in(touches, t, row)):
                    total += left[t]
            if total == 0:
                stuck = True
                break
            ticket = int(splitmix(state) * total)
            for t in range(classes):
                if left[t] > 0 and (row < 0 or _in(touches, t, row)):
                    ticket -= left[t]
                    if ticket < 0:
                        panel[t] += 1
                        left[t] -= 1
                        taken += 1
                        for g in range(width):
                            r = touches[t, g]
                            if r >= 0:
                                count[r] += 1
                                available[r] -= 1
                        break
        if not stuck:
            met = True
            for r in range(rows):
                met = met and count[r] >= lo[r]
            if met:
                return panel, True
    return panel, False


def _touches(touches: Any, t: int, row: int) -> Any:
    found = False
    for g in range(touches.shape[1]):
        found = found or touches[t, g] == row
    return found


_in = numba.njit(cache=True, inline="always")(_touches)
greedy = numba.njit(cache=True)(_greedy)
