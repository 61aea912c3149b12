"""Files of evidence, as downloads under names that say nothing of whose they are."""

from __future__ import annotations

from django.http import Http404, HttpResponseBase, StreamingHttpResponse

from mandat.apps.custody import uploads
from mandat.apps.custody.content import KINDS
from mandat.apps.custody.keys import SealError
from mandat.apps.grants.models import Piece


def answer(piece: Piece, *, name: str) -> HttpResponseBase:
    """The file of a piece; 404 where it is gone, held by the antivirus, or its key is destroyed. Who may read it is the caller's to check."""
    if piece.upload is None:
        raise Http404
    try:
        chunks = uploads.read(piece.upload)
    except (SealError, PermissionError) as error:
        raise Http404 from error
    return StreamingHttpResponse(
        chunks,
        content_type="application/octet-stream",
        headers={
            "Content-Disposition": f'attachment; filename="{name}-{piece.pk}.{KINDS[piece.upload.kind].extensions[0]}"',
            "Cache-Control": "private, no-store",
        },
    )
