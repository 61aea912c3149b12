"""The set of projects with the greatest total use that the budget allows, proved in exact integers.

A 0-1 knapsack. HiGHS finds a candidate; a dynamic programme over undominated (cost, worth) pairs,
pruned by Dantzig's bound against that candidate, proves it or finds better, in 64-bit integers.
Among several optimal sets the one first in the tie order is kept: the first project in the order
that belongs to some optimal set is taken, then the next one compatible with it, and so on.

Sources: Martello, Toth, "Knapsack Problems", 1990; Talmon, Faliszewski, AAAI 2019.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mandat.engines.counting.greedy import TieSet, run_greedy
from mandat.engines.counting.model import IntArray
from mandat.engines.counting.utilities import Market
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

#: Past this many undominated pairs the proof is given up: no real election comes near.
_MOST_STATES = 20_000_000


@dataclass(slots=True)
class Welfare:
    """Optimal set by falling worth per money, its worth, projects that other optimal sets swap, states seen."""

    order: list[int]
    worth: int
    ties: list[TieSet]
    states: int


@dataclass(slots=True)
class _Knapsack:
    cost: IntArray
    worth: IntArray
    states: int = 0

    def reaches(self, target: int, budget: int, banned: set[int]) -> bool:
        """Whether some set without ``banned`` is worth at least ``target`` within ``budget``."""
        if target <= 0:
            return budget >= 0
        keep = [k for k in range(len(self.cost)) if k not in banned and self.cost[k] <= budget]
        return self._search(keep, target, budget) >= target

    def best(self, floor: int, budget: int) -> int:
        """The greatest worth within ``budget``, known to be at least ``floor``."""
        return max(floor, self._search([k for k in range(len(self.cost)) if self.cost[k] <= budget], floor + 1, budget))

    def _search(self, items: list[int], target: int, budget: int) -> int:
        """Greatest worth if at least ``target``; -1 otherwise. Items run by falling density."""
        cost, worth = self.cost[items], self.worth[items]
        if int(worth.sum()) < target:
            return -1
        ends_cost, ends_worth = np.cumsum(cost), np.cumsum(worth)
        if len(items) and ends_cost[-1] <= budget:
            return int(ends_worth[-1])
        used, value = np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64)
        best = -1
        for k in range(len(items)):
            more = used + cost[k] <= budget
            used = np.concatenate([used, used[more] + cost[k]])
            value = np.concatenate([value, value[more] + worth[k]])
            order = np.lexsort((-value, used))
            used, value = used[order], value[order]
            keep = np.ones(len(value), dtype=bool)
            keep[1:] = value[1:] > np.maximum.accumulate(value)[:-1]
            used, value = used[keep], value[keep]
            best = max(best, int(value[-1]))
            goal = max(target, best)
            hopeful = self._bound(used, value, k + 1, cost, worth, ends_cost, ends_worth, budget) >= goal
            used, value = used[hopeful], value[hopeful]
            self.states += len(used)
            if len(used) > _MOST_STATES:
                raise InputError(Text("optimum non prouvé : trop de cas", "optimum not proved: too many cases"))
            if not len(used):
                break
        return best if best >= target else -1

    @staticmethod
    def _bound(
        used: IntArray,
        value: IntArray,
        k: int,
        cost: IntArray,
        worth: IntArray,
        ends_cost: IntArray,
        ends_worth: IntArray,
        budget: int,
    ) -> IntArray:
        """Dantzig: the items from ``k`` on in order, the first that does not fit in part, rounded up."""
        base_cost = ends_cost[k - 1]
        base_worth = ends_worth[k - 1]
        at = np.searchsorted(ends_cost, base_cost + budget - used, side="right")
        whole_cost = np.where(at > k, ends_cost[at - 1], base_cost) - base_cost
        whole_worth = np.where(at > k, ends_worth[at - 1], base_worth) - base_worth
        split = np.minimum(at, len(cost) - 1)
        rest = np.where(at < len(cost), budget - used - whole_cost, 0)
        # The fraction in floats, a hair too high: a bound may be loose but never low.
        part = np.ceil(rest.astype(np.float64) * worth[split] / cost[split] * (1 + 1e-12))
        bound: IntArray = value + whole_worth + part.astype(np.int64) + (rest > 0)
        return bound


def run_welfare(*, market: Market, budget: int, rank: Sequence[int]) -> Welfare:
    """An optimal set for the market's utility. Worth must stay below 2**62 in money units × voters."""
    worth = [mass * unit for mass, unit in zip(market.mass, market.unit, strict=True)]
    if sum(worth) >= 2**62 or sum(market.costs) >= 2**62:
        raise InputError(Text("montants trop grands pour cette règle", "amounts too large for this rule"))
    gifts = sorted((j for j, c in enumerate(market.costs) if c == 0 and market.mass[j]), key=lambda j: rank[j])
    items = [j for j, c in enumerate(market.costs) if 0 < c <= budget and worth[j]]
    items.sort(key=lambda j: rank[j])
    items.sort(key=lambda j: -worth[j] / market.costs[j])
    cost = np.array([market.costs[j] for j in items], dtype=np.int64)
    value = np.array([worth[j] for j in items], dtype=np.int64)
    sack = _Knapsack(cost, value)
    candidate = _highs(cost, value, budget)
    greedy, _ = run_greedy(market=market, budget=budget, rank=rank)
    floor = max(int(value[candidate].sum()) if len(candidate) else 0, sum(worth[j] for j in greedy if market.costs[j]))
    best = sack.best(floor, budget)
    chosen, ties = _first_optimal(sack, items, best, budget, rank)
    chosen.sort(key=items.index)
    return Welfare(gifts + chosen, best + sum(worth[j] for j in gifts), ties, sack.states)


def _first_optimal(
    sack: _Knapsack, items: list[int], best: int, budget: int, rank: Sequence[int]
) -> tuple[list[int], list[TieSet]]:
    place = {j: k for k, j in enumerate(items)}
    chosen: list[int] = []
    gone: set[int] = set()
    open_: list[int] = []
    target, left = best, budget
    for j in sorted(items, key=lambda j: rank[j]):
        if target <= 0:
            break
        k = place[j]
        gone.add(k)
        cost, worth = int(sack.cost[k]), int(sack.worth[k])
        if cost > left or not sack.reaches(target - worth, left - cost, gone):
            continue
        if sack.reaches(target, left, gone):
            open_.append(j)
        chosen.append(j)
        target, left = target - worth, left - cost
    # A tie at each project that some optimal set takes and another leaves, once those before are fixed.
    return chosen, [(chosen.index(j) + 1, (j,), j) for j in open_]


def _highs(cost: IntArray, worth: IntArray, budget: int) -> IntArray:
    """A feasible set, optimal but for floating error."""
    n = len(cost)
    if not n:
        return np.zeros(0, dtype=np.int64)
    import highspy

    solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.setOptionValue("threads", 1)
    scale = float(worth.max())
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = n, 1
    model.col_cost_ = -worth / scale
    model.col_lower_, model.col_upper_ = np.zeros(n), np.ones(n)
    model.integrality_ = [highspy.HighsVarType.kInteger] * n
    model.row_lower_, model.row_upper_ = np.array([-highspy.kHighsInf]), np.array([1.0])
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = np.arange(n + 1, dtype=np.int32)
    model.a_matrix_.index_ = np.zeros(n, dtype=np.int32)
    model.a_matrix_.value_ = cost / float(budget)
    solver.passModel(model)
    solver.run()
    chosen = np.flatnonzero(np.array(solver.getSolution().col_value) > 0.5)
    while int(cost[chosen].sum()) > budget:
        chosen = chosen[:-1]
    return chosen
