"""What holds across the whole conversation: consensus, bridges, group-informed consensus, divides.

- Consensus: a significant majority of everyone who voted, for or against (published).
- Group-informed consensus: the product over groups of the chance of agreeing; high only if every group agrees
  (published as group-aware consensus).
- Bridging: a significant majority *in each group* on the same side, ranked by the group least in favour, so that no
  group's number can make up for another's (egalitarian reading of bridging; Ovadya and Thorburn, 2023).
- Dividing: the widest gap between two groups' chances of agreeing, both tested.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mandat.engines.opinion.counts import Counts
from mandat.engines.opinion.representativeness import Z_90, Choice, chance, proportion_test, two_proportion_test
from mandat.engines.opinion.votes import Bools, Floats

LARGEST_LIST = 5


@dataclass(frozen=True, slots=True)
class Bridge:
    """A statement every group leans to on the same side. ``lowest`` is the smallest of ``chances`` (one a group)."""

    statement: int
    direction: str
    lowest: float
    chances: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Divide:
    """A statement that sets two groups apart: ``gap`` = chance of agreeing in ``above`` minus in ``below``."""

    statement: int
    above: int
    below: int
    gap: float


def consensus(everyone: Counts, excluded: Bools, *, largest: int = LARGEST_LIST) -> list[Choice]:
    """At most ``largest`` agreements then as many disagreements, ranked by chance × test; ``everyone`` is (1, m)."""
    found: list[Choice] = []
    for direction, votes in (("agree", everyone.agree[0]), ("disagree", everyone.disagree[0])):
        p, test = chance(votes, everyone.seen[0]), proportion_test(votes, everyone.seen[0])
        columns = np.flatnonzero((p > 0.5) & (test > Z_90) & ~excluded)
        ranked = columns[np.argsort(-(p * test)[columns], kind="stable")][:largest]
        found += [
            Choice(
                statement=int(j),
                direction=direction,
                votes=int(votes[j]),
                seen=int(everyone.seen[0, j]),
                agree=int(everyone.agree[0, j]),
                disagree=int(everyone.disagree[0, j]),
                probability=float(p[j]),
                probability_test=float(test[j]),
            )
            for j in ranked
        ]
    return found


def group_informed(counts: Counts) -> tuple[Floats, Floats]:
    """(m,) products over groups of the chances of agreeing, and of disagreeing."""
    return (
        np.asarray(chance(counts.agree, counts.seen).prod(axis=0)),
        np.asarray(chance(counts.disagree, counts.seen).prod(axis=0)),
    )


def bridging(counts: Counts, excluded: Bools, *, largest: int = LARGEST_LIST) -> list[Bridge]:
    """Statements with a significant majority in each of at least two groups, best ``lowest`` first."""
    if len(counts.agree) < 2:
        return []
    found: list[Bridge] = []
    for direction, votes in (("agree", counts.agree), ("disagree", counts.disagree)):
        p, test = chance(votes, counts.seen), proportion_test(votes, counts.seen)
        columns = np.flatnonzero(((p > 0.5) & (test > Z_90)).all(axis=0) & ~excluded)
        found += [
            Bridge(int(j), direction, float(p[:, j].min()), tuple(float(value) for value in p[:, j])) for j in columns
        ]
    # At equal lowest shares: the greater product, agreement first, then the lower column.
    found.sort(key=lambda one: (-one.lowest, -float(np.prod(one.chances)), one.direction, one.statement))
    return found[:largest]


def dividing(counts: Counts, excluded: Bools, *, largest: int = LARGEST_LIST) -> list[Divide]:
    """Statements whose chances of agreeing differ most between two groups, where the difference is significant."""
    groups = len(counts.agree)
    p = chance(counts.agree, counts.seen)
    found: list[Divide] = []
    for a in range(groups):
        for b in range(groups):
            if a == b:
                continue
            test = two_proportion_test(counts.agree[a], counts.agree[b], counts.seen[a], counts.seen[b])
            found += [Divide(int(j), a, b, float(p[a, j] - p[b, j])) for j in np.flatnonzero((test > Z_90) & ~excluded)]
    found.sort(key=lambda one: (-one.gap, one.statement, one.above, one.below))
    kept: dict[int, Divide] = {}
    for one in found:
        kept.setdefault(one.statement, one)
    return list(kept.values())[:largest]
