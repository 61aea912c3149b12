"""What a survey asks someone, given what they answered: questions shown, answers checked, answers complete.

Answers are a mapping from the code of a question to a JSON value: a text (``text``, ``paragraph``), a whole number (``integer``, ``scale``), the
code of a choice (``choice``; ``other`` for a free one), a list of codes (``choices``; in order of preference for ``ranking``), a mapping from row to
choice (``matrix``), the code of a commune, a day as ``2026-10-03``, ``yes`` or ``no`` (``boolean``). The words of a free answer are under ``<code>.other``.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from mandat.apps.consultations import seams
from mandat.apps.participation.schema.contributions import Survey, SurveyQuestion, SurveySection
from mandat.apps.territory import selectors as territory
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

Answers = Mapping[str, Any]
OTHER = "other"
SHORT = 200
LARGEST = 10**12


def is_asked(question: SurveyQuestion, answers: Answers) -> bool:
    """Whether every condition of a question is met: some answer wanted was given to each earlier question named."""
    for code, wanted in question.when.items():
        given = answers.get(code)
        told = set(given) if isinstance(given, list) else {given}
        if not told & set(wanted):
            return False
    return True


def asked(section: SurveySection, answers: Answers) -> list[SurveyQuestion]:
    """The questions of a section to show."""
    return [question for question in section.questions if is_asked(question, answers)]


def settled(survey: Survey, answers: Answers) -> dict[str, Any]:
    """The answers to what is asked, in the order of the questions: those of questions no longer asked are left out, one leading to another."""
    kept: dict[str, Any] = {}
    for question in survey.questions:
        if question.code in answers and is_asked(question, kept):
            kept[question.code] = answers[question.code]
            other = f"{question.code}.{OTHER}"
            given = answers[question.code]
            if other in answers and (given == OTHER or (isinstance(given, list) and OTHER in given)):
                kept[other] = answers[other]
    return kept


def missing(survey: Survey, answers: Answers) -> list[tuple[SurveySection, SurveyQuestion]]:
    """Required questions that are asked and have no answer, with their sections."""
    kept = settled(survey, answers)
    return [
        (section, question)
        for section in survey.sections
        for question in section.questions
        if question.required and is_asked(question, kept) and question.code not in kept
    ]


def next_section(survey: Survey, code: str, answers: Answers) -> SurveySection | None:
    """The first section after ``code`` (from the beginning where it is empty) that asks something."""
    codes = [section.code for section in survey.sections]
    start = codes.index(code) + 1 if code in codes else 0
    return next((section for section in survey.sections[start:] if asked(section, answers)), None)


def _wrong(fr: str, en: str) -> InputError:
    return InputError(Text(fr, en))


def checked(question: SurveyQuestion, value: Any) -> Any:
    """The value as it is kept; None where nothing was answered. Raises InputError for what the question does not take."""
    if value is None or value in ("", [], {}):
        return None
    return _CHECKS[question.type](question, value)


def _words(question: SurveyQuestion, value: Any) -> Any:
    longest = min(question.longest, SHORT) if question.type == "text" else question.longest
    return seams.cleaned(str(value), longest=longest, what=Text("votre réponse", "your answer"), required=False) or None


def _integer(question: SurveyQuestion, value: Any) -> int:
    text = re.sub(r"[\s\u00a0\u202f]", "", str(value))
    if not re.fullmatch(r"-?[0-9]{1,13}", text) or isinstance(value, bool):
        raise _wrong("écrivez un nombre entier", "write a whole number")
    number = int(text)
    low, high = (1, question.most or 2) if question.type == "scale" else (question.least, question.most)
    if (low is not None and number < low) or (high is not None and number > high) or abs(number) > LARGEST:
        bounds = (low if low is not None else "…", high if high is not None else "…")
        raise _wrong(f"un nombre de {bounds[0]} à {bounds[1]}", f"a number from {bounds[0]} to {bounds[1]}")
    return number


def _code(question: SurveyQuestion, value: Any) -> str:
    if not isinstance(value, str) or value not in question.deciding_codes:
        raise _wrong("choisissez une des réponses proposées", "choose one of the answers given")
    return value


def _codes(question: SurveyQuestion, value: Any) -> list[str]:
    if not isinstance(value, list) or len(set(map(str, value))) != len(value):
        raise _wrong("choisissez parmi les réponses proposées, une fois chacune", "choose among the answers, once each")
    found = [_code(question, one) for one in value]
    if question.type == "choices":
        order = question.deciding_codes
        found.sort(key=order.index)
    if question.most is not None and len(found) > question.most:
        raise _wrong(f"{question.most} réponses au plus", f"{question.most} answers at most")
    if question.least is not None and len(found) < question.least:
        raise _wrong(f"{question.least} réponses au moins", f"{question.least} answers at least")
    return found


def _matrix(question: SurveyQuestion, value: Any) -> dict[str, str] | None:
    if not isinstance(value, Mapping):
        raise _wrong("répondez ligne par ligne", "answer row by row")
    rows = {row.code for row in question.rows}
    choices = {choice.code for choice in question.choices}
    found = {str(row): str(choice) for row, choice in value.items() if choice not in (None, "")}
    if not set(found) <= rows or not set(found.values()) <= choices:
        raise _wrong("choisissez une des réponses proposées", "choose one of the answers given")
    if question.required and set(found) != rows:
        raise _wrong("répondez à chaque ligne", "answer every row")
    return found or None


def _commune(question: SurveyQuestion, value: Any) -> str:
    known = territory.reference().places
    text = str(value).strip()
    if text in known:
        return text
    raise _wrong("cette commune n'est pas connue : écrivez son nom", "this commune is not known: write its name")


def _day(question: SurveyQuestion, value: Any) -> str:
    try:
        day = value if isinstance(value, dt.date) else dt.date.fromisoformat(str(value))
    except ValueError:
        raise _wrong("écrivez la date ainsi : 2026-10-03", "write the day as 2026-10-03") from None
    if not 1900 <= day.year <= 2100:
        raise _wrong("cette date est trop loin", "this date is too far")
    return day.isoformat()


def _yes_no(question: SurveyQuestion, value: Any) -> str:
    if value not in ("yes", "no"):
        raise _wrong("répondez oui ou non", "answer yes or no")
    return str(value)


_CHECKS = {
    "text": _words, "paragraph": _words, "integer": _integer, "scale": _integer, "choice": _code, "choices": _codes,
    "ranking": _codes, "matrix": _matrix, "commune": _commune, "date": _day, "boolean": _yes_no,
}  # fmt: skip


def checked_other(question: SurveyQuestion, value: Any) -> str | None:
    """The words of a free answer."""
    return (
        seams.cleaned(str(value or ""), longest=SHORT, what=Text("votre réponse", "your answer"), required=False)
        or None
    )


def is_free(question: SurveyQuestion) -> bool:
    """Whether its answers are people's own words."""
    return question.type in ("text", "paragraph")
