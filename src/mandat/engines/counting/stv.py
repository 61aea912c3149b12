"""Single transferable vote as Scotland counts it (weighted inclusive Gregory method).

Source: The Scottish Local Government Elections Order 2007 (SSI 2007/42), Schedule 1, rules 45 to 52.
Quota: valid ballots / (seats + 1), rounded down, plus 1. Values have five decimals, the rest is
dropped: they are held as whole hundred-thousandths of a vote, so nothing is ever rounded twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from mandat.engines.counting.greedy import TieSet
from mandat.engines.counting.model import Election, IntArray
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

UNIT = 100_000


@dataclass(slots=True)
class Stage:
    """Votes of every candidate after one stage, in hundred-thousandths; ``what`` was done to ``who``."""

    what: str  # first-preferences, surplus, exclusion
    who: int
    votes: list[int]
    elected: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Transferable:
    """Elected in order, ties, every stage, the quota in votes, and votes no longer transferable."""

    order: list[int]
    ties: list[TieSet]
    stages: list[Stage]
    quota: int
    lost: int


class _Papers:
    """Packed ballots: the candidate each lies with (-1: not transferable) and its value."""

    def __init__(self, election: Election) -> None:
        ballots = election.ballots
        self.candidates = len(election)
        valid = ballots.lengths > 0
        self.start = ballots.indptr[:-1][valid]
        self.end = ballots.indptr[1:][valid]
        self.indices = ballots.indices
        self.weight: IntArray = ballots.weights[valid]
        self.place = self.start.copy()
        self.value: IntArray = np.full(len(self.start), UNIT, dtype=np.int64)
        self.holder: IntArray = self.indices[self.start].astype(np.int64)

    def move(self, candidate: int, going: set[int]) -> None:
        """Pass every paper of ``candidate`` to its next preference among ``going``."""
        open_ = np.zeros(self.candidates, dtype=bool)
        open_[list(going)] = True
        papers = np.flatnonzero(self.holder == candidate)
        self.holder[papers] = -1
        while len(papers):
            self.place[papers] += 1
            papers = papers[self.place[papers] < self.end[papers]]
            following = self.indices[self.place[papers]]
            good = open_[following]
            self.holder[papers[good]] = following[good]
            papers = papers[~good]

    def votes(self) -> list[int]:
        held = self.holder >= 0
        total = np.zeros(self.candidates, dtype=np.int64)
        np.add.at(total, self.holder[held], (self.value * self.weight)[held])
        return [int(v) for v in total]


def run_stv(*, election: Election, seats: int, rank: Sequence[int]) -> Transferable:
    """Fill ``seats``. Ties go to the latest earlier stage with a difference, then to ``rank``."""
    if election.vote_type != "ordinal":
        raise InputError(Text("le vote transférable demande des bulletins classés", "STV needs ranked ballots"))
    m = len(election)
    papers = _Papers(election)
    valid = int(papers.weight.sum())
    quota = valid // (seats + 1) + 1
    out = Transferable([], [], [], quota, 0)
    going = set(range(m))
    votes = papers.votes()
    kept = dict[int, int]()  # elected candidates keep exactly the quota once their surplus is passed on
    surplus: list[int] = []
    out.stages.append(Stage("first-preferences", -1, votes))
    _elect(out, going, surplus, votes, quota, seats, rank)
    while len(out.order) < seats and going:
        if len(going) <= seats - len(out.order):
            for j in sorted(going, key=lambda j: (-votes[j], rank[j])):
                out.order.append(j)
                out.stages[-1].elected.append(j)
            break
        if surplus:
            j = _pick(out, surplus, votes, rank, highest=True)
            surplus.remove(j)
            over = votes[j] - quota * UNIT
            mine = papers.holder == j
            papers.value[mine] = papers.value[mine] * over // votes[j]
            papers.move(j, going)
            kept[j] = quota * UNIT
            what = "surplus"
        else:
            j = _pick(out, sorted(going), votes, rank, highest=False)
            going.discard(j)
            papers.move(j, going)
            what = "exclusion"
        votes = papers.votes()
        for k, amount in kept.items():
            votes[k] = amount
        out.stages.append(Stage(what, j, votes))
        _elect(out, going, surplus, votes, quota, seats, rank)
    out.lost = valid * UNIT - sum(votes)
    return out


def _elect(
    out: Transferable,
    going: set[int],
    surplus: list[int],
    votes: list[int],
    quota: int,
    seats: int,
    rank: Sequence[int],
) -> None:
    """Those who reach the quota are elected at once, most votes first."""
    reached = [j for j in going if votes[j] >= quota * UNIT]
    while reached and len(out.order) < seats:
        j = _pick(out, reached, votes, rank, highest=True)
        reached.remove(j)
        going.discard(j)
        out.order.append(j)
        out.stages[-1].elected.append(j)
        if votes[j] > quota * UNIT:
            surplus.append(j)


def _pick(out: Transferable, among: Sequence[int], votes: list[int], rank: Sequence[int], *, highest: bool) -> int:
    """The candidate with most (or fewest) votes; level ones by earlier stages, then by the tie order."""
    sign = -1 if highest else 1
    best = min(sign * votes[j] for j in among)
    level = [j for j in among if sign * votes[j] == best]
    for stage in reversed(out.stages[:-1]):
        if len(level) == 1:
            break
        best = min(sign * stage.votes[j] for j in level)
        level = [j for j in level if sign * stage.votes[j] == best]
    if len(level) == 1:
        return level[0]
    # The order names who comes first: elected first, or, for exclusions, kept longest.
    chosen = min(level, key=lambda j: rank[j]) if highest else max(level, key=lambda j: rank[j])
    out.ties.append((len(out.stages), tuple(sorted(level, key=lambda j: rank[j])), chosen))
    return chosen
