"""Questions about the inputs of rules: the control each needs, and what a typed answer means.

Shared by the simulator of a rule and by the questionnaire over all rights. Answers are plain JSON values: booleans,
whole numbers, texts of exact decimals, ISO days, codes.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mandat.apps.rulebook.saying import bound, unit_words
from mandat.apps.territory import selectors as territory
from mandat.engines.rules.document import Input
from mandat.web import formats
from mandat.web.templatetags.formats import say

Value = bool | int | str
#: What a commune outside the loaded territory is called in answers: no INSEE code is so.
ELSEWHERE = "00000"
#: Communes offered where several fit what was typed.
MOST_COMMUNES = 10
#: More choices than this are a list to open rather than buttons.
MOST_RADIOS = 12
_NUMBER = re.compile(r"^[-+−]?[0-9]{1,15}(?:\.[0-9]{1,40})?$")
#: Parts of a question, beside the plain one: those of a day; the commune chosen, and the words it was offered for.
_PARTS = ("day", "month", "year", "code", "asked")
_CODE = re.compile(r"^[0-9][0-9AB][0-9]{3}$")


class WrongAnswerError(ValueError):
    """What is wrong with an answer and what to write instead. ``options`` are those it might mean."""

    def __init__(self, message: str, options: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(message)
        self.options = tuple(options)


@dataclass(slots=True)
class Control:
    """One question to be shown. ``kind``: boolean, choice, select, number, date or commune."""

    name: str
    given: Input
    kind: str
    question: str
    help: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)
    options: Sequence[tuple[str, str]] = ()
    unit: str = ""
    error: str = ""
    required: bool = True
    #: Whether the answer is about the person who fills the form in: browsers may then offer what they know.
    own: bool = False

    @property
    def id(self) -> str:
        return "q-" + re.sub(r"[^a-z0-9]+", "-", self.name.lower()).strip("-")

    @property
    def focus(self) -> str:
        """The identifier an error leads to: the first control of the question."""
        return f"{self.id}-day" if self.kind == "date" else f"{self.id}-1" if self.group else self.id

    @property
    def plain(self) -> str:
        """What was typed or chosen in the control itself."""
        return self.typed.get("", "")

    @property
    def group(self) -> bool:
        return self.kind in ("boolean", "choice", "date") or bool(self.kind == "commune" and self.options)

    @property
    def hint(self) -> str:
        """What to write, where the question does not say it by itself."""
        if self.kind == "date":
            return _("For example 27 3 1999.")
        if self.kind == "commune":
            return _("Its name or its postal code.")
        return ""

    @property
    def described(self) -> str:
        parts = [f"{self.id}-help"] if self.help or self.hint else []
        return " ".join([*parts, f"{self.id}-error"] if self.error else parts)


YES, NO = gettext_lazy("Yes"), gettext_lazy("No")


def control(
    given: Input, name: str, *, value: Value | None = None, typed: Mapping[str, str] | None = None, error: str = "",
    options: Sequence[tuple[str, str]] = (), required: bool = True, own: bool = False,
) -> Control:  # fmt: skip
    """The control of an input. ``typed`` is what was sent under its name (``""`` and ``.day``…), before it is read."""
    shown = dict(typed) if typed is not None else parts(given, value)
    kind = {"boolean": "boolean", "choice": "choice", "date": "date", "commune": "commune"}.get(given.type, "number")
    if given.type == "boolean":
        options = [("true", str(YES)), ("false", str(NO))]
    elif given.type == "choice":
        options = [(choice.code, say(choice.label)) for choice in given.choices]
        kind = "select" if len(options) > MOST_RADIOS else "choice"
    return Control(
        name=name, given=given, kind=kind, question=say(given.question), help=say(given.help) if given.help else "",
        typed=shown, options=options, unit=unit_words(given.unit), error=error, required=required, own=own,
    )  # fmt: skip


def parts(given: Input, value: Value | None) -> dict[str, str]:
    """A kept answer as the parts of its control."""
    if value is None:
        return {}
    if given.type == "boolean":
        return {"": "true" if value else "false"}
    if given.type == "date":
        year, month, day = str(value).split("-")
        return {"day": str(int(day)), "month": str(int(month)), "year": year}
    if given.type == "commune":
        name = commune_name(str(value))
        return {"": name, "code": str(value), "asked": name}
    if given.type in ("number", "integer"):
        return {"": formats.number(Decimal(str(value)), given.decimals)}
    return {"": str(value)}


def typed_in(post: Mapping[str, Any], name: str) -> dict[str, str]:
    """What was sent for the question ``name``: ``name`` itself and its parts, ``name.day`` for instance."""
    found = {part: str(post.get(f"{name}.{part}", "")).strip() for part in _PARTS}
    found[""] = str(post.get(name, "")).strip()
    return {part: text[:200] for part, text in found.items() if text}


def read_answer(given: Input, typed: Mapping[str, str], *, as_of: dt.date) -> Value | None:
    """What was typed, as a kept answer; None where nothing was. Raises WrongAnswerError."""
    if not typed:
        return None
    if given.type == "date":
        return _date(given, typed, as_of)
    if given.type == "commune":
        return _commune(typed)
    text = typed.get("", "")
    if not text:
        return None
    if given.type == "boolean":
        if text not in ("true", "false"):
            raise WrongAnswerError(_("Choose yes or no."))
        return text == "true"
    if given.type == "choice":
        if text not in {choice.code for choice in given.choices}:
            raise WrongAnswerError(_("Choose one of the answers offered."))
        return text
    return _number(given, text)


def checked(given: Input, value: Any, *, as_of: dt.date) -> Value:
    """A kept answer read back from a file, in its plain form. Raises WrongAnswerError; never searches communes."""
    if given.type == "boolean":
        if not isinstance(value, bool):
            raise WrongAnswerError(_("Choose yes or no."))
        return value
    if given.type in ("number", "integer"):
        if isinstance(value, bool | float) or not isinstance(value, int | str):
            raise WrongAnswerError(_("Write a number."))
        return _number(given, str(value))
    if not isinstance(value, str):
        raise WrongAnswerError(_("Choose one of the answers offered."))
    if given.type == "date":
        try:
            day = dt.date.fromisoformat(value)
        except ValueError:
            raise WrongAnswerError(_("This day does not exist: check the day, the month and the year.")) from None
        return _within(given, day, as_of)
    if given.type == "commune":
        if value != ELSEWHERE and not _CODE.match(value):
            raise WrongAnswerError(_("No commune has this name or postal code. Check how it is written."))
        return value
    return read_answer(given, {"": value}, as_of=as_of) or ""


def _number(given: Input, text: str) -> Value:
    plain = re.sub(r"(?:€|euros?)\s*$", "", text.strip(), flags=re.IGNORECASE)
    plain = re.sub(r"[\s\u00a0\u202f'’]", "", plain).replace("−", "-").replace(",", ".")
    if not _NUMBER.match(plain):
        example = "2" if given.type == "integer" else "1250,50"
        raise WrongAnswerError(_("Write a number in figures, for example %(example)s.") % {"example": example})
    number = Decimal(plain)
    if number != round(number, given.decimals):
        if given.decimals:
            raise WrongAnswerError(
                _("Write at most %(n)s figures after the comma.") % {"n": given.decimals}
            )  # fmt: skip
        raise WrongAnswerError(_("Write a whole number, without a comma."))
    low, high = given.min, given.max
    if isinstance(low, Decimal) and number < low:
        if low == 0:
            raise WrongAnswerError(_("This number cannot be below 0."))
        raise WrongAnswerError(_("This number cannot be below %(bound)s.") % {"bound": bound(low, given)})
    if isinstance(high, Decimal) and number > high:
        raise WrongAnswerError(
            _("This number cannot be above %(bound)s. Check that no figure is in excess.") % {"bound": bound(high, given)}
        )  # fmt: skip
    return int(number) if given.type == "integer" else format(number, "f")


def _date(given: Input, typed: Mapping[str, str], as_of: dt.date) -> str:
    figures = [typed.get(part, "") for part in ("day", "month", "year")]
    if not all(figures):
        raise WrongAnswerError(_("Give the day, the month and the year."))
    if not all(re.fullmatch(r"[0-9]{1,4}", part) for part in figures):
        raise WrongAnswerError(_("Write the day, the month and the year in figures, for example 27 3 1999."))
    if len(figures[2]) != 4:
        raise WrongAnswerError(_("Write the year with four figures, for example 1999."))
    try:
        day = dt.date(int(figures[2]), int(figures[1]), int(figures[0]))
    except ValueError:
        raise WrongAnswerError(_("This day does not exist: check the day, the month and the year.")) from None
    return _within(given, day, as_of)


def _within(given: Input, day: dt.date, as_of: dt.date) -> str:
    if given.past and day > as_of:
        raise WrongAnswerError(_("This day is still to come: check the year."))
    if isinstance(given.min, dt.date) and day < given.min:
        raise WrongAnswerError(_("Give a day from %(day)s on.") % {"day": formats.day(given.min)})
    if isinstance(given.max, dt.date) and day > given.max:
        raise WrongAnswerError(_("Give a day up to %(day)s.") % {"day": formats.day(given.max)})
    return day.isoformat()


def _commune(typed: Mapping[str, str]) -> str | None:
    text, code = typed.get("", ""), typed.get("code", "")
    # A commune chosen among those offered holds only while the words it was offered for stay.
    if code and (not text or text == typed.get("asked", "")):
        if code == ELSEWHERE or territory.exists(f"commune:{code}"):
            return code if code == ELSEWHERE else territory.resolve(f"commune:{code}").partition(":")[2]
        raise WrongAnswerError(_("No commune has this name or postal code. Check how it is written."))
    if not text:
        return None
    if _CODE.match(text) and territory.exists(f"commune:{text}"):
        return territory.resolve(f"commune:{text}").partition(":")[2]
    found = list(territory.search_communes(text, former=False)[: MOST_COMMUNES + 1])
    exact = [commune for commune in found if territory.fold(commune.name) == territory.fold(text)]
    if len(found) == 1 or len(exact) == 1:
        return str((exact or found)[0].code)
    elsewhere = (ELSEWHERE, _("None of these: I live outside the region"))
    if not found:
        raise WrongAnswerError(
            _("No commune of the region has this name or postal code. Check how it is written, or say that you live elsewhere."),
            [(ELSEWHERE, _("I live outside the region"))],
        )  # fmt: skip
    offered = [(str(c.code), f"{c.name} ({c.departement.name})") for c in found[:MOST_COMMUNES]]
    raise WrongAnswerError(_("Several communes fit: choose yours."), [*offered, elsewhere])


def commune_name(code: str) -> str:
    """The name of a commune of an answer."""
    if code == ELSEWHERE:
        return _("outside the region")
    return territory.area_name(f"commune:{code}")


def said(given: Input, value: Value) -> str:
    """An answer in words, for lists of answers."""
    if given.type == "boolean":
        return str(YES if value else NO)
    if given.type == "choice":
        return next((say(choice.label) for choice in given.choices if choice.code == value), str(value))
    if given.type == "date":
        return formats.day(dt.date.fromisoformat(str(value)))
    if given.type == "commune":
        return commune_name(str(value))
    return bound(Decimal(str(value)), given)
