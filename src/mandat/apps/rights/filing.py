"""The files of evidence, kept by custody: checked, sealed with the claim's own key, served to those concerned, erased."""

from __future__ import annotations

from typing import Any

from django.core.files.base import File
from django.http import Http404, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext_lazy as _

from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import may
from mandat.apps.custody import uploads
from mandat.apps.custody.content import KINDS
from mandat.apps.custody.keys import SealError
from mandat.apps.custody.models import StoredFile
from mandat.apps.custody.personal import HeldFile
from mandat.apps.rights.models import Claim, Piece

PURPOSE = "rights.evidence"
LARGEST = 10 * uploads.MEGABYTE


def register() -> None:
    """Say to custody what these files are for."""
    uploads.purpose(
        PURPOSE,
        title=_("Evidence of a claim"),
        kinds=("pdf", "jpeg", "png"),
        largest=LARGEST,
        may_read=may_read,
        erasable=erasable,
    )


def may_read(user: Any, stored: StoredFile) -> bool:
    """The person, and those who instruct, but for a claim of their own that is not theirs to instruct."""
    piece = Piece.objects.filter(upload=stored).select_related("claim").first()
    return piece is not None and (piece.claim.claimant_id == user.pk or may(user, "rights.instruct"))


def erasable(stored: StoredFile) -> bool:
    """Not while the claim is under way: its own erasure and retention see to it."""
    return not Piece.objects.filter(upload=stored).exists()


def store(file: File[bytes], *, claim: Claim, actor: User) -> StoredFile:
    """Keep a file. Raises InputError for what custody refuses."""
    return uploads.file_receive(actor=actor, subject=claim.person, upload=file, purpose=PURPOSE)


def erase(stored: StoredFile | None) -> None:
    if stored is not None:
        uploads.file_delete(stored=stored)


def answer(stored: StoredFile | None, *, name: str) -> HttpResponseBase:
    """The file as a download, under a name that says nothing of whose it is."""
    if stored is None:
        raise Http404
    try:
        chunks = uploads.read(stored)
    except (SealError, PermissionError) as error:
        raise Http404 from error
    kind = KINDS[stored.kind]
    return StreamingHttpResponse(
        chunks,
        content_type="application/octet-stream",
        headers={
            "Content-Disposition": f'attachment; filename="{name}.{kind.extensions[0]}"',
            "Cache-Control": "private, no-store",
        },
    )


def held(stored: StoredFile, *, name: str) -> HeldFile:
    """The file for the person's own export."""
    return HeldFile(f"{name}-{stored.pk}.{KINDS[stored.kind].extensions[0]}", lambda: uploads.read(stored))
