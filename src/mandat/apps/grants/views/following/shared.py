"""What both sides' pages share: a case one may see, and an act that says what it did or why it did not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from mandat.apps.accounts.models import User
from mandat.apps.custody import uploads
from mandat.apps.custody.content import KINDS
from mandat.apps.custody.keys import SealError
from mandat.apps.grants import access
from mandat.apps.grants.models import Case
from mandat.apps.programme.published import published
from mandat.kernel.errors import InputError

#: Colours of the states of payments, accounts, conditions and recoveries, of the family of commitments' statuses; always with their words.
TONES: Mapping[str, str] = {
    "asked": "in_progress", "checked": "in_progress", "ordered": "in_progress", "paid": "kept", "refused": "suspended",
    "declared": "in_progress", "met": "kept", "exempt": "suspended", "breached": "broken", "remedied": "kept",
    "announced": "late", "waived": "suspended",
}  # fmt: skip


def user_of(request: HttpRequest) -> User:
    return cast(User, request.user)


def case_for(request: HttpRequest, reference: str, *, side: str, early: bool = False) -> tuple[Case, access.Standing]:
    """A case for the applicant's side or the service's: awarded, unless ``early`` lets it be sent only (or, for its applicant, a draft).

    One that is not theirs does not exist.
    """
    case = get_object_or_404(
        Case.objects.select_related("applicant", "subject", "opened_by"),
        reference=reference.upper(),
        programme=published().code,
    )
    where = access.standing(request.user, case)
    seen = bool(where.rank) if side == "applicant" else (where.service or where.overview)
    awarded = case.decided_at is not None and case.awarded is not None
    if not seen or not (awarded or (early and (side == "applicant" or case.submitted_at is not None))):
        raise Http404
    return case, where


def piece_answer(case: Case, user: User, pk: int) -> HttpResponseBase:
    """A document of a case, as a download under a name that says nothing of whose it is."""
    piece = get_object_or_404(case.pieces.select_related("upload__subject"), pk=pk)
    if piece.upload is None or not uploads.may_read(user, piece.upload):
        raise Http404
    try:
        chunks = uploads.read(piece.upload)
    except (SealError, PermissionError) as error:
        raise Http404 from error
    ending = KINDS[piece.upload.kind].extensions[0]
    headers = {
        "Content-Disposition": f'attachment; filename="{piece.code}-{case.reference}.{ending}"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    return StreamingHttpResponse(chunks, content_type="application/octet-stream", headers=headers)


def attempt(request: HttpRequest, act: Callable[[], Any], done: str) -> bool:
    """Do an act; say on the next page what was done, or why it was not."""
    try:
        act()
    except InputError as error:
        messages.error(request, str(error))
        return False
    messages.success(request, done)
    return True


def given(request: HttpRequest, form: forms.Form) -> dict[str, Any] | None:
    """What a small form says; None where it is wrong, and then its errors are said on the next page."""
    if form.is_valid():
        return form.cleaned_data
    for name, errors in form.errors.items():
        label = form.fields[name].label if name in form.fields else _("Form")
        messages.error(request, f"{label} : {' '.join(str(error) for error in errors)}")
    return None
