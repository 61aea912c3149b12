"""What acts on a meeting share: its row locked, its facts, its state checked."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db.models import F

from mandat.apps.meetings.definitions import PublishedSeries, published_series
from mandat.apps.meetings.models import Meeting, State
from mandat.facts import Fact
from mandat.kernel.errors import InputError
from mandat.kernel.periods import paris_date
from mandat.kernel.text import Text


def locked(meeting: Meeting | int | str) -> Meeting:
    """The row of a meeting, locked until the transaction ends: acts on its places come one after the other."""
    rows = Meeting.objects.select_for_update()
    if isinstance(meeting, str):
        found = rows.filter(code=meeting).first()
    else:
        found = rows.filter(pk=meeting if isinstance(meeting, int) else meeting.pk).first()
    if found is None:
        raise InputError(Text("cette rencontre n'existe pas", "this meeting does not exist"))
    return found


def planned(meeting: Meeting) -> Meeting:
    """The meeting, still announced. Raises InputError where it was cancelled or held."""
    if meeting.state == State.CANCELLED:
        raise InputError(Text("cette rencontre est annulée", "this meeting is cancelled"))
    if meeting.state == State.HELD:
        raise InputError(Text("cette rencontre a eu lieu", "this meeting has been held"))
    return meeting


def moved(meeting: Meeting, **values: Any) -> None:
    """Write values of a locked meeting, and say that pages about it changed."""
    Meeting.objects.filter(pk=meeting.pk).update(moves=F("moves") + 1, **values)
    meeting.refresh_from_db()


def series(meeting: Meeting) -> PublishedSeries | None:
    """The series in force of a meeting; None where it has none, or the series is gone."""
    return published_series(meeting.programme).get(meeting.series) if meeting.series else None


def fact(kind: str, meeting: Meeting, *, unit: str = "", quantity: int | None = None, **data: Any) -> Fact:
    """A fact about one meeting, on the day it begins where it tells what was held, else today by the caller's ``on``."""
    found = series(meeting)
    given: Mapping[str, Any] = {
        "kind": meeting.kind,
        "title": meeting.title_fr,
        "series": meeting.series,
        "process": meeting.process,
        "component": meeting.component,
        "body": meeting.body,
    }
    on = data.pop("occurred_on", None) or paris_date(meeting.starts_at)
    breakdowns = data.pop("breakdowns", {})
    return Fact(
        kind=kind,
        occurred_on=on,
        programme=meeting.programme,
        data={**given, **data},
        measures=tuple(sorted(meeting.measures)),
        commitments=found.series.commitments if found else (),
        area=meeting.area,
        quantity=None if quantity is None else Decimal(quantity),
        unit=unit,
        breakdowns=breakdowns,
        definition=found.ref if found else None,
        subject=meeting.code,
        synthetic=meeting.synthetic,
    )
