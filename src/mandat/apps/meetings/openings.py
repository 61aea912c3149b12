"""Meetings to come, said to the page « Participer »."""

from __future__ import annotations

import datetime as dt

from django.urls import reverse

from mandat.apps.meetings import calendars, selectors
from mandat.apps.meetings.models import Meeting, State
from mandat.kernel.text import Text
from mandat.web import openings
from mandat.web.openings import Opening, Place


def read(at: dt.datetime, most: int) -> list[Opening]:
    """The next ones. One statement, and one for the names of their communes."""
    rows = selectors.meetings().filter(starts_at__gt=at, state=State.PLANNED)[:most]
    return [_opening(one) for one in rows]


def _opening(meeting: Meeting) -> Opening:
    url = reverse("meetings:meeting", args=[meeting.code])
    return Opening(
        "come", meeting.title, url, opens=meeting.starts_at, closes=meeting.ends_at, note=calendars.where(meeting)
    )


def register() -> None:
    """Say it when the app starts."""
    openings.register(read)
    openings.lead(
        Place(
            "meetings:list", Text("Rencontres", "Meetings"), rank=50, act="come", every=Text("Tout le calendrier", "The whole calendar"),
            text=Text("Réunions, ateliers, visites : le calendrier, les places, ce qui s'y est dit.", "Meetings, workshops, visits: the calendar, the places, what was said."),
        )
    )  # fmt: skip
    openings.lead(
        Place(
            "meetings:all_series", Text("Se former", "Get trained"), rank=52,
            text=Text("Formations ouvertes au public et événements qui reviennent chaque année.", "Trainings open to the public, and events held every year."),
        )
    )  # fmt: skip
