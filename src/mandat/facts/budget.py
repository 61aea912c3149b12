"""Facts of the budget (SCDL budget)."""

from __future__ import annotations

from typing import Literal

from mandat.facts.base import Data, fact_type
from mandat.kernel.text import Text


@fact_type(
    "budget.line_voted.v1",
    label=Text("Ligne budgétaire votée", "Budget line voted"),
    sentence=Text("{amount} votés pour {year} : {purpose}", "{amount} voted for {year}: {purpose}"),
)
class LineVoted(Data):
    """Credits voted on a line of the year's budget (primary, supplementary or decision)."""

    year: int
    stage: Literal["primary", "supplementary", "amending", "account"]
    purpose: str
    nature: str = ""
    function: str = ""
    section: Literal["operating", "investment", ""] = ""
    direction: Literal["expense", "revenue"] = "expense"


@fact_type(
    "budget.line_executed.v1",
    label=Text("Ligne budgétaire exécutée", "Budget line executed"),
    sentence=Text("{amount} dépensés en {year} : {purpose}", "{amount} spent in {year}: {purpose}"),
)
class LineExecuted(Data):
    """Credits really spent on a line, from the year's accounts."""

    year: int
    purpose: str
    nature: str = ""
    function: str = ""
    section: Literal["operating", "investment", ""] = ""
    direction: Literal["expense", "revenue"] = "expense"
