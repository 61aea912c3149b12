"""What each elected project is worth to each voter, in whole numbers.

``cost``: its cost; ``cardinality``: 1; ``borda``: for a ranking of L projects, L for the first
down to 1 for the last (the score column of Pabulib files); ``points``: the points given.
Voters who do not name a project, or give it no point, have no use for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from mandat.engines.counting.model import Election, FloatArray, IndexArray, IntArray
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

Utility = Literal["cost", "cardinality", "borda", "points"]
UTILITIES: tuple[Utility, ...] = ("cost", "cardinality", "borda", "points")


@dataclass(eq=False, slots=True)
class Market:
    """Who supports what, and how much: one entry a project.

    ``rows[j]`` int32: packed ballots that support ``j``; ``weight[j]`` float64: voters of each,
    whole numbers; ``use[j]`` float64: utility for one such voter, whole numbers, None when all
    equal, then to ``unit[j]``; ``mass[j]``: sum of weight × (use or 1); ``voters[j]``: sum of weight.
    The worth of ``j`` to all voters together is ``mass[j] * unit[j]``.
    """

    costs: list[int]
    rows: list[IndexArray]
    weight: list[FloatArray]
    use: list[FloatArray | None]
    unit: list[int]
    mass: list[int]
    voters: list[int]
    total: int
    row_weight: FloatArray
    utility: Utility

    @property
    def packed(self) -> int:
        return len(self.row_weight)


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
    start, rows, order = election.columns
    ballots, m = election.ballots, len(election)
    entries = entry_utilities(election, utility)
    weights = ballots.weights.astype(np.float64)[rows]
    used = None if entries is None else entries[order].astype(np.float64)
    bounds = start.tolist()
    parts = [slice(a, b) for a, b in pairwise(bounds)]
    unit = list(election.costs) if utility == "cost" else [1] * m
    if used is None:
        voters = [int(weights[part].sum()) for part in parts]
        return Market(
            election.costs,
            [rows[part] for part in parts],
            [weights[part] for part in parts],
            [None] * m,
            unit,
            voters,
            voters,
            ballots.total,
            ballots.weights.astype(np.float64),
            utility,
        )
    out = Market(election.costs, [], [], [], unit, [], [], ballots.total, ballots.weights.astype(np.float64), utility)
    for part in parts:
        some = used[part] > 0
        r, w, u = rows[part][some], weights[part][some], used[part][some]
        out.rows.append(r)
        out.weight.append(w)
        out.use.append(u)
        out.mass.append(int((w.astype(np.int64) * u.astype(np.int64)).sum()))
        out.voters.append(int(w.sum()))
    return out
