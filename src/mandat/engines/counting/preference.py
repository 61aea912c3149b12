"""Which of two outcomes voters prefer: the comparison step that some cities add to Equal Shares.

``majority``: the greedy outcome is kept if more voters get more use from it than from Equal
Shares'. ``exclusion``: it is kept if more voters would be left without any project they named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mandat.engines.counting.model import Election, IntArray
from mandat.engines.counting.utilities import Utility, entry_utilities


@dataclass(frozen=True, slots=True)
class Preference:
    """Voters who prefer the first outcome, the second, and those to whom they are equal."""

    first: int
    second: int
    equal: int


def use_of(election: Election, elected: Sequence[int], utility: Utility) -> IntArray:
    """Total use of an outcome for one voter of each packed ballot."""
    ballots = election.ballots
    won = np.zeros(len(election), dtype=bool)
    won[list(elected)] = True
    entries = entry_utilities(election, utility)
    if entries is None:
        unit = np.array(election.costs if utility == "cost" else [1] * len(election), dtype=np.int64)
        entries = unit[ballots.indices]
    worth = np.where(won[ballots.indices], entries, 0)
    ends = np.zeros(len(worth) + 1, dtype=np.int64)
    np.cumsum(worth, out=ends[1:])
    return ends[ballots.indptr[1:]] - ends[ballots.indptr[:-1]]


def compare(election: Election, first: Sequence[int], second: Sequence[int], utility: Utility) -> Preference:
    """How many voters get more use from each of two outcomes."""
    a, b = use_of(election, first, utility), use_of(election, second, utility)
    weights = election.ballots.weights
    better, worse = int(weights[a > b].sum()), int(weights[a < b].sum())
    return Preference(better, worse, election.ballots.total - better - worse)


def excluded(election: Election, elected: Sequence[int]) -> int:
    """Voters who named something and see none of it elected."""
    ballots = election.ballots
    none = (use_of(election, elected, "cardinality") == 0) & (ballots.lengths > 0)
    return int(ballots.weights[none].sum())
