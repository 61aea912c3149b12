"""What the search finds among meetings: those to come, and series of trainings and events."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from django.urls import reverse

from mandat.apps.meetings import selectors
from mandat.apps.meetings.definitions import published_series
from mandat.apps.meetings.stamp import stamp
from mandat.apps.programme.published import published
from mandat.kernel.text import Text
from mandat.web.search import Document, source


def _stamp() -> str:
    current = published()
    return f"{current.code} r{current.revision} {stamp()}"


@source("meeting", label=Text("Rencontres et formations", "Meetings and trainings"), order=9, stamp=_stamp)
def meetings() -> Iterator[Document]:
    for found in published_series().values():
        said = found.series
        about = Text(f"{said.summary.fr} {said.for_whom.fr}", f"{said.summary.en} {said.for_whom.en}")
        yield Document(
            f"series:{found.code}",
            partial(reverse, "meetings:series", args=[found.code]),
            Text(said.title.fr, said.title.en),
            about,
        )
    for meeting in selectors.upcoming(selectors.meetings())[: selectors.MOST]:
        place = f"{meeting.place} {meeting.address}"
        about = Text(f"{meeting.text_fr} {place}", f"{meeting.text_en} {place}")
        yield Document(meeting.code, partial(reverse, "meetings:meeting", args=[meeting.code]), meeting.title, about)
