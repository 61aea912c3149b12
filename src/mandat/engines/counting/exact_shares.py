"""Exact Equal Shares with add-opt: everyone who pays for a project pays the same.

A project is bought by ``t`` supporters who each have ``cost / t``; the offer with the smallest
``cost / (t × use)`` is taken. Add-opt raises all start money by exactly what first changes the
outcome, instead of trying one unit after another: for a project and a group size, the money
lacking at the moment the offer would have come up. It is a rule of its own: its outcome may differ
from Equal Shares with Add1.

Source: Kraiczy, Robinson, Elkind, "Streamlining Equal Shares", 2025 (arXiv 2502.11797).
Purses are exact fractions, one for each history of payments; floats only propose.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from heapq import heapify, heappop, heappush
from math import inf

import numpy as np
from numpy.typing import NDArray

from mandat.engines.counting.greedy import TieSet
from mandat.engines.counting.model import FloatArray, IndexArray
from mandat.engines.counting.utilities import Market
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

_NEAR = 1e-9


@dataclass(slots=True)
class Purchase:
    project: int
    payers: IndexArray
    voters: int
    price: Fraction


@dataclass(slots=True)
class ExactShares:
    """One run: purchases in order, ties, and each ballot's history class after each purchase."""

    order: list[int]
    ties: list[TieSet]
    purchases: list[Purchase]
    stages: list[IndexArray]
    purses: list[Fraction]
    endowment: Fraction
    cost: int


class _Purses:
    def __init__(self, market: Market, endowment: Fraction) -> None:
        self.market = market
        self.kind: IndexArray = np.zeros(market.packed, dtype=np.int32)
        self.exact: list[Fraction] = [endowment]
        self.value: FloatArray = np.array([float(endowment)])

    def offer(self, j: int) -> tuple[int, float] | None:
        """The largest group that can share the cost of ``j``, as (voters, least purse in it)."""
        cost = self.market.costs[j]
        sizes, kinds = self.levels(j, self.kind)
        if not len(sizes):
            return None
        worth = self.value[kinds] * sizes
        maybe = np.flatnonzero(worth >= cost * (1 - _NEAR))
        for k in maybe[::-1].tolist():
            if worth[k] > cost * (1 + _NEAR) or self.exact[kinds[k]] * int(sizes[k]) >= cost:
                return int(sizes[k]), float(self.value[kinds[k]])
        return None

    def levels(self, j: int, kind: IndexArray) -> tuple[FloatArray, IndexArray]:
        """Supporters by falling purse: how many have at least that much, and a class at each level."""
        counts: FloatArray = np.bincount(kind[self.market.rows[j]], weights=self.market.weight[j]).astype(np.float64)
        kinds = np.flatnonzero(counts)
        order = kinds[np.argsort(-self.value[kinds], kind="stable")]
        sizes: FloatArray = np.cumsum(counts[order], dtype=np.float64)
        if len(order) > 1:
            # Equal purses of different histories make one level.
            close = np.diff(-self.value[order]) <= _NEAR * self.value[order[:-1]]
            if close.any():
                last = np.ones(len(order), dtype=bool)
                ordered = order.tolist()
                for k in np.flatnonzero(close).tolist():
                    last[k] = self.exact[ordered[k]] != self.exact[ordered[k + 1]]
                    if last[k] and self.exact[ordered[k]] < self.exact[ordered[k + 1]]:
                        return self._levels_exactly(counts, kinds)
                return sizes[last], order[last].astype(np.int32)
        return sizes, order.astype(np.int32)

    def _levels_exactly(self, counts: FloatArray, kinds: NDArray[np.int64]) -> tuple[FloatArray, IndexArray]:
        ordered = sorted(kinds.tolist(), key=lambda k: self.exact[k], reverse=True)
        sizes: FloatArray = np.cumsum(counts[ordered], dtype=np.float64)
        last = [
            k + 1 == len(ordered) or self.exact[ordered[k]] != self.exact[ordered[k + 1]] for k in range(len(ordered))
        ]
        return sizes[last], np.array(ordered, dtype=np.int32)[last]

    def pay(self, j: int, voters: int) -> Purchase:
        market = self.market
        price = Fraction(market.costs[j], voters)
        rows = market.rows[j]
        able = {k for k in np.unique(self.kind[rows]).tolist() if self.exact[k] >= price}
        payers = rows[np.isin(self.kind[rows], list(able))]
        changed = np.full(len(self.exact), -1, dtype=np.int32)
        for k in sorted(able):
            changed[k] = len(self.exact)
            self.exact.append(self.exact[k] - price)
        self.kind[payers] = changed[self.kind[payers]]
        fresh = [float(v) for v in self.exact[len(self.value) :]]
        self.value = np.concatenate([self.value, np.array(fresh)])
        return Purchase(j, payers, voters, price)


def run_exact(*, market: Market, endowment: Fraction, rank: Sequence[int]) -> ExactShares:
    """Exact Equal Shares from a given endowment; uses must be equal among supporters."""
    if any(use is not None for use in market.use):
        tell = Text("add-opt demande l’utilité cost ou cardinality", "add-opt needs cost or cardinality utility")
        raise InputError(tell)
    purses = _Purses(market, endowment)
    gifts = sorted((j for j, c in enumerate(market.costs) if c == 0 and market.mass[j]), key=lambda j: rank[j])
    out = ExactShares(list(gifts), [], [], [purses.kind.copy()], purses.exact, endowment, 0)
    fresh = [-1] * len(market.costs)
    size = [0] * len(market.costs)
    heap = [
        (c / (v * u), j)
        for j, (c, v, u) in enumerate(zip(market.costs, market.voters, market.unit, strict=True))
        if c and v
    ]
    heapify(heap)
    while heap:
        best, near = inf, list[int]()
        while heap and heap[0][0] <= best * (1 + _NEAR):
            ratio, j = heappop(heap)
            if fresh[j] < len(out.order):
                offer = purses.offer(j)
                if offer is None:
                    continue
                fresh[j], size[j] = len(out.order), offer[0]
                heappush(heap, (market.costs[j] / (size[j] * market.unit[j]), j))
                continue
            best = min(best, ratio)
            near.append(j)
        if not near:
            break
        exact = {j: Fraction(market.costs[j], size[j] * market.unit[j]) for j in near}
        least = min(exact.values())
        level = sorted((j for j in near if exact[j] == least), key=lambda j: rank[j])
        chosen = level[0]
        if len(level) > 1:
            out.ties.append((len(out.order) + 1, tuple(level), chosen))
        for j in near:
            if j != chosen:
                heappush(heap, (float(exact[j]), j))
        out.purchases.append(purses.pay(chosen, size[chosen]))
        out.stages.append(purses.kind.copy())
        out.order.append(chosen)
        out.cost += market.costs[chosen]
    return out


def least_raise(*, market: Market, run: ExactShares) -> Fraction | None:
    """The smallest raise of every purse that changes the run; None when nothing can."""
    purses = _Purses(market, run.endowment)
    purses.exact = run.purses
    purses.value = np.array([float(v) for v in run.purses])
    bought = {p.project: p for p in run.purchases}
    ratios = [Fraction(p.voters * market.unit[p.project], market.costs[p.project]) for p in run.purchases]
    found: list[tuple[float, int, int, int]] = []
    best = inf
    for stage, kind in enumerate(run.stages):
        for j, cost in enumerate(market.costs):
            if not cost or not market.voters[j]:
                continue
            already = bought[j].voters if j in bought else 0
            # Only groups large enough to come before the next purchase meet these purses.
            before = int(cost * ratios[stage] / market.unit[j]) if stage < len(ratios) else 0
            least = max(already + 1, before)
            if least > market.voters[j]:
                continue
            sizes, kinds = purses.levels(j, kind)
            open_ = sizes >= least
            if not open_.any():
                continue
            lacking = cost / sizes[open_] - purses.value[kinds[open_]]
            lacking[lacking <= 0] = inf
            k = int(np.argmin(lacking))
            if lacking[k] < best * (1 + _NEAR):
                best = min(best, float(lacking[k]))
                found += [
                    (float(lacking[at]), j, int(sizes[open_][at]), int(kinds[open_][at]))
                    for at in np.flatnonzero(lacking <= best * (1 + _NEAR)).tolist()
                ]
    exact = [Fraction(market.costs[j], t) - run.purses[kind] for d, j, t, kind in found if d <= best * (1 + _NEAR)]
    positive = [d for d in exact if d > 0]
    return min(positive) if positive else None
