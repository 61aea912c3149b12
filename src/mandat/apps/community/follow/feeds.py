"""The Atom feed and the calendar (RFC 5545) of a target, made of what was told of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _

from mandat.apps.community.follow.targets import Target
from mandat.apps.community.models import Event
from mandat.kernel.text import Language

#: Events in a feed; in a calendar, those of the last two years and all to come.
SIZE = 50
PAST = dt.timedelta(days=730)


class _Feed(Atom1Feed):
    """A feed without entries has a moment all the same."""

    def latest_post_date(self) -> dt.datetime:
        return super().latest_post_date() if self.items else dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def atom(target: Target, events: Iterable[Event], *, language: Language, path: str) -> bytes:
    """The feed of a target, answers marked as such. ``path`` is its own address."""
    said = _("Demonstration: every fact is synthetic.") if settings.MANDAT_DEMO else ""
    feed = _Feed(
        title=f"{target.title.in_(language)} – Mandat",
        link=settings.SITE_URL + target.url,
        description=_("What happens, and what is answered."),
        subtitle=said or _("What happens, and what is answered."),
        language=language,
        author_name="Mandat",
        feed_url=settings.SITE_URL + path,
        feed_guid=settings.SITE_URL + path,
    )
    for event in events:
        feed.add_item(**item(event, language))
    return feed.writeString("utf-8").encode()


def item(event: Event, language: Language) -> dict[str, Any]:
    """An event as an entry of a feed, in the feed's language."""
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    return {
        "title": title_of(event, language),
        "link": settings.SITE_URL + in_language(event.url, language),
        "unique_id": f"tag:{host},2026:event-{event.pk}",
        "description": _("Answer") if event.answer else "",
        "pubdate": event.recorded_at,
        "updateddate": event.recorded_at,
        "categories": ["answer"] if event.answer else [],
    }


def calendar(target: Target, events: Iterable[Event], *, language: Language) -> bytes:
    """What happened to a target, and what is to come, at its moment: nothing rings, ids stay."""
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//Mandat//{settings.MANDAT_PROGRAMME}//{language.upper()}",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{escaped(target.title.in_(language))}",
        "REFRESH-INTERVAL;VALUE=DURATION:P1D",
    ]
    oldest = timezone.now() - PAST
    for event in events:
        if event.at < oldest:
            continue
        lines += [
            "BEGIN:VEVENT",
            f"UID:event-{event.pk}@{host}",
            f"DTSTAMP:{_moment(event.recorded_at)}",
            f"DTSTART:{_moment(event.at)}",
            f"SUMMARY;LANGUAGE={language}:{escaped(title_of(event, language))}",
            f"URL;VALUE=URI:{settings.SITE_URL}{in_language(event.url, language)}",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return b"".join(folded(line) for line in lines)


def in_language(path: str, language: Language) -> str:
    """The same page in French (at the root) or in English (under /en/)."""
    french = path[3:] if path.startswith("/en/") else path
    return french if language == "fr" else f"/en{french}"


def title_of(event: Event, language: Language) -> str:
    """What an event is called, without what XML and calendars cannot write."""
    words = event.title_en if language == "en" else event.title_fr
    return "".join(one for one in words if one.isprintable())


def escaped(words: str) -> str:
    """RFC 5545, 3.3.11."""
    for old, new in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n"), ("\r", "")):
        words = words.replace(old, new)
    return words


def folded(line: str) -> bytes:
    """A content line in pieces of at most 75 octets, characters kept whole (RFC 5545, 3.1)."""
    pieces: list[bytes] = []
    piece = b""
    for character in line:
        raw = character.encode()
        if len(piece) + len(raw) > (75 if not pieces else 74):
            pieces.append(piece)
            piece = b""
        piece += raw
    return b"\r\n ".join([*pieces, piece]) + b"\r\n"


def _moment(value: dt.datetime) -> str:
    return value.astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
