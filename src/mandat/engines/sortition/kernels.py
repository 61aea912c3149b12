"""Compiled search for one integer panel: simulated annealing by swaps.

Quota rows are zeros and ones and each class touches a handful, so a swap costs a few nanoseconds. The search only
proposes: every panel is checked in integers by the caller, and a MIP settles what it cannot find.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np


def _next(state: Any) -> Any:
    """One step of splitmix64 on ``state[0]``; a float in [0, 1)."""
    state[0] += np.uint64(0x9E3779B97F4A7C15)
    z = state[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return np.float64(z >> np.uint64(11)) / 9007199254740992.0


splitmix = numba.njit(cache=True, inline="always")(_next)


def _touch(touches: Any, t: int, row: int) -> Any:
    found = False
    for g in range(touches.shape[1]):
        found = found or touches[t, g] == row
    return found


_touches = numba.njit(cache=True, inline="always")(_touch)


def _anneal(
    start: Any, low: Any, high: Any, touches: Any, lo: Any, hi: Any, score: Any, state: Any,
    proposals: int, hot: float, cold: float, focus: float, stop_at_first: bool,
) -> Any:  # fmt: skip
    """Swap units between classes until the rows hold, then climb ``score`` (T).

    ``start`` (T) sums to the seats, within ``low``..``high``. Returns (best panel, its broken seats, its score).
    Energy: one per broken seat, minus the score; temperature falls geometrically from ``hot`` to ``cold``.
    """
    classes, width = touches.shape
    counts = np.zeros(len(lo), dtype=np.int64)
    x = start.copy()
    broken = 0
    units = 0
    movable = 0
    for t in range(classes):
        if high[t] > low[t]:
            movable += 1
            units += x[t] - low[t]
        for g in range(width):
            if touches[t, g] >= 0:
                counts[touches[t, g]] += x[t]
    for r in range(len(lo)):
        if counts[r] < lo[r]:
            broken += lo[r] - counts[r]
        elif counts[r] > hi[r]:
            broken += counts[r] - hi[r]
    holder = np.empty(units, dtype=np.int64)
    choices = np.empty(movable, dtype=np.int64)
    value = 0.0
    at = 0
    which = 0
    for t in range(classes):
        value += score[t] * x[t]
        if high[t] > low[t]:
            choices[which] = t
            which += 1
            for _ in range(x[t] - low[t]):
                holder[at] = t
                at += 1
    best = x.copy()
    best_broken = broken
    best_value = value
    if units == 0 or movable < 2 or (stop_at_first and broken == 0):
        return best, best_broken, best_value
    rows = len(lo)
    cooling = (cold / hot) ** (1.0 / max(proposals, 1))
    heat = hot
    for _ in range(proposals):
        heat *= cooling
        u = int(splitmix(state) * units)
        i = holder[u]
        j = choices[int(splitmix(state) * movable)]
        if broken > 0 and splitmix(state) < focus:
            # Look at a broken row: bring someone in when it lacks people, take someone out when it has too many.
            for _try in range(8):
                r = int(splitmix(state) * rows)
                if counts[r] < lo[r]:
                    for _other in range(12):
                        if _touches(touches, j, r) and x[j] < high[j]:
                            break
                        j = choices[int(splitmix(state) * movable)]
                    break
                if counts[r] > hi[r]:
                    for _other in range(12):
                        if _touches(touches, i, r):
                            break
                        u = int(splitmix(state) * units)
                        i = holder[u]
                    break
        if i == j or x[j] >= high[j]:
            continue
        change = 0
        for g in range(width):
            r = touches[i, g]
            if r >= 0:
                if counts[r] > hi[r]:
                    change -= 1
                elif counts[r] <= lo[r]:
                    change += 1
                counts[r] -= 1
        for g in range(width):
            r = touches[j, g]
            if r >= 0:
                if counts[r] < lo[r]:
                    change -= 1
                elif counts[r] >= hi[r]:
                    change += 1
                counts[r] += 1
        gain = score[j] - score[i]
        cost = change - gain
        if cost <= 0 or splitmix(state) < np.exp(-cost / heat):
            x[i] -= 1
            x[j] += 1
            holder[u] = j
            broken += change
            value += gain
            if broken < best_broken or (broken == best_broken and value > best_value + 1e-12):
                best_broken = broken
                best_value = value
                best[:] = x
                if stop_at_first and broken == 0:
                    break
        else:
            for g in range(width):
                if touches[j, g] >= 0:
                    counts[touches[j, g]] -= 1
                if touches[i, g] >= 0:
                    counts[touches[i, g]] += 1
    return best, best_broken, best_value


anneal = numba.njit(cache=True, nogil=True)(_anneal)
