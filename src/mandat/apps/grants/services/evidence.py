"""Pieces of evidence: added and taken back by the applicant's side, at the stage that asks for them."""

from __future__ import annotations

from django.core.files.base import File
from django.db import transaction
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.custody import uploads
from mandat.apps.grants import access, filing
from mandat.apps.grants.machine import LIVE, OPEN, State
from mandat.apps.grants.models import Case, Piece
from mandat.apps.grants.schema.scheme import Evidence, Scheme
from mandat.apps.grants.services import limits
from mandat.apps.grants.services.drafts import asked_at
from mandat.apps.grants.services.moving import held, terms_of
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

#: Stages whose pieces a case in this state may still receive.
_BEFORE = ("application", "instruction")
_AFTER = ("agreement", "advance", "instalment", "balance", "after")


def receivable(case: Case, scheme: Scheme) -> list[Evidence]:
    """Pieces the applicant's side may add now."""
    if case.state == State.DRAFT:
        return [one for one in scheme.evidence if one.stage == "application"]
    if case.state in OPEN:
        return [one for one in scheme.evidence if one.stage in _BEFORE]
    if case.state in LIVE:
        return [one for one in scheme.evidence if one.stage in _AFTER]
    return []


def also_receivable(case: Case, scheme: Scheme) -> set[str]:
    """Codes of what is owed besides the scheme's evidence: its accounts and the law's once awarded, proofs of conditions."""
    found = set()
    if case.state in LIVE:
        found = {one.code for one in scheme.reports} | set(case.accounts.values_list("code", flat=True))
    if case.state in (State.DRAFT, *OPEN, *LIVE):
        found |= {proof_code(code) for code in case.conditions.values_list("condition", flat=True)}
    return found


def proof_code(condition: str) -> str:
    """The code of the pieces that show a condition."""
    return f"condition-{condition}"[:60]


@transaction.atomic
def piece_add(*, actor: User, case: Case, code: str, file: File[bytes]) -> Piece:
    """Add a file. ``code`` is a piece of the scheme, or an account to give. Raises InputError for what custody refuses too."""
    case = held(case)
    access.require(actor, case, "edit")
    scheme = terms_of(case).document
    known = {one.code: one for one in receivable(case, scheme)}
    if code not in known and code not in also_receivable(case, scheme):
        anywhere = any(one.code == code for one in scheme.evidence) or any(one.code == code for one in scheme.reports)
        raise InputError(
            Text("cette pièce n'est pas attendue maintenant", "this document is not expected now")
            if anywhere
            else Text(f"pièce inconnue : {code[:60]}", f"unknown document: {code[:60]}")
        )
    limits.check_piece(actor)
    there = case.pieces.filter(upload__isnull=False)
    if there.filter(code=code).exclude(verdict="rejected").count() >= limits.PIECES_A_CODE:
        most = limits.PIECES_A_CODE
        raise InputError(Text(f"au plus {most} fichiers pour cette pièce", f"at most {most} files here"))
    if there.count() >= limits.PIECES_A_CASE:
        raise InputError(Text("ce dossier contient trop de fichiers", "this application holds too many files"))
    if code in known:
        filing.check_kind(known[code], file)
    stored = filing.store(file, case=case, actor=actor)
    return Piece.objects.create(case=case, code=code, upload=stored, added_at=timezone.now(), added_by=actor)


@transaction.atomic
def piece_remove(*, actor: User, piece: Piece) -> None:
    """Take a file back: from a draft, or one added since the completion was asked for and not yet looked at."""
    case = held(piece.case)
    access.require(actor, case, "edit")
    current = case.pieces.filter(pk=piece.pk).select_related("upload").first()
    if current is None:
        raise InputError(Text("cette pièce n'est plus là", "this document is no longer there"))
    mine = case.state == State.DRAFT or (
        case.state == State.INCOMPLETE and not current.verdict and current.added_at >= asked_at(case)
    )
    if not mine:
        raise InputError(Text("cette pièce fait partie de la demande", "this document is part of the application"))
    upload = current.upload
    current.delete()
    if upload is not None:
        uploads.file_delete(stored=upload)
