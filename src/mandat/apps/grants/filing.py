"""The files of evidence of cases, kept by custody: checked, sealed with the case's own key, served to those concerned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.files.base import File
from django.utils.translation import gettext_lazy as _

from mandat.apps.accounts.models import User
from mandat.apps.custody import content, uploads
from mandat.apps.custody.models import StoredFile
from mandat.apps.grants import access
from mandat.apps.grants.models import Case, Piece
from mandat.apps.grants.schema.scheme import Evidence
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

PURPOSE = "grants.evidence"
LARGEST = 20 * uploads.MEGABYTE
#: What custody checks of each sort of document a scheme accepts. What an archive holds is checked file by file.
ACCEPTS: Mapping[str, tuple[str, ...]] = {
    "pdf": ("pdf",),
    "image": ("jpeg", "png"),
    "document": ("odt", "docx"),
    "spreadsheet": ("ods", "xlsx"),
    "archive": ("zip",),
}


def register() -> None:
    """Say to custody what these files are for."""
    uploads.purpose(
        PURPOSE,
        title=_("Documents of an application"),
        kinds=(*content.DOCUMENTS, "zip"),
        largest=LARGEST,
        may_read=may_read,
        erasable=lambda stored: not Piece.objects.filter(upload=stored).exists(),
    )


def may_read(user: Any, stored: StoredFile) -> bool:
    """The applicant's side, those in charge, experts and the committee of the case; a draft's are the applicant's alone.

    A personal piece (identity, income) is not for experts and the committee.
    """
    piece = Piece.objects.filter(upload=stored).select_related("case__applicant").first()
    if piece is None:
        return False
    where = access.standing(user, piece.case)
    if where.rank:
        return True
    if piece.case.submitted_at is None:
        return False
    if where.service or where.overview:
        return True
    return access.allows(where, "see") and not _personal(piece)


def _personal(piece: Piece) -> bool:
    from mandat.apps.grants.terms import SCHEMES

    case = piece.case
    scheme = SCHEMES.at(case.programme, case.scheme, case.scheme_version).document
    return any(one.code == piece.code and one.personal for one in scheme.evidence)


def kinds(evidence: Evidence) -> tuple[str, ...]:
    """Kinds of files a piece may be, as custody names them."""
    return tuple(kind for one in evidence.accepts for kind in ACCEPTS[one])


def extensions(evidence: Evidence) -> list[str]:
    """Their extensions, with the point, for a file control."""
    return [f".{one}" for kind in kinds(evidence) for one in content.KINDS[kind].extensions]


def check_kind(evidence: Evidence, upload: File[bytes]) -> None:
    """Raise InputError for a good file of a kind this piece is not. What custody refuses, it refuses with its own words."""
    checked = uploads.check(upload, purpose=PURPOSE)
    if checked.kind.code not in kinds(evidence):
        wanted = ", ".join(content.KINDS[kind].extensions[0].upper() for kind in kinds(evidence))
        raise InputError(Text(f"pour cette pièce, envoyez : {wanted}", f"for this document, send: {wanted}"))


def store(upload: File[bytes], *, case: Case, actor: User) -> StoredFile:
    """Keep a file. Raises InputError for what custody refuses."""
    return uploads.file_receive(actor=actor, subject=case.subject, upload=upload, purpose=PURPOSE)
