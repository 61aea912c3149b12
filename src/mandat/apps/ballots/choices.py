"""What one chooses from: the options of a poll, and the grades of a judgement. No Django."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

CODE = re.compile(r"^[a-z0-9][a-z0-9_.-]{0,79}\Z")

#: Grades of a majority judgement, from 0 up: an option without a grade has the lowest.
GRADES: tuple[Text, ...] = (
    Text("À rejeter", "Reject"),
    Text("Insuffisant", "Poor"),
    Text("Passable", "Acceptable"),
    Text("Assez bien", "Fair"),
    Text("Bien", "Good"),
    Text("Très bien", "Very good"),
    Text("Excellent", "Excellent"),
)


@dataclass(frozen=True, slots=True)
class Option:
    """One of the things to choose from. ``cost`` in euros where there is a budget; ``url`` leads to what it is."""

    code: str
    title: Text
    text: Text = field(default_factory=lambda: Text("", ""))
    url: str = ""
    cost: Decimal | None = None
    area: str = ""

    def plain(self) -> dict[str, Any]:
        """As JSON, without what is empty."""
        out: dict[str, Any] = {"code": self.code, "title": {"fr": self.title.fr, "en": self.title.en}}
        if self.text.fr or self.text.en:
            out["text"] = {"fr": self.text.fr, "en": self.text.en}
        if self.cost is not None:
            out["cost"] = format(self.cost, "f")
        return out | {name: value for name, value in (("url", self.url), ("area", self.area)) if value}

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Option:
        """The inverse of ``plain``."""
        return cls(
            code=given["code"],
            title=Text(**given["title"]),
            text=Text(**given.get("text", {"fr": "", "en": ""})),
            url=given.get("url", ""),
            cost=Decimal(given["cost"]) if "cost" in given else None,
            area=given.get("area", ""),
        )


YES_NO = (Option("yes", Text("Oui", "Yes")), Option("no", Text("Non", "No")))


def checked(options: tuple[Option, ...], *, type: str, budget: Decimal | None) -> tuple[Option, ...]:
    """The options of a poll of a type (those of a yes-no question by default). Raises InputError for what cannot be voted on."""
    if type == "yes-no":
        if options and {one.code for one in options} != {"yes", "no"}:
            raise InputError(Text("une question oui-non n'a pas d'autres réponses", "a yes-no question has no others"))
        return options or YES_NO
    if len(options) < (1 if type in ("approval", "knapsack") else 2):
        raise InputError(Text("il manque des options", "options are missing"))
    seen: set[str] = set()
    for one in options:
        if not CODE.match(one.code):
            raise InputError(Text(f"code d'option invalide : {one.code}", f"invalid option code: {one.code}"))
        if one.code in seen:
            raise InputError(Text(f"option en double : {one.code}", f"option given twice: {one.code}"))
        seen.add(one.code)
        if not one.title.fr.strip():
            raise InputError(Text(f"option sans titre : {one.code}", f"option without a title: {one.code}"))
        if one.cost is not None and (one.cost < 0 or not one.cost.is_finite()):
            raise InputError(Text(f"coût inutilisable : {one.code}", f"unusable cost: {one.code}"))
        if type == "knapsack" and one.cost is None:
            raise InputError(Text(f"option sans coût : {one.code}", f"option without a cost: {one.code}"))
    if type == "knapsack" and (budget is None or budget <= 0):
        raise InputError(Text("un bulletin à budget a besoin d'un budget", "a knapsack ballot needs a budget"))
    return options
