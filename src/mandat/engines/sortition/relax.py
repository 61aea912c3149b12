"""The best fractional panels: objectives over the linear relaxation of the set of panels.

Every lottery has an average panel, which satisfies the linear bounds (and the cuts found so far). So the optimum
over fractional panels bounds what any lottery attains; when some lottery has exactly that average, it is optimal.

Programs are written in the probabilities of classes: ``x_t = caps_t * p_t`` with ``p_t = z + s_t``, one column per
class and one row per quota, so that a stage of leximin costs a few milliseconds. Sources: Flanigan, Gölz, Gupta,
Hennig, Procaccia, "Fair algorithms for selecting citizens' assemblies" (Nature 596, 2021) for the objectives;
Baharav and Flanigan, "Fair, manipulation-robust, and transparent sortition" (2024) for goldilocks.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mandat.engines.sortition.highs import INF, Program
from mandat.engines.sortition.model import Floats, Problem
from mandat.kernel.errors import MandatError
from mandat.kernel.text import Text

FIXED = 1e-9


class InfeasibleError(MandatError):
    """No panel meets the quotas. The remedy is in ``mandat.engines.sortition.infeasible``."""

    def __init__(self) -> None:
        super().__init__(
            Text("aucun panel ne respecte tous les quotas avec ce vivier", "no panel of this pool meets every quota")
        )


@dataclass(frozen=True, slots=True)
class Target:
    """A fractional optimum: ``p`` (T) probabilities, the objective's ``bound``, the greatest possible minimum."""

    p: Floats
    bound: float
    minimum_bound: float


def linear_rows(problem: Problem) -> tuple[Floats, Floats, Floats]:
    """Every linear condition on counts: quotas, households, seats, cuts (rows, lower, upper)."""
    rows = [problem.rows, np.ones((1, len(problem.caps)))]
    lower = [problem.lo.astype(float), np.array([float(problem.seats)])]
    upper = [problem.hi.astype(float), np.array([float(problem.seats)])]
    for weights, bound in problem.cuts:
        rows.append(weights[None, :])
        lower.append(np.array([-INF]))
        upper.append(np.array([bound]))
    return np.vstack(rows), np.concatenate(lower), np.concatenate(upper)


class _Stages:
    """Shared state of the staged programs: which classes are settled, and at what probability."""

    def __init__(self, problem: Problem, ceiling: float = 1.0) -> None:
        self.problem = problem
        self.ceiling = ceiling
        self.rows, self.lower, self.upper = linear_rows(problem)
        self.weighted = self.rows * problem.caps
        self.p = np.where(problem.free, 0.0, 1.0)
        self.settled = ~problem.free
        self.capped: set[int] = set()

    def raise_minimum(self) -> tuple[float, Floats, NDArray[np.bool_]]:
        """Maximise the least probability of unsettled classes: (level, all p, which classes it holds back)."""
        open_ = np.flatnonzero(~self.settled)
        done = self.weighted[:, self.settled] @ self.p[self.settled]
        body = self.weighted[:, open_]
        matrix = np.hstack([body.sum(axis=1, keepdims=True), body])
        lower, upper = self.lower - done, self.upper - done
        cost = np.zeros(len(open_) + 1)
        cost[0] = 1.0
        highest = np.full(len(open_) + 1, self.ceiling)
        place = {int(group): column for column, group in enumerate(open_, start=1)}

        def start(slack: float) -> Program:
            program = Program(cost, np.zeros(len(cost)), highest, matrix, lower - slack, upper + slack)
            for group in self.capped:
                if group in place:
                    program.add_row(-INF, self.ceiling, np.array([0, place[group]]), np.ones(2))
            return program

        program, opened = start(0.0), False
        while True:
            if not program.solve():
                # Rounding of earlier levels may close the set by a hair: open it by one, once.
                if opened:
                    raise InfeasibleError
                program, opened = start(1e-9), True
                continue
            values = program.values
            over = open_[(values[0] + values[1:]) > self.ceiling + FIXED]
            new = [int(group) for group in over if int(group) not in self.capped]
            if not new:
                break
            for group in new:
                self.capped.add(group)
                program.add_row(-INF, self.ceiling, np.array([0, place[group]]), np.ones(2))
        level = max(float(values[0]), 0.0)
        p = self.p.copy()
        p[open_] = np.minimum(level + values[1:], self.ceiling)
        held = np.zeros(len(self.p), dtype=bool)
        reduced = program.reduced_costs[1:]
        held[open_] = (np.abs(reduced) > FIXED) & (values[1:] <= FIXED)
        if not held.any():
            held[open_[np.argmax(np.abs(reduced))]] = True
        return level, p, held

    def settle(self, level: float, held: NDArray[np.bool_]) -> None:
        self.p[held] = level
        self.settled |= held
        if level >= self.ceiling - FIXED:
            self.p[~self.settled] = self.ceiling
            self.settled[:] = True


def relaxed_leximin(problem: Problem, *, ceiling: float = 1.0) -> Target:
    """Raise the lowest probability, then the next, …: the unique leximin-optimal fractional panel.

    Each stage settles the classes with a positive dual price: in every optimum they stay at the level.
    """
    stages = _Stages(problem, ceiling)
    first: float | None = None
    while not stages.settled.all():
        level, _, held = stages.raise_minimum()
        first = level if first is None else first
        stages.settle(level, held)
    bound = 1.0 if first is None else first
    _check_settled(problem, stages.p)
    return Target(p=stages.p, bound=bound, minimum_bound=bound)


def relaxed_maximin(problem: Problem) -> float:
    """The greatest least probability of a fractional panel."""
    stages = _Stages(problem)
    return 1.0 if stages.settled.all() else stages.raise_minimum()[0]


def _check_settled(problem: Problem, p: Floats) -> None:
    """When nobody is free the loop never solves anything: the panel of the kept must still be one."""
    if not problem.free.any() and not problem.holds(problem.caps):
        raise InfeasibleError
    if abs(float(problem.caps @ p) - problem.seats) > 1e-5:
        raise InfeasibleError


def relaxed_goldilocks(problem: Problem) -> Target:
    """Minimise ``max(p) n/k + k / (n min(p))`` over classes the draw decides, then leximin under that maximum.

    n free people, k free seats. The curve ``1/min`` is met by tangents, added until they touch (Kelley).
    """
    free = np.flatnonzero(problem.free)
    people = int(problem.caps[free].sum())
    seats = problem.seats - int(problem.low.sum())
    if people == 0 or seats == 0:
        return replace(relaxed_leximin(problem), bound=2.0)
    highest = relaxed_maximin(problem)
    if highest <= FIXED:
        # Someone can be on no panel: every choice is infinitely bad, so the leximin choice stands.
        target = relaxed_leximin(problem)
        return Target(p=target.p, bound=float("inf"), minimum_bound=highest)
    ratio = people / seats
    rows, lower, upper = linear_rows(problem)
    done = rows[:, ~problem.free] @ problem.low[~problem.free]
    count = len(free)
    # Columns: p of free classes, then min, max, and the tangent value u >= 1 / (ratio min).
    matrix = np.hstack([rows[:, free] * problem.caps[free], np.zeros((len(rows), 3))])
    above = np.hstack([np.eye(count), np.zeros((count, 3))])
    above[:, count] = -1
    below = np.hstack([np.eye(count), np.zeros((count, 3))])
    below[:, count + 1] = -1
    cost = np.zeros(count + 3)
    cost[count + 1], cost[count + 2] = -ratio, -1.0
    program = Program(
        cost,
        np.zeros(count + 3),
        np.concatenate([np.ones(count + 2), [INF]]),
        np.vstack([matrix, above, below]),
        np.concatenate([lower - done, np.zeros(count), np.full(count, -INF)]),
        np.concatenate([upper - done, np.full(count, INF), np.zeros(count)]),
    )
    point = highest
    tail = np.array([count, count + 2])
    for _ in range(60):
        # 1/(r m) >= (2 a - m) / (r a²): with u + m / (r a²) >= 2 / (r a).
        program.add_row(2 / (ratio * point), INF, tail, np.array([1 / (ratio * point**2), 1.0]))
        if not program.solve():
            raise InfeasibleError
        values = program.values
        point = float(min(max(values[count], highest * 1e-6), highest))
        if 1 / (ratio * point) - values[count + 2] < 1e-10:
            break
    bound = -program.objective
    ceiling = float(min(1.0, values[count + 1] + 1e-10))
    target = relaxed_leximin(problem, ceiling=ceiling)
    return Target(p=target.p, bound=bound, minimum_bound=highest)


def goldilocks_value(problem: Problem, p: Floats) -> float:
    """``max(p) n/k + k / (n min(p))`` over the classes the draw decides: 2 for a perfectly equal lottery."""
    free = problem.free
    people = float(problem.caps[free].sum())
    seats = float(problem.seats - problem.low.sum())
    if people == 0 or seats == 0:
        return 2.0
    least = float(p[free].min())
    return float(p[free].max()) * people / seats + (seats / (people * least) if least > 0 else float("inf"))
