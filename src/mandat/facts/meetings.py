"""Facts of meetings, training sessions and events: announced, cancelled, held, attended. Nobody is named or described.

``subject`` is the meeting's public code; ``series`` the training or the series of events it belongs to, empty for another meeting.

- ``meetings.announced.v1``, ``meetings.cancelled.v1``, ``meetings.published.v1``: acts that tell a story and count for nothing.
- ``meetings.held.v1``: one meeting was held; ``quantity`` is 1 of the unit its series says (session, event, project …).
- ``meetings.attended.v1``: ``quantity`` more persons attended. Never under the smallest public count: what is too few waits, and is
  told with other meetings of the same series and département (``meetings`` says how many).
- ``meetings.trained.v1``: ``quantity`` more persons completed a training, each counted once for the series; ``age`` is ``young`` or ``other``
  where the training asks, else ``all``. Told in batches, never under the smallest public count.
"""

from __future__ import annotations

from typing import Literal

from mandat.facts.base import Data, fact_type
from mandat.kernel.text import Text


class _OfMeeting(Data):
    """``title`` is the institution's own, in French."""

    kind: Literal["meeting", "workshop", "visit", "training", "event", "worksite"]
    title: str
    series: str = ""
    process: str = ""
    component: str = ""
    body: str = ""


@fact_type(
    "meetings.announced.v1",
    label=Text("Rencontre annoncée", "Meeting announced"),
    sentence=Text("{title} : annoncé", "{title}: announced"),
    counts=False,
)
class Announced(_OfMeeting):
    """A meeting is announced: when it begins (its day in Paris), how many places it has (0 where there is no limit)."""

    on: str
    places: int


@fact_type(
    "meetings.changed.v1",
    label=Text("Rencontre modifiée", "Meeting changed"),
    sentence=Text("{title} : date, lieu ou places modifiés", "{title}: date, place or places changed"),
    counts=False,
)
class Changed(_OfMeeting):
    """The moment, the place or the number of places of a meeting announced changed; those who booked are told."""

    on: str
    places: int


@fact_type(
    "meetings.cancelled.v1",
    label=Text("Rencontre annulée", "Meeting cancelled"),
    sentence=Text("{title} : annulé", "{title}: cancelled"),
    counts=False,
)
class Cancelled(_OfMeeting):
    """A meeting announced will not be held. ``reason`` is public."""

    reason: str


@fact_type(
    "meetings.held.v1",
    label=Text("Rencontre tenue", "Meeting held"),
    sentence=Text("{title} : tenu ({quantity_text})", "{title}: held ({quantity_text})"),
)
class Held(_OfMeeting):
    """A meeting was held, on the day it began."""


@fact_type(
    "meetings.attended.v1",
    label=Text("Participation", "Attendance"),
    sentence=Text("{title} : {quantity_text}", "{title}: {quantity_text}"),
)
class Attended(_OfMeeting):
    """So many more persons came; ``meetings`` were told together (1, or more where each had too few)."""

    meetings: int


@fact_type(
    "meetings.trained.v1",
    label=Text("Formation suivie", "Training completed"),
    sentence=Text("{title} : {quantity_text} au terme de la formation", "{title}: {quantity_text} completed it"),
)
class Trained(Data):
    """So many more persons completed a training, each counted once for its series."""

    series: str
    title: str
    age: Literal["young", "other", "all"]


@fact_type(
    "meetings.published.v1",
    label=Text("Compte rendu publié", "Minutes published"),
    sentence=Text("{title} : compte rendu publié", "{title}: minutes published"),
    counts=False,
)
class Published(_OfMeeting):
    """The minutes of a meeting, or a paper of it, are public; ``sha256`` of what was published."""

    what: Literal["minutes", "paper"]
    sha256: str
