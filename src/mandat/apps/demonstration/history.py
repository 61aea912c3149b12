"""A synthetic history of the mandate, the same on every machine.

For each commitment a course is drawn from a seed of its own (its code): ahead, on the path, behind, not begun,
stale, broken off. The course becomes facts that fit the commitment's indicator, recorded week by week in the
order of time, so that every figure can be compared between two machines. What rights, wallets and offers did is made in the
same weeks by their own services (``life``): their figures are the same too, their random references are not.

A history that was cut off goes on where it stopped: each week is one transaction with a moment of its own, so the
journal itself says which weeks it holds.

Nothing here says anything of the real region: names are numbers, and every fact is marked synthetic.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence

from django.conf import settings
from django.db import transaction

from mandat import journal
from mandat.apps.demonstration import acts
from mandat.apps.demonstration.course import END, Course, Planned, courses
from mandat.apps.demonstration.credits import VOTED, budgeted
from mandat.apps.demonstration.life import life
from mandat.apps.demonstration.places import Places, places
from mandat.apps.grants.terms import SCHEMES
from mandat.apps.programme.published import Published, published
from mandat.facts import Fact
from mandat.journal import Entry
from mandat.kernel.errors import MandatError
from mandat.kernel.periods import PARIS
from mandat.kernel.text import Text

#: A file that holds the index of the history's last fact once it is whole.
DONE = "history-written"

#: Facts that only their own services make: nothing is planned of them here.
SERVED = (
    "rights.", "offers.", "wallets.", "labels.", "contracts.", "consultations.", "meetings.", "desk.",
    "petitions.", "referendums.", "mediation.", "bodies.", "participation.",
    "budgeting.", "panels.",
)  # fmt: skip

Week = tuple[dt.datetime, list[Planned]]


def begun() -> bool:
    """Whether the journal holds anything at all."""
    return journal.count(programme=settings.MANDAT_PROGRAMME) > 0


def written() -> bool:
    """Whether the history is in this journal to its end."""
    try:
        last = int((settings.VAR / DONE).read_text())
    except (OSError, ValueError):
        return False
    return last < journal.size()


def weeks() -> list[Week]:
    """The whole history: for each week, oldest first, the moment of recording and its facts in their order."""
    current = published()
    where = places(current.programme.region)
    planned: list[Planned] = []
    for course in courses(current):
        plan(current, course, where)
        planned += [item for item in course.planned if item.on <= END]
    planned.sort(key=lambda item: (item.on, item.fact.commitments, item.name, item.fact.kind, item.fact.area))
    found: dict[dt.date, list[Planned]] = {}
    for item in planned:
        found.setdefault(item.on - dt.timedelta(days=item.on.weekday()), []).append(item)
    return [
        (dt.datetime.combine(min(monday + dt.timedelta(days=6), END), dt.time(18), PARIS), items)
        for monday, items in sorted(found.items())
    ]


def write_history(*, progress: Callable[[int, int], None] | None = None) -> int:
    """Append what the journal does not yet hold of the history, a week a transaction. Returns how many facts.

    ``progress`` receives the weeks done and all of them. Raises MandatError where the weeks already recorded are not
    those of this programme: it changed since the history was begun.
    """
    indexes: dict[str, int] = {}
    whole = weeks()
    recorded = _recorded({recorded_at for recorded_at, _ in whole})
    newest = journal.page(size=1).entries
    current = published()
    lived = life(current, places(current.programme.region))
    new, last = 0, -1
    for number, (recorded_at, items) in enumerate(whole):
        entries = recorded.get(recorded_at, [])
        if entries or (newest and newest[0].recorded_at >= recorded_at):
            _compare(entries, items, recorded_at)
        else:
            facts = [_filled(item, indexes) for item in items]
            with transaction.atomic():
                lived.live(recorded_at.date() - dt.timedelta(days=recorded_at.weekday()), until=recorded_at)
                entries = journal.append(facts, recorded_at=recorded_at)
            new += len(entries)
        for item, entry in zip(items, entries, strict=True):
            last = entry.index
            if item.name:
                indexes[item.name] = entry.index
        if progress:
            progress(number + 1, len(whole))
    (settings.VAR / DONE).write_text(str(last))
    return new


def _recorded(moments: Collection[dt.datetime]) -> dict[dt.datetime, list[Entry]]:
    """The synthetic facts the journal holds of these moments."""
    found: dict[dt.datetime, list[Entry]] = {}
    for entry in journal.iterate(programme=settings.MANDAT_PROGRAMME, recorded_since=min(moments), synthetic=True):
        if entry.recorded_at in moments:
            found.setdefault(entry.recorded_at, []).append(entry)
    return found


def _compare(entries: Sequence[Entry], items: Sequence[Planned], recorded_at: dt.datetime) -> None:
    """Refuse to go on from a week that is another history's, or that what was recorded since has closed."""
    recorded = [(entry.fact.kind, entry.fact.commitments, entry.fact.occurred_on) for entry in entries]
    if recorded != [(item.fact.kind, item.fact.commitments, item.fact.occurred_on) for item in items]:
        day = f"{recorded_at:%d/%m/%Y}"
        raise MandatError(
            Text(
                f"l'histoire commencée n'est plus celle de ce programme (semaine du {day}) : "
                "effacez la démonstration (make clean) et relancez make demo",
                f"the history begun is no longer that of this programme (week of {day}): "
                "remove the demonstration (make clean) and run make demo again",
            )
        )


def _filled(item: Planned, indexes: Mapping[str, int]) -> Fact:
    if item.fill is None:
        return item.fact
    return item.fill(item.fact, indexes[item.after])


def _served(current: Published, course: Course) -> tuple[str, ...]:
    """Beginnings of the kinds that services make for a commitment: awards where a scheme serves it, votes where envelopes are opened."""
    code = course.commitment.code
    found: tuple[str, ...] = SERVED
    if any(code in terms.document.commitments for terms in SCHEMES.all(current).values()):
        found += ("grants.",)
    return (*found, VOTED) if code in budgeted(current) else found


def plan(current: Published, course: Course, where: Places) -> None:
    """Draw the facts of one commitment."""
    acts.milestones(current, course)
    kinds = [kind for kind in course.commitment.indicator.facts if not kind.startswith(_served(current, course))]
    if course.pace == "none" or not kinds:
        return
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
