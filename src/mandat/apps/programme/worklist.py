"""What the back office lists: commitments to update, milestones due, declarations that wait."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from mandat.apps.accounts.models import User
from mandat.apps.programme.models import Declaration
from mandat.apps.programme.published import Published
from mandat.apps.programme.schema import Chapter, Commitment, Measure, Milestone
from mandat.apps.programme.standing import CommitmentStanding, standings, today
from mandat.engines.indicators.status import Status

#: Milestones due within this many days are shown among the tasks.
SOON = 90
NEVER = dt.date.min


@dataclass(frozen=True, slots=True)
class Row:
    """A commitment with its measure, its chapter and where it stands."""

    measure: Measure
    chapter: Chapter
    standing: CommitmentStanding

    @property
    def commitment(self) -> Commitment:
        return self.standing.commitment

    @property
    def status(self) -> Status:
        return self.standing.status

    @property
    def stale(self) -> bool:
        return self.standing.standing.stale_since is not None or self.status is Status.UNKNOWN

    @property
    def urgent(self) -> tuple[int, dt.date, tuple[int, ...]]:
        """Order of work: late first, then broken and unknown, then stale; the oldest news first."""
        ranks = {Status.LATE: 0, Status.BROKEN: 1, Status.UNKNOWN: 2}
        rank = ranks.get(self.status, 3 if self.stale else 4)
        place = tuple(int(part) for part in self.commitment.code.split("."))
        return rank, self.standing.value.last_day or NEVER, place


@dataclass(frozen=True, slots=True)
class DueMilestone:
    """A milestone not reached yet; ``late`` when its day has passed."""

    row: Row
    milestone: Milestone
    late: bool


def rows(current: Published) -> list[Row]:
    """Every commitment, in the programme's order. One query."""
    return [
        Row(item.measure, current.chapter_of[number], standing)
        for number, item in standings(current).items()
        for standing in item.commitments
    ]


def to_update(found: Iterable[Row]) -> list[Row]:
    """Late, broken, unknown or stale commitments, most urgent first. What is suspended or kept asks nothing."""
    asleep = (Status.SUSPENDED, Status.KEPT)
    wanted = [
        row
        for row in found
        if row.status in (Status.LATE, Status.BROKEN, Status.UNKNOWN) or (row.stale and row.status not in asleep)
    ]
    return sorted(wanted, key=lambda row: row.urgent)


def milestones(found: Iterable[Row], *, within: int = SOON) -> list[DueMilestone]:
    """Milestones missed, or due within so many days, in the order of their days."""
    day = today()
    until = day + dt.timedelta(days=within)
    due = [
        DueMilestone(row, milestone, milestone.due < day)
        for row in found
        if row.status is not Status.SUSPENDED
        for milestone in row.commitment.milestones
        if milestone.code not in row.standing.milestones and milestone.due <= until
    ]
    return sorted(due, key=lambda item: (item.milestone.due, item.row.urgent[2]))


def waiting(current: Published) -> QuerySet[Declaration]:
    """Declarations that wait, the oldest first."""
    found = Declaration.objects.filter(programme=current.code, state=Declaration.State.WAITING)
    return found.select_related("declared_by").order_by("declared_at", "pk")


def waiting_for(current: Published, user: User) -> QuerySet[Declaration]:
    """Those that ``user`` may confirm: not their own."""
    return waiting(current).exclude(declared_by=user)


def subject(declaration: Declaration) -> str:
    """What a declaration is about: the title of an output, the series of an observation."""
    data = declaration.payload["data"]
    return str(data.get("title") or data.get("series") or "")


@dataclass(frozen=True, slots=True)
class Task:
    """Something another app asks to look at: an import that failed."""

    label: Any
    url: str
    detail: Any = ""


_SOURCES: list[Callable[[User], Sequence[Task]]] = []


def tasks_of(source: Callable[[User], Sequence[Task]]) -> Callable[[User], Sequence[Task]]:
    """Register tasks that another app adds to the first page of the back office."""
    if source not in _SOURCES:
        _SOURCES.append(source)
    return source


def other_tasks(user: User) -> list[Task]:
    return [task for source in _SOURCES for task in source(user)]
