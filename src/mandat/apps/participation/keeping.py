"""What participation keeps about persons, for how long, how they see it, and what becomes of it when they ask for erasure."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mandat.apps.accounts.models import User
from mandat.apps.custody import personal, retention
from mandat.apps.custody.personal import Kept, Record, record
from mandat.apps.custody.retention import Basis, Lasts
from mandat.apps.participation.definitions import published_process, version_of
from mandat.apps.participation.models import (
    Amendment,
    Attestation,
    Comment,
    Participant,
    ProcessRun,
    Proposal,
    Support,
)
from mandat.kernel.errors import InputError

#: What someone said of themselves to take part.
_SAID = ("pseudonym", "area", "age_band", "gender", "quality")
_MODELS = (
    "participation.Participant",
    "participation.Attestation",
    "participation.Proposal",
    "participation.Amendment",
    "participation.Attachment",
    "participation.Comment",
    "participation.Support",
)


def _export(user: User) -> list[Record]:
    """Their place in each process, and all they wrote or supported there."""
    found: list[Record] = []
    for place in Participant.objects.filter(user=user).order_by("pk"):
        names = ("area", "age_band", "gender", "quality", "pseudonym", "proof", "joined_at")
        found.append(record(place, *names, title=place.process))
    mine = Q(author__user=user)
    proposals = Proposal.objects.filter(mine).order_by("pk")
    found += [
        record(one, "reference", "title", "text", "state", "published_at", title=one.process) for one in proposals
    ]
    amendments = Amendment.objects.filter(mine).select_related("proposal").order_by("pk")
    found += [record(one, "title", "text", "reason", "state", "at", title=one.proposal.reference) for one in amendments]
    comments = Comment.objects.filter(mine).select_related("thread").order_by("pk")
    found += [record(one, "text", "side", "at", "deleted_at", title=one.thread.target) for one in comments]
    supports = Support.objects.filter(participant__user=user).select_related("proposal").order_by("pk")
    found += [record(one, "at", title=one.proposal.reference) for one in supports]
    return found


def _erase(user: User) -> None:
    """Drafts go; what was published stays as from a deleted account, and nothing tells any more whose it was."""
    places = Participant.objects.filter(user=user)
    for draft in Proposal.objects.filter(author__in=places, state=Proposal.State.DRAFT).order_by("pk"):
        proposal_discard(draft)
    places.update(user=None, pseudonym="", area="", age_band="", gender="", quality="", erased_at=timezone.now())


def proposal_discard(proposal: Proposal) -> None:
    """Throw a draft away with its files."""
    for attachment in proposal.attachments.select_related("file").order_by("pk"):
        stored = attachment.file
        attachment.delete()
        stored.delete()
    proposal.delete()


def _stays(user: User) -> list[Kept]:
    places = Participant.objects.filter(user=user)
    if not Proposal.objects.filter(author__in=places).exclude(state=Proposal.State.DRAFT).exists() and not (
        Comment.objects.filter(author__in=places).exists()
    ):
        return []
    return [
        Kept(
            _("the proposals and comments you published, as from a deleted account, and supports as mere numbers"),
            _("others answered them, supported them, and the region owes its answer"),
            _("as long as the process is published; withdraw them first if you would rather they were gone"),
        )
    ]


def _old_drafts(before: dt.datetime) -> QuerySet[Proposal]:
    return Proposal.objects.filter(state=Proposal.State.DRAFT, saved_at__lt=before)


def _discard_drafts(rows: QuerySet[Proposal]) -> int:
    done = 0
    for draft in rows.order_by("pk"):
        proposal_discard(draft)
        done += 1
    return done


def kept_long_enough(at: dt.datetime) -> Q:
    """Rows with a ``programme`` and a ``process`` closed for as many months as the version it ran under keeps them. Nothing of a process that goes on."""
    found = Q(pk__in=())
    for run in ProcessRun.objects.filter(closed_at__isnull=False).order_by("pk"):
        months = _months(run)
        if months is not None and run.closed_at is not None and run.closed_at <= Lasts(months=months).before(at):
            found |= Q(programme=run.programme, process=run.process)
    return found


def _months(run: ProcessRun) -> int | None:
    """What the process told those who took part; None where it is published no more and never ran under a version."""
    try:
        held = version_of(run.process, run.version, run.programme) if run.frozen_at else published_process(run.process, run.programme)  # fmt: skip
    except InputError:
        return None
    return held.process.retention_months


def _people_due(at: dt.datetime) -> QuerySet[Participant]:
    said = Q(user__isnull=False)
    for name in _SAID:
        said |= ~Q(**{name: ""})
    return Participant.objects.filter(kept_long_enough(at), said, organisation=None)


def _people_forget(rows: QuerySet[Participant]) -> int:
    """Let go of the account and of what was said to take part; the contribution stays, and nothing tells whose it was."""
    known = list(rows.values_list("pk", flat=True))
    for draft in Proposal.objects.filter(author__in=known, state=Proposal.State.DRAFT).order_by("pk"):
        proposal_discard(draft)
    Attestation.objects.filter(participant__in=known).delete()
    return Participant.objects.filter(pk__in=known).update(
        user=None, age_known=0, erased_at=timezone.now(), **dict.fromkeys(_SAID, "")
    )


def register() -> None:
    """Say all of it to custody."""
    personal.register(
        code="participation.contributions",
        title=_("Your participation"),
        models=_MODELS,
        export=_export,
        erase=_erase,
        stays=_stays,
    )
    why = "an act of office: the account is let go of when it is closed, the act stays without a name"
    for model in ("participation.RulesChange", "participation.StatusChange", "participation.Merge"):
        personal.exempt(model, why)
    common: dict[str, Any] = {"basis": Basis.PUBLIC_TASK, "people": _("People who take part in a process")}
    retention.register(
        code="participation.drafts",
        title=_("Drafts of proposals"),
        purpose=_("Let people take up a proposal they have begun."),
        data=_("Title, text, place, files."),
        lasts=Lasts(months=12),
        after=_("the last change"),
        models=("participation.Proposal", "participation.Attachment"),
        due=_old_drafts,
        apply=_discard_drafts,
        **common,
    )
    retention.register(
        code="participation.participants",
        title=_("Who takes part in processes"),
        purpose=_("One voice a person, the conditions of each process, and whether everyone is heard."),
        data=_("Account, commune, age band, quality, name shown; never a birth date nor a paper."),
        after=_("As each process says, after it is closed; the account is let go of, the contribution stays."),
        models=_MODELS,
        due=_people_due,
        apply=_people_forget,
        **common,
    )
