"""What consultations keep about persons, for how long, and what an erasure takes."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Max, QuerySet
from django.utils.translation import gettext_lazy as _

from mandat.apps.accounts.models import User
from mandat.apps.consultations.models import (
    Amendment,
    AmendmentVote,
    AnswerSet,
    Confirmation,
    Consultation,
    Observation,
    OpinionVoter,
    Statement,
    SurveyDraft,
    SurveyMark,
)
from mandat.apps.custody import personal, retention
from mandat.apps.custody.personal import Kept, Record, record
from mandat.apps.custody.retention import Basis, Lasts
from mandat.apps.participation.keeping import kept_long_enough

WRITTEN = (Amendment, Statement, Observation)


def last_changed() -> str:
    """What finished public pages depend on."""
    last = Consultation.objects.aggregate(last=Max("changed_at"))["last"]
    return f"{last.timestamp():.6f}" if last else ""


def _written(user: User) -> list[Record]:
    found: list[Record] = []
    found += [
        record(one, "made_at", "title", "body", "reason", "shown", title=one.reference)
        for one in Amendment.objects.filter(author=user).order_by("pk")
    ]
    found += [
        record(said, "made_at", "text", "shown", title=said.reference)
        for said in Statement.objects.filter(author=user).order_by("pk")
    ]
    found += [
        record(
            seen,
            "made_at",
            "subject",
            "count",
            "seen_on",
            "commune",
            "latitude",
            "longitude",
            "note",
            title=seen.reference,
        )
        for seen in Observation.objects.filter(author=user).order_by("pk")
    ]
    return found


def _forget_author(user: User) -> None:
    """What was published stays without its author, as the account is gone; exact places and photos go."""
    for model in WRITTEN:
        model._base_manager.filter(author=user).update(author=None, name="")
    AnswerSet.objects.filter(author=user).update(author=None)


def _erase_written(user: User) -> None:
    for one in Observation.objects.filter(author=user).exclude(photo=None).select_related("photo").order_by("pk"):
        photo, one.photo = one.photo, None
        one.photo_shown = False
        one.save(update_fields=["photo", "photo_shown"])
        if photo is not None:
            photo.delete()
    Observation.objects.filter(author=user).update(latitude=None, longitude=None)
    _forget_author(user)


def _published_stays(user: User) -> list[Kept]:
    if not any(model._base_manager.filter(author=user).exists() for model in WRITTEN):
        return []
    return [
        Kept(
            _("what you published in consultations, without your name"),
            _("others answered it and voted on it; you may withdraw it first"),
        )
    ]


def _opinions(user: User) -> list[Record]:
    found: list[Record] = []
    found += [
        record(voter, "consultation", title=str(voter.consultation))
        for voter in OpinionVoter.objects.filter(user=user).select_related("consultation").order_by("pk")
    ]
    found += [
        record(vote, "choice", title=vote.amendment.reference)
        for vote in AmendmentVote.objects.filter(voter=user).select_related("amendment").order_by("pk")
    ]
    found += [
        record(seen, title=seen.observation.reference)
        for seen in Confirmation.objects.filter(user=user).select_related("observation").order_by("pk")
    ]
    return found


def _erase_opinions(user: User) -> None:
    """Nobody is joined to their votes any more; the votes count still, as counters were told."""
    OpinionVoter.objects.filter(user=user).update(user=None)


def _surveys(user: User) -> list[Record]:
    found: list[Record] = []
    found += [
        record(draft, "answers", "saved_at", title=str(draft.consultation))
        for draft in SurveyDraft.objects.filter(user=user).select_related("consultation").order_by("pk")
    ]
    found += [
        record(mark, "personal", title=str(mark.consultation))
        for mark in SurveyMark.objects.filter(user=user).select_related("consultation").order_by("pk")
    ]
    found += [
        record(sent, "answers", title=str(sent.consultation))
        for sent in AnswerSet.objects.filter(author=user).select_related("consultation").order_by("pk")
    ]
    return found


def _erase_surveys(user: User) -> None:
    SurveyDraft.objects.filter(user=user).delete()
    for mark in SurveyMark.objects.filter(user=user, personal__isnull=False).order_by("pk"):
        mark.personal = None
        mark.save(update_fields=["personal"])
    AnswerSet.objects.filter(author=user).update(author=None)


def _drafts_due(before: dt.datetime) -> QuerySet[SurveyDraft]:
    return SurveyDraft.objects.filter(saved_at__lt=before)


def _exact_places_due(before: dt.datetime) -> QuerySet[Observation]:
    return Observation.objects.filter(made_at__lt=before, latitude__isnull=False)


def _blur_for_good(rows: QuerySet[Observation]) -> int:
    return rows.update(latitude=None, longitude=None)


def _marks_due(at: dt.datetime) -> QuerySet[SurveyMark]:
    rows = Consultation.objects.filter(kept_long_enough(at), closed_at__isnull=False, type="survey")
    return SurveyMark.objects.filter(consultation__in=rows.order_by().values("pk"))


def _marks_forget(rows: QuerySet[SurveyMark]) -> int:
    """Who answered goes with their personal answers; the box of answers stays, and tells nobody any more."""
    known = list(rows.values_list("pk", flat=True))
    held = SurveyMark.objects.filter(pk__in=known).order_by().values("consultation")
    AnswerSet.objects.filter(consultation__in=held, author__isnull=False).update(author=None)
    return SurveyMark.objects.filter(pk__in=known).delete()[0]


def register() -> None:
    """Say all of it to custody."""
    personal.register(
        code="consultations.written", title=_("What you wrote in consultations"),
        models=("consultations.Amendment", "consultations.Statement", "consultations.Observation"),
        export=_written, erase=_erase_written, stays=_published_stays,
    )  # fmt: skip
    personal.register(
        code="consultations.opinions", title=_("Your votes on amendments and statements"),
        models=("consultations.OpinionVoter", "consultations.AmendmentVote", "consultations.Confirmation"),
        export=_opinions, erase=_erase_opinions,
    )  # fmt: skip
    personal.register(
        code="consultations.surveys", title=_("Your answers to surveys"),
        models=("consultations.SurveyDraft", "consultations.SurveyMark", "consultations.AnswerSet"),
        export=_surveys, erase=_erase_surveys,
    )  # fmt: skip
    for model, why in (
        ("consultations.FreeText", "who read it is an agent; who wrote it is not known"),
        ("consultations.Settlement", "who settled it is an agent, in public"),
        ("consultations.ImportRun", "who ran it is an agent"),
    ):
        personal.exempt(model, why)
    common: dict[str, Any] = {"people": _("People who take part in consultations")}
    retention.register(
        code="consultations.written", title=_("Amendments, statements and observations"),
        purpose=_("Publish and answer what people propose and see."),
        data=_("Words, under the name chosen; for an observation its day and place, blurred for everyone."),
        after=_("As long as the consultation is public; without the name once the account is gone."),
        models=("consultations.Amendment", "consultations.Statement", "consultations.AmendmentVote", "consultations.OpinionVoter", "consultations.Confirmation"),
        basis=Basis.PUBLIC_TASK, **common,
    )  # fmt: skip
    retention.register(
        code="consultations.places", title=_("Exact places of observations"),
        purpose=_("Check what was seen."), data=_("Latitude and longitude as they were given, for agents alone."),
        lasts=Lasts(months=24), after=_("the observation was sent; the blurred place stays"),
        models=("consultations.Observation",), basis=Basis.PUBLIC_TASK, due=_exact_places_due, apply=_blur_for_good, **common,
    )  # fmt: skip
    retention.register(
        code="consultations.drafts", title=_("Surveys begun"),
        purpose=_("Go on with a survey later."), data=_("What was answered so far, sealed."),
        lasts=Lasts(months=3), after=_("it was last saved; gone at once where the survey is sent or closes"),
        models=("consultations.SurveyDraft",), basis=Basis.CONSENT, due=_drafts_due, **common,
    )  # fmt: skip
    retention.register(
        code="consultations.surveys", title=_("Answers to surveys"),
        purpose=_("Know what people think, one set of answers each."),
        data=_("That an account answered, apart from the answers; personal answers, sealed. In an anonymous survey nothing joins the two."),
        after=_("As long as the consultation; that an account answered, as its process says, after it is closed."),
        models=("consultations.SurveyMark", "consultations.AnswerSet", "consultations.FreeText"),
        basis=Basis.PUBLIC_TASK, due=_marks_due, apply=_marks_forget, **common,
    )  # fmt: skip
