"""The arithmetic of public financing: plans of several funders, de minimis aid, loans.

Exact Decimal amounts in, exact amounts and findings out; limits are arguments, dated and referenced by whoever gives them.
"""

from mandat.engines.financing.deminimis import Aid, Room, Windowed, room
from mandat.engines.financing.loans import (
    Arrears,
    Instalment,
    Terms,
    arrears,
    following,
    grant_equivalent,
    interest_by_day,
    repay_early,
    schedule,
)
from mandat.engines.financing.plan import Finding, PlanRules, Source, check_plan, largest_award

__all__ = [
    "Aid",
    "Arrears",
    "Finding",
    "Instalment",
    "PlanRules",
    "Room",
    "Source",
    "Terms",
    "Windowed",
    "arrears",
    "check_plan",
    "following",
    "grant_equivalent",
    "interest_by_day",
    "largest_award",
    "repay_early",
    "room",
    "schedule",
]
