"""The meetings of a body, whichever app holds them: committees that award money sit in ``grants``, and their page here lists them all.

An app registers ``function(programme, body) -> Iterable[Entry]`` in ``AppConfig.ready``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

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


_SOURCES: list[Function] = []


def register(function: Function) -> None:
    """Have an app's meetings listed with the bodies' own."""
    if function not in _SOURCES:
        _SOURCES.append(function)


def entries(programme: str, body: str) -> list[Entry]:
    """Every meeting of a body, the latest first."""
    found = [entry for source in _SOURCES for entry in source(programme, body)]
    return sorted(found, key=lambda entry: (entry.starts_at, entry.uid), reverse=True)
