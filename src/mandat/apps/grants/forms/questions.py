"""Fields of a scheme's form: what each asks, how what was typed is read, what a kept answer must be, how it is said.

Kept answers are plain JSON: texts, booleans, whole numbers, texts of exact decimals, ISO days, codes, lists of codes. A field that
answers the rule goes by the rule's own input; a number, a day, a choice or a commune of the scheme's own goes by an input made of
what the scheme says, so that both are asked, read and refused in the same words.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mandat.apps.grants.schema.form import FieldType, Question, Section
from mandat.apps.grants.schema.scheme import Scheme
from mandat.apps.organisations.categories import clean_siret
from mandat.apps.rulebook import asking
from mandat.apps.rulebook.asking import WrongAnswerError
from mandat.apps.rulebook.published import PublishedRule
from mandat.engines.rules.document import Choice, Input
from mandat.engines.rules.writing import Words
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text
from mandat.web.templatetags.formats import say

#: What a scheme may leave unsaid.
LONGEST_TEXT = 300
LONGEST_PARAGRAPH = 10_000
MOST = Decimal("999999999999")
#: Decimals of each type of number.
DECIMALS: Mapping[str, int] = {"integer": 0, "number": 3, "money": 2, "percent": 2}
UNITS: Mapping[str, str] = {"money": "EUR", "percent": "percent"}
#: Types whose control and reading are the rulebook's.
RULED = frozenset({"integer", "number", "money", "percent", "date", "boolean", "choice", "commune"})
_PHONE = re.compile(r"\+?[0-9]{6,15}")


@dataclass(frozen=True, slots=True)
class Asked:
    """One field as it is asked. ``given`` is what its control and reading go by, None for texts of several sorts."""

    question: Question
    section: Section
    type: FieldType
    label: Text
    help: Text | None
    given: Input | None
    longest: int

    @property
    def name(self) -> str:
        return self.question.name

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(choice.code for choice in self.question.choices)


def asked_of(scheme: Scheme, rule: PublishedRule | None) -> dict[str, Asked]:
    """Every field by its name, in the order of the form. A field whose input the rule no longer has is left out."""
    inputs = rule.inputs if rule is not None else {}
    found: dict[str, Asked] = {}
    for section in scheme.form.sections:
        for question in section.fields:
            if question.input is None:
                found[question.name] = _own(question, section)
            elif question.input in inputs:
                found[question.name] = _ruled(question, section, inputs[question.input])
    return found


def _ruled(question: Question, section: Section, given: Input) -> Asked:
    kind: FieldType = "number"
    if given.type != "number":
        kind = given.type
    elif given.unit in ("EUR", "percent"):
        kind = "money" if given.unit == "EUR" else "percent"
    if question.label is not None:
        given = given.model_copy(update={"question": _words(question.label)})
    if question.help is not None:
        given = given.model_copy(update={"help": _words(question.help)})
    help_text = Text(given.help.fr, given.help.en) if given.help else None
    return Asked(question, section, kind, given.question.text, help_text, given, 0)


def _own(question: Question, section: Section) -> Asked:
    assert question.type is not None  # the schema asks for both where there is no input
    assert question.label is not None
    help_text = Text(question.help.fr, question.help.en) if question.help else None
    longest = question.longest or (LONGEST_PARAGRAPH if question.type == "paragraph" else LONGEST_TEXT)
    given = _input(question) if question.type in RULED else None
    label = Text(question.label.fr, question.label.en)
    return Asked(question, section, question.type, label, help_text, given, longest)


def _words(said: Any) -> Any:
    """Words of a scheme as a rule has them. They were checked with the scheme, whose texts may be longer."""
    return Words.model_construct(fr=said.fr, en=said.en)


def _input(question: Question) -> Input:
    """An input made of what the scheme's own field says."""
    kind, words = str(question.type), _words(question.label)
    low = high = None
    decimals = DECIMALS.get(kind, 0)
    if kind in DECIMALS:
        low = question.least if question.least is not None else Decimal(0) if kind in UNITS else -MOST
        high = question.most if question.most is not None else Decimal(100) if kind == "percent" else MOST
        decimals = max(decimals, *(-int(bound.as_tuple().exponent) for bound in (low, high)))
    numeric: Any = "integer" if kind == "integer" else "number"
    plain: Any = kind
    return Input.model_construct(
        name=question.name,
        entity="dossier",
        type=numeric if kind in DECIMALS else plain,
        label=words,
        question=words,
        help=_words(question.help) if question.help else None,
        source="",
        sensitive=False,
        unit=UNITS.get(kind, "1"),
        decimals=0 if kind == "integer" else decimals,
        min=question.earliest if kind == "date" else low,
        max=question.latest if kind == "date" else high,
        past=False,
        choices=tuple(Choice.model_construct(code=one.code, label=_words(one.label)) for one in question.choices),
    )


def read(asked: Asked, typed: Mapping[str, Any], *, as_of: dt.date) -> Any:
    """What was typed (``""`` and the parts of its control; ``several`` for choices), as a kept answer; None for nothing.

    Raises WrongAnswerError with what to write instead.
    """
    if asked.given is not None:
        return asking.read_answer(asked.given, typed, as_of=as_of)
    if asked.type == "choices":
        chosen = [str(code) for code in typed.get("several", ())]
        return _choices(asked, chosen) if chosen else None
    text = str(typed.get("", ""))
    # Nothing that shows is nothing: control characters alone would be kept as an empty answer.
    return _text(asked, text) if _plain(text, lines=asked.type == "paragraph") else None


def checked(asked: Asked, value: Any, *, as_of: dt.date) -> Any:
    """A kept answer, checked again where it did not come from our own page. Raises WrongAnswerError."""
    if asked.given is not None:
        if asked.given.type in ("number", "integer") and isinstance(value, Decimal):
            value = format(value, "f") if value.is_finite() else str(value)
        if isinstance(value, dt.date):
            value = value.isoformat()
        return asking.checked(asked.given, value, as_of=as_of)
    if asked.type == "choices":
        if not isinstance(value, list | tuple) or not all(isinstance(code, str) for code in value):
            raise WrongAnswerError(_("Choose one of the answers offered."))
        return _choices(asked, value)
    if not isinstance(value, str):
        raise WrongAnswerError(_("Write a text."))
    return _text(asked, value)


def _choices(asked: Asked, chosen: Sequence[str]) -> list[str]:
    if set(chosen) - asked.codes:
        raise WrongAnswerError(_("Choose one of the answers offered."))
    # In the order of the document: two ways of ticking give one answer.
    return [choice.code for choice in asked.question.choices if choice.code in set(chosen)]


def _text(asked: Asked, text: str) -> str:
    text = _plain(text, lines=asked.type == "paragraph")
    if len(text) > asked.longest:
        raise WrongAnswerError(
            ngettext(
                "Too long: %(n)s character too many.", "Too long: %(n)s characters too many.", len(text) - asked.longest
            )
            % {"n": len(text) - asked.longest}
        )
    if asked.type == "email":
        try:
            validate_email(text)
        except ValidationError:
            raise WrongAnswerError(_("Write an e-mail address such as nom@exemple.fr.")) from None
    elif asked.type == "phone":
        digits = re.sub(r"[\s.\-()/]", "", text)
        if not _PHONE.fullmatch(digits):
            raise WrongAnswerError(_("Write a telephone number in figures, for example 02 38 70 30 30."))
        return digits
    elif asked.type == "siret":
        try:
            return clean_siret(text)
        except InputError as error:
            raise WrongAnswerError(str(error)) from None
    elif asked.type == "web-address":
        return _address(text)
    return text


def _plain(text: str, *, lines: bool) -> str:
    """A text without control characters: a NUL byte is refused by the database, the others by every reader."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    kept = "".join(c if c.isprintable() or (lines and c in "\n\t") else " " if c.isspace() else "" for c in text)
    return kept.strip() if lines else " ".join(kept.split())


def _address(text: str) -> str:
    if "://" not in text:
        text = f"https://{text}"
    wrong = WrongAnswerError(_("Write an address such as https://exemple.fr."))
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError:
        raise wrong from None
    if parts.scheme not in ("http", "https") or "." not in host.strip(".") or " " in text or parts.username:
        raise wrong
    return text


def said(asked: Asked, value: Any) -> str:
    """An answer in words; empty where there is none."""
    if value is None or value == "":
        return ""
    if asked.given is not None:
        return asking.said(asked.given, value)
    if asked.type == "choices":
        return ", ".join(say(one.label) for one in asked.question.choices if one.code in value)
    if asked.type == "siret":
        return f"{value[:3]} {value[3:6]} {value[6:9]} {value[9:]}"
    if asked.type == "phone" and len(value) == 10:
        return " ".join(value[n : n + 2] for n in range(0, 10, 2))
    return str(value)
