"""What an account does about its place: book, confirm, give back, sign in, take its certificate."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from mandat.apps.meetings import certificates, selectors
from mandat.apps.meetings.forms import BookForm, CodeForm, NameForm
from mandat.apps.meetings.models import Booking, Meeting
from mandat.apps.meetings.services import attending, places
from mandat.apps.meetings.views.public import crumbs, line, meeting_or_404
from mandat.apps.programme.views.bureau.common import user_of
from mandat.kernel.errors import InputError

SAID: dict[str, Any] = {
    "booked": lambda: _("Your place is booked."),
    "waiting": lambda: _("You are on the waiting list: you will be told as soon as a place is free."),
}


def _done(request: HttpRequest, meeting: Meeting, act: Callable[[], Booking], said: str = "") -> HttpResponse:
    """Do an act and say what came of it, on the meeting's page."""
    try:
        row = act()
    except InputError as error:
        messages.error(request, str(error))
    else:
        words = said or (SAID[row.state]() if row.state in SAID else "")
        if words:
            messages.success(request, words)
    return redirect("meetings:meeting", code=meeting.code)


@require_POST
@login_required
def book(request: HttpRequest, code: str) -> HttpResponse:
    """Book in one step."""
    found = meeting_or_404(code)
    form = BookForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return redirect("meetings:meeting", code=code)
    return _done(request, found, lambda: places.book(actor=user_of(request), meeting=found, **form.cleaned_data))


def _own(request: HttpRequest, meeting: Meeting) -> Booking:
    booking = selectors.booking_of(request.user, meeting)
    if booking is None:
        raise Http404
    return booking


@require_POST
@login_required
def confirm(request: HttpRequest, code: str) -> HttpResponse:
    """Confirm a place that was kept."""
    found = meeting_or_404(code)
    row = _own(request, found)
    return _done(request, found, lambda: places.confirm(actor=user_of(request), booking=row))


@require_POST
@login_required
def cancel(request: HttpRequest, code: str) -> HttpResponse:
    """Give one's place back."""
    found = meeting_or_404(code)
    row = _own(request, found)
    return _done(
        request, found, lambda: places.cancel(actor=user_of(request), booking=row), _("Your place is given back.")
    )


@require_POST
@login_required
def sign_in(request: HttpRequest, code: str) -> HttpResponse:
    """Say that one is there, with the code shown in the room."""
    found = meeting_or_404(code)
    form = CodeForm(request.POST)
    typed = form.cleaned_data["code"] if form.is_valid() else ""
    try:
        attending.sign_in(actor=user_of(request), meeting=found, code=typed)
    except attending.WrongCodeError as error:
        attending.missed_code(actor=user_of(request), meeting=found)
        messages.error(request, str(error))
    except InputError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("You are noted present. Thank you for coming."))
    return redirect("meetings:meeting", code=code)


@never_cache
@require_POST
@login_required
def certificate(request: HttpRequest, code: str) -> HttpResponseBase:
    """The certificate of an attendance, with the name the person writes: it is printed and not kept."""
    found = meeting_or_404(code)
    row = _own(request, found)
    form = NameForm(request.POST)
    try:
        raw = certificates.pdf(row, name=form.cleaned_data["name"] if form.is_valid() else "")
    except InputError as error:
        messages.error(request, str(error))
        return redirect("meetings:meeting", code=code)
    return pdf_response(raw, f"attestation-{found.code}.pdf")


def pdf_response(raw: bytes, name: str) -> HttpResponse:
    response = HttpResponse(raw, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@never_cache
@require_safe
@login_required
def mine(request: HttpRequest) -> HttpResponse:
    """One's places."""
    rows = [
        {"booking": row, "line": line(row.meeting), "rank": selectors.place_of(row) if row.state == "waiting" else 0}
        for row in selectors.bookings_of(user_of(request))[:200]
    ]
    return render(request, "meetings/mine.html", {"crumbs": crumbs(_("My places")), "rows": rows})
