"""Rules, options and ballots of each type."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from mandat.apps.ballots.choices import Option
from mandat.apps.ballots.schema import BallotRules
from mandat.kernel.text import Text

TYPES = ("single", "yes-no", "approval", "knapsack", "ranking", "cumulative", "majority-judgement")
CODES = ("cour", "forum", "haie", "velo")
_COSTS = dict(zip(CODES, (40, 50, 30, 60), strict=True))
_RULES = {
    "single": "plurality",
    "yes-no": "plurality",
    "approval": "approval",
    "knapsack": "equal-shares",
    "ranking": "schulze",
    "cumulative": "equal-shares",
    "majority-judgement": "majority-judgement",
}

#: A good ballot of each type.
GOOD: dict[str, dict[str, Any]] = {
    "single": {"choice": "haie"},
    "yes-no": {"choice": "yes"},
    "approval": {"approved": ["velo", "cour"]},
    "knapsack": {"approved": ["haie", "cour"]},
    "ranking": {"ranked": ["haie", "velo"]},
    "cumulative": {"points": {"haie": 3, "cour": 2}},
    "majority-judgement": {"grades": {"haie": 6, "velo": 0, "cour": 2}},
}
#: The same in canonical form.
CANONICAL: dict[str, dict[str, Any]] = GOOD | {
    "approval": {"approved": ["cour", "velo"]},
    "knapsack": {"approved": ["cour", "haie"]},
    "majority-judgement": {"grades": {"haie": 6, "cour": 2, "forum": 0, "velo": 0}},
}


def rules(type: str, **changes: Any) -> BallotRules:
    counting: dict[str, Any] = {"rule": changes.pop("rule", _RULES[type])}
    if type == "cumulative":
        counting["rule"], counting["utility"] = "greedy", "points"
        changes.setdefault("points", 5)
    if type == "approval":
        changes.setdefault("most", 3)
    if "tie_order" in changes:
        counting["tie_order"] = changes.pop("tie_order")
    given: dict[str, Any] = {"type": type, "counting": counting, "channels": ("account", "code", "desk", "paper")}
    return BallotRules.model_validate(given | changes)


def options(type: str) -> tuple[Option, ...]:
    if type == "yes-no":
        return ()
    return tuple(
        Option(code, Text(code.title(), code.title()), cost=Decimal(_COSTS[code]) if type in ("knapsack", "cumulative") else None)
        for code in CODES
    )  # fmt: skip
