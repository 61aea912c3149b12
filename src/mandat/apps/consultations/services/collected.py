"""Answers to a survey that someone gave on paper or to an agent: checked like those of the site, and put in the same box, without anyone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.consultations import questionnaire, seams
from mandat.apps.consultations.held import Held
from mandat.apps.consultations.services.common import check_open, open_row
from mandat.apps.consultations.services.surveys import box_add
from mandat.apps.participation.schema.contributions import Survey
from mandat.apps.participation.services.collected import open_then, someone
from mandat.apps.participation.services.running import contributed
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text


def answers_checked(held: Held[Survey], answers: Mapping[str, Any]) -> dict[str, Any]:
    """Answers as they are kept: of questions that were to be asked, complete. Personal ones are asked on the site alone. Raises InputError."""
    known = {question.code: question for question in held.document.questions if not question.personal}
    kept: dict[str, Any] = {}
    for code, value in answers.items():
        name, _, other = code.partition(".")
        if name not in known or (other and (other != questionnaire.OTHER or not known[name].other)):
            raise InputError(Text(f"question inconnue : {code}", f"unknown question: {code}"))
        try:
            read = questionnaire.checked_other if other else questionnaire.checked
            checked = read(known[name], value)
        except InputError as error:
            label, said = known[name].label, error.text
            raise InputError(Text(f"{label.fr} {said.fr}", f"{label.en} {said.en}")) from None
        if checked is not None:
            kept[code] = checked
    lacking = [question for _section, question in questionnaire.missing(held.document, kept) if not question.personal]
    if lacking:
        title = lacking[0].label
        raise InputError(Text(f"il manque une réponse : {title.fr}", f"an answer is missing: {title.en}"))
    found = questionnaire.settled(held.document, kept)
    if not found:
        raise InputError(Text("aucune réponse", "no answer"))
    return found


def survey_check(
    *, held: Held[Survey], answers: Mapping[str, Any], who: Mapping[str, Any], at: dt.datetime
) -> seams.Who:
    """What would keep these answers from being taken is raised; nothing is written."""
    check_open(held, at)
    open_then(held.process, held.code, at)
    row = held.row()
    if row is not None and row.closed_at is not None:
        raise InputError(Text("cette consultation est close", "this consultation is closed"))
    place = someone(held.process, **who)
    answers_checked(held, answers)
    return seams.Who(None, age_band=place.age_band, area=place.area)


@transaction.atomic
def survey_collect(
    *, actor: User, held: Held[Survey], answers: Mapping[str, Any], who: Mapping[str, Any], at: dt.datetime
) -> None:
    """Put one set of answers in the box. Nothing tells whose they are, in a survey that is not anonymous either: no account gave them.

    Raises PermissionDenied, NotEntitled, InputError.
    """
    require(actor, "desk.collect")
    told = survey_check(held=held, answers=answers, who=who, at=at)
    contributed(held.process)
    row = open_row(held, at)
    box_add(
        row=row, survey=held.document, answers=answers_checked(held, answers), age_band=told.age_band,
        departement=told.departement, author=None,
    )  # fmt: skip
