"""From a fractional panel to a lottery over panels with exactly that average.

First a walk after Carathéodory: take a panel of the smallest face around what is left, give it all the weight it
can bear, and continue with the rest, which then lies on a smaller face. When a face holds no panel, what is left is
put back together with the last panels of the walk, and a linear program with pricing mixes them anew; the more panels
are taken back, the larger the face. When even the whole cannot be mixed, the prices of the program separate the
fractional panel from every lottery: an inequality that the relaxation did not know.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from mandat.engines.sortition.highs import INF, Program
from mandat.engines.sortition.model import Counts, Floats, Ints, Problem
from mandat.engines.sortition.panels import Face, PanelSource

EXACT = 1e-9
NOTHING = 1e-12
ROUNDS = 400
MANY = 300
# Panels the search starts from; its patience on a face and in the whole; panels taken back first, and how they grow;
# further walks before the whole is mixed.
STARTS, LOCAL, WHOLE, BACK, GROW, WALKS = 6, (2, 16), (1, 8), 24, 3, 2


Report = Callable[[str, float], None]


def _silent(_stage: str, _share: float) -> None:
    return None


@dataclass(slots=True)
class Mix:
    """Panels (J x T) and weights (J) whose average misses the target's probabilities by ``short`` at most.

    ``cut``: weights and bound of an inequality every panel satisfies and the target does not, when one was found.
    """

    panels: list[Ints]
    weights: list[float]
    short: float
    cut: tuple[Floats, float] | None = None
    tried: list[Ints] = field(default_factory=list)


def walk(
    problem: Problem, x: Floats, source: PanelSource, *, report: Report = _silent
) -> tuple[list[Ints], list[float]]:
    """Panels and weights (summing to at most 1) subtracted from ``x`` until nothing, or no panel, is left."""
    caps = problem.caps.astype(float)
    low = problem.low.astype(float)
    rest, mass = x.copy(), 1.0
    panels: list[Ints] = []
    weights: list[float] = []
    while mass > NOTHING:
        face = Face(problem, rest / mass)
        panel = source.near(face)
        if panel is None:
            break
        step = min(mass, *_room(rest - mass * low, panel - low), *_room(mass * caps - rest, caps - panel))
        have, sums = problem.rows @ rest, problem.rows @ panel
        step = min(step, *_room(have - mass * problem.lo, sums - problem.lo))
        step = min(step, *_room(mass * problem.hi - have, problem.hi - sums))
        if step <= NOTHING:
            break
        panels.append(panel)
        weights.append(step)
        rest = np.maximum(rest - step * panel, 0.0)
        mass -= step
        report("panels", 1.0 - mass)
        if mass <= 1e-10:
            break
    return panels, weights


def _room(slack: Floats, used: Floats) -> tuple[float]:
    """How much weight until some slack is used up."""
    using = used > 0
    return (float(np.min(slack[using] / used[using], initial=1.0)),)


class _Master:
    """``minimise e`` with ``sum_j w_j share_j + e >= wanted``, ``sum w = 1``: shares are counts over caps."""

    def __init__(self, problem: Problem, wanted: Floats, groups: Ints) -> None:
        self.caps = problem.caps[groups].astype(float)
        self.groups = groups
        self.wanted = wanted
        count = len(groups)
        rows = np.ones((count + 1, 1))
        rows[count, 0] = 0.0
        self.program = Program(
            np.array([-1.0]),
            np.zeros(1),
            np.array([INF]),
            rows,
            np.append(wanted, 1.0),
            np.append(np.full(count, INF), 1.0),
        )
        self.panels: list[Ints] = []
        self.known: set[bytes] = set()

    def add(self, panel: Ints) -> bool:
        """Add a panel as a column; False when it is already there."""
        key = fingerprint(panel)
        if key in self.known:
            return False
        self.known.add(key)
        self.panels.append(panel)
        share = np.append(panel[self.groups] / self.caps, 1.0)
        index = np.flatnonzero(share)
        self.program.add_column(0.0, 0.0, INF, index, share[index])
        return True

    def solve(self) -> tuple[float, Floats, float]:
        """(shortfall, prices of classes, price of a panel): a panel helps when its priced share exceeds its price."""
        self.program.solve()
        duals = self.program.row_duals
        prices = np.maximum(-duals[:-1], 0.0)
        return float(self.program.values[0]), prices, float(duals[-1])

    @property
    def weights(self) -> Floats:
        return self.program.values[1:]


def mix(problem: Problem, p: Floats, panels: list[Ints], source: PanelSource, *, whole: bool) -> Mix:
    """Mix panels so that no class falls short of ``p`` (T), pricing new ones until none helps.

    ``whole``: panels may come from anywhere; else from the smallest face around ``p`` only, which suffices for an
    exact mix. Returns with ``short <= 1e-9``, or with the least shortfall there is, and then a cut when ``whole``.
    """
    face = Face(problem, p * problem.caps)
    local = source if whole else source.on(face)
    groups = np.flatnonzero(face.low < face.high) if not whole else np.flatnonzero(problem.free)
    if len(groups) == 0:
        return Mix([face.low.astype(np.int64)], [1.0], 0.0)
    master = _Master(problem, p[groups], groups)
    for panel in panels:
        master.add(panel)
    if not master.panels:
        first = local.best(np.zeros(len(problem.caps)))
        if first is None:
            return Mix([], [], 1.0)
        master.add(first[0])
    cut = None
    short = 1.0
    for _ in range(ROUNDS):
        short, prices, panel_price = master.solve()
        if short <= EXACT:
            break
        weights = np.zeros(len(problem.caps))
        weights[groups] = prices / problem.caps[groups]
        fresh = _search(local, master, weights, panel_price, WHOLE if whole else LOCAL)
        if fresh:
            continue
        if not whole:
            break
        best = local.best(weights)
        if best is None:
            return Mix([], [], 1.0)
        panel, bound = best
        offset = float(weights @ panel) - float(weights[groups] @ panel[groups])
        worst = float(prices @ p[groups]) - (bound - offset)
        if worst > EXACT:
            cut = (weights, bound)
        if float(weights @ panel) <= panel_price + EXACT * 0.1 or not master.add(panel):
            break
    found = master.weights
    used = [j for j, weight in enumerate(found) if weight > NOTHING]
    kept = [master.panels[j] for j in used]
    return Mix(kept, [float(found[j]) for j in used], max(short, 0.0), cut, master.panels)


def _search(source: PanelSource, master: _Master, weights: Floats, price: float, patiences: tuple[int, ...]) -> int:
    """Let the compiled search look for panels worth more than their price; how many were new."""
    found = master.weights
    starts = np.argsort(-found, kind="stable")[:STARTS]
    for patience in patiences:
        added = 0
        for j in starts:
            panel = source.climb(weights, master.panels[int(j)], patience=patience)
            if panel is not None and float(weights @ panel) > price + 1e-8:
                added += master.add(panel)
        if added:
            return added
    return 0


def pack(found: Mix) -> tuple[Counts, Floats]:
    """Arrays of a mix, heaviest panel first, equal panels merged, weights summing to 1."""
    place: dict[bytes, int] = {}
    panels: list[Ints] = []
    merged: list[float] = []
    for panel, weight in zip(found.panels, found.weights, strict=True):
        if weight > NOTHING:
            key = fingerprint(panel)
            if key not in place:
                place[key] = len(panels)
                panels.append(panel)
                merged.append(0.0)
            merged[place[key]] += weight
    order = sorted(place, key=lambda key: (-merged[place[key]], key))
    counts = np.empty((len(order), len(panels[0])), dtype=np.int32)
    for row, key in enumerate(order):
        counts[row] = panels[place[key]]
    weights = np.array([merged[place[key]] for key in order])
    return counts, weights / math.fsum(weights.tolist())


def fingerprint(panel: Ints) -> bytes:
    """Sixteen bytes that tell panels apart: the counts themselves would weigh as much as the lottery."""
    return hashlib.blake2b(panel.tobytes(), digest_size=16).digest()


def decompose(problem: Problem, p: Floats, source: PanelSource, *, report: Report = _silent) -> Mix:
    """A lottery with average ``p`` (T), or the nearest one with a cut that shows why there is none."""
    x = p * problem.caps
    panels, weights = walk(problem, x, source, report=report)
    if 1.0 - sum(weights) <= 1e-10:
        total = sum(weights)
        return Mix(panels, [weight / total for weight in weights], 0.0)
    extra: list[Ints] = []
    back = BACK
    while back < len(panels):
        kept = len(panels) - back
        mass = 1.0 - sum(weights[:kept])
        rest = x.copy()
        for weight, panel in zip(weights[:kept], panels[:kept], strict=True):
            rest -= weight * panel
        share = np.clip(rest / mass / problem.caps, 0.0, 1.0)
        part = mix(problem, share, [*panels[kept:], *extra], source, whole=False)
        if part.short * mass <= EXACT * 0.1:
            joined = [*weights[:kept], *(weight * mass for weight in part.weights)]
            return Mix([*panels[:kept], *part.panels], [w / sum(joined) for w in joined], part.short * mass)
        extra = part.tried
        back *= GROW
    more = [panel for _ in range(WALKS) for panel in walk(problem, x, source)[0]] if len(panels) < MANY else []
    return mix(problem, p, [*panels, *extra, *more], source, whole=True)
