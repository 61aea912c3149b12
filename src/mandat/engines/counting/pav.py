"""Proportional approval voting: the committee with the greatest sum over voters of 1 + 1/2 + … + 1/k.

``k`` is how many of a voter's approved candidates sit. Scores are whole numbers: everything is
multiplied by the least common multiple of 1 … seats. The optimum is found by branch and bound with
the submodular bound (score + the largest remaining gains) and is exact; past the node limit the
caller is told to use the sequential rule. Source: Thiele 1895; Lackner, Skowron, "Multi-Winner
Voting with Approval Preferences", 2023.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import lcm

import numpy as np
from numpy.typing import NDArray

from mandat.engines.counting.greedy import TieSet
from mandat.engines.counting.model import Election, IntArray
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

_MOST_NODES = 200_000


@dataclass(slots=True)
class Committee:
    """Members, ties, the score times ``scale``, and how many sets were looked at."""

    order: list[int]
    ties: list[TieSet]
    score: int
    scale: int
    nodes: int = 0


class _Gains:
    """Sums of gains are held in float64 only below 2**53, where whole numbers are exact."""

    def __init__(self, election: Election, seats: int) -> None:
        self.ballots, self.m = election.ballots, len(election)
        self.scale = lcm(*range(1, seats + 1))
        if self.scale * self.ballots.total * seats >= 2**53:
            raise InputError(Text("trop de sièges pour un calcul exact", "too many seats for an exact count"))
        self.step = np.array([self.scale // k for k in range(1, seats + 1)] + [0], dtype=np.float64)
        self.seats = seats

    def of(self, have: IntArray) -> NDArray[np.float64]:
        """Gain of adding each candidate when voters of packed ballot r have ``have[r]`` members."""
        each = self.ballots.weights * self.step[np.minimum(have, self.seats)]
        total = np.bincount(self.ballots.indices, weights=np.repeat(each, self.ballots.lengths), minlength=self.m)
        return total.astype(np.float64, copy=False)

    def names(self, j: int) -> NDArray[np.int32]:
        rows: NDArray[np.int32] = self.ballots.rows[self.ballots.indices == j]
        return rows


def run_sequential_pav(*, election: Election, seats: int, rank: Sequence[int]) -> Committee:
    """Members one by one, each with the greatest gain."""
    gains = _Gains(election, seats)
    have = np.zeros(len(election.ballots), dtype=np.int64)
    out = Committee([], [], 0, gains.scale)
    while len(out.order) < min(seats, len(election)):
        gain = gains.of(have)
        gain[out.order] = -1
        level = sorted(np.flatnonzero(gain == gain.max()).tolist(), key=lambda j: rank[j])
        if len(level) > 1:
            out.ties.append((len(out.order) + 1, tuple(level), level[0]))
        out.order.append(level[0])
        out.score += int(gain[level[0]])
        have[gains.names(level[0])] += 1
    return out


def run_pav(*, election: Election, seats: int, rank: Sequence[int]) -> Committee:
    """An optimal committee; of several, the first in the tie order (compared member by member)."""
    seats = min(seats, len(election))
    gains = _Gains(election, max(1, seats))
    start = run_sequential_pav(election=election, seats=seats, rank=rank)
    order = sorted(range(len(election)), key=lambda j: rank[j])
    names = {j: gains.names(j) for j in order}
    found: list[tuple[int, ...]] = []
    best = start.score
    nodes = 0
    have = np.zeros(len(election.ballots), dtype=np.int64)
    # Depth first over candidates in tie order, taking before leaving: the first optimum met is the first in order.
    stack: list[tuple[int, tuple[int, ...], int, IntArray]] = [(0, (), 0, have)]
    while stack:
        at, chosen, score, have = stack.pop()
        nodes += 1
        if nodes > _MOST_NODES:
            raise InputError(
                Text(
                    "optimum trop long à prouver : prendre la règle sequential-pav",
                    "the optimum takes too long to prove: use the sequential-pav rule",
                )
            )
        missing = seats - len(chosen)
        if missing == 0:
            if score > best:
                best, found = score, []
            if score == best:
                found.append(chosen)
            continue
        if len(order) - at < missing:
            continue
        gain = gains.of(have)[order[at:]]
        bound = score + int(np.sort(gain)[-missing:].sum())
        if bound < best or (bound == best and len(found) > 1):
            continue
        j = order[at]
        taken = have.copy()
        taken[names[j]] += 1
        stack.append((at + 1, chosen, score, have))
        stack.append((at + 1, (*chosen, j), score + int(gain[0]), taken))
    members = list(found[0])
    ties: list[TieSet] = []
    if len(found) > 1:
        swapped = tuple(j for j in members if j not in found[1])
        ties.append((1, (*swapped, *(j for j in found[1] if j not in members)), swapped[0]))
    return Committee(members, ties, best, gains.scale, nodes)
