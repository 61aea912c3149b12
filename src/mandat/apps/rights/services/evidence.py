"""Pieces of evidence: added, asked for where the situation calls for them, and thrown away when their time is over."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.rights import filing
from mandat.apps.rights.machine import OPEN, State
from mandat.apps.rights.models import Claim, Piece
from mandat.apps.rights.ruling import Ruling
from mandat.apps.rights.schema import Evidence
from mandat.apps.rights.services import limits
from mandat.apps.rights.services.moving import check_claimant, held, terms_of, today
from mandat.apps.rights.terms import Terms
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text, counted


def wanted_evidence(terms: Terms, ruling: Ruling) -> list[Evidence]:
    """The pieces this situation calls for: those without condition, and those whose condition is not known to be false."""
    return [
        evidence
        for evidence in terms.document.evidence
        if evidence.when is None or ruling.condition(evidence.when) is not False
    ]


def missing_evidence(claim: Claim, terms: Terms, ruling: Ruling) -> list[Evidence]:
    """Of those, the ones that are not optional and of which no file is there."""
    given = set(claim.pieces.filter(discarded_at__isnull=True).values_list("code", flat=True))
    return [piece for piece in wanted_evidence(terms, ruling) if not piece.optional and piece.code not in given]


@transaction.atomic
def piece_add(*, actor: User, claim: Claim, code: str, file: File[bytes]) -> Piece:
    """Add a file to a draft, to a claim under examination, or to an appeal. Raises InputError for what custody refuses."""
    claim = held(claim)
    check_claimant(actor, claim)
    if claim.state not in (State.DRAFT, *OPEN, State.APPEALED):
        raise InputError(Text("cette demande ne reçoit plus de pièces", "this claim takes no more evidence"))
    limits.check_piece(actor)
    evidence = next((one for one in terms_of(claim).document.evidence if one.code == code), None)
    if evidence is None:
        raise InputError(Text(f"pièce inconnue : {code}", f"unknown evidence: {code}"))
    there = claim.pieces.filter(code=code, discarded_at__isnull=True).exclude(verdict="rejected").count()
    if there >= evidence.most_files:
        most = counted(evidence.most_files, Text("fichier", "file"), Text("fichiers", "files"))
        raise InputError(Text(f"au plus {most.fr} pour cette pièce", f"at most {most.en} here"))
    return Piece.objects.create(
        claim=claim, code=code, upload=filing.store(file, claim=claim, actor=actor), added_at=timezone.now()
    )


@transaction.atomic
def piece_remove(*, actor: User, piece: Piece) -> None:
    """Take a file back, from a draft or while evidence is awaited."""
    claim = held(piece.claim)
    check_claimant(actor, claim)
    if claim.state not in (State.DRAFT, State.INCOMPLETE) or piece.verdict:
        raise InputError(Text("cette pièce fait partie de la demande", "this piece is part of the claim"))
    upload = piece.upload
    piece.delete()
    filing.erase(upload)


def forget_pieces(claim: Claim) -> None:
    """Erase the files of a claim at once."""
    for piece in claim.pieces.filter(discarded_at__isnull=True).order_by("pk"):
        _discard(piece)


def plan_discards(
    claim: Claim,
    terms: Terms,
    *,
    decided_on: dt.date,
    appeals_end: dt.date,
    ends_on: dt.date | None,
    final: bool = True,
) -> None:
    """Set the day each piece, and the answers it proves, are thrown away; what goes with the decision goes now.

    ``final`` False (silence refused: an express answer may still come) keeps until appeals are over what would go with the decision.
    """
    claim.pieces.filter(discarded_at__isnull=True).update(discard_on=appeals_end)
    days = [appeals_end]
    for evidence in terms.document.evidence:
        day = _discard_day(evidence, decided_on if final else appeals_end, appeals_end, ends_on)
        claim.pieces.filter(discarded_at__isnull=True, code=evidence.code).update(discard_on=day)
        days.append(day)
    claim.discard_on = min(days) if terms.document.evidence else None
    claim.save(update_fields=["discard_on"])
    if claim.discard_on is not None and claim.discard_on <= decided_on:
        _discard_of(claim, terms, decided_on, appeals_end=appeals_end, ends_on=ends_on)


def _discard_of(claim: Claim, terms: Terms, day: dt.date, *, appeals_end: dt.date, ends_on: dt.date | None) -> int:
    """Throw away the pieces due and the answers they prove, and set the next day on which some are."""
    gone = 0
    for piece in claim.pieces.filter(discarded_at__isnull=True, discard_on__lte=day).order_by("pk"):
        _discard(piece)
        gone += 1
    names: set[str] = set()
    later = []
    for evidence in terms.document.evidence:
        due = _discard_day(evidence, day, appeals_end, ends_on)
        if due <= day:
            names.update(evidence.proves)
        else:
            later.append(due)
    claim.answers = without(claim.answers, names)
    claim.discard_on = min(later, default=None)
    claim.save(update_fields=["answers", "discard_on"])
    return gone


def _discard_day(evidence: Evidence, decided_on: dt.date, appeals_end: dt.date, ends_on: dt.date | None) -> dt.date:
    if evidence.discard == "decision":
        return decided_on
    if evidence.discard == "appeals" or ends_on is None:
        return appeals_end
    return max(ends_on, appeals_end)


def without(answers: dict[str, Any], names: set[str]) -> dict[str, Any]:
    """The same answers, less those named, in every block."""

    def block(values: Any) -> Any:
        return {k: v for k, v in values.items() if k not in names} if isinstance(values, dict) else values

    return {
        key: [block(member) for member in value] if isinstance(value, list) else block(value)
        for key, value in answers.items()
    }


def _discard(piece: Piece) -> None:
    upload = piece.upload
    piece.upload, piece.discarded_at = None, timezone.now()
    piece.save(update_fields=["upload", "discarded_at"])
    filing.erase(upload)


def discard_due(day: dt.date | None = None) -> int:
    """Throw away what is due, and the answers it proved. Returns how many claims were looked at."""
    day = day or today()
    due = Claim.objects.filter(discard_on__lte=day).exclude(state__in=[*OPEN, State.APPEALED]).order_by("pk")
    return sum(discard_claim(pk, day) for pk in list(due.values_list("pk", flat=True)[:5000]))


def discard_claim(pk: int, day: dt.date) -> bool:
    """Throw away what is due of one claim. False where nothing is any more, or an appeal under way still needs it."""
    with transaction.atomic():
        claim = held(Claim(pk=pk))
        if claim.discard_on is None or claim.discard_on > day or claim.state in (*OPEN, State.APPEALED):
            return False
        if claim.emptied_at is not None:
            Claim.objects.filter(pk=pk).update(discard_on=None)
            return False
        last = claim.decisions.order_by("-rank").first()
        assert last is not None  # discard_on is set by decisions
        benefit = getattr(last, "benefit", None)
        ends_on = benefit.ends_on if benefit is not None else None
        _discard_of(claim, terms_of(claim), day, appeals_end=last.appeal_until, ends_on=ends_on)
        return True
