"""Small random draws, and an oracle that enumerates every panel."""

from __future__ import annotations

from itertools import product

import numpy as np
from hypothesis import strategies as st
from scipy.optimize import linprog

from mandat.engines.sortition import Person, Pool, Problem, Quota, Quotas, build_problem


def pool_of(rows: list[tuple[str, ...]], households: list[str] | None = None) -> Pool:
    categories = tuple(f"c{number}" for number in range(len(rows[0])))
    homes = households or [""] * len(rows)
    return Pool(
        categories, tuple(Person(f"p{n:03}", row, home) for n, (row, home) in enumerate(zip(rows, homes, strict=True)))
    )


@st.composite
def draws(draw: st.DrawFn, *, households: bool = False, most: int = 12) -> Problem:
    """A feasible problem: quotas are put around a random panel of the pool."""
    sizes = draw(st.lists(st.integers(2, 3), min_size=1, max_size=3))
    count = draw(st.integers(4, most))
    rows = [tuple(f"v{draw(st.integers(0, size - 1))}" for size in sizes) for _ in range(count)]
    homes = [f"h{draw(st.integers(0, 5))}" if draw(st.booleans()) else "" for _ in rows] if households else None
    order = draw(st.permutations(range(count)))
    panel: list[int] = []
    for index in order:
        if homes is None or not homes[index] or all(homes[other] != homes[index] for other in panel):
            panel.append(index)
    panel = panel[: draw(st.integers(1, max(len(panel) - 1, 1)))]
    quotas = []
    for place, size in enumerate(sizes):
        for value in range(size):
            held = sum(rows[index][place] == f"v{value}" for index in panel)
            low = max(held - draw(st.integers(0, 1)), 0)
            quotas.append(Quota(f"c{place}", f"v{value}", low, held + draw(st.integers(0, 1))))
    return build_problem(
        pool_of(rows, homes), Quotas(tuple(quotas)), seats=len(panel), household_limit=1 if households else None
    )


def every_panel(problem: Problem) -> np.ndarray:
    """All panels as counts (J x T), by enumeration."""
    ranges = [range(int(low), int(cap) + 1) for low, cap in zip(problem.low, problem.caps, strict=True)]
    return np.array([x for x in product(*ranges) if sum(x) == problem.seats and problem.holds(np.array(x))])


def oracle_leximin(problem: Problem, panels: np.ndarray) -> np.ndarray:
    """Leximin over all panels, raising one level at a time and testing each class alone: slow and plain."""
    share = panels / problem.caps
    classes = share.shape[1]
    level: dict[int, float] = {}

    def best(goal: int | None, floor: float | None) -> float:
        # Variables: weights of panels, then z.
        cost = np.zeros(len(panels) + 1)
        above, sides = [], []
        for t in range(classes):
            if t in level:
                above.append(np.append(-share[:, t], 0.0))
                sides.append(-level[t] + 1e-9)
            elif floor is None:
                above.append(np.append(-share[:, t], 1.0))
                sides.append(0.0)
            else:
                above.append(np.append(-share[:, t], 0.0))
                sides.append(-floor + 1e-9)
        if goal is None:
            cost[-1] = -1.0
        else:
            cost[:-1] = -share[:, goal]
        bounds = [(0, None)] * len(panels) + [(0, 1)]
        equal = np.append(np.ones(len(panels)), 0.0)[None, :]
        found = linprog(cost, A_ub=np.array(above), b_ub=sides, A_eq=equal, b_eq=[1.0], bounds=bounds)
        assert found.status == 0
        return float(-found.fun)

    while len(level) < classes:
        floor = best(None, None)
        held = [t for t in range(classes) if t not in level and best(t, floor) <= floor + 1e-6]
        for t in held:
            level[t] = floor
        assert held
    return np.array([level[t] for t in range(classes)])
