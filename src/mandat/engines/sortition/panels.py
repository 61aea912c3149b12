"""Where panels come from: a compiled search proposes, an integer program settles."""

from __future__ import annotations

from copy import copy

import numpy as np

from mandat.engines.sortition.highs import INF, Program
from mandat.engines.sortition.kernels import anneal
from mandat.engines.sortition.model import Floats, Ints, Problem
from mandat.engines.sortition.split import split_panel

NEAR = 1e-7
EFFORTS = (3_000, 30_000, 300_000, 3_000_000)
# Nodes spent on a panel of a face before the walk stops there, and on the best panel before its bound is taken.
# The seconds are a last resort for programs that stay long in their first node.
WALK_NODES, PRICE_NODES = 300, 5_000
WALK_SECONDS, PRICE_SECONDS = 0.3, 20.0
# Up to so many classes that may move, an integer program settles sooner than the last effort.
SMALL = 60
# Tuned on real panels' pools: proposals per class that may move, what a class's greatest price is worth in broken
# seats, temperatures, and how often a proposal looks at a broken row.
CLIMB, GAIN = 60, 2.0
HOT, WARM, COLD, FOCUS = 0.7, 0.2, 0.1, 0.9


class Face:
    """The panels on the smallest face of the linear bounds around a fractional panel ``x`` (counts, T).

    Bounds and rows that ``x`` meets exactly bind every panel of a lottery whose average is ``x``.
    """

    def __init__(self, problem: Problem, x: Floats) -> None:
        self.problem = problem
        self.x = x
        empty, full = x <= problem.low + NEAR, x >= problem.caps - NEAR
        self.low = np.where(full, problem.caps, problem.low)
        self.high = np.where(empty, problem.low, problem.caps)
        sums = problem.rows @ x
        at_low, at_high = sums <= problem.lo + NEAR, sums >= problem.hi - NEAR
        self.lo = np.where(at_high & ~at_low, problem.hi, problem.lo)
        self.hi = np.where(at_low, problem.lo, problem.hi)
        base = np.floor(x + NEAR)
        self.near_low = np.clip(base, self.low, self.high).astype(np.int64)
        self.near_high = np.clip(np.maximum(np.ceil(x - NEAR), base), self.low, self.high).astype(np.int64)


class PanelSource:
    """Finds panels of one problem; the same seed gives the same panels on every machine of the same libraries."""

    def __init__(self, problem: Problem, seed: int) -> None:
        self.problem = problem
        self.low, self.high, self.lo, self.hi = problem.low, problem.caps, problem.lo, problem.hi
        self.generator = np.random.default_rng(seed)
        self.state = np.array([seed], dtype=np.uint64)
        self.none = np.zeros(len(problem.caps))
        self._exact: Program | None = None

    def on(self, face: Face) -> PanelSource:
        """The same source kept to the panels of a face."""
        source = copy(self)
        source.low, source.high, source.lo, source.hi = face.low, face.high, face.lo, face.hi
        source._exact = None
        return source

    def systematic(self, x: Floats, low: Ints, high: Ints) -> Ints:
        """Integer counts next to ``x`` with its sum: one comb of equally spaced teeth over the fractional parts."""
        fraction = np.clip(x - low, 0, high - low)
        order = self.generator.permutation(len(x))
        places = np.cumsum(fraction[order])
        missing = self.problem.seats - int(low.sum())
        teeth = (self.generator.random() + np.arange(missing)) * (places[-1] / max(missing, 1))
        picks = order[np.minimum(np.searchsorted(places, teeth, side="right"), len(x) - 1)]
        counts = low + np.bincount(picks, minlength=len(x))
        over = np.flatnonzero(counts > high)
        if len(over):
            excess = int((counts - high)[over].sum())
            counts = np.minimum(counts, high)
            for group in np.argsort(-(high - counts), kind="stable"):
                move = min(excess, int(high[group] - counts[group]))
                counts[group] += move
                excess -= move
                if not excess:
                    break
        return counts.astype(np.int64)

    def near(self, face: Face) -> Ints | None:
        """A panel of the face with every count next to its fractional value, or None when there is none."""
        possible = face.near_low.sum() <= self.problem.seats <= face.near_high.sum()
        movable = int((face.near_high > face.near_low).sum())
        for effort in EFFORTS[: 2 if movable <= SMALL else 4] if possible else ():
            start = self.systematic(face.x, face.near_low, face.near_high)
            panel, broken, _ = anneal(
                start, face.near_low, face.near_high, self.problem.touches, face.lo, face.hi,
                self.none, self.state, effort, HOT, WARM, FOCUS, True,
            )  # fmt: skip
            if broken == 0 and self.accepts(panel):
                found: Ints = panel
                return found
        return self._by_program(face.near_low, face.near_high, face, self.generator.random(len(face.x)), first=True)

    def _by_program(self, low: Ints, high: Ints, face: Face, cost: Floats, *, first: bool) -> Ints | None:
        """An integer program over the classes that may move; ``first``: any panel will do."""
        program = integer_program(self.problem, low, high, face.lo, face.hi, cost)
        if program is None:
            panel = low.astype(np.int64)
            return panel if self.problem.holds(panel) and self.accepts(panel) else None
        move, solver = program
        if first:
            solver.option("mip_max_improving_sols", 1)
            solver.option("mip_max_nodes", WALK_NODES)
            solver.option("time_limit", WALK_SECONDS)
        if not solver.solve_any():
            return None
        panel = low.astype(np.int64)
        panel[move] += np.rint(solver.values).astype(np.int64)
        return panel if self.problem.holds(panel) and self.accepts(panel) else None

    def climb(self, weights: Floats, start: Ints, *, patience: int = 1) -> Ints | None:
        """A panel of high ``weights @ panel``, or None when the search only finds broken ones."""
        scale = float(np.abs(weights).max()) or 1.0
        effort = patience * min(30_000, max(1_500, CLIMB * int((self.high > self.low).sum())))
        panel, broken, _ = anneal(
            start, self.low, self.high, self.problem.touches, self.lo, self.hi,
            weights * (GAIN / scale), self.state, effort, HOT, COLD, FOCUS, False,
        )  # fmt: skip
        return panel if broken == 0 and self.accepts(panel) else None

    def best(self, weights: Floats) -> tuple[Ints, float] | None:
        """The panel of greatest ``weights @ panel`` with a bound that no panel exceeds; None when there is no panel."""
        scale = float(np.abs(weights).max()) or 1.0
        copies = self.problem.copies
        if self._exact is None:
            self._exact = self._exact_program()
        self._exact.set_cost(np.tile(weights / scale, copies))
        # A node limit keeps the answer the same on every machine; the dual bound stays valid when it stops early.
        self._exact.option("mip_max_nodes", PRICE_NODES)
        self._exact.option("time_limit", self._exact.seconds + PRICE_SECONDS)
        if not self._exact.solve_any():
            self._exact.option("mip_max_nodes", 2**31 - 1)
            self._exact.option("time_limit", INF)
            if not self._exact.solve_any():
                return None
        panel = np.rint(self._exact.values).astype(np.int64).reshape(copies, -1).sum(axis=0)
        bound = max(self._exact.dual_bound * scale, float(weights @ panel))
        return panel, bound

    def accepts(self, panel: Ints) -> bool:
        """Whether the panel, when it stands for several panels at once, can be parted into them."""
        return self.problem.copies == 1 or split_panel(self.problem, panel) is not None

    def _exact_program(self) -> Program:
        """Every panel of the source, with a block of columns per copy when several are drawn at once."""
        problem, copies, classes = self.problem, self.problem.copies, len(self.low)
        together = [np.vstack([problem.rows, np.ones((1, classes))])]
        lower = [np.append(self.lo, problem.seats).astype(float)]
        upper = [np.append(self.hi, problem.seats).astype(float)]
        if copies == 1:
            bounds = self.low.astype(float), self.high.astype(float)
            return Program(np.zeros(classes), *bounds, together[0], lower[0], upper[0], integer=True)
        quotas = len(problem.quotas.items)
        together = [np.tile(block, (1, copies)) for block in (*together, np.eye(classes))]
        lower.append(self.low.astype(float))
        upper.append(self.high.astype(float))
        one = np.vstack([problem.rows[:quotas], np.ones((1, classes))])
        for number in range(copies):
            block = np.zeros((quotas + 1, copies * classes))
            block[:, number * classes : (number + 1) * classes] = one
            together.append(block)
            lower.append(np.append(problem.lo[:quotas] // copies, problem.seats // copies).astype(float))
            upper.append(np.append(problem.hi[:quotas] // copies, problem.seats // copies).astype(float))
        return Program(
            np.zeros(copies * classes),
            np.zeros(copies * classes),
            np.tile(self.high.astype(float), copies),
            np.vstack(together),
            np.concatenate(lower),
            np.concatenate(upper),
            integer=True,
        )


def integer_program(
    problem: Problem, low: Ints, high: Ints, lo: Ints, hi: Ints, cost: Floats
) -> tuple[Ints, Program] | None:
    """Maximise ``cost`` over panels between ``low`` and ``high``; None when nothing may move."""
    move = np.flatnonzero(high > low)
    if len(move) == 0:
        return None
    rows = problem.rows[:, move]
    used = rows.any(axis=1)
    base = problem.rows @ low
    missing = float(problem.seats - low.sum())
    program = Program(
        cost[move],
        np.zeros(len(move)),
        (high - low)[move].astype(float),
        np.vstack([rows[used], np.ones((1, len(move)))]),
        np.append((lo - base)[used], missing),
        np.append((hi - base)[used], missing),
        integer=True,
    )
    return move, program
