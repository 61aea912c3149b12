"""What one may follow: everything, a chapter, a measure, a body, a commune or another area. Feeds, calendars and alerts share it."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Literal

from django.urls import NoReverseMatch, reverse

from mandat import journal
from mandat.apps.community.follow import targets
from mandat.apps.community.follow.targets import Target
from mandat.apps.programme.published import Published, published
from mandat.apps.territory import selectors as territory
from mandat.journal import Entry
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

#: Levels of places one may follow: a target is the area itself, ``commune:18033``.
PLACES = frozenset({"commune", "epci", "departement", "region", "bassin"})
Sort = Literal["all", "chapter", "measure", "body", "area"]
SORTS: tuple[Sort, ...] = ("all", "chapter", "measure", "body", "area")


@dataclass(frozen=True, slots=True)
class Topic:
    """``code`` is that of the chapter, measure, body or area (``commune:18033``); empty for everything. ``measures`` None means any."""

    sort: Sort
    code: str
    title: Text
    measures: tuple[int, ...] | None
    areas: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return f"{self.sort}:{self.code}"

    def url(self) -> str:
        """The page of what is followed."""
        home = reverse("programme:home")
        if not self.code:
            return home
        names = {"chapter": "programme:chapter", "measure": "programme:measure", "body": "bodies:body"}
        if self.sort == "area":
            level, code = self.code.split(":", 1)
            name, arguments = f"territory:{level}", [code]
        else:
            name, arguments = names[self.sort], [self.code]
        try:
            return reverse(name, args=arguments)
        except NoReverseMatch:
            return home

    @property
    def target(self) -> str:
        """How ``community`` names it: a place is named as the area it is."""
        return self.code if self.sort == "area" else self.key

    @property
    def dated(self) -> bool:
        """Whether due dates and milestones belong to it."""
        return self.sort != "area"


def topic(current: Published, sort: str, code: str = "") -> Topic | None:
    """What ``sort`` and ``code`` name; None where there is no such thing."""
    if sort == "all":
        return Topic("all", "", Text("Tout le programme", "The whole programme"), None) if not code else None
    if sort == "measure" and code.isdecimal() and len(code) < 5 and int(code) in current.measures:
        measure = current.measures[int(code)]
        fr, en = f"Mesure {measure.number} : {measure.title.fr}", f"Measure {measure.number}: {measure.title.en}"
        return Topic("measure", str(measure.number), Text(fr, en), (measure.number,))
    if sort == "chapter" and code in current.chapters:
        chapter = current.chapters[code]
        numbers = tuple(measure.number for measure in chapter.measures)
        return Topic("chapter", code, Text(f"Chapitre {chapter.number} : {chapter.title.fr}", f"Chapter {chapter.number}: {chapter.title.en}"), numbers)  # fmt: skip
    if sort == "body" and code in current.bodies:
        body = current.bodies[code]
        numbers = tuple(number for number, measure in current.measures.items() if measure.responsible == code)
        return Topic("body", code, Text(body.title.fr, body.title.en), numbers)
    if sort == "area":
        return _area(code)
    return None


def _area(code: str) -> Topic | None:
    if not territory.exists(code):
        return None
    area = territory.resolve(code)
    name = territory.area_name(area)
    # What concerns the whole of the EPCI or the department would drown what happens in the commune.
    return Topic("area", area, Text(name, name), None, territory.within(area))


def latest(current: Published, followed: Topic, *, size: int = 50) -> list[Entry]:
    """The newest facts of a topic, newest first. One query a measure at most."""
    if followed.sort == "area":
        return journal.page(programme=current.code, areas=followed.areas, size=size).entries
    if followed.measures is None:
        return journal.page(programme=current.code, size=size).entries
    pages = [journal.page(programme=current.code, measure=n, size=size).entries for n in followed.measures]
    if followed.sort == "body":  # and what it did itself, whatever it served
        pages.append(journal.page(programme=current.code, subject=followed.code, size=size).entries)
    found: list[Entry] = []
    for entry in heapq.merge(*pages, key=lambda entry: -entry.index):
        if not found or found[-1].index != entry.index:
            found.append(entry)
    return list(islice(found, size))


def register() -> None:
    """Say to community what can be followed of the programme."""
    for sort in SORTS:
        if sort != "area":
            targets.register(sort, partial(_target, sort))
    for level in PLACES:
        targets.register(level, partial(_place, level))


def _target(sort: str, code: str) -> Target | None:
    try:
        found = topic(published(), sort, code)
    except InputError:  # no programme is published yet
        return None
    if found is None:
        return None
    return Target(found.title, found.url(), feed_url(found), calendar_url(found))


def _place(level: str, code: str) -> Target | None:
    return _target("area", f"{level}:{code}")


def feed_url(followed: Topic) -> str:
    """The address of its feed."""
    names = {"all": "feed", "measure": "measure_feed", "chapter": "chapter_feed", "body": "body_feed", "area": "area_feed"}  # fmt: skip
    return reverse(f"publications:{names[followed.sort]}", args=[followed.code] if followed.code else [])


def calendar_url(followed: Topic) -> str:
    """The address of its calendar; empty where the topic has no dates of its own."""
    if not followed.dated:
        return ""
    names = {"all": "calendar", "measure": "measure_calendar", "chapter": "chapter_calendar", "body": "body_calendar"}
    return reverse(f"publications:{names[followed.sort]}", args=[followed.code] if followed.code else [])
