"""Phragmén's sequential rule with costs.

Voters earn money at the same pace from nothing. As soon as the supporters of a project hold its
cost together it is bought and they start again from nothing. Seen as loads: project ``j`` would
bring each supporter to ``(sum of their loads + cost) / supporters``; the smallest is bought.

Stop (``stop="overspend"``, the rule of Los, Christoff, Grossi, "Proportional Budget Allocations",
IJCAI 2022): as soon as a project that could be bought would overspend, also when it is only level
with one that would not. ``stop="skip"`` passes over it instead and goes on.

Floats decide behind a proof: a load is a weighted mean of loads plus a cost, so errors add up and
are never amplified; loads closer than the bound are compared again in exact integers.
Complexity: O(entries of the ballots that see a project elected).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from heapq import heapify, heappop, heappush
from itertools import groupby
from math import gcd, inf
from operator import itemgetter

import numpy as np

from mandat.engines.counting.greedy import TieSet
from mandat.engines.counting.model import FloatArray
from mandat.engines.counting.utilities import Market

_ULP = 2.0**-53
#: Relative rounding of a sum by pairs and of what is done with it; generous.
_SUM = 128 * _ULP


class _Loads:
    """Float loads with their error bound, and what is needed to have any of them exact."""

    def __init__(self, market: Market) -> None:
        self.market = market
        self.load: FloatArray = np.zeros(market.packed)
        self.last = np.full(market.packed, -1, dtype=np.int32)  # round that set the load
        self.error = 0.0
        self.rounds: list[int] = []
        self._numerators: list[int] = []
        self._ratios: list[int] = []
        self._denominator = 1

    def quote(self, j: int) -> float:
        """The load project ``j`` would bring its supporters to, within ``error`` and a few roundings."""
        market = self.market
        carried = float((self.load[market.rows[j]] * market.weight[j]).sum())
        return (carried + market.costs[j]) / market.voters[j]

    def _over(self, j: int) -> int:
        """Exact sum of the supporters' loads and the cost, times the common denominator."""
        share = np.bincount(
            self.last[self.market.rows[j]] + 1, weights=self.market.weight[j], minlength=len(self.rounds) + 1
        )[1:].tolist()
        total = 0
        for number, ratio, weight in zip(self._numerators, self._ratios, share, strict=False):
            total = total * ratio + number * int(weight)
        return total + self.market.costs[j] * self._denominator

    def exact(self, j: int) -> Fraction:
        return Fraction(self._over(j), self._denominator * self.market.voters[j])

    def elect(self, j: int, load: float) -> None:
        market = self.market
        top, voters = self._over(j), market.voters[j]
        shared = gcd(top, voters)
        self._numerators.append(top // shared)
        self._ratios.append(voters // shared)
        self._denominator *= voters // shared
        self.last[market.rows[j]] = len(self.rounds)
        self.rounds.append(j)
        self.load[market.rows[j]] = load
        # A mean of loads carries their error on, unchanged; each new load adds its own rounding.
        self.error += 4 * _ULP * load


def run_phragmen(
    *, market: Market, budget: int, rank: Sequence[int], stop: str = "overspend"
) -> tuple[list[int], list[TieSet], list[Fraction]]:
    """Projects in order, level sets ``(step, projects, chosen)``, and the exact load reached at each step."""
    if market.disjoint and stop == "overspend":
        return _run_disjoint(market, budget, rank)
    loads = _Loads(market)
    order: list[int] = []
    ties: list[TieSet] = []
    reached: list[Fraction] = []
    left = budget
    fresh = [-1] * len(market.costs)  # round in which a bound was last worked out: loads only rise
    heap = [(c / v, j) for j, (c, v) in enumerate(zip(market.costs, market.voters, strict=True)) if v and c <= budget]
    heapify(heap)
    while heap:
        best, near = inf, list[int]()
        while heap and heap[0][0] <= best + 2 * (loads.error + _SUM * best):
            bound, j = heappop(heap)
            if fresh[j] < len(order):
                fresh[j] = len(order)
                quote = loads.quote(j)
                heappush(heap, (quote - loads.error - _SUM * quote, j))
                continue
            best = min(best, bound + loads.error + 2 * _SUM * bound)
            near.append(j)
        if len(near) > 1:
            exact = {j: loads.exact(j) for j in near}
            least = min(exact.values())
            level = sorted((j for j in near if exact[j] == least), key=lambda j: rank[j])
        else:
            level = near
        too_dear = [j for j in level if market.costs[j] > left]
        if too_dear and stop == "overspend":
            break
        fits = [j for j in level if market.costs[j] <= left]
        chosen = fits[0] if fits else -1
        for j in near:
            if j != chosen and j not in too_dear:
                fresh[j] = -1
                heappush(heap, (0.0, j))
        if chosen < 0:
            continue
        if len(fits) > 1:
            ties.append((len(order) + 1, tuple(fits), chosen))
        reached.append(loads.exact(chosen))
        loads.elect(chosen, float(reached[-1]))
        order.append(chosen)
        left -= market.costs[chosen]
    return order, ties, reached


def _run_disjoint(market: Market, budget: int, rank: Sequence[int]) -> tuple[list[int], list[TieSet], list[Fraction]]:
    """Nobody supports two projects: loads never change."""
    # Fractions of voters below 2**39 differ by more than 2**-78: the shift keeps their order and equality.
    keys = sorted(
        ((c << 80) // v, rank[j], j)
        for j, (c, v) in enumerate(zip(market.costs, market.voters, strict=True))
        if v and c <= budget
    )
    order: list[int] = []
    ties: list[TieSet] = []
    left = budget
    for _, same in groupby(keys, key=itemgetter(0)):
        level = [j for _, _, j in same]
        while level:
            if any(market.costs[j] > left for j in level):
                return order, ties, [Fraction(market.costs[j], market.voters[j]) for j in order]
            if len(level) > 1:
                ties.append((len(order) + 1, tuple(level), level[0]))
            left -= market.costs[level[0]]
            order.append(level.pop(0))
    return order, ties, [Fraction(market.costs[j], market.voters[j]) for j in order]
