"""What pages and other apps ask about meetings: which are held when and where, and how many came, as it may be told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.meetings.models import Booking, Meeting, State
from mandat.apps.programme.breakdowns import told as told_counts
from mandat.apps.territory import selectors as territory
from mandat.kernel.periods import PARIS

#: Meetings of one month or of one feed at most: beyond, the filters are to be narrowed.
MOST = 500


def meetings(programme: str = "") -> QuerySet[Meeting]:
    """Every meeting of a programme, in the order of time."""
    return Meeting.objects.filter(programme=programme or settings.MANDAT_PROGRAMME).order_by("starts_at", "pk")


def meeting(code: str) -> Meeting | None:
    """A meeting by its public code; None where there is none."""
    return meetings().filter(code=code).first()


def of_component(process: str, component: str = "") -> QuerySet[Meeting]:
    """Meetings of a process, or of one of its components."""
    rows = meetings().filter(process=process)
    return rows.filter(component=component) if component else rows


def of_body(body: str) -> QuerySet[Meeting]:
    return meetings().filter(body=body)


def of_series(series: str) -> QuerySet[Meeting]:
    return meetings().filter(series=series)


def upcoming(rows: QuerySet[Meeting]) -> QuerySet[Meeting]:
    """Those not over yet, cancelled ones left out."""
    return rows.filter(ends_at__gte=timezone.now(), state=State.PLANNED)


@dataclass(frozen=True, slots=True)
class Search:
    """What narrows a calendar: empty means everything. ``area`` is an area code of facts; ``measure`` 0 for all."""

    area: str = ""
    kind: str = ""
    measure: int = 0
    series: str = ""
    process: str = ""

    def __call__(self, rows: QuerySet[Meeting]) -> QuerySet[Meeting]:
        if self.area:
            rows = rows.filter(within(self.area))
        if self.kind:
            rows = rows.filter(kind=self.kind)
        if self.series:
            rows = rows.filter(series=self.series)
        if self.process:
            rows = rows.filter(process=self.process)
        if self.measure:
            # Lists of numbers are not searched alike by every database: few meetings hold, all are read.
            wanted = [pk for pk, numbers in rows.values_list("pk", "measures") if self.measure in numbers]
            rows = rows.filter(pk__in=wanted)
        return rows


def within(area: str) -> Q:
    """Meetings held in an area; meetings online are everywhere."""
    level, _, code = area.partition(":")
    if level == "commune":
        return Q(commune=code)
    if level == "departement":
        return Q(department=code)
    return Q(commune__in=territory.expand(area))


def month(rows: QuerySet[Meeting], first: dt.date) -> QuerySet[Meeting]:
    """Meetings that touch the month of ``first``, on the clocks of Paris."""
    start = dt.datetime.combine(first.replace(day=1), dt.time(), tzinfo=PARIS)
    following = (first.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
    end = dt.datetime.combine(following, dt.time(), tzinfo=PARIS)
    return rows.filter(starts_at__lt=end, ends_at__gt=start)


def booking_of(user: Any, meeting: Meeting) -> Booking | None:
    """The live booking of an account, else its last one that ended; None where there is none."""
    if not getattr(user, "is_authenticated", False):
        return None
    rows = meeting.bookings.filter(user=user)
    return rows.filter(state__in=Booking.LIVE).first() or rows.order_by("-updated_at", "-pk").first()


def bookings_of(user: User) -> QuerySet[Booking]:
    """Every booking of an account, the next meeting first."""
    return Booking.objects.filter(user=user).select_related("meeting").order_by("-meeting__starts_at", "-pk")


def place_of(booking: Booking) -> int:
    """Rank in the waiting list, from 1."""
    ahead = Q(queued_at__lt=booking.queued_at) | Q(queued_at=booking.queued_at, pk__lt=booking.pk)
    return Booking.objects.filter(ahead, meeting=booking.meeting_id, state=Booking.State.WAITING).count() + 1


def waiting(meeting: Meeting) -> int:
    return meeting.bookings.filter(state=Booking.State.WAITING).count()


def attended_told(meeting: Meeting) -> int | None:
    """How many came, as it may be told: None where they are too few, and not nobody."""
    if meeting.attended and meeting.attended < settings.MANDAT_SMALLEST_COUNT:
        return None
    return meeting.attended


def ages_told(meeting: Meeting, ages: dict[str, int]) -> dict[str, int | None]:
    """Bands as they may be shown, None where withheld; nothing where the total itself is withheld."""
    return {} if attended_told(meeting) is None else told_counts(ages)


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of some meetings, that may be told. ``attended`` None where too few came in all."""

    to_come: int
    held: int
    attended: int | None


def figures(rows: QuerySet[Meeting]) -> Figures:
    """One query. Those who came are counted as they were told in facts."""
    now = timezone.now()
    found = rows.order_by().aggregate(
        to_come=Count("pk", filter=Q(state=State.PLANNED, ends_at__gte=now)),
        held=Count("pk", filter=Q(state=State.HELD)),
        attended=Sum("told", filter=Q(state=State.HELD)),
    )
    return Figures(found["to_come"], found["held"], found["attended"] or None)


def unfinished(days: int = 2) -> QuerySet[Meeting]:
    """Meetings over for some days and neither closed nor cancelled: an agent forgot."""
    return meetings().filter(state=State.PLANNED, ends_at__lt=timezone.now() - dt.timedelta(days=days))


def by_day(rows: Sequence[Meeting]) -> list[tuple[dt.date, list[Meeting]]]:
    """Meetings grouped by the day they begin, in Paris."""
    days: dict[dt.date, list[Meeting]] = {}
    for row in rows:
        days.setdefault(row.starts_at.astimezone(PARIS).date(), []).append(row)
    return sorted(days.items())
