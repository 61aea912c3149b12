"""The words of explanations: one sentence in two languages, numbers as each writes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from mandat.engines.counting.model import Election
from mandat.engines.counting.result import Count
from mandat.kernel.text import Language, Text


@dataclass(frozen=True, slots=True)
class Explanation:
    """``reason`` is a code: elected, gift, completion, too-dear, no-votes, unaffordable, no-room, stopped, not-optimal."""

    project: str
    elected: bool
    reason: str
    sentence: Text
    data: dict[str, Any] = field(default_factory=dict)


def amount(election: Election, units: float | Fraction) -> Decimal:
    """Money for people: the currency rounded to its hundredth."""
    return (Decimal(float(units)) / election.money_scale).quantize(Decimal("0.01"))


def spell(value: Decimal | float, language: str) -> str:
    """A number as the language writes it, without trailing zeros."""
    text = f"{value:,.2f}".removesuffix(".00")
    if language == "fr":
        return text.replace(",", "\u202f").replace(".", ",")
    return text


def ordinal(place: int) -> Text:
    """1er, 2e… and 1st, 2nd…"""
    teen = 10 <= place % 100 <= 20
    ending = "th" if teen else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return Text("1er" if place == 1 else f"{place}e", f"{place}{ending}")


def say(fr: str, en: str, **values: Any) -> Text:
    def render(template: str, language: Language) -> str:
        return template.format(
            **{
                k: spell(v, language)
                if isinstance(v, (int, float, Decimal))
                else v.in_(language)
                if isinstance(v, Text)
                else v
                for k, v in values.items()
            }
        )

    spaced = render(fr, "fr").replace(" ;", "\u202f;").replace(" :", "\u00a0:")
    return Text(spaced, render(en, "en"))


def hopeless(result: Count, j: int) -> Explanation | None:
    """Reasons that hold under every rule."""
    election = result.election
    votes, cost = election.votes[j], election.costs[j]
    if cost > election.budget_units:
        return Explanation(
            election.ids[j],
            False,
            "too-dear",
            say(
                "Non retenu : coûte {cost}, plus que tout le budget ({budget}).",
                "Not elected: costs {cost}, more than the whole budget ({budget}).",
                cost=election.projects[j].cost,
                budget=election.budget,
            ),
            {"votes": votes},
        )
    if not votes:
        return Explanation(
            election.ids[j], False, "no-votes", Text("Non retenu : aucune voix.", "Not elected: no vote."), {"votes": 0}
        )
    return None
