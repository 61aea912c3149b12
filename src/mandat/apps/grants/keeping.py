"""What cases keep about persons, for how long, how they see it and what becomes of it when they ask for erasure."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mandat.apps.accounts.models import User
from mandat.apps.custody import personal, retention
from mandat.apps.custody.personal import Kept, Record, record
from mandat.apps.custody.retention import Basis, Lasts
from mandat.apps.custody.subjects import subject_erase
from mandat.apps.grants.machine import ENDED, State
from mandat.apps.grants.models import Case, LetterRun, Message, Move, Post
from mandat.apps.grants.services import letters
from mandat.apps.grants.terms import SCHEMES

_MODELS = (
    "grants.Case", "grants.Submission", "grants.Request", "grants.Shared", "grants.ShareInvitation", "grants.Party", "grants.Piece", "grants.Move",
    "grants.Message", "grants.Opinion", "grants.Score", "grants.Visit", "grants.Recusal", "grants.Sitting", "grants.Vote",
    "grants.Decision", "grants.Amendment", "grants.ConditionRecord", "grants.Account", "grants.PaymentRequest", "grants.Recovery", "grants.SmallAid",
    "grants.BankDetails", "grants.PaymentRun", "grants.FinalCost", "grants.Receipt", "grants.ConditionCheck", "grants.Breach",
)  # fmt: skip
_POSTS = ("grants.Post",)


def _cases(user: User) -> list[Record]:
    """What they applied for in their own name or entered for an organisation, and what they wrote in any case."""
    found: list[Record] = []
    for case in Case.objects.filter(opened_by=user).select_related("subject").order_by("pk"):
        title = f"{case.reference} – {case.scheme}"
        own = case.applicant_id is None
        names = ("reference", "scheme", "state", "title", "created_at", "submitted_at", "answers")
        found.append(record(case, *names, *(("private",) if own else ()), title=title))
        decisions = case.decisions.select_related("case__subject").order_by("rank") if own else ()
        found += [record(one, "rank", "outcome", "decided_on", "motive", "sha256", title=title) for one in decisions]
        accounts = case.bank_details.select_related("case__subject").order_by("pk") if own else ()
        found += [record(one, "account", "given_at", title=title) for one in accounts]
    mine = Message.objects.filter(author=user).select_related("case__subject").order_by("pk")
    found += [record(one, "at", "text", title=one.case.reference) for one in mine]
    moves = Move.objects.filter(actor=user).select_related("case__subject").order_by("pk")
    found += [record(one, "name", "at", "reason", title=one.case.reference) for one in moves]
    return found


def _posts(user: User) -> list[Record]:
    return [record(one, "scheme", "duty", "since", "until") for one in Post.objects.filter(user=user).order_by("pk")]


def case_delete(case: Case) -> None:
    """Throw a draft away with its files. The caller holds it, in a transaction."""
    for piece in case.pieces.select_related("upload"):
        if piece.upload is not None:
            piece.upload.delete()
    case.pieces.all().delete()
    case.requests.all().delete()
    case.messages.all().delete()
    case.conditions.all().delete()
    subject = case.subject
    case.delete()
    subject.delete()


def empty(case: Case) -> None:
    """Destroy the key of a case: what it held sealed can be read no more; the public award and digests stay."""
    for piece in case.pieces.select_related("upload"):
        if piece.upload is not None:
            piece.upload.delete()
    Case.objects.filter(pk=case.pk).update(answers={}, title="")
    subject_erase(subject=case.subject)


def _erase(user: User) -> None:
    """Their own drafts go; an organisation's stay its own, and what was sent stays for the time of its retention."""
    mine = Case.objects.select_for_update(of=("self",)).filter(opened_by=user, applicant=None, state=State.DRAFT)
    for case in mine.select_related("subject").order_by("pk"):
        case_delete(case)
    Post.objects.filter(user=user).delete()


def _stays(user: User) -> list[Kept]:
    if not Case.objects.filter(opened_by=user).exclude(state=State.DRAFT).exists():
        return []
    return [
        Kept(
            _("the applications sent, the decisions made on them and what was paid"),
            _("the region must be able to account for a decision and for public money"),
            _("as long as the page of each scheme says"),
        )
    ]


def _old_drafts(before: dt.datetime) -> QuerySet[Case]:
    return Case.objects.filter(state=State.DRAFT, saved_at__lt=before)


def _discard_drafts(rows: QuerySet[Case]) -> int:
    done = 0
    for case in rows.select_related("subject").order_by("pk"):
        with transaction.atomic():
            case_delete(case)
        done += 1
    return done


def _over(before: dt.datetime) -> QuerySet[Case]:
    """Ended cases older than their scheme's own retention, in the version each lives under."""
    ended = Case.objects.filter(state__in=ENDED, subject__erased_at__isnull=True, ended_at__isnull=False)
    due = Q(pk__in=[])
    for programme, scheme, version in set(ended.values_list("programme", "scheme", "scheme_version")):
        kept = SCHEMES.at(programme, scheme, version).document.retention
        same = Q(programme=programme, scheme=scheme, scheme_version=version)
        granted = _years_before(before, kept.granted_years)
        refused = _years_before(before, kept.refused_years)
        due |= same & Q(state=State.CLOSED, ended_at__lt=granted)
        due |= same & ~Q(state=State.CLOSED) & Q(ended_at__lt=refused)
    later = Move.objects.filter(case=OuterRef("pk"), at__gt=F("case__ended_at"))
    return ended.filter(due).filter(~Exists(later))


def _years_before(moment: dt.datetime, years: int) -> dt.datetime:
    day = timezone.localtime(moment)
    return day.replace(year=day.year - years, day=min(day.day, 28) if day.month == 2 else day.day)


def _empty_all(rows: QuerySet[Case]) -> int:
    done = 0
    for case in rows.select_related("subject").order_by("pk"):
        with transaction.atomic():
            empty(case)
        done += 1
    return done


def register() -> None:
    """Say all of it to custody."""
    personal.register(
        code="grants.cases",
        title=_("Your applications"),
        models=_MODELS,
        export=_cases,
        erase=_erase,
        stays=_stays,
    )
    personal.register(
        code="grants.posts",
        title=_("Your posts"),
        models=_POSTS,
        export=_posts,
        erase=lambda user: None,
    )
    personal.exempt("grants.LetterRun", "made anew from decisions, destroyed after a month")
    personal.exempt("grants.Agreement", "files of organisations and of the case, covered by the case")
    common: dict[str, Any] = {"basis": Basis.PUBLIC_TASK}
    retention.register(
        code="grants.drafts",
        title=_("Drafts of applications"),
        purpose=_("Let people take up an application they have begun."),
        data=_("Answers, documents."),
        lasts=Lasts(months=12),
        after=_("the last change"),
        people=_("People who apply, in their name or for an organisation"),
        models=("grants.Case", "grants.Piece", "grants.Shared", "grants.ShareInvitation", "grants.Party"),
        due=_old_drafts,
        apply=_discard_drafts,
        **common,
    )
    retention.register(
        code="grants.cases",
        title=_("Applications sent"),
        purpose=_("Account for decisions and for public money."),
        data=_("Answers, documents, messages, opinions, votes, records of decisions, payments."),
        lasts=Lasts(),
        after=_("As each scheme's page says, after the case is closed or refused."),
        people=_("People who apply, in their name or for an organisation, experts and members of committees"),
        models=_MODELS,
        due=_over,
        apply=_empty_all,
        **common,
    )
    retention.register(
        code="grants.letters",
        title=_("Letters to print"),
        purpose=_("Print the letters of decisions."),
        data=_("Names, addresses, decisions and their reasons."),
        lasts=Lasts(days=letters.KEPT_DAYS),
        after=_("the day they are made"),
        people=_("People who applied"),
        models=("grants.LetterRun",),
        due=lambda before: LetterRun.objects.filter(asked_at__lt=before, subject__erased_at__isnull=True),
        apply=letters.discard,
        **common,
    )
    retention.register(
        code="grants.posts",
        title=_("Posts on schemes"),
        purpose=_("Know who could examine and decide on a day."),
        data=_("Account, scheme, days."),
        after=_("As long as the cases they dealt with."),
        people=_("Agents and experts"),
        models=_POSTS,
        **common,
    )
