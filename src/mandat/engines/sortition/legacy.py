"""The usual greedy rule, for comparison: fill the most pressed quota first, start again when stuck.

Draw after draw: take the quota value with the highest ratio of seats still needed to people still available, pick
one of these people at random, remove those whom a full quota or household shuts out. Probabilities are those
observed over many draws, averaged within each class (the rule treats exchangeable people alike).
Source: the greedy rule described in Flanigan et al. (Nature 596, 2021) under the name LEGACY.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from mandat.engines.sortition.model import Certificate, Floats, Ints, Lottery, Problem
from mandat.engines.sortition.panels import PanelSource
from mandat.engines.sortition.relax import InfeasibleError, relaxed_maximin

ATTEMPTS = 200


def legacy_lottery(
    problem: Problem, source: PanelSource, *, panels: int, report: Callable[[str, float], None]
) -> Lottery:
    """``panels`` greedy draws with equal weights; the certificate says what the best lottery would have given."""
    drawn: dict[bytes, int] = {}
    kept: list[Ints] = []
    for number in range(panels):
        if number % 50 == 0:
            report("panels", number / panels)
        panel = _draw(problem, source.generator)
        if panel is None:
            raise InfeasibleError
        if panel.tobytes() not in drawn:
            kept.append(panel)
        drawn[panel.tobytes()] = drawn.get(panel.tobytes(), 0) + 1
    weights: Floats = np.array([drawn[panel.tobytes()] for panel in kept]) / panels
    counts = np.array(kept)
    p = weights @ counts / problem.caps
    bound = relaxed_maximin(problem)
    free = problem.free
    least = float(p[free].min()) if free.any() else 1.0
    certificate = Certificate("legacy", least, bound, bound - least, max(bound, least), 0.0, 0)
    return Lottery(problem=problem, panels=counts, weights=weights, probabilities=p, certificate=certificate)


def _draw(problem: Problem, generator: Any) -> Ints | None:
    for _ in range(ATTEMPTS):
        panel = _attempt(problem, generator)
        if panel is not None and problem.holds(panel):
            return panel
    return None


def _attempt(problem: Problem, generator: Any) -> Ints | None:
    rows = problem.rows.astype(np.int64)
    panel = problem.low.copy()
    left = problem.caps - panel
    needed = problem.lo - rows @ panel
    room = problem.hi - rows @ panel
    if (room < 0).any():
        return None
    for _ in range(problem.seats - int(panel.sum())):
        left[(rows[room <= 0]).any(axis=0)] = 0
        available = rows @ left
        pressed = needed > 0
        if (needed[pressed] > available[pressed]).any() or not left.any():
            return None
        if pressed.any():
            ratio = np.where(pressed, needed / np.maximum(available, 1), -1.0)
            ties = np.flatnonzero(ratio >= ratio.max() - 1e-12)
            row = int(ties[int(generator.integers(len(ties)))])
            weights = np.where(rows[row] > 0, left, 0)
        else:
            weights = left
        pick = int(np.searchsorted(np.cumsum(weights), generator.integers(int(weights.sum())), side="right"))
        panel[pick] += 1
        left[pick] -= 1
        needed -= rows[:, pick]
        room -= rows[:, pick]
    return panel
