"""How an outcome treats voters, money, categories and districts.

``exhaustiveness``: money spent over budget, and whether a supported project could still be added.
``EJR+`` up to any project (Brill, Peters, "Robust and Verifiable Proportionality Axioms", 2023),
for cost utility: a group of supporters of a project deserves its equal share of the budget; it is a
*violation* if the project is not elected although, for everyone in the group, what was elected
among what they name and the project together cost no more than that. Decided in integers. Equal
Shares with cost utility never shows one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np

from mandat.engines.counting.completions import is_exhaustive
from mandat.engines.counting.model import Election
from mandat.engines.counting.preference import excluded, use_of
from mandat.engines.counting.utilities import market


@dataclass(frozen=True, slots=True)
class Share:
    """A category or a district: shares (0 to 1) of all votes, of those votes weighted by cost, and of the money."""

    name: str
    projects: int
    elected: int
    votes: float
    wanted_money: float
    money: float


@dataclass(frozen=True, slots=True)
class Violation:
    """A group of ``voters`` supporters that deserves ``project`` and was not given as much."""

    project: str
    voters: int
    deserved: Decimal


@dataclass(frozen=True, slots=True)
class Metrics:
    spent: Decimal
    budget: Decimal
    exhaustive: bool
    voters: int
    blank: int
    voters_with_a_win: int
    mean_wins: float
    mean_cost: float
    violations: tuple[Violation, ...]
    categories: tuple[Share, ...]
    districts: tuple[Share, ...]

    @property
    def spent_share(self) -> float:
        return float(self.spent / self.budget) if self.budget else 0.0

    @property
    def win_share(self) -> float:
        return self.voters_with_a_win / self.voters if self.voters else 0.0


def measure(election: Election, elected: Sequence[int]) -> Metrics:
    """Every metric of one outcome; O(entries × projects) at worst, for EJR+."""
    ballots = election.ballots
    wins, money = use_of(election, elected, "cardinality"), use_of(election, elected, "cost")
    total = ballots.total
    weights = ballots.weights
    blank = int(weights[ballots.lengths == 0].sum())
    return Metrics(
        spent=election.money(sum(election.costs[j] for j in elected)),
        budget=election.budget,
        exhaustive=is_exhaustive(market(election, "cardinality"), elected, election.budget_units),
        voters=total,
        blank=blank,
        voters_with_a_win=total - blank - excluded(election, elected),
        mean_wins=float((wins * weights).sum() / total) if total else 0.0,
        mean_cost=float((money * weights).sum() / total / election.money_scale) if total else 0.0,
        violations=tuple(ejr_plus_violations(election, elected)),
        categories=_shares(election, elected, [p.categories or ("",) for p in election.projects]),
        districts=_shares(election, elected, [(p.district,) for p in election.projects]),
    )


def ejr_plus_violations(election: Election, elected: Sequence[int]) -> list[Violation]:
    """Projects that break EJR+ up to any project under cost utility, with the group that shows it.

    Group S of supporters of p, p not elected, deserves money ``|S| × budget / voters``. There is a
    violation if for every i in S the elected projects i names, with p, cost no more than that.
    Sorting supporters by what they got, the best S of each size is a prefix.
    """
    total, budget = election.ballots.total, election.budget_units
    if not total:
        return []
    got = use_of(election, elected, "cost")
    made, taken, out = market(election, "cardinality"), set(elected), []
    for j, cost in enumerate(election.costs):
        if j in taken or not made.mass[j]:
            continue
        have = got[made.rows[j]]
        order = np.argsort(have, kind="stable")
        have, size = have[order], np.cumsum(made.weight[j][order])
        # Groups that may deserve as much in floats; whether they do, in integers.
        excess = size * float(budget) - (have + float(cost)) * total
        close = np.flatnonzero(excess >= -1e-9 * (float(budget) * total + 1))
        deserving = [k for k in close.tolist() if int(size[k]) * budget >= (int(have[k]) + cost) * total]
        if deserving:
            k = max(deserving, key=lambda k: excess[k])
            deserved = election.money(1) * Decimal(int(size[k]) * budget) / total
            out.append(Violation(election.ids[j], int(size[k]), deserved.quantize(Decimal("0.01"))))
    return out


def _shares(election: Election, elected: Sequence[int], groups: list[tuple[str, ...]]) -> tuple[Share, ...]:
    names = sorted({name for group in groups for name in group if name})
    if not names:
        return ()
    won = set(elected)
    votes, costs = election.votes, election.costs
    all_votes = Fraction(sum(votes))
    all_wanted = Fraction(sum(v * c for v, c in zip(votes, costs, strict=True)))
    spent = Fraction(sum(costs[j] for j in won))

    def part(amounts: dict[int, int], name: str, whole: Fraction) -> float:
        # A project of several categories counts for an equal part in each.
        mine = sum((Fraction(a, len(groups[j])) for j, a in amounts.items() if name in groups[j]), Fraction(0))
        return float(mine / whole) if whole else 0.0

    every = range(len(election))
    return tuple(
        Share(
            name,
            sum(name in g for g in groups),
            sum(name in groups[j] for j in won),
            part({j: votes[j] for j in every}, name, all_votes),
            part({j: votes[j] * costs[j] for j in every}, name, all_wanted),
            part({j: costs[j] for j in won}, name, spent),
        )
        for name in names
    )


def most_unlike(shares: Sequence[Share]) -> float:
    """Half the sum of differences between shares of votes and of money: 0 proportional, 1 all elsewhere."""
    return sum(abs(s.votes - s.money) for s in shares) / 2
