"""How much each payment of a plan is: pure arithmetic, in cents.

Every share and every reduction is rounded down to the cent; the last payment takes what the roundings left, so that a project that cost
what was planned receives its award to the cent, and none ever receives more.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_FLOOR, Decimal
from typing import Protocol


class Tranche(Protocol):
    """What a payment of a scheme says."""

    @property
    def code(self) -> str: ...
    @property
    def share(self) -> Decimal: ...
    @property
    def of(self) -> str: ...


def due_for(award: int, cost: int | None, spent: int) -> int:
    """What of ``award`` is due for a project planned at ``cost`` that cost ``spent``: pro rata, rounded down, never more than the award."""
    if spent < 0 or award < 0:
        raise ValueError("amounts are positive")
    if not cost:
        return min(award, spent)
    return award if spent >= cost else award * spent // cost


def cumulated(award: int, plan: Sequence[Tranche], upto: int) -> int:
    """What the first ``upto`` payments of the plan amount to together: all of the award where they are all of them."""
    if upto >= len(plan):
        return award
    share = sum((tranche.share for tranche in plan[:upto]), Decimal(0))
    return int((award * share / 100).to_integral_value(rounding=ROUND_FLOOR))


def tranche_due(
    *, award: int, cost: int | None, plan: Sequence[Tranche], code: str, spent: int | None, before: int
) -> int:
    """What the payment ``code`` amounts to when ``before`` was asked for already; below zero where too much was paid.

    ``spent`` is what was justified: needed where the payment depends on it. The last payment settles everything. Raises KeyError for
    an unknown payment, ValueError where ``spent`` lacks.
    """
    rank = next((n for n, tranche in enumerate(plan) if tranche.code == code), None)
    if rank is None:
        raise KeyError(code)
    most = award
    if plan[rank].of == "spent":
        if spent is None:
            raise ValueError("this payment depends on what was spent")
        most = due_for(award, cost, spent)
    if rank == len(plan) - 1:
        return most - before
    own = cumulated(award, plan, rank + 1) - cumulated(award, plan, rank)
    return min(own, most - before)
