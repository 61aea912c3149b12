"""For everyone: the calendar, one meeting, a series, a certificate to check."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from mandat.apps.accounts.permissions import may
from mandat.apps.custody.content import KINDS
from mandat.apps.custody.sealing import ErasedError, readable
from mandat.apps.meetings import calendars, certificates, selectors
from mandat.apps.meetings.definitions import PublishedSeries, published_series
from mandat.apps.meetings.forms import BookForm, CalendarFilters, CodeForm, NameForm, VerifyForm
from mandat.apps.meetings.models import Access, Booking, Meeting, Paper, State
from mandat.apps.meetings.services import attending
from mandat.apps.meetings.services import meetings as services
from mandat.apps.programme.published import published, say
from mandat.apps.programme.views.measures import active_filters
from mandat.apps.programme.views.shared import home_crumb, participate_crumb, programme_or_404
from mandat.apps.programme.vocabulary import CATEGORIES
from mandat.kernel.periods import PARIS
from mandat.web import formats
from mandat.web.components import Column, Crumb, Filters, Link, Table
from mandat.web.links import with_

#: Meetings of a feed.
FEED = 50


def meeting_or_404(code: str) -> Meeting:
    found = selectors.meeting(code)
    if found is None:
        raise Http404(code)
    return found


def crumbs(*labels: str) -> list[Crumb]:
    trail = [
        home_crumb(),
        participate_crumb(),
        Crumb(_("Meetings"), reverse("meetings:list")),
        *(Crumb(label) for label in labels),
    ]
    if not labels:
        trail[-1] = Crumb(_("Meetings"))
    return trail


def places_said(meeting: Meeting) -> str:
    """How many places are left, in words."""
    if meeting.state == State.CANCELLED:
        return _("Cancelled")
    if meeting.ends_at < timezone.now():
        return _("Held") if meeting.state == State.HELD else pgettext("meeting", "Over")
    if meeting.booking == Meeting.Booking.NONE:
        return _("Come as you are")
    if meeting.free is None:
        return _("Places for everyone")
    if not meeting.free:
        return _("Full – waiting list") if meeting.waiting_list else _("Full")
    return _("%(n)s places left of %(total)s") % {"n": formats.number(meeting.free, 0), "total": formats.number(meeting.places or 0, 0)}  # fmt: skip


def hours(meeting: Meeting) -> str:
    """From when to when, in Paris; the day of the end where it is another."""
    start, end = meeting.starts_at.astimezone(PARIS), meeting.ends_at.astimezone(PARIS)
    said = {"start": formats.clock(start), "end": formats.clock(end)}
    if start.date() == end.date():
        return _("%(start)s to %(end)s") % said
    return _("%(start)s, until %(day)s") % {**said, "day": formats.moment(end)}


def line(meeting: Meeting) -> dict[str, Any]:
    """What a list shows of a meeting."""
    return {
        "meeting": meeting,
        "url": reverse("meetings:meeting", args=[meeting.code]),
        "hours": hours(meeting),
        "where": calendars.where(meeting),
        "places": places_said(meeting),
        "cancelled": meeting.state == State.CANCELLED,
    }


def _narrowed(request: HttpRequest) -> tuple[CalendarFilters, Any]:
    form = CalendarFilters(programme_or_404(), request.GET)
    form.is_valid()
    return form, form.search()(selectors.meetings())


@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """One month of meetings, day after day; the next month that has some where none is asked for."""
    form, rows = _narrowed(request)
    today = timezone.localdate()
    first = form.month()
    if first is None:
        coming = selectors.upcoming(rows).first()
        first = max(today, coming.starts_at.astimezone(PARIS).date()) if coming else today
    first = first.replace(day=1)
    found = list(selectors.month(rows, first)[: selectors.MOST])
    before, after = (first - dt.timedelta(days=1)).replace(day=1), (first + dt.timedelta(days=32)).replace(day=1)
    query = request.GET.urlencode()
    days = [
        {"day": day, "lines": [line(one) for one in meetings], "past": day < today}
        for day, meetings in selectors.by_day(found)
    ]
    narrowed = "?" + request.GET.urlencode() if request.GET else ""
    past, days = [one for one in days if one["past"]], [one for one in days if not one["past"]]
    if not days:
        past, days = [], past
    values = {
        "past": past,
        "crumbs": crumbs(),
        "filters": Filters(form, active_filters(form, query), reverse("meetings:list")),
        "month": first,
        "days": days,
        "count": len(found),
        "before": {"month": before, "url": with_(query, mois=f"{before:%Y-%m}")},
        "after": {"month": after, "url": with_(query, mois=f"{after:%Y-%m}")},
        "calendar": reverse("meetings:calendar") + narrowed,
        "feed": reverse("meetings:feed") + narrowed,
        "series": bool(published_series()),
    }
    return render(request, "meetings/calendar.html", values)


@require_safe
def calendar_ics(request: HttpRequest) -> HttpResponse:
    """The meetings of the filters from a month ago on, as a calendar to subscribe to."""
    _form, rows = _narrowed(request)
    since = timezone.now() - dt.timedelta(days=31)
    found = rows.filter(ends_at__gte=since)[: selectors.MOST]
    return HttpResponse(calendars.calendar(found, name=_("Meetings")), content_type="text/calendar; charset=utf-8")


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """The meetings announced last."""
    _form, rows = _narrowed(request)
    found = rows.order_by("-created_at", "-pk")[:FEED]
    made = calendars.feed(found, title=_("Meetings"), link=reverse("meetings:list"), path=request.get_full_path())
    return HttpResponse(made, content_type="application/atom+xml; charset=utf-8")


def _standing(request: HttpRequest, meeting: Meeting) -> dict[str, Any]:
    """What the account may do here."""
    now = timezone.now()
    booking = selectors.booking_of(request.user, meeting)
    live = booking if booking is not None and booking.state in Booking.LIVE else None
    to_come = meeting.state == State.PLANNED and now < meeting.starts_at
    early, late = meeting.starts_at - attending.EARLY, meeting.ends_at + attending.LATE
    limit = meeting.starts_at - dt.timedelta(hours=meeting.cancel_hours)
    return {
        "booking": live,
        "lapsed": booking is not None and booking.state == Booking.State.LAPSED and to_come,
        "rank": selectors.place_of(live) if live is not None and live.state == Booking.State.WAITING else 0,
        "bookable": to_come and meeting.booking == Meeting.Booking.OPEN,
        "full": meeting.free == 0,
        "closed_list": meeting.free == 0 and not meeting.waiting_list,
        "cancellable": live is not None
        and to_come
        and (live.state == Booking.State.WAITING or (live.state in ("booked", "offered") and now < limit)),
        "book_form": BookForm(auto_id="book-%s"),
        "code_form": CodeForm(auto_id="code-%s") if meeting.state == State.PLANNED and early <= now < late else None,
        "name_form": NameForm(auto_id="name-%s", initial={"name": getattr(request.user, "name", "")})
        if live is not None and live.certificate and meeting.state == State.HELD
        else None,
    }


@require_safe
def meeting(request: HttpRequest, code: str) -> HttpResponse:
    """One meeting: when, where, how to come, what came of it; for an account, its place."""
    found = meeting_or_404(code)
    current = published()
    rules = published_series().get(found.series)
    signed_in = request.user.is_authenticated
    labels = dict(Access.choices)
    values = {
        "crumbs": crumbs(say(found.title)),
        "meeting": found,
        "line": line(found),
        "rules": rules.series if rules else None,
        "training": rules.training if rules else None,
        "access": [labels[code] for code in found.access if code in labels],
        "measures": [
            Link(f"{n}. {say(current.measures[n].title)}", reverse("programme:measure", args=[n]))
            for n in found.measures
            if n in current.measures
        ],
        "papers": [
            {"paper": paper, "url": reverse("meetings:paper", args=[found.code, paper.pk]), "kilobytes": max(1, paper.stored.size // 1024), "kind": paper.stored.kind.upper()}
            for paper in found.papers.select_related("stored").filter(stored__state="ready").order_by("pk")
        ],
        "came": _came(found) if found.state == State.HELD else None,
        "login": f"{reverse(settings.LOGIN_URL)}?next={reverse('meetings:meeting', args=[found.code])}",
        "signed_in": signed_in,
        "may_manage": may(request.user, "meetings.manage"),
        **_standing(request, found),
    }  # fmt: skip
    response = render(request, "meetings/meeting.html", values)
    if signed_in:
        add_never_cache_headers(response)
    return response


def _came(found: Meeting) -> dict[str, Any]:
    """How many came, as it may be told; by age where that may be told too."""
    told = selectors.attended_told(found)
    few = _("fewer than %(n)s") % {"n": settings.MANDAT_SMALLEST_COUNT}
    shown = selectors.ages_told(found, attending.ages(found))
    rows = [(say(CATEGORIES["age"][age]), few_or(n)) for age, n in shown.items()]
    known = [age for age in shown if age != "unknown"]
    return {
        "count": few if told is None else formats.number(told, 0),
        "table": Table(
            caption=_("By age"),
            columns=(Column(_("Age")), Column(_("People"), right=True)),
            rows=rows,
            note=_("Small counts are not shown."),
        )
        if known
        else None,
    }


def few_or(count: int | None) -> str:
    return _("not shown") if count is None else formats.number(count, 0)


@require_safe
def meeting_ics(request: HttpRequest, code: str) -> HttpResponse:
    """One meeting for a calendar; private for whoever holds a place."""
    found = meeting_or_404(code)
    booking = selectors.booking_of(request.user, found)
    raw = calendars.calendar([found], name=say(found.title), booking=booking)
    response = HttpResponse(raw, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{found.code}.ics"'
    if booking is not None:
        add_never_cache_headers(response)
    return response


@require_safe
def paper(request: HttpRequest, code: str, pk: int) -> HttpResponseBase:
    """A published paper: always saved, never shown inside the site."""
    found = meeting_or_404(code)
    row = Paper.objects.filter(meeting=found, pk=pk).select_related("stored__subject").first()
    if row is None:
        raise Http404
    try:
        chunks = services.chunks(row)
        name = readable(row.stored, "name", "")
    except (PermissionError, ErasedError):
        raise Http404 from None
    response = StreamingHttpResponse(chunks, content_type=KINDS[row.stored.kind].mime)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name or f"{pk}") or ""
    response["Content-Length"] = str(row.stored.size)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def series_or_404(code: str) -> PublishedSeries:
    found = published_series().get(code)
    if found is None:
        raise Http404(code)
    return found


@require_safe
def all_series(request: HttpRequest) -> HttpResponse:
    """Trainings and series of events."""
    found = list(published_series().values())
    groups = [
        (_("Training sessions"), [one for one in found if one.training is not None]),
        (_("Events, every year"), [one for one in found if one.training is None]),
    ]
    values = {
        "crumbs": crumbs(_("Trainings and events")),
        "groups": [(title, rows) for title, rows in groups if rows],
    }
    return render(request, "meetings/all_series.html", values)


@require_safe
def series(request: HttpRequest, code: str) -> HttpResponse:
    """A training or a series of events: what, for whom, when next, how many so far."""
    found = series_or_404(code)
    current = published()
    rows = selectors.of_series(code)
    values = {
        "crumbs": [
            *crumbs("")[:-1], Crumb(_("Trainings and events"), reverse("meetings:all_series")), Crumb(say(found.series.title)),
        ],
        "rules": found.series,
        "training": found.training,
        "figures": selectors.figures(rows),
        "next": [line(one) for one in selectors.upcoming(rows)[:20]],
        "measures": [
            Link(f"{n}. {say(current.measures[n].title)}", reverse("programme:measure", args=[n]))
            for n in found.series.measures
            if n in current.measures
        ],
        "commitments": [
            Link(f"{one} – {say(current.commitments[one].promise)}", reverse("programme:why", args=[one]))
            for one in found.series.commitments
            if one in current.commitments
        ],
    }  # fmt: skip
    return render(request, "meetings/series.html", values)


@never_cache
@require_safe
def verify(request: HttpRequest) -> HttpResponse:
    """Whether a certificate is genuine: which session, which day, how long. No name is shown, and none is asked."""
    asked = "code" in request.GET
    form = VerifyForm(request.GET if asked else None)
    found = certificates.found(form.cleaned_data["code"]) if asked and form.is_valid() else None
    rules = published_series().get(found.meeting.series) if found else None
    values = {
        "crumbs": crumbs(_("Check a certificate")),
        "form": form,
        "asked": asked,
        "found": found,
        "day": found.meeting.starts_at.astimezone(PARIS).date() if found else None,
        "training": rules.training if rules else None,
    }
    return render(request, "meetings/verify.html", values)
