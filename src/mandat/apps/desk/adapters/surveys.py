"""Surveys answered on paper, or to an agent at a stall: the same questions, the same checks, the same box."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from mandat.apps.consultations import questionnaire
from mandat.apps.consultations.held import Held, all_held, held
from mandat.apps.consultations.services import collected
from mandat.apps.desk.adapters import people
from mandat.apps.desk.adapters.registry import Adapter, Context, Data, Field, Target, Window
from mandat.apps.participation.schema.contributions import Survey, SurveyQuestion
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

#: How long after the end answers collected before may be brought back: the daily count closes the survey first.
GRACE = dt.timedelta(0)
LONGEST = 2000
_YES_NO = (("yes", Text("Oui", "Yes")), ("no", Text("Non", "No")))
#: Between a question and one of its answers, in the name of a field: codes never hold it.
OF = "__"


def _targets(process: str, meeting: str) -> Sequence[Target]:
    now = dt.datetime.now(dt.UTC)
    return [
        Target(
            f"{one.process.code}/{one.code}",
            Text(
                f"{one.process.process.title.fr} : {one.document.title.fr}",
                f"{one.process.process.title.en}: {one.document.title.en}",
            ),
        )
        for one in all_held()
        if one.document.type == "survey"
        and process in ("", one.process.code)
        and one.opens_at() is not None
        and not one.is_over(now)
    ]


def _held(target: str) -> Held[Survey]:
    process, _sep, code = target.partition("/")
    return held(process, code, Survey)


def _both(text: Any) -> Text:
    return Text(text.fr, text.en)


def _of(question: SurveyQuestion, part: Any) -> Text:
    return Text(f"{question.label.fr} – {part.fr}", f"{question.label.en} – {part.en}")


def _asked(question: SurveyQuestion) -> Iterator[Field]:
    """The fields of one question. None is required by itself: a question may depend on another, and is checked with them."""
    code, label = question.code, _both(question.label)
    choices = tuple((one.code, _both(one.label)) for one in question.choices)
    if question.other:
        choices = (*choices, (questionnaire.OTHER, Text("Autre", "Other")))
    help_ = Text("Plusieurs réponses possibles.", "Several answers are possible.")
    if question.type == "boolean":
        yield Field(code, label, type="choice", required=False, choices=_YES_NO)
    elif question.type == "scale":
        marks = tuple((str(n), Text(str(n), str(n))) for n in range(1, (question.most or 2) + 1))
        yield Field(code, label, type="choice", required=False, choices=marks)
    elif question.type == "choice":
        yield Field(code, label, type="choice", required=False, choices=choices)
    elif question.type == "choices":
        for one, said in choices:
            yield Field(f"{code}{OF}{one}", _of(question, said), type="check", required=False, help=help_)
    elif question.type == "ranking":
        ranks = tuple((str(n), Text(str(n), str(n))) for n in range(1, len(choices) + 1))
        for one, said in choices:
            yield Field(f"{code}{OF}{one}", _of(question, said), type="choice", required=False, choices=ranks)
    elif question.type == "matrix":
        for row in question.rows:
            yield Field(
                f"{code}{OF}{row.code}", _of(question, row.label), type="choice", required=False, choices=choices
            )
    else:
        sort: Any = {"paragraph": "long", "date": "date"}.get(question.type, "text")
        yield Field(code, label, type=sort, required=False, longest=min(LONGEST, question.longest))
    if question.other:
        yield Field(
            f"{code}{OF}{OF}", _of(question, Text("autre, en toutes lettres", "other, in words")), required=False,
            longest=questionnaire.SHORT,
        )  # fmt: skip


def _questions(found: Held[Survey]) -> list[SurveyQuestion]:
    return [question for question in found.document.questions if not question.personal]


def _fields(target: str) -> Sequence[Field]:
    found = _held(target)
    return (*(field for question in _questions(found) for field in _asked(question)), *people.fields(found.process))


def _window(target: str) -> Window:
    found = _held(target)
    return Window(found.opens_at(), found.closes_at(), GRACE)


def answers_of(found: Held[Survey], data: Data) -> dict[str, Any]:
    """Fields as the questionnaire reads answers. Raises InputError for a rank given twice."""
    kept: dict[str, Any] = {}
    for question in _questions(found):
        code = question.code
        parts = {name: data.get(f"{code}{OF}{name}") for name in _parts(question)}
        if question.type == "choices":
            kept[code] = [name for name, ticked in parts.items() if ticked is True]
        elif question.type == "ranking":
            ranked = {int(rank): name for name, rank in parts.items() if rank}
            if len(ranked) != sum(bool(rank) for rank in parts.values()):
                raise InputError(
                    Text(f"{question.label.fr} : deux fois le même rang", f"{question.label.en}: the same rank twice")
                )
            kept[code] = [ranked[rank] for rank in sorted(ranked)]
        elif question.type == "matrix":
            kept[code] = {name: said for name, said in parts.items() if said}
        elif question.type == "commune":
            kept[code] = people.commune(data.get(code))
        else:
            kept[code] = data.get(code) or None
        if question.other:
            kept[f"{code}.{questionnaire.OTHER}"] = data.get(f"{code}{OF}{OF}")
    return {code: value for code, value in kept.items() if value not in (None, "", [], {})}


def _parts(question: SurveyQuestion) -> Sequence[str]:
    if question.type == "matrix":
        return [row.code for row in question.rows]
    return question.deciding_codes if question.type == "choices" else [one.code for one in question.choices]


def _given(target: str, data: Data, context: Context) -> dict[str, Any]:
    found = _held(target)
    return {"held": found, "answers": answers_of(found, data), "who": people.who(data), "at": context.at}


def _check(target: str, data: Data, context: Context) -> None:
    collected.survey_check(**_given(target, data, context))


def _take(target: str, data: Data, context: Context) -> str:
    collected.survey_collect(actor=context.actor, **_given(target, data, context))
    return ""


SURVEYS = Adapter(
    kind="survey",
    label=_("answers to a survey"),
    targets=_targets,
    fields=_fields,
    window=_window,
    check=_check,
    take=_take,
    help=Text(
        "Un feuillet par personne, sans nom. Qui a répondu sur le site ne répond pas ici. Les questions personnelles ne se posent que sur le site.",
        "One blank a person, without a name. Whoever answered on the site does not answer here. Personal questions are asked on the site alone.",
    ),
)
