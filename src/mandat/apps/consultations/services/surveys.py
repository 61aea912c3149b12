"""Surveys: answers are saved step by step, sent once, and for an anonymous survey parted from who gave them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.consultations import questionnaire, seams
from mandat.apps.consultations.held import Held
from mandat.apps.consultations.models import AnswerSet, Consultation, FreeText, SurveyDraft, SurveyMark
from mandat.apps.consultations.services import following
from mandat.apps.consultations.services.common import check_open, line, open_row, touched
from mandat.apps.participation.schema.contributions import Survey, SurveyQuestion
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

ALREADY = Text("vous avez déjà répondu à ce questionnaire", "you have already answered this survey")
BATCH = 2000


def has_answered(user: Any, held: Held[Survey]) -> bool:
    """Whether someone answered already."""
    row = held.row()
    return row is not None and SurveyMark.objects.filter(consultation=row, user=user).exists()


def begun(user: Any, held: Held[Survey]) -> dict[str, Any]:
    """What someone answered so far."""
    row = held.row()
    draft = SurveyDraft.objects.filter(consultation=row, user=user).first() if row is not None else None
    return dict(draft.answers) if draft is not None else {}


@transaction.atomic
def step_save(
    *, actor: User, held: Held[Survey], answers: Mapping[str, Any], at: dt.datetime | None = None
) -> dict[str, Any]:
    """Keep answers (None takes one away) beside those given before; gives all of them. Raises InputError, PermissionDenied."""
    at = at or timezone.now()
    check_open(held, at)
    seams.participant(actor, held.process, held.code, at)
    seams.limited(actor, "survey", per_hour=300)
    row = open_row(held, at)
    if SurveyMark.objects.filter(consultation=row, user=actor).exists():
        raise InputError(ALREADY)
    known = {question.code: question for question in held.document.questions}
    draft, _ = SurveyDraft.objects.select_for_update(of=("self",)).get_or_create(consultation=row, user=actor)
    kept = dict(draft.answers)
    for code, value in answers.items():
        name, _, other = code.partition(".")
        if name not in known or (other and (other != questionnaire.OTHER or not known[name].other)):
            raise InputError(Text(f"question inconnue : {code}", f"unknown question: {code}"))
        question = known[name]
        checked = questionnaire.checked_other(question, value) if other else questionnaire.checked(question, value)
        if checked is None:
            kept.pop(code, None)
        else:
            kept[code] = checked
    draft.answers, draft.saved_at = kept, at
    draft.save()
    return kept


@transaction.atomic
def survey_send(*, actor: User, held: Held[Survey], at: dt.datetime | None = None) -> None:
    """Send the answers: the mark says that someone answered, the box holds what, and nothing joins them in an anonymous survey.

    Raises InputError (closed, already answered, a required answer missing), PermissionDenied.
    """
    at = at or timezone.now()
    check_open(held, at)
    who = seams.participant(actor, held.process, held.code, at)
    row = open_row(held, at)
    draft = SurveyDraft.objects.select_for_update(of=("self",)).filter(consultation=row, user=actor).first()
    if draft is None:
        raise InputError(
            ALREADY if SurveyMark.objects.filter(consultation=row, user=actor).exists() else
            Text("vous n'avez encore rien répondu", "you have not answered anything yet")
        )  # fmt: skip
    survey = held.document
    lacking = questionnaire.missing(survey, draft.answers)
    if lacking:
        title = lacking[0][1].label
        raise InputError(Text(f"il manque une réponse : {title.fr}", f"an answer is missing: {title.en}"))
    kept = questionnaire.settled(survey, draft.answers)
    if not kept:
        raise InputError(Text("vous n'avez encore rien répondu", "you have not answered anything yet"))
    personal = _part(survey, kept, personal=True)
    try:
        with transaction.atomic():
            SurveyMark.objects.create(consultation=row, user=actor, personal=personal or None)  # type: ignore[misc]
    except IntegrityError:
        raise InputError(ALREADY) from None
    box_add(
        row=row, survey=survey, answers=_part(survey, kept, personal=False), age_band=who.age_band,
        departement=who.departement, author=None if survey.anonymous else actor,
    )  # fmt: skip
    draft.delete()


def _part(survey: Survey, answers: Mapping[str, Any], *, personal: bool) -> dict[str, Any]:
    wanted = {question.code for question in survey.questions if question.personal == personal}
    return {code: value for code, value in answers.items() if code.partition(".")[0] in wanted}


def box_add(
    *,
    row: Consultation,
    survey: Survey,
    answers: Mapping[str, Any],
    age_band: str,
    departement: str,
    author: User | None,
) -> None:
    """Put one set of answers in the box. Breakdowns are kept only where the definition asks for a crossing."""
    AnswerSet.objects.create(
        consultation=row,
        answers=dict(answers),
        age_band=age_band if survey.cross else "",
        departement=departement if survey.cross else "",
        author=author,
    )
    FreeText.objects.bulk_create(free_texts(row, survey, answers))


def free_texts(row: Consultation, survey: Survey, answers: Mapping[str, Any]) -> list[FreeText]:
    """What someone wrote in their own words, apart from their other answers."""
    found = []
    known: dict[str, SurveyQuestion] = {question.code: question for question in survey.questions}
    for code, value in answers.items():
        name, _, other = code.partition(".")
        if other or questionnaire.is_free(known[name]):
            found.append(FreeText(consultation=row, question=name, text=str(value)))
    return found


@transaction.atomic
def box_shake(*, row: Consultation) -> int:
    """Write the box, the marks and the texts again, in the order of their drawn keys, so that their places on disk tell no order of arrival.

    Returns how many sets were moved.
    """
    moved = 0
    for model, key in ((AnswerSet, "key"), (SurveyMark, "id"), (FreeText, "id")):
        last = uuid.UUID(int=0)
        while True:
            batch = list(model._base_manager.filter(consultation=row, **{f"{key}__gt": last}).order_by(key)[:BATCH])
            if not batch:
                break
            last = getattr(batch[-1], key)
            model._base_manager.filter(pk__in=[one.pk for one in batch]).delete()
            model._base_manager.bulk_create(batch, batch_size=BATCH)  # type: ignore[arg-type]
            moved += len(batch) if model is AnswerSet else 0
    return moved


@transaction.atomic
def survey_close(*, held: Held[Survey], at: dt.datetime | None = None) -> Consultation | None:
    """Close a survey whose last phase is over: what was begun and never sent goes, the results are computed. Done once."""
    from mandat.apps.consultations.services.tallying import survey_count

    at = at or timezone.now()
    row = Consultation.objects.select_for_update().filter(
        programme=held.programme, process=held.process.code, component=held.code
    ).first()  # fmt: skip
    if row is None or row.closed_at is not None or not held.is_over(at):
        return None
    SurveyDraft.objects.filter(consultation=row).delete()
    box_shake(row=row)
    row.closed_at = row.changed_at = at
    row.save(update_fields=["closed_at", "changed_at"])
    survey_count(held=held, row=row, at=at)
    row.refresh_from_db()
    told = row.people if row.people >= held.document.cell_least else None
    journal.append(
        [
            line(
                "consultations.closed.v1", held, on=timezone.localdate(at), quantity=told,
                unit="person" if told is not None else "", synthetic=row.synthetic, data={"items": row.items},
                source=f"consultations-closed:{row}",
            )
        ]
    )  # fmt: skip
    following.closed(held, row, at)
    return row


@transaction.atomic
def text_moderate(*, actor: User, text: FreeText, shown: bool, why: str = "", at: dt.datetime | None = None) -> None:
    """An agent read someone's words: everyone may, or nobody, for a reason kept."""
    from mandat.apps.accounts.permissions import require

    require(actor, "community.moderate")
    from mandat.apps.consultations.models import Shown

    why = seams.cleaned(why, longest=300, what=Text("le motif", "the reason"), required=not shown)
    text.shown, text.why_hidden, text.moderated_by = (Shown.SHOWN if shown else Shown.HIDDEN), why, actor
    text.save(update_fields=["shown", "why_hidden", "moderated_by"])
    touched(text.consultation, at or timezone.now())


def answered(row: Consultation) -> int:
    """How many answered, from the marks."""
    return SurveyMark.objects.filter(consultation=row).count()


def recounted(row: Consultation) -> None:
    """Take the counters of a survey from its marks and its box: in a batch, never at each answer."""
    sets = AnswerSet.objects.filter(consultation=row).count()
    # Each set is one person: a mark goes with its account, the answers stay.
    waiting = FreeText.objects.filter(consultation=row, shown="waiting").count()
    Consultation.objects.filter(pk=row.pk).update(people=sets, items=sets, waiting=waiting)
