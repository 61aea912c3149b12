"""Utilitarian greedy: most useful per unit of money first, whatever fits.

With cost utility that is the order of votes, with cardinality utility of votes per cost.
Projects nobody supports come last and are still taken when they fit, as the field's tools do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import groupby

from mandat.engines.counting.utilities import Market

TieSet = tuple[int, tuple[int, ...], int]


def density(market: Market, j: int) -> tuple[int, Fraction]:
    """Worth per unit of money: free and wanted first of all, unwanted last; bigger is better."""
    worth, cost = market.mass[j] * market.unit[j], market.costs[j]
    if not market.mass[j]:
        return (0, Fraction(0))
    return (1, Fraction(worth, cost)) if cost else (2, Fraction(0))


def run_greedy(
    *, market: Market, budget: int, rank: Sequence[int], elected: Iterable[int] = ()
) -> tuple[list[int], list[TieSet]]:
    """Projects in order of election after those already ``elected``; level sets are ``(step, projects, chosen)``."""
    order: list[int] = []
    ties: list[TieSet] = []
    already = list(elected)
    left = budget - sum(market.costs[j] for j in already)
    if market.utility == "cost":
        # Worth per cost is the number of votes: no fraction needed.
        keys: list[object] = [
            (2 if not market.costs[j] else 1, v) if (v := market.voters[j]) else (0, 0)
            for j in range(len(market.costs))
        ]
        keys = [(2, 0) if k[0] == 2 else k for k in keys]  # type: ignore[index]
    else:
        keys = [density(market, j) for j in range(len(market.costs))]
    taken = set(already)
    rest = sorted((j for j in range(len(market.costs)) if j not in taken), key=lambda j: rank[j])
    rest.sort(key=lambda j: keys[j], reverse=True)  # type: ignore[arg-type,return-value]
    for _, level in groupby(rest, key=lambda j: keys[j]):
        waiting = list(level)
        while waiting:
            waiting = [j for j in waiting if market.costs[j] <= left]
            if not waiting:
                break
            if len(waiting) > 1:
                ties.append((len(already) + len(order) + 1, tuple(waiting), waiting[0]))
            chosen = waiting.pop(0)
            order.append(chosen)
            left -= market.costs[chosen]
    return order, ties
