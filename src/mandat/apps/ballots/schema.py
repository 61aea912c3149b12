"""The rules of a vote, fixed before it opens: what a ballot says, how it is counted, what makes the result count."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, model_validator

from mandat.apps.programme.schema import BilingualText
from mandat.definitions.messages import SchemaError
from mandat.engines.counting.completions import Stop
from mandat.engines.counting.count import BUDGET_RULES, Comparison, Completion, Rule
from mandat.engines.counting.utilities import Utility
from mandat.engines.indicators.expression import Number, Strict
from mandat.kernel.text import Text

#: What a voter fills in. ``single``: one option, or blank. ``yes-no``: a question. ``knapsack``: options within the budget.
BallotType = Literal["single", "yes-no", "approval", "knapsack", "ranking", "cumulative", "majority-judgement"]
#: How one proves to be on the roll.
Channel = Literal["account", "oidc", "roll", "code", "desk", "paper", "organisation"]
Percent = Annotated[Number, Field(ge=0, le=100)]


class Counting(Strict):
    """A rule of ``engines.counting`` and its choices, in its own words. ``plurality`` counts single and yes-no ballots.

    ``tie_order`` settles level options, before anything is known: by ``id``, ``cost``, ``votes``, or a ``list:``; a ``seed:`` is
    written in the definition.
    """

    rule: Rule | Literal["plurality"]
    utility: Utility = "cost"
    completion: Completion = "none"
    increment: Decimal = Field(default=Decimal(1), gt=0)
    stop: Stop = "exhaustive"
    comparison: Comparison = "none"
    seats: int = Field(default=1, ge=1, le=1000)
    tie_order: str = Field(default="id", pattern=r"^(?:id|number|cost|votes|seed:.{8,100}|list:[a-z0-9,_-]+)$")


class BallotRules(Strict):
    """What is fixed before the vote opens.

    ``most``: options one may name, rank or approve; ``points``: those of a cumulative ballot; ``blank``: a blank ballot is counted apart.
    ``quorum`` and ``threshold`` are percents: of the roll who must take part, of the votes cast (blank apart) the winner needs; ``quorum_number``
    is a number of voters instead. ``cell_least``: results by place and by age are published for at least so many voters.
    ``channels`` are those open; ``security`` says, in plain words, what the vote is and is not protected from.
    """

    type: BallotType
    counting: Counting
    most: int | None = Field(default=None, ge=1, le=1000)
    points: int | None = Field(default=None, ge=1, le=1000)
    blank: bool = True
    quorum: Percent | None = None
    quorum_number: int | None = Field(default=None, ge=1)
    threshold: Percent | None = None
    cell_least: int = Field(default=5, ge=5, le=1000)
    channels: tuple[Channel, ...] = Field(default=("account",), min_length=1)
    reminder_hours: tuple[Annotated[int, Field(ge=1, le=720)], ...] = (24,)
    appeal_days: int = Field(default=15, ge=1, le=365)
    security: BilingualText | None = None

    @model_validator(mode="after")
    def _coherent(self) -> BallotRules:
        rule = self.counting.rule
        if (self.type in ("single", "yes-no")) != (rule == "plurality"):
            raise SchemaError(
                Text(
                    "« plurality » dépouille un choix unique, et lui seul",
                    "“plurality” counts single choices, and only them",
                )
            )
        if self.type == "knapsack" and rule not in BUDGET_RULES:
            raise SchemaError(
                Text(
                    "un bulletin à budget se dépouille par une règle de budget", "a knapsack ballot takes a budget rule"
                )
            )
        if (self.type == "cumulative") != (self.points is not None):
            raise SchemaError(Text("« points » va avec un vote cumulatif", "“points” goes with a cumulative ballot"))
        if (self.type == "majority-judgement") != (rule == "majority-judgement"):
            raise SchemaError(
                Text("des mentions se dépouillent au jugement majoritaire", "grades are counted by majority judgement")
            )
        if rule in ("borda", "schulze", "stv") and self.type != "ranking":
            raise SchemaError(Text(f"la règle {rule} veut un classement", f"rule {rule} needs a ranking"))
        if self.quorum is not None and self.quorum_number is not None:
            raise SchemaError(Text("un seul quorum : en pour cent ou en nombre", "one quorum only: percent or number"))
        return self
