"""What pages of bodies share: the body or a 404, its sessions, who is who, acts that may be refused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from mandat.apps.bodies import calendars
from mandat.apps.bodies.models import Interest, Session, Term
from mandat.apps.bodies.schema import Body, College
from mandat.apps.bodies.selectors import SOON, Composition, composition
from mandat.apps.bodies.terms import BODIES
from mandat.apps.bodies.vocabulary import STATE_TONES, STATES
from mandat.apps.programme.published import Published
from mandat.apps.programme.views.shared import home_crumb
from mandat.kernel.errors import InputError
from mandat.web.components import Crumb


def document_or_404(current: Published, code: str) -> Body:
    found = BODIES.all(current).get(code)
    if found is None:
        raise Http404
    return found.document


def session_or_404(current: Published, code: str, session: str) -> Session:
    """A session by its ``year-number``."""
    year, _dash, number = session.partition("-")
    if not (year.isdecimal() and number.isdecimal() and len(year) == 4 and len(number) < 5):
        raise Http404
    found = Session.objects.filter(programme=current.code, body=code, year=int(year), number=int(number)).first()
    if found is None:
        raise Http404
    return found


def crumbs(document: Body | None = None, *more: Crumb) -> list[Crumb]:
    """Home, bodies, the body, and what follows; the last has no address."""
    found = [home_crumb(), Crumb(_("Bodies"), reverse("bodies:bodies"))]
    if document is not None:
        found.append(Crumb(document.title, reverse("bodies:body", args=[document.code])))
    found += more
    found[-1] = Crumb(found[-1].label)
    return found


@dataclass(frozen=True, slots=True)
class Seat:
    """A member as pages show them. ``ends``: their term ends soon."""

    term: Term
    ends: bool
    interests: Sequence[Interest]


@dataclass(frozen=True, slots=True)
class Group:
    """A college and its members; ``college`` None for terms from before colleges were defined."""

    college: College | None
    seats: Sequence[Seat]
    made: Composition


def groups(
    document: Body, terms: Sequence[Term], interests: Mapping[int, Sequence[Interest]], on: dt.date
) -> list[Group]:
    """The members by college, in the order of the definition."""
    found = []
    for college in (*document.colleges, None):
        code = college.code if college is not None else ""
        theirs = [one for one in terms if one.college == code]
        if college is None and not theirs:
            continue
        seats = [
            Seat(one, one.until is not None and one.until <= on + SOON, interests.get(one.pk, ())) for one in theirs
        ]
        found.append(Group(college, seats, composition(theirs, college.seats if college else len(theirs))))
    return found


@dataclass(frozen=True, slots=True)
class Meeting:
    """A line of a body's calendar."""

    entry: calendars.Entry
    state: str
    tone: str


def calendar(programme: str, code: str, *, now: dt.datetime | None = None) -> tuple[list[Meeting], list[Meeting]]:
    """Meetings to come (the next first) and past ones (the latest first)."""
    moment = now or timezone.now()
    known = [
        Meeting(one, str(STATES.get(one.state, one.state)), STATE_TONES.get(one.state, "unknown"))
        for one in calendars.entries(programme, code)
    ]
    to_come = [one for one in known if one.entry.state in ("convened", "open") and _later(one.entry, moment)]
    keys = {one.entry.uid for one in to_come}
    return to_come[::-1], [one for one in known if one.entry.uid not in keys]


def _later(entry: calendars.Entry, moment: dt.datetime) -> bool:
    end = entry.ends_at or entry.starts_at + (dt.timedelta(days=1) if entry.all_day else dt.timedelta(hours=12))
    return end >= moment


def tried(request: HttpRequest, act: Callable[[], Any], done: str = "") -> bool:
    """Do an act; say what is wrong where it is refused."""
    try:
        act()
    except InputError as error:
        messages.error(request, str(error))
        return False
    if done:
        messages.success(request, done)
    return True
