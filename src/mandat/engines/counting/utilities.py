"""What each elected project is worth to each voter, in whole numbers.

``cost``: its cost; ``cardinality``: 1; ``borda``: for a ranking of L projects, L for the first
down to 1 for the last (the score column of Pabulib files); ``points``: the points given.
Voters who do not name a project, or give it no point, have no use for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Literal

import numpy as np

from mandat.engines.counting.model import Election, FloatArray, IndexArray, IntArray
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

Utility = Literal["cost", "cardinality", "borda", "points"]
UTILITIES: tuple[Utility, ...] = ("cost", "cardinality", "borda", "points")


@dataclass(eq=False)
class Market:
    """Who supports what, and how much: one entry a project.

    ``rows[j]`` int32: packed ballots that support ``j``; ``weight[j]`` float64: voters of each,
    whole numbers; ``use[j]`` float64: utility for one such voter, whole numbers, None when all
    equal, then to ``unit[j]``; ``mass[j]``: sum of weight × (use or 1); ``voters[j]``: sum of weight.
    The worth of ``j`` to all voters together is ``mass[j] * unit[j]``. ``disjoint``: no voter
    supports two projects.
    """

    election: Election
    utility: Utility
    costs: list[int]
    unit: list[int]
    mass: list[int]
    voters: list[int]
    total: int
    disjoint: bool
    #: Rows, weights and uses where uses differ; None where they follow from the ballots alone.
    parts: tuple[list[IndexArray], list[FloatArray], list[FloatArray]] | None = None

    @cached_property
    def row_weight(self) -> FloatArray:
        return self.election.ballots.weights.astype(np.float64)

    @property
    def packed(self) -> int:
        return len(self.election.ballots)

    @cached_property
    def rows(self) -> list[IndexArray]:
        if self.parts is not None:
            return self.parts[0]
        start, rows, _ = self.election.columns
        return [rows[a:b] for a, b in pairwise(start.tolist())]

    @cached_property
    def weight(self) -> list[FloatArray]:
        if self.parts is not None:
            return self.parts[1]
        start, rows, _ = self.election.columns
        weights = self.row_weight[rows]
        return [weights[a:b] for a, b in pairwise(start.tolist())]

    @cached_property
    def use(self) -> Sequence[FloatArray | None]:
        return self.parts[2] if self.parts is not None else [None] * len(self.costs)


def check_utility(election: Election, utility: Utility) -> None:
    if utility == "borda" and election.vote_type != "ordinal":
        raise InputError(Text("l’utilité borda demande des bulletins classés", "borda utility needs ranked ballots"))
    if utility == "points" and election.ballots.points is None:
        raise InputError(Text("l’utilité points demande des bulletins notés", "points utility needs scored ballots"))
    if utility not in UTILITIES:
        raise InputError(Text(f"utilité inconnue : {utility}", f"unknown utility: {utility}"))


def market(election: Election, utility: Utility) -> Market:
    """Supporters by project; built once per election and utility, O(entries)."""
    kept = election.__dict__.setdefault("_markets", {})
    found = kept.get(utility)
    if found is None:
        check_utility(election, utility)
        found = kept[utility] = _market(election, utility)
    made: Market = found
    return made


def entry_utilities(election: Election, utility: Utility) -> IntArray | None:
    """Utility of each entry of the packed ballots for one voter; None when it depends on the project alone."""
    ballots = election.ballots
    if utility == "points":
        assert ballots.points is not None
        return np.maximum(ballots.points, 0)
    if utility == "borda":
        return np.repeat(ballots.lengths, ballots.lengths) - ballots.positions()
    return None


def _market(election: Election, utility: Utility) -> Market:
    ballots, m = election.ballots, len(election)
    entries = entry_utilities(election, utility)
    unit = election.costs if utility == "cost" else [1] * m
    disjoint = int(ballots.lengths.max(initial=0)) <= 1
    if entries is None:
        votes = election.votes
        return Market(election, utility, election.costs, unit, votes, votes, ballots.total, disjoint)
    start, rows, order = election.columns
    weights, used = ballots.weights.astype(np.float64)[rows], entries[order].astype(np.float64)
    parts: tuple[list[IndexArray], list[FloatArray], list[FloatArray]] = ([], [], [])
    made = Market(election, utility, election.costs, unit, [], [], ballots.total, False, parts)
    for a, b in pairwise(start.tolist()):
        some = used[a:b] > 0
        r, w, u = rows[a:b][some], weights[a:b][some], used[a:b][some]
        parts[0].append(r)
        parts[1].append(w)
        parts[2].append(u)
        made.mass.append(int((w.astype(np.int64) * u.astype(np.int64)).sum()))
        made.voters.append(int(w.sum()))
    return made
