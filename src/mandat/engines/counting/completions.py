"""What becomes of the money Equal Shares leaves: each completion is a published choice.

``add1``: give every voter ``increment`` more and run again. The stop rule is part of the choice:
``exhaustive`` keeps the first outcome to which no supported project can be added, or the last one
before overspending; ``overspend`` goes on past exhaustive outcomes and keeps the last one within
budget. Spending does not grow steadily with the increment, so runs are never skipped by bisection.
``add1u``: then fill up greedily by the same utility. ``greedy``: fill up without raising.
``add-opt`` and ``add-optu``: see ``exact_shares``, a rule of its own.
``epsilon``: those who do not want a project use it infinitely little: once its supporters have given all, everyone else shares the rest at one price, the
project with the lowest such price first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from mandat.engines.counting.equal_shares import Shares, run_shares
from mandat.engines.counting.exact_shares import ExactShares, least_raise, run_exact
from mandat.engines.counting.utilities import Market

Stop = Literal["exhaustive", "overspend"]


@dataclass(slots=True)
class Raised:
    """The run kept, how many runs were made and how often the endowment was raised for it."""

    kept: Shares
    runs: int
    raises: int
    spent: list[int] = field(default_factory=list)


@dataclass(slots=True)
class ExactRun:
    """The exact run kept, and the raises that led to it."""

    kept: ExactShares
    raises: list[Fraction]


def is_exhaustive(market: Market, elected: Sequence[int], budget: int) -> bool:
    """No supported project that costs something can be added."""
    taken = set(elected)
    left = budget - sum(market.costs[j] for j in elected)
    return not any(0 < c <= left and market.mass[j] and j not in taken for j, c in enumerate(market.costs))


def run_add1(
    *, market: Market, budget: int, rank: Sequence[int], increment: Fraction, stop: Stop = "exhaustive"
) -> Raised:
    """Equal Shares with endowments raised by ``increment`` units each until the stop rule holds."""
    start = Fraction(budget, market.total)
    wanted = sum(1 for mass in market.mass if mass)
    kept = run_shares(market=market, endowment=start, rank=rank)
    runs, raises, spent = 1, 0, [kept.cost]
    out = kept
    while True:
        if out.cost > budget:
            return Raised(kept, runs, raises, spent)
        kept, raises = out, runs - 1
        if len(kept.order) == wanted or (stop == "exhaustive" and is_exhaustive(market, kept.order, budget)):
            return Raised(kept, runs, raises, spent)
        out = run_shares(market=market, endowment=start + increment * runs, rank=rank)
        runs += 1
        spent.append(out.cost)


def run_add_opt(
    *, market: Market, budget: int, rank: Sequence[int], stop: Stop = "exhaustive"
) -> tuple[ExactShares, list[Fraction]]:
    """Exact Equal Shares, raised each time by what first changes the outcome; and the raises made."""
    kept = run_exact(market=market, endowment=Fraction(budget, market.total), rank=rank)
    raises: list[Fraction] = []
    wanted = sum(1 for mass in market.mass if mass)
    while not (len(kept.order) == wanted or (stop == "exhaustive" and is_exhaustive(market, kept.order, budget))):
        more = least_raise(market=market, run=kept)
        if more is None:
            break
        out = run_exact(market=market, endowment=kept.endowment + more, rank=rank)
        if out.cost > budget:
            break
        kept = out
        raises.append(more)
    return kept, raises
