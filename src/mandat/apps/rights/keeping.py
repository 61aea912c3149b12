"""What rights keep about persons, for how long, how they see it and what becomes of it when they ask for erasure."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mandat.apps.accounts.models import User
from mandat.apps.custody import personal, retention
from mandat.apps.custody.personal import HeldFile, Kept, Record, record
from mandat.apps.custody.retention import Basis, Lasts
from mandat.apps.custody.subjects import subject_erase
from mandat.apps.rights import filing
from mandat.apps.rights.machine import State
from mandat.apps.rights.models import Appeal, Benefit, Claim, Move, Piece, SavedFilter
from mandat.apps.rights.services.evidence import discard_claim, forget_pieces

_PEOPLE = _("People who claim a right")
_CLAIM_MODELS = (
    "rights.Claim", "rights.Move", "rights.Piece", "rights.EvidenceRequest", "rights.Message", "rights.Decision",
    "rights.Appeal", "rights.Benefit", "rights.Payment",
)  # fmt: skip


def _claims(user: User) -> list[Record]:
    found: list[Record] = []
    for claim in Claim.objects.filter(claimant=user).select_related("person").order_by("pk"):
        title = f"{claim.reference} – {claim.right}"
        found.append(
            record(
                claim, "reference", "right", "state", "created_at", "submitted_at", "answers", "identity", title=title
            )
        )
        found += [record(one, "name", "at", "reason", title=title) for one in claim.moves.order_by("pk")]
        found += [
            record(one, "code", "added_at", "verdict", "discarded_at", title=title)
            for one in claim.pieces.order_by("pk")
        ]
        found += [
            record(one, "codes", "text", "asked_on", "until", title=title) for one in claim.requests.order_by("pk")
        ]
        found += [record(one, "at", "from_service", "text", title=title) for one in claim.messages.order_by("pk")]
        found += [
            record(one, "rank", "outcome", "by", "decided_on", "sha256", "record", title=title)
            for one in claim.decisions.order_by("rank")
        ]
        for appeal in (
            Appeal.objects.filter(decision__claim=claim).select_related("decision__claim__person").order_by("pk")
        ):
            found.append(record(appeal, "lodged_at", "grounds", "outcome", "decided_at", "reason", title=title))
        for benefit in (
            Benefit.objects.filter(decision__claim=claim).select_related("decision__claim__person").order_by("pk")
        ):
            found.append(
                record(benefit, "code", "starts_on", "ends_on", "status", "amount", "unit", "profile", title=title)
            )
            found += [
                record(one, "kind", "period_start", "amount", "unit", "status", title=title)
                for one in benefit.payments.order_by("period_start", "pk")
            ]
    return found


def _files(user: User) -> list[HeldFile]:
    pieces = (
        Piece.objects.filter(claim__claimant=user, discarded_at__isnull=True).select_related("claim").order_by("pk")
    )
    return [filing.held(piece.upload, name=f"{piece.claim.reference}-{piece.code}") for piece in pieces if piece.upload]


def _erase(user: User) -> None:
    """Drafts go, and so does what withdrawn claims said; decisions stay for the time of their retention."""
    for claim in (
        Claim.objects.select_for_update().filter(claimant=user, state__in=[State.DRAFT, State.WITHDRAWN]).order_by("pk")
    ):
        if claim.state == State.DRAFT:
            forget_pieces(claim)
            claim.pieces.all().delete()
            person = claim.person
            claim.delete()
            person.delete()
        elif claim.emptied_at is None:
            empty(claim)
    SavedFilter.objects.filter(user=user).delete()


def _stays(user: User) -> list[Kept]:
    rest = (
        Claim.objects.filter(claimant=user)
        .exclude(state__in=[State.DRAFT, State.WITHDRAWN])
        .filter(emptied_at__isnull=True)
    )
    if not rest.exists():
        return []
    return [
        Kept(
            _("your claims under way, the decisions made on them and what was paid"),
            _("the region must be able to account for a decision and for public money"),
            _("two years after a refusal, five years after the end of a right"),
        )
    ]


def empty(claim: Claim) -> None:
    """Destroy the key of a claim: what it held, its decisions' records too, can be read no more. Digests stay."""
    forget_pieces(claim)
    subject_erase(subject=claim.person)
    Claim.objects.filter(pk=claim.pk).update(emptied_at=timezone.now())


def _old_drafts(before: dt.datetime) -> QuerySet[Claim]:
    return Claim.objects.filter(state=State.DRAFT, saved_at__lt=before)


def _discard_drafts(rows: QuerySet[Claim]) -> int:
    done = 0
    for claim in rows.select_related("person").order_by("pk"):
        with transaction.atomic():
            forget_pieces(claim)
            claim.pieces.all().delete()
            person = claim.person
            claim.delete()
            person.delete()
        done += 1
    return done


def _closed(before: dt.datetime, *, granted: bool) -> QuerySet[Claim]:
    """Claims whose last step is older: those that gave something once it has ended, the others as they are."""
    later = Move.objects.filter(claim=OuterRef("pk"), at__gte=before)
    found = Claim.objects.filter(emptied_at__isnull=True, state__in=[State.GRANTED, State.REFUSED, State.WITHDRAWN])
    found = found.filter(~Exists(later))
    held = Benefit.objects.filter(decision__claim=OuterRef("pk"))
    if not granted:
        return found.filter(~Exists(held))
    day = timezone.localdate(before)
    running = held.filter(Q(status=Benefit.Status.ACTIVE) | Q(ends_on__gte=day) | Q(ends_on__isnull=True))
    return found.filter(Exists(held)).filter(~Exists(running))


def _refused(before: dt.datetime) -> QuerySet[Claim]:
    return _closed(before, granted=False)


def _granted(before: dt.datetime) -> QuerySet[Claim]:
    return _closed(before, granted=True)


def _empty_all(rows: QuerySet[Claim]) -> int:
    done = 0
    for claim in rows.select_related("person").order_by("pk"):
        with transaction.atomic():
            empty(claim)
        done += 1
    return done


def _evidence_due(before: dt.datetime) -> QuerySet[Claim]:
    open_states = [State.SUBMITTED, State.INCOMPLETE, State.APPEALED]
    return Claim.objects.filter(discard_on__lte=timezone.localdate(before)).exclude(state__in=open_states)


def _discard_evidence(rows: QuerySet[Claim]) -> int:
    return sum(discard_claim(pk, timezone.localdate()) for pk in list(rows.order_by("pk").values_list("pk", flat=True)))


def register() -> None:
    """Say all of it to custody."""
    personal.register(
        code="rights.claims",
        title=_("Your claims and rights"),
        models=(*_CLAIM_MODELS, "rights.SavedFilter"),
        export=_claims,
        files=_files,
        erase=_erase,
        stays=_stays,
    )
    personal.exempt("rights.TransferRun", "who made a payment file, as a trace of an act of the service")
    common: dict[str, Any] = {"people": _PEOPLE, "basis": Basis.PUBLIC_TASK}
    retention.register(
        code="rights.drafts",
        title=_("Drafts of claims"),
        purpose=_("Let people take up a claim they have begun."),
        data=_("Answers, details, documents."),
        lasts=Lasts(months=6),
        after=_("the last change"),
        models=("rights.Claim",),
        due=_old_drafts,
        apply=_discard_drafts,
        **common,
    )
    retention.register(
        code="rights.evidence",
        title=_("Evidence of claims"),
        purpose=_("Check what a claim declares."),
        data=_("Documents, and the answers they prove."),
        lasts=Lasts(),
        after=_("With the decision, once appeals are over, or at the end of the right: each right's page says which."),
        models=("rights.Piece", "rights.Claim"),
        due=_evidence_due,
        apply=_discard_evidence,
        **common,
    )
    retention.register(
        code="rights.refused",
        title=_("Claims refused or withdrawn"),
        purpose=_("Account for a refusal."),
        data=_("Answers, details, messages, record of the decision."),
        lasts=Lasts(years=2),
        after=_("the last step"),
        models=(
            "rights.Claim",
            "rights.Move",
            "rights.EvidenceRequest",
            "rights.Message",
            "rights.Decision",
            "rights.Appeal",
        ),
        due=_refused,
        apply=_empty_all,
        **common,
    )
    retention.register(
        code="rights.granted",
        title=_("Rights granted"),
        purpose=_("Account for a right and for what was paid."),
        data=_("Answers, details, messages, record of the decision, payments."),
        lasts=Lasts(years=5),
        after=_("the end of the right"),
        models=_CLAIM_MODELS,
        due=_granted,
        apply=_empty_all,
        **common,
    )
    retention.register(
        code="rights.filters",
        title=_("Saved filters"),
        purpose=_("Let agents come back to their way of looking at the queue."),
        data=_("A name and filters."),
        after=_("As long as the account is open."),
        models=("rights.SavedFilter",),
        people=_("Agents"),
        basis=Basis.PUBLIC_TASK,
    )
