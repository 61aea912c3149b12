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
from math import gcd

import numpy as np

from mandat.engines.counting.greedy import TieSet
from mandat.engines.counting.model import Ballots, FloatArray, IntArray
from mandat.engines.counting.utilities import Market

_ULP = 2.0**-53


class _Loads:
    """Float loads with their error bound, and what is needed to have any of them exact."""

    def __init__(self, market: Market, ballots: Ballots) -> None:
        self.market, self.ballots = market, ballots
        m = len(market.costs)
        self.load: FloatArray = np.zeros(market.packed)
        self.last = np.full(market.packed, -1, dtype=np.int64)  # round that set the load
        self.sums: FloatArray = np.zeros(m)
        self.error = 0.0
        self.top = 0.0
        self.rounds: list[int] = []
        self._numerators: list[int] = []
        self._ratios: list[int] = []
        self._denominator = 1

    def _sum(self, j: int, upto: int, last: IntArray) -> int:
        """Exact sum of the supporters' loads, over the common denominator."""
        share = np.bincount(last + 1, weights=self.market.weight[j], minlength=upto + 1)[1:].tolist()
        total = 0
        for number, ratio, weight in zip(self._numerators, self._ratios, share, strict=False):
            total = total * ratio + number * int(weight)
        return total

    def exact(self, j: int) -> Fraction:
        market = self.market
        total = self._sum(j, len(self.rounds), self.last[market.rows[j]])
        return Fraction(total + market.costs[j] * self._denominator, self._denominator * market.voters[j])

    def elect(self, j: int, load: float) -> None:
        market, ballots = self.market, self.ballots
        rows = market.rows[j]
        top = self._sum(j, len(self.rounds), self.last[rows]) + market.costs[j] * self._denominator
        shared = gcd(top, market.voters[j])
        self._numerators.append(top // shared)
        self._ratios.append(market.voters[j] // shared)
        self._denominator *= market.voters[j] // shared
        self.last[rows] = len(self.rounds)
        self.rounds.append(j)
        rise = (load - self.load[rows]) * market.weight[j]
        self.load[rows] = load
        lengths = ballots.lengths[rows]
        entry = np.arange(int(lengths.sum())) + np.repeat(ballots.indptr[rows] - np.cumsum(lengths) + lengths, lengths)
        self.sums += np.bincount(ballots.indices[entry], weights=np.repeat(rise, lengths), minlength=len(self.sums))
        self.top = max(self.top, load)
        # One rounding an entry added to a sum; a mean of loads carries their error on unchanged.
        self.error += _ULP * self.top * (8 + len(rows))


def run_phragmen(
    *, market: Market, ballots: Ballots, budget: int, rank: Sequence[int], stop: str = "overspend"
) -> tuple[list[int], list[TieSet], list[Fraction]]:
    """Projects in order, level sets ``(step, projects, chosen)``, and the exact load reached at each step."""
    loads = _Loads(market, ballots)
    costs = np.array([float(c) for c in market.costs])
    voters = np.array([float(v) for v in market.voters])
    possible = np.array([bool(v) and c <= budget for v, c in zip(market.voters, market.costs, strict=True)])
    order: list[int] = []
    ties: list[TieSet] = []
    reached: list[Fraction] = []
    left = budget
    with np.errstate(divide="ignore", invalid="ignore"):
        while possible.any():
            where = np.flatnonzero(possible)
            load = (loads.sums[where] + costs[where]) / voters[where]
            best = float(load.min())
            doubt = 2 * (loads.error + 16 * _ULP * (best + loads.top))
            near = where[load <= best + doubt].tolist()
            if len(near) > 1:
                exact = {j: loads.exact(j) for j in near}
                least = min(exact.values())
                near = sorted((j for j in near if exact[j] == least), key=lambda j: rank[j])
            too_dear = [j for j in near if market.costs[j] > left]
            if too_dear and stop == "overspend":
                return order, ties, reached
            if too_dear:
                possible[too_dear] = False
                continue
            if len(near) > 1:
                ties.append((len(order) + 1, tuple(near), near[0]))
            chosen = near[0]
            reached.append(loads.exact(chosen))
            loads.elect(chosen, float(reached[-1]))
            order.append(chosen)
            left -= market.costs[chosen]
            possible[chosen] = False
    return order, ties, reached
