"""A synthetic history of the mandate, the same on every machine.

For each commitment a course is drawn from a seed of its own (its code): ahead, on the path, behind, not begun,
stale, broken off. The course becomes facts that fit the commitment's indicator, recorded week by week in the
order of time, so that the journal, its root and every figure can be compared between two machines.

Nothing here says anything of the real region: names are numbers, and every fact is marked synthetic.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

from django.conf import settings
from django.db import transaction

from mandat import journal
from mandat.apps.demonstration import acts
from mandat.apps.demonstration.course import END, Course, Planned, courses
from mandat.apps.demonstration.places import Places, places
from mandat.apps.programme.published import Published, published
from mandat.facts import Fact
from mandat.kernel.periods import PARIS

#: A file that says the history is whole.
DONE = "history-written"


def begun() -> bool:
    """Whether the journal holds anything at all."""
    return journal.count(programme=settings.MANDAT_PROGRAMME) > 0


def written() -> bool:
    """Whether the history was written to its end: its last act is there."""
    return (settings.VAR / DONE).exists()


def write_history(*, progress: Callable[[int, int], None] | None = None) -> int:
    """Append the whole history to an empty journal. Returns the number of facts.

    Each week is one transaction; a run that was cut off is started again from an empty database.
    """
    current = published()
    where = places(current.programme.region)
    planned: list[Planned] = []
    for course in courses(current):
        plan(current, course, where)
        planned += [item for item in course.planned if item.on <= END]
    planned.sort(key=lambda item: (item.on, item.fact.commitments, item.name, item.fact.kind, item.fact.area))
    indexes: dict[str, int] = {}
    weeks: dict[dt.date, list[Planned]] = {}
    for item in planned:
        weeks.setdefault(item.on - dt.timedelta(days=item.on.weekday()), []).append(item)
    (settings.VAR / DONE).unlink(missing_ok=True)
    done = 0
    for number, (monday, items) in enumerate(sorted(weeks.items())):
        recorded_at = dt.datetime.combine(min(monday + dt.timedelta(days=6), END), dt.time(18), PARIS)
        facts = [_filled(item, indexes) for item in items]
        with transaction.atomic():
            entries = journal.append(facts, recorded_at=recorded_at)
        for item, entry in zip(items, entries, strict=True):
            if item.name:
                indexes[item.name] = entry.index
        done += len(items)
        if progress:
            progress(number + 1, len(weeks))
    (settings.VAR / DONE).touch()
    return done


def _filled(item: Planned, indexes: Mapping[str, int]) -> Fact:
    if item.fill is None:
        return item.fact
    return item.fill(item.fact, indexes[item.after])


def plan(current: Published, course: Course, where: Places) -> None:
    """Draw the facts of one commitment."""
    acts.milestones(current, course)
    if course.pace == "none":
        return
    kinds = course.commitment.indicator.facts
    kind = kinds[int(course.chance.integers(len(kinds)))] if len(kinds) > 1 else kinds[0]
    if course.commitment.indicator.aggregate == "share":
        acts.coverage(current, course, where, kind)
    elif course.commitment.indicator.aggregate == "last":
        acts.observations(current, course, kind)
    elif course.commitment.goal.each == "year":
        acts.years(current, course, where, kind)
    elif kind != "programme.milestone_reached.v1":
        acts.steps(current, course, where, kind)
    acts.turns(current, course)
