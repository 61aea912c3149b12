"""A ballot as a form sends it, and as a form shows it again: fields by type, no script needed.

``choice``, ``o`` (several), ``rank-CODE``, ``points-CODE``, ``grade-CODE``, and ``blank``. What was filled comes back as it was, whatever is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.http import QueryDict

from mandat.apps.ballots import contents
from mandat.apps.ballots.choices import GRADES, Option
from mandat.apps.ballots.contents import BallotError
from mandat.apps.ballots.models import Poll
from mandat.kernel.text import Text

LONGEST = 12


@dataclass(slots=True)
class Filled:
    """What a voter filled: text by field, as typed."""

    texts: dict[str, str] = field(default_factory=dict)
    chosen: list[str] = field(default_factory=list)
    blank: bool = False

    @property
    def empty(self) -> bool:
        return not (self.blank or self.chosen or any(self.texts.values()))

    def hidden(self) -> list[tuple[str, str]]:
        """As hidden fields of the page where one checks."""
        pairs = [("o", code) for code in self.chosen] + sorted(self.texts.items())
        return [*pairs, *([("blank", "1")] if self.blank else [])]


def filled(poll: Poll, data: QueryDict) -> Filled:
    """Read the fields of a form. Nothing is refused here."""
    found = Filled(blank=bool(data.get("blank")))
    type = poll.rules.type
    if type in ("single", "yes-no"):
        choice = data.get("choice", "")
        if choice == "blank":
            found.blank = True
        elif choice:
            found.texts["choice"] = choice[:80]
    elif type in ("approval", "knapsack"):
        found.chosen = [code[:80] for code in data.getlist("o")][: len(poll.options) + 1]
    else:
        prefix = {"ranking": "rank", "cumulative": "points", "majority-judgement": "grade"}[type]
        for option in poll.options:
            text = data.get(f"{prefix}-{option.code}", "").strip()[:LONGEST]
            if text:
                found.texts[f"{prefix}-{option.code}"] = text
    return found


def ballot_of(poll: Poll, given: Filled) -> dict[str, Any]:
    """The canonical content of what was filled. Raises BallotError in words for the voter."""
    return contents.checked(_raw(poll, given), rules=poll.rules, options=poll.by_code, budget=poll.budget)


def _raw(poll: Poll, given: Filled) -> Mapping[str, Any]:
    type = poll.rules.type
    something = bool(given.chosen or given.texts)
    if given.blank:
        if something and not _only_zeros(given):
            raise BallotError(
                Text(
                    "vous avez choisi et coché le vote blanc : gardez l'un ou l'autre",
                    "you chose and ticked the blank ballot: keep one or the other",
                )
            )
        return contents.BLANK
    if type in ("single", "yes-no"):
        if "choice" not in given.texts:
            raise BallotError(Text("vous n'avez rien choisi", "you chose nothing"))
        return {"choice": given.texts["choice"]}
    if type in ("approval", "knapsack"):
        return {"approved": given.chosen}
    numbers = _numbers(given)
    if type == "ranking":
        return {"ranked": _ranked(numbers)}
    return {"points" if type == "cumulative" else "grades": numbers}


def _only_zeros(given: Filled) -> bool:
    return not given.chosen and all(text.strip("0") == "" for text in given.texts.values())


def _numbers(given: Filled) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, text in given.texts.items():
        code = name.partition("-")[2]
        if not (text.isascii() and text.isdigit()):
            raise BallotError(
                Text(f"« {text} » n'est pas un nombre entier", f"“{text}” is not a whole number"), option=code
            )
        found[code] = int(text)
    return found


def _ranked(numbers: Mapping[str, int]) -> list[str]:
    by_rank: dict[int, str] = {}
    for code, rank in numbers.items():
        if rank < 1:
            raise BallotError(Text("les rangs commencent à 1", "ranks begin at 1"), option=code)
        if rank in by_rank:
            raise BallotError(Text(f"le rang {rank} est donné deux fois", f"rank {rank} is given twice"), option=code)
        by_rank[rank] = code
    return [by_rank[rank] for rank in sorted(by_rank)]


@dataclass(frozen=True, slots=True)
class Row:
    """An option on the form, with what was filled for it."""

    option: Option
    checked: bool = False
    text: str = ""
    wrong: bool = False


def rows(options: Sequence[Option], given: Filled, *, type: str, wrong: str = "") -> list[Row]:
    """The options as the form shows them."""
    prefix = {"ranking": "rank", "cumulative": "points", "majority-judgement": "grade"}.get(type, "")
    return [
        Row(
            option,
            checked=option.code in given.chosen or given.texts.get("choice") == option.code,
            text=given.texts.get(f"{prefix}-{option.code}", ""),
            wrong=option.code == wrong,
        )
        for option in options
    ]


def left(poll: Poll, given: Filled) -> Decimal | int | None:
    """What is left of the budget, or of the points; None where there is neither."""
    if poll.rules.type == "knapsack" and poll.budget is not None:
        return poll.budget - contents.spending(list(dict.fromkeys(given.chosen)), poll.by_code)
    if poll.rules.type == "cumulative" and poll.rules.points is not None:
        return poll.rules.points - sum(int(t) for t in given.texts.values() if t.isascii() and t.isdigit())
    return None


def said(poll: Poll, content: Mapping[str, Any]) -> list[tuple[str, Text]]:
    """A content in words: what comes before an option (a rank, points, a grade; or nothing), and the option."""
    options = poll.by_code
    if "choice" in content:
        return [("", options[content["choice"]].title)]
    if "approved" in content:
        return [("", options[code].title) for code in content["approved"]]
    if "ranked" in content:
        return [(str(rank), options[code].title) for rank, code in enumerate(content["ranked"], 1)]
    if "points" in content:
        ordered = sorted(content["points"].items(), key=lambda one: (-one[1], one[0]))
        return [(str(points), options[code].title) for code, points in ordered]
    if "grades" in content:
        graded = sorted(options, key=lambda code: (-content["grades"].get(code, 0), code))
        return [(str(GRADES[content["grades"].get(code, 0)]), options[code].title) for code in graded]
    return []
