"""iCalendar files (RFC 5545): moments in UTC, identifiers that stay, lines folded, nothing that rings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

Status = Literal["CONFIRMED", "TENTATIVE", "CANCELLED"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something at a moment. ``uid`` stays the same for ever, ``sequence`` grows with each change; moments are aware.

    ``private``: a calendar shared with others shows that the time is taken and nothing more.
    """

    uid: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    summary: str
    stamp: dt.datetime
    description: str = ""
    location: str = ""
    url: str = ""
    sequence: int = 0
    status: Status = "CONFIRMED"
    private: bool = False


def calendar(events: Iterable[Event], *, name: str, language: str = "fr") -> bytes:
    """The file of some events, or of one to be kept in a calendar of one's own."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//Mandat//{text(name)}//{language.upper()}",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{text(name)}",
    ]
    if settings.MANDAT_DEMO:
        said = _("Demonstration: every fact is synthetic.")
        lines.append(f"X-WR-CALDESC:{text(said)}")
    for event in events:
        lines += event_lines(event)
    lines.append("END:VCALENDAR")
    return b"".join(fold(line) for line in lines)


def event_lines(event: Event) -> Iterator[str]:
    """The lines of one event, not yet folded."""
    yield "BEGIN:VEVENT"
    yield f"UID:{text(event.uid)}@{urlsplit(settings.SITE_URL).hostname or 'localhost'}"
    yield f"DTSTAMP:{utc(event.stamp)}"
    yield f"SEQUENCE:{event.sequence}"
    yield f"DTSTART:{utc(event.starts_at)}"
    yield f"DTEND:{utc(event.ends_at)}"
    yield f"SUMMARY:{text(event.summary)}"
    if event.description:
        yield f"DESCRIPTION:{text(event.description)}"
    if event.location:
        yield f"LOCATION:{text(event.location)}"
    if event.url:
        yield f"URL;VALUE=URI:{event.url}"
    yield f"STATUS:{event.status}"
    yield "CLASS:PRIVATE" if event.private else "CLASS:PUBLIC"
    yield "TRANSP:OPAQUE"
    yield "END:VEVENT"


def utc(moment: dt.datetime) -> str:
    """A moment as the format writes it. Raises ValueError for one without time zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return moment.astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ")


def text(words: str) -> str:
    """Words as a value (3.3.11): no line of the file can be forged with them."""
    for old, new in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r\n", "\\n"), ("\n", "\\n"), ("\r", "\\n")):
        words = words.replace(old, new)
    return "".join(character for character in words if character == "\t" or character >= " ")


def fold(line: str) -> bytes:
    """A content line of at most 75 octets a physical line, characters kept whole (3.1)."""
    pieces: list[bytes] = []
    piece = b""
    for character in line:
        raw = character.encode()
        if len(piece) + len(raw) > (75 if not pieces else 74):
            pieces.append(piece)
            piece = b""
        piece += raw
    pieces.append(piece)
    return b"\r\n ".join(pieces) + b"\r\n"
