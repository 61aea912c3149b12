"""How each group voted on each statement."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mandat.engines.opinion.votes import Ints, VoteMatrix


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """``agree``, ``disagree`` and ``seen`` (groups, m): votes of each kind and all votes, passes included."""

    agree: Ints
    disagree: Ints
    seen: Ints

    def total(self) -> Counts:
        """(1, m) sums over the groups."""
        return Counts(*(part.sum(axis=0, keepdims=True) for part in (self.agree, self.disagree, self.seen)))

    def rest(self) -> Counts:
        """(groups, m) what every other group together did."""
        whole = self.total()
        return Counts(whole.agree - self.agree, whole.disagree - self.disagree, whole.seen - self.seen)

    def only(self, groups: list[int]) -> Counts:
        return Counts(self.agree[groups], self.disagree[groups], self.seen[groups])


def count_votes(votes: VoteMatrix, labels: Ints, groups: int) -> Counts:
    """Counts of ``groups`` groups; ``labels`` (n,) gives each participant's, -1 for none. O(votes)."""
    m = votes.shape[1]
    agree, disagree, seen = (np.zeros(groups * m, np.int64) for _ in range(3))
    for start, stop in votes.blocks():
        a, b = votes.indptr[start], votes.indptr[stop]
        group = np.repeat(labels[start:stop], np.diff(votes.indptr[start : stop + 1]))
        inside = group >= 0
        cell = (group * m + votes.indices[a:b])[inside]
        value = votes.values[a:b][inside]
        seen += np.bincount(cell, minlength=groups * m)
        agree += np.bincount(cell[value == 1], minlength=groups * m)
        disagree += np.bincount(cell[value == -1], minlength=groups * m)
    shape = (groups, m)
    return Counts(agree.reshape(shape), disagree.reshape(shape), seen.reshape(shape))
