"""The back office of meetings: announced, changed, cancelled; places, attendance, minutes."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_POST

from mandat.apps.accounts.access import requires
from mandat.apps.custody import uploads
from mandat.apps.custody.sealing import with_keys
from mandat.apps.meetings import certificates, selectors
from mandat.apps.meetings.definitions import published_series
from mandat.apps.meetings.forms import BookForForm, CountForm, MeetingForm, MinutesForm, NameForm, PaperForm, ReasonForm
from mandat.apps.meetings.models import Booking, Meeting, State
from mandat.apps.meetings.services import attending
from mandat.apps.meetings.services import meetings as services
from mandat.apps.meetings.services import places as placing
from mandat.apps.meetings.views.booking import pdf_response
from mandat.apps.meetings.views.public import hours, meeting_or_404, places_said
from mandat.apps.programme.published import say
from mandat.apps.programme.views.bureau.common import page, user_of
from mandat.apps.programme.views.shared import programme_or_404
from mandat.kernel.errors import InputError
from mandat.kernel.periods import PARIS
from mandat.kernel.text import Text
from mandat.web import formats
from mandat.web.components import Column, Crumb, Link, Table
from mandat.web.paging import turned

PER_PAGE = 40


def trail(*labels: str) -> list[Crumb]:
    return [Crumb(_("Meetings"), reverse("meetings:bureau")), *(Crumb(label) for label in labels)]


@requires("meetings.manage")
def meetings(request: HttpRequest) -> HttpResponse:
    """Meetings to come, to close, or past."""
    asked = request.GET.get("etat", "")
    now = timezone.now()
    rows = selectors.meetings()
    if asked == "a-clore":
        rows = selectors.unfinished(days=0)
    elif asked == "passees":
        rows = rows.filter(ends_at__lt=now).order_by("-starts_at", "-pk")
    else:
        rows = rows.filter(ends_at__gte=now)
    shown, turning = turned(request, list(rows), size=PER_PAGE)
    table = Table(
        caption=_("Meetings"),
        columns=(
            Column(_("Meeting")),
            Column(_("Day")),
            Column(_("Hours")),
            Column(_("Where")),
            Column(pgettext("seats", "Places")),
        ),
        rows=[
            (
                Link(say(one.title), reverse("meetings:bureau_meeting", args=[one.code])),
                formats.day(one.starts_at.astimezone(PARIS).date()),
                hours(one),
                one.place or _("online"),
                places_said(one),
            )
            for one in shown
        ],
    )
    values = {
        "table": table if shown else None,
        "page": turning,
        "tabs": [
            (_("To come"), "?", not asked),
            (_("To close"), "?etat=a-clore", asked == "a-clore"),
            (_("Past"), "?etat=passees", asked == "passees"),
        ],
    }
    return page(request, "meetings/bureau/meetings.html", values, crumbs=[Crumb(_("Meetings"))])


@requires("meetings.manage")
def create(request: HttpRequest) -> HttpResponse:
    """Announce a meeting."""
    current = programme_or_404()
    series = request.GET.get("serie", "")
    found = published_series().get(series)
    initial: dict[str, Any] = {"booking": Meeting.Booking.OPEN, "waiting_list": True}
    if found is not None:
        initial |= {
            "series": found.code, "kind": found.kind, "title_fr": found.series.title.fr, "title_en": found.series.title.en,
            "places": found.series.places,
        }  # fmt: skip
    form = MeetingForm(request.POST or None, current=current, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.meeting_create(actor=user_of(request), **form.values())
        except InputError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The meeting is announced."))
            return redirect("meetings:bureau_meeting", code=made.code)
    status = 422 if form.is_bound and form.errors else 200
    return page(
        request, "meetings/bureau/form.html", {"form": form, "title": _("Announce a meeting"), "button": _("Announce this meeting")},
        crumbs=trail(_("A new meeting")), status=status,
    )  # fmt: skip


@requires("meetings.manage")
def change(request: HttpRequest, code: str) -> HttpResponse:
    """Change what was announced."""
    found = meeting_or_404(code)
    names = [name for name in MeetingForm.base_fields if name not in MeetingForm.FIXED]
    initial = {name: getattr(found, name) for name in names}
    for name in ("starts_at", "ends_at"):
        initial[name] = initial[name].astimezone(PARIS).replace(tzinfo=None)
    form = MeetingForm(request.POST or None, current=programme_or_404(), changing=True, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.meeting_change(actor=user_of(request), meeting=found, **form.changes())
        except InputError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The meeting is changed; those who booked are told where it matters to them."))
            return redirect("meetings:bureau_meeting", code=code)
    values = {"form": form, "title": _("Change this meeting"), "button": _("Save")}
    status = 422 if form.is_bound and form.errors else 200
    return page(
        request, "meetings/bureau/form.html", values, crumbs=[*_trail_of(found), Crumb(_("Change"))], status=status
    )


def _trail_of(meeting: Meeting) -> list[Crumb]:
    return [*trail(), Crumb(say(meeting.title), reverse("meetings:bureau_meeting", args=[meeting.code]))]


@requires("meetings.manage")
def meeting(request: HttpRequest, code: str) -> HttpResponse:
    """One meeting: who booked, who came, what is published."""
    return _shown(request, meeting_or_404(code))


def _shown(request: HttpRequest, found: Meeting, *, status: int = 200, **forms: Any) -> HttpResponse:
    now = timezone.now()
    rows = with_keys(found.bookings.filter(state__in=Booking.LIVE).select_related("user").order_by("queued_at", "pk"))
    begun = now >= found.starts_at - attending.EARLY
    counted = {row.age: row.people for row in found.counts.order_by("pk")}
    initial = {f"n-{age}": people for age, people in counted.items()}
    values = {
        "meeting": found,
        "hours": hours(found),
        "day": found.starts_at.astimezone(PARIS).date(),
        "places": places_said(found),
        "holders": [row for row in rows if row.state != Booking.State.WAITING],
        "waiting": [row for row in rows if row.state == Booking.State.WAITING],
        "planned": found.state == State.PLANNED,
        "held": found.state == State.HELD,
        "begun": begun,
        "startable": found.state == State.PLANNED and now >= found.starts_at,
        "counted": sum(counted.values()),
        "book_form": BookForForm(auto_id="book-%s") if now < found.ends_at and found.state == State.PLANNED else None,
        "count_form": CountForm(auto_id="count-%s", initial=initial)
        if begun and found.state == State.PLANNED
        else None,
        "reason_form": ReasonForm(auto_id="reason-%s") if found.state == State.PLANNED else None,
        "minutes_form": MinutesForm(auto_id="minutes-%s", initial={"fr": found.minutes_fr, "en": found.minutes_en})
        if found.state == State.HELD
        else None,
        "paper_form": PaperForm(auto_id="paper-%s"),
        "name_form": NameForm(auto_id="name-%s"),
        "papers": list(found.papers.select_related("stored").order_by("pk")),
        "kit": _kit(found),
        **forms,
    }
    return page(
        request, "meetings/bureau/meeting.html", values, crumbs=[*trail(), Crumb(say(found.title))], status=status
    )


def _kit(meeting: Meeting) -> str:
    """Where the kit to print is, if this site prints kits."""
    try:
        return reverse("desk:kit", args=["meeting", meeting.code])
    except NoReverseMatch:
        return ""


def _done(request: HttpRequest, meeting: Meeting, act: Callable[[], Any], said: str) -> HttpResponse:
    try:
        act()
    except InputError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, said)
    return redirect("meetings:bureau_meeting", code=meeting.code)


@require_POST
@requires("meetings.manage")
def cancel(request: HttpRequest, code: str) -> HttpResponse:
    """Cancel a meeting."""
    found = meeting_or_404(code)
    form = ReasonForm(request.POST, auto_id="reason-%s")
    if not form.is_valid():
        return _shown(request, found, status=422, reason_form=form)
    return _done(
        request, found,
        lambda: services.meeting_cancel(actor=user_of(request), meeting=found, reason=form.cleaned_data["reason"]),
        _("The meeting is cancelled; those who booked are told."),
    )  # fmt: skip


@require_POST
@requires("meetings.manage")
def book_for(request: HttpRequest, code: str) -> HttpResponse:
    """Book for someone without account."""
    found = meeting_or_404(code)
    form = BookForForm(request.POST, auto_id="book-%s")
    if form.is_valid():
        try:
            row = placing.book_for(actor=user_of(request), meeting=found, **form.cleaned_data)
        except InputError as error:
            form.add_error(None, str(error))
        else:
            waits = row.state == Booking.State.WAITING
            messages.success(request, _("This person is on the waiting list.") if waits else _("The place is booked."))
            return redirect("meetings:bureau_meeting", code=code)
    return _shown(request, found, status=422, book_form=form)


@require_POST
@requires("meetings.manage")
def places(request: HttpRequest, code: str) -> HttpResponse:
    """Note who came and who did not, or give a place back: one form for the whole list."""
    found = meeting_or_404(code)
    actor = user_of(request)
    changed, wrong = 0, ""
    rows = {str(row.reference): row for row in found.bookings.filter(state__in=Booking.LIVE)}
    for name, said in request.POST.items():
        row = rows.get(name.removeprefix("row-"))
        if row is None or said not in ("came", "missed", "cancel"):
            continue
        try:
            if said == "cancel":
                placing.cancel(actor=actor, booking=row)
            else:
                attending.attended(actor=actor, booking=row, came=said == "came", source=Booking.Source.PAPER)
            changed += 1
        except InputError as error:
            wrong = str(error)
    if wrong:
        messages.error(request, wrong)
    if changed:
        messages.success(request, ngettext("%(n)s line noted.", "%(n)s lines noted.", changed) % {"n": changed})
    return redirect("meetings:bureau_meeting", code=code)


@require_POST
@requires("meetings.manage")
def room_code(request: HttpRequest, code: str) -> HttpResponse:
    """Draw the code to show in the room."""
    found = meeting_or_404(code)
    return _done(
        request, found, lambda: services.room_code_open(actor=user_of(request), meeting=found), _("The code is ready: show it in the room.")
    )  # fmt: skip


@require_POST
@requires("meetings.manage")
def count(request: HttpRequest, code: str) -> HttpResponse:
    """How many came without a name."""
    found = meeting_or_404(code)
    form = CountForm(request.POST, auto_id="count-%s")
    if not form.is_valid():
        return _shown(request, found, status=422, count_form=form)
    return _done(
        request, found, lambda: attending.count_record(actor=user_of(request), meeting=found, people=form.people()), _("The count is noted.")
    )  # fmt: skip


@require_POST
@requires("meetings.manage")
def hold(request: HttpRequest, code: str) -> HttpResponse:
    """Close a meeting that took place."""
    found = meeting_or_404(code)
    return _done(
        request, found, lambda: attending.meeting_hold(actor=user_of(request), meeting=found), _("The meeting is closed; its figures are told.")
    )  # fmt: skip


@uploads.limited_uploads(10 * uploads.MEGABYTE)
@requires("meetings.manage")
def publish(request: HttpRequest, code: str) -> HttpResponse:
    """Publish minutes, or a paper."""
    found = meeting_or_404(code)
    if request.method != "POST":
        raise Http404
    if request.POST.get("what") == "minutes":
        minutes = MinutesForm(request.POST, auto_id="minutes-%s")
        if not minutes.is_valid():
            return _shown(request, found, status=422, minutes_form=minutes)
        said = Text(minutes.cleaned_data["fr"], minutes.cleaned_data["en"])
        return _done(
            request, found, lambda: services.minutes_publish(actor=user_of(request), meeting=found, minutes=said), _("The minutes are public.")
        )  # fmt: skip
    form = PaperForm(request.POST, request.FILES, auto_id="paper-%s")
    if form.is_valid():
        data = form.cleaned_data
        title = Text(data["title_fr"], data["title_en"])
        try:
            services.paper_publish(actor=user_of(request), meeting=found, title=title, upload=data["file"])
        except InputError as error:
            form.add_error("file", str(error))
        else:
            messages.success(request, _("The paper is public."))
            return redirect("meetings:bureau_meeting", code=code)
    return _shown(request, found, status=422, paper_form=form)


@require_POST
@requires("meetings.manage")
def certificate(request: HttpRequest, code: str, reference: uuid.UUID) -> HttpResponseBase:
    """The certificate of someone without account, handed over by the agent."""
    found = meeting_or_404(code)
    row = found.bookings.filter(reference=reference, user=None).select_related("meeting").first()
    if row is None:
        raise Http404
    try:
        raw = certificates.pdf(row, name=row.name or "")
    except InputError as error:
        messages.error(request, str(error))
        return redirect("meetings:bureau_meeting", code=code)
    return pdf_response(raw, f"attestation-{found.code}.pdf")
