"""Meetings in calendars and in feeds."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from mandat.apps.meetings.models import Booking, Meeting, State
from mandat.apps.territory import selectors as territory
from mandat.kernel.text import current_language
from mandat.web import formats, ics
from mandat.web.atom import LICENCE, Feed, plain


def url(meeting: Meeting) -> str:
    return settings.SITE_URL + reverse("meetings:meeting", args=[meeting.code])


def where(meeting: Meeting) -> str:
    """The place, its address and its commune, in one line."""
    commune = territory.area_name(meeting.area) if meeting.area else ""
    return ", ".join(part for part in (meeting.place, meeting.address, commune) if part) or _("online")


def when(meeting: Meeting) -> str:
    """From when to when, on the clocks of Paris."""
    start, end = formats.moment(meeting.starts_at), formats.moment(meeting.ends_at)
    return _("from %(start)s to %(end)s") % {"start": start, "end": end}


def event(meeting: Meeting, *, booking: Booking | None = None) -> ics.Event:
    """A meeting; with a booking, it is for its holder's own calendar, private."""
    language = current_language()
    return ics.Event(
        uid=f"{meeting.programme}-{meeting.code}",
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        summary=meeting.title.in_(language),
        stamp=meeting.updated_at,
        description=meeting.text.in_(language)[:500],
        location=where(meeting),
        url=url(meeting),
        sequence=meeting.sequence,
        status="CANCELLED" if meeting.state == State.CANCELLED else "CONFIRMED",
        private=booking is not None,
    )


def calendar(meetings: Iterable[Meeting], *, name: str, booking: Booking | None = None) -> bytes:
    return ics.calendar((event(one, booking=booking) for one in meetings), name=name, language=current_language())


def feed(meetings: Iterable[Meeting], *, title: str, link: str, path: str) -> bytes:
    """The meetings announced last, in the language in force. ``link`` is their page, ``path`` the feed's own address."""
    language = current_language()
    made = Feed(
        title=title + (_(" (demonstration)") if settings.MANDAT_DEMO else ""),
        link=settings.SITE_URL + link,
        description=_("Meetings, training sessions and events, as they are announced."),
        language=language,
        author_name="Mandat",
        feed_url=settings.SITE_URL + path,
        feed_guid=settings.SITE_URL + path,
        feed_copyright=LICENCE,
    )
    for meeting in meetings:
        state = _("Cancelled.") + " " if meeting.state == State.CANCELLED else ""
        made.add_item(
            title=plain(f"{meeting.title.in_(language)} – {formats.moment(meeting.starts_at)}"),
            link=url(meeting),
            unique_id=url(meeting),
            description=plain(f"{state}{when(meeting)}, {where(meeting)}. {meeting.text.in_(language)[:300]}"),
            pubdate=meeting.created_at,
            updateddate=meeting.updated_at,
            categories=[meeting.kind, *(f"measure:{number}" for number in meeting.measures)],
        )
    return made.writeString("utf-8").encode()
