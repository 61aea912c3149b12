"""Rules that rank candidates: approval, Borda, Schulze, majority judgement.

Each gives candidates from first to last with level sets decided by ``rank``; the first ``seats``
are elected. All figures are whole numbers. Sources: Balinski, Laraki, "Majority Judgment", 2010;
Schulze, "A new monotonic, clone-independent, reversal symmetric … method", 2011 (winning votes).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cmp_to_key
from itertools import groupby

import numpy as np

from mandat.engines.counting.greedy import TieSet
from mandat.engines.counting.model import Election, IntArray
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

Standing = tuple[list[int], list[TieSet], list[int]]


def ranked_by(scores: Sequence[int], rank: Sequence[int], seats: int) -> Standing:
    """Highest score first; ties are listed when they touch a seat."""
    order = sorted(range(len(scores)), key=lambda j: (-scores[j], rank[j]))
    ties: list[TieSet] = []
    at = 0
    for _, level in groupby(order, key=lambda j: scores[j]):
        same = tuple(level)
        if len(same) > 1 and at < seats:
            ties.append((at + 1, same, same[0]))
        at += len(same)
    return order[:seats], ties, list(scores)


def approval(election: Election, rank: Sequence[int], seats: int) -> Standing:
    """Most often named."""
    return ranked_by(election.votes, rank, seats)


def borda(election: Election, rank: Sequence[int], seats: int) -> Standing:
    """m - 1 points for a first place among m candidates, one less for each place; none if unranked."""
    _ranked(election)
    ballots, m = election.ballots, len(election)
    points = (m - 1 - ballots.positions()) * np.repeat(ballots.weights, ballots.lengths)
    scores = np.zeros(m, dtype=np.int64)
    np.add.at(scores, ballots.indices, points)
    return ranked_by(scores.tolist(), rank, seats)


def pairwise_wins(election: Election) -> IntArray:
    """``[i, j]``: voters who rank i above j. Ranked candidates are above unranked ones."""
    _ranked(election)
    ballots, m = election.ballots, len(election)
    before = np.zeros((m, m), dtype=np.int64)
    for length in np.unique(ballots.lengths).tolist():
        rows = np.flatnonzero(ballots.lengths == length)
        table = ballots.indices[ballots.indptr[rows][:, None] + np.arange(length)]
        for a in range(length):
            for b in range(a + 1, length):
                np.add.at(before, (table[:, a], table[:, b]), ballots.weights[rows])
    votes = np.array(election.votes, dtype=np.int64)
    wins: IntArray = before + votes[:, None] - (before + before.T)
    np.fill_diagonal(wins, 0)
    return wins


def schulze(election: Election, rank: Sequence[int], seats: int) -> Standing:
    """Strongest paths by winning votes; i is above j when its path to j is the stronger."""
    wins = pairwise_wins(election)
    path = np.where(wins > wins.T, wins, 0)
    for k in range(len(path)):
        path = np.maximum(path, np.minimum(path[:, k : k + 1], path[k : k + 1, :]))
    np.fill_diagonal(path, 0)
    above = path > path.T
    left = set(range(len(path)))
    order: list[int] = []
    ties: list[TieSet] = []
    while left and len(order) < seats:
        level = sorted((j for j in left if not any(above[i, j] for i in left)), key=lambda j: rank[j])
        if len(level) > 1:
            ties.append((len(order) + 1, tuple(level), level[0]))
        order.append(level[0])
        left.discard(level[0])
    return order, ties, above.sum(axis=1).tolist()


def majority_judgement(election: Election, rank: Sequence[int], seats: int) -> Standing:
    """Highest median grade (the lower of two middles); then the medians left as middles are removed.

    Points are grades, higher is better; a candidate not graded gets the grade 0.
    """
    ballots, m = election.ballots, len(election)
    if ballots.points is None:
        raise InputError(Text("le jugement majoritaire demande des notes", "majority judgement needs grades"))
    weights = np.repeat(ballots.weights, ballots.lengths)
    sequences = []
    for j in range(m):
        mine = ballots.indices == j
        given: dict[int, int] = {}
        for grade, n in zip(ballots.points[mine].tolist(), weights[mine].tolist(), strict=True):
            given[grade] = given.get(grade, 0) + n
        silent = ballots.total - sum(given.values())
        if silent:
            given[0] = given.get(0, 0) + silent
        sequences.append(_middles(sorted(given.items()), ballots.total))
    order = sorted(range(m), key=lambda j: rank[j])

    def by_grades(a: int, b: int) -> int:
        return _compare(sequences[a], sequences[b])

    order.sort(key=cmp_to_key(by_grades), reverse=True)
    # A stable sort in reverse keeps equal elements in their first order.
    ties: list[TieSet] = []
    at = 0
    while at < len(order):
        end = at + 1
        while end < len(order) and _compare(sequences[order[at]], sequences[order[end]]) == 0:
            end += 1
        if end - at > 1 and at < seats:
            ties.append((at + 1, tuple(order[at:end]), order[at]))
        at = end
    return order[:seats], ties, [s[0][1][0] if s else 0 for s in sequences]


Runs = list[tuple[int, tuple[int, int]]]


def _middles(grades: list[tuple[int, int]], n: int) -> Runs:
    """The grades met when middles are removed one by one, as runs ``(length, (first, second))``.

    Each pair holds the next grade on either side of the middle: with n even the lower middle comes
    first, with n odd the middle is met first, then below, above, below…
    """
    if not n:
        return []
    half = n // 2
    ordered = [(g, k) for g, k in grades if k]
    if n % 2:
        middle, below, above = _split(ordered, half, 1)
        head: Runs = [(1, (middle[0][0], middle[0][0]))]
    else:
        _, below, above = _split(ordered, half, 0)
        head = []
    down, up = below[::-1], above
    out = head
    i = j = 0
    used_i = used_j = 0
    while i < len(down) and j < len(up):
        length = min(down[i][1] - used_i, up[j][1] - used_j)
        out.append((length, (down[i][0], up[j][0])))
        used_i, used_j = used_i + length, used_j + length
        if used_i == down[i][1]:
            i, used_i = i + 1, 0
        if used_j == up[j][1]:
            j, used_j = j + 1, 0
    return out


def _split(
    grades: list[tuple[int, int]], below: int, middle: int
) -> tuple[list[tuple[int, int]], list[tuple[int, int]], list[tuple[int, int]]]:
    """Runs of grades in the middle, below and above it."""
    parts: list[list[tuple[int, int]]] = [[], [], []]
    sizes = [below, middle, sum(k for _, k in grades) - below - middle]
    at = 0
    for grade, count in grades:
        while count:
            while sizes[at] == 0:
                at += 1
            take = min(count, sizes[at])
            parts[at].append((grade, take))
            sizes[at] -= take
            count -= take
    return parts[1], parts[0], parts[2]


def _compare(a: Runs, b: Runs) -> int:
    """Which sequence of middles is higher at the first difference: 1, -1 or 0."""
    i = j = used_a = used_b = 0
    while i < len(a) and j < len(b):
        if a[i][1] != b[j][1]:
            return 1 if a[i][1] > b[j][1] else -1
        length = min(a[i][0] - used_a, b[j][0] - used_b)
        used_a, used_b = used_a + length, used_b + length
        if used_a == a[i][0]:
            i, used_a = i + 1, 0
        if used_b == b[j][0]:
            j, used_b = j + 1, 0
    return 0


def _ranked(election: Election) -> None:
    if election.vote_type != "ordinal":
        raise InputError(Text("cette règle demande des bulletins classés", "this rule needs ranked ballots"))


RANKINGS: dict[str, Callable[[Election, Sequence[int], int], Standing]] = {
    "approval": approval,
    "borda": borda,
    "schulze": schulze,
    "majority-judgement": majority_judgement,
}
