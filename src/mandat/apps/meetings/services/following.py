"""What those who follow a process, a body, a measure or a commune are told of its meetings."""

from __future__ import annotations

import datetime as dt

from django.urls import reverse
from django.utils import timezone

from mandat.apps.community.services import events
from mandat.apps.meetings.models import Kind, Meeting
from mandat.kernel.text import Text

KINDS = {
    Kind.MEETING: Text("Rencontre", "Meeting"),
    Kind.WORKSHOP: Text("Atelier", "Workshop"),
    Kind.VISIT: Text("Visite", "Visit"),
    Kind.TRAINING: Text("Formation", "Training"),
    Kind.EVENT: Text("Événement", "Event"),
    Kind.WORKSITE: Text("Chantier participatif", "Hands-on site"),
}


def told_announced(meeting: Meeting) -> None:
    """A new meeting, on its day: feeds and calendars of those who follow have it."""
    kind = KINDS[Kind(meeting.kind)]
    title = Text(f"{kind.fr} : {meeting.title_fr}", f"{kind.en}: {meeting.title_en}")
    _tell(meeting, title, at=meeting.starts_at, key=_day(meeting))


def told_moved(meeting: Meeting) -> None:
    """The day or the place changed: what was said before is withdrawn, so that a calendar never keeps two days."""
    events.withdraw_all(prefix=_days(meeting))
    kind = KINDS[Kind(meeting.kind)]
    title = Text(
        f"Changement de date ou de lieu : {meeting.title_fr} ({kind.fr.lower()})",
        f"Day or place changed: {meeting.title_en} ({kind.en.lower()})",
    )
    _tell(meeting, title, at=meeting.starts_at, key=_day(meeting))


def told_cancelled(meeting: Meeting) -> None:
    """The meeting is off: it leaves calendars, and its cancellation is news."""
    events.withdraw_all(prefix=_days(meeting))
    title = Text(f"Annulé : {meeting.title_fr}", f"Cancelled: {meeting.title_en}")
    _tell(meeting, title, at=timezone.now(), key=f"meeting:{meeting.code}:cancelled")


def told_minutes(meeting: Meeting) -> None:
    """The minutes can be read. Mended, they are not news again."""
    title = Text(f"Compte rendu : {meeting.title_fr}", f"Minutes: {meeting.title_en}")
    _tell(meeting, title, at=timezone.now(), key=f"meeting:{meeting.code}:minutes")


def _days(meeting: Meeting) -> str:
    return f"meeting:{meeting.code}:day:"


def _day(meeting: Meeting) -> str:
    return f"{_days(meeting)}{meeting.sequence}"


def _tell(meeting: Meeting, title: Text, *, at: dt.datetime, key: str) -> None:
    url = reverse("meetings:meeting", args=[meeting.code])
    followed = [f"process:{meeting.process}" if meeting.process else "", f"body:{meeting.body}" if meeting.body else ""]
    followed += [f"commune:{meeting.commune}" if meeting.commune else "", *(f"measure:{n}" for n in meeting.measures)]
    for target in filter(None, followed):
        events.tell(target=target, title=title, url=url, at=at, key=key)
