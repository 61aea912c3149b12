"""The meetings of a body, whichever app holds them: committees that award money sit in ``grants``, and their page here lists them all.

An app registers ``function(programme, body) -> Iterable[Entry]`` in ``AppConfig.ready``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from mandat.web import ics
from mandat.web.templatetags.formats import say

Function = Callable[[str, str], Iterable["Entry"]]


@dataclass(frozen=True, slots=True)
class Entry:
    """A meeting to come or past. ``state``: convened, open, closed or cancelled. ``url``: its public page, empty where it has none yet.

    ``uid`` stays the same for the life of the meeting; ``sequence`` grows when it is moved. ``all_day``: the hour is not known.
    """

    uid: str
    title: Any
    starts_at: dt.datetime
    state: str
    ends_at: dt.datetime | None = None
    place: str = ""
    link: str = ""
    url: str = ""
    note: Any = ""
    sequence: int = 0
    all_day: bool = False
    public: bool = True
    changed_at: dt.datetime | None = None


_SOURCES: list[Function] = []
#: How long a meeting is taken to last where nobody said.
USUAL = dt.timedelta(hours=3)


def register(function: Function) -> None:
    """Have an app's meetings listed with the bodies' own."""
    if function not in _SOURCES:
        _SOURCES.append(function)


def entries(programme: str, body: str) -> list[Entry]:
    """Every meeting of a body, the latest first."""
    found = [entry for source in _SOURCES for entry in source(programme, body)]
    return sorted(found, key=lambda entry: (entry.starts_at, entry.uid), reverse=True)


def event(title: Any, entry: Entry) -> ics.Event:
    """A meeting of the body ``title`` for a calendar file."""
    end = entry.ends_at or entry.starts_at + (dt.timedelta(days=1) if entry.all_day else USUAL)
    return ics.Event(
        uid=entry.uid,
        starts_at=entry.starts_at,
        ends_at=end,
        summary=f"{say(title)} – {entry.title}",
        stamp=entry.changed_at or entry.starts_at,
        description=str(entry.note),
        location=entry.place or entry.link,
        url=f"{settings.SITE_URL}{entry.url}" if entry.url else "",
        sequence=entry.sequence,
        status="CANCELLED" if entry.state == "cancelled" else "CONFIRMED",
    )
