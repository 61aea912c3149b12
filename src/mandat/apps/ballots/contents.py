"""What a ballot says, by type, in one canonical form: equal ballots have equal bytes. No Django.

``{"choice": "a"}`` (single, yes-no), ``{"approved": ["a", "b"]}`` (approval, knapsack; sorted), ``{"ranked": ["b", "a"]}``,
``{"points": {"a": 3}}`` (0 is not written), ``{"grades": {"a": 6, "b": 0}}`` (every option, 0 where it was given none), ``{"blank": true}``, and from paper alone ``{"spoiled": true}``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from mandat.apps.ballots.choices import GRADES, Option
from mandat.apps.ballots.schema import BallotRules
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

BLANK: Mapping[str, Any] = {"blank": True}
SPOILED: Mapping[str, Any] = {"spoiled": True}
#: The one key of each type's ballots.
KEYS = {
    "single": "choice",
    "yes-no": "choice",
    "approval": "approved",
    "knapsack": "approved",
    "ranking": "ranked",
    "cumulative": "points",
    "majority-judgement": "grades",
}


class BallotError(InputError):
    """A ballot that cannot be taken as it is; ``option`` names the option concerned, where it is one."""

    def __init__(self, text: Text, *, option: str = "") -> None:
        super().__init__(text)
        self.option = option


def canonical(content: Mapping[str, Any]) -> str:
    """The one writing of a content: what is published and hashed."""
    return json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))


def checked(
    ballot: Mapping[str, Any],
    *,
    rules: BallotRules,
    options: Mapping[str, Option],
    budget: Decimal | None,
    paper: bool = False,
) -> dict[str, Any]:
    """The canonical content of what a voter sends. Raises BallotError, in words for that voter."""
    if ballot.get("spoiled") is True and len(ballot) == 1 and paper:
        return dict(SPOILED)
    if ballot.get("blank") is True and len(ballot) == 1:
        return _blank(rules)
    key = KEYS[rules.type]
    if set(ballot) != {key}:
        raise BallotError(Text("ce bulletin n'est pas de ce vote", "this ballot is not of this vote"))
    given = ballot[key]
    if key == "choice":
        _known(given, options)
        return {key: given}
    if key in ("approved", "ranked"):
        return _named(given, rules, options, budget)
    return _valued(given, rules, options)


def _blank(rules: BallotRules) -> dict[str, Any]:
    if not rules.blank:
        raise BallotError(
            Text("ce vote n'a pas de bulletin blanc : choisissez", "this vote has no blank ballot: choose")
        )
    return dict(BLANK)


def _known(code: Any, options: Mapping[str, Option]) -> None:
    if not isinstance(code, str) or code not in options:
        raise BallotError(Text("une option choisie n'est pas de ce vote", "an option chosen is not of this vote"))


def _named(given: Any, rules: BallotRules, options: Mapping[str, Option], budget: Decimal | None) -> dict[str, Any]:
    if not isinstance(given, Sequence) or isinstance(given, str | bytes):
        raise BallotError(Text("ce bulletin n'est pas de ce vote", "this ballot is not of this vote"))
    for code in given:
        _known(code, options)
    if len(set(given)) < len(given):
        raise BallotError(Text("une option est nommée deux fois", "an option is named twice"))
    if not given:
        return _nothing(rules)
    if rules.most is not None and len(given) > rules.most:
        n, most = len(given), rules.most
        raise BallotError(
            Text(f"vous avez choisi {n} options : {most} au plus", f"you chose {n} options: {most} at most")
        )
    if rules.type == "ranking":
        return {"ranked": list(given)}
    if rules.type == "knapsack":
        spent = spending(given, options)
        assert budget is not None
        if spent > budget:
            over = spent - budget
            raise BallotError(
                Text(
                    f"vos choix dépassent le budget de {_euros(over)} : retirez-en",
                    f"your choices exceed the budget by {_euros(over)}: take some away",
                )
            )
    return {"approved": sorted(given)}


def spending(given: Sequence[str], options: Mapping[str, Option]) -> Decimal:
    """What the options named cost together, in euros."""
    return sum((options[code].cost or Decimal(0) for code in given if code in options), Decimal(0))


def _valued(given: Any, rules: BallotRules, options: Mapping[str, Option]) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        raise BallotError(Text("ce bulletin n'est pas de ce vote", "this ballot is not of this vote"))
    kept: dict[str, int] = {}
    grades = rules.type == "majority-judgement"
    highest = len(GRADES) - 1 if grades else rules.points or 0
    for code, value in given.items():
        _known(code, options)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= highest:
            raise BallotError(
                Text(
                    f"un nombre entier de 0 à {highest} est attendu", f"a whole number from 0 to {highest} is expected"
                ),
                option=code,
            )
        if value:
            kept[code] = value
    if grades:
        # All rejected is an opinion, not a blank ballot: every option is written, with the lowest grade where it has none.
        return {"grades": {code: kept.get(code, 0) for code in options}} if given else _nothing(rules)
    if not kept:
        return _nothing(rules)
    if rules.most is not None and len(kept) > rules.most:
        most = rules.most
        raise BallotError(
            Text(f"vous donnez des points à plus de {most} options", f"you give points to more than {most} options")
        )
    total = sum(kept.values())
    if rules.points is not None and total > rules.points:
        over = total - rules.points
        raise BallotError(
            Text(f"vous avez donné {total} points : retirez-en {over}", f"you gave {total} points: take {over} away")
        )
    return {"points": kept}


def _nothing(rules: BallotRules) -> dict[str, Any]:
    if rules.blank:
        raise BallotError(
            Text(
                "vous n'avez rien choisi : choisissez, ou cochez le vote blanc",
                "you chose nothing: choose, or tick the blank ballot",
            )
        )
    raise BallotError(Text("vous n'avez rien choisi", "you chose nothing"))


def _euros(amount: Decimal) -> str:
    text = f"{amount:,.2f}".rstrip("0").rstrip(".") if amount % 1 else f"{amount:,.0f}"
    return text.replace(",", "\u202f").replace(".", ",") + "\u202f€"
