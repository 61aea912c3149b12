"""The status of a commitment: a pure function of its figure, its goal, the rule and the date.

The rule is published (definition kind ``status-rule``) and explained on the site's status page.
In the order in which it is applied:

1. suspended: a reasoned decision suspends it.
2. kept: the value reaches the goal (for a goal of each year: every whole year of the mandate did, and the last is over).
3. broken: the due date has passed.
4. unknown: the last fact is older than ``unknown_after`` times the expected rhythm, or
   an outcome was never observed: not knowing is not zero.
5. late: a milestone is missed, a whole year fell short, or a promised figure is behind the straight
   path from baseline to goal by more than ``tolerance`` percent of the way.
6. not begun: no fact at all.
7. in progress.

A kept outcome or coverage that can go down again is re-read like any other: it is
kept only while its value says so and its facts are fresh.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from mandat.engines.indicators.value import Value
from mandat.kernel.periods import add_months, in_words
from mandat.kernel.text import Text

HUNDRED = Decimal(100)


class Status(StrEnum):
    """Where a commitment or a measure stands."""

    NOT_BEGUN = "not_begun"
    IN_PROGRESS = "in_progress"
    LATE = "late"
    KEPT = "kept"
    BROKEN = "broken"
    SUSPENDED = "suspended"
    UNKNOWN = "unknown"


LABELS: Mapping[Status, Text] = {
    Status.NOT_BEGUN: Text("non commencé", "not begun"),
    Status.IN_PROGRESS: Text("en cours", "in progress"),
    Status.LATE: Text("en retard", "late"),
    Status.KEPT: Text("tenu", "kept"),
    Status.BROKEN: Text("rompu", "broken"),
    Status.SUSPENDED: Text("suspendu", "suspended"),
    Status.UNKNOWN: Text("inconnu", "unknown"),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """Parameters of the published rule: percent of the way, and multiples of the expected rhythm."""

    tolerance: Decimal
    stale_after: Decimal
    unknown_after: Decimal


@dataclass(frozen=True, slots=True)
class Promise:
    """What a status needs to know of a commitment. ``yearly`` goals are due in each whole calendar year."""

    goal: Decimal
    start: dt.date
    due: dt.date
    promised: bool
    baseline: Decimal | None = None
    down: bool = False
    yearly: bool = False
    reversible: bool = False
    outcome: bool = False
    expected_every_months: int = 12
    milestones: Mapping[str, dt.date] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Standing:
    """A status with its reason, and what was compared.

    ``expected`` is the straight path's value on the day (None where no path applies); ``stale_since`` the day
    from which a new fact was overdue; ``regressed`` the highest earlier value the figure fell from.
    """

    status: Status
    reason: Text
    value: Decimal | None = None
    expected: Decimal | None = None
    stale_since: dt.date | None = None
    regressed: Decimal | None = None
    missed: Sequence[str] = ()


def stand(
    promise: Promise,
    value: Value,
    *,
    rule: Rule,
    as_of: dt.date,
    milestones_reached: Mapping[str, dt.date],
    suspended_since: dt.date | None = None,
) -> Standing:
    """The standing of a commitment on the evening of ``as_of``."""
    expected = straight_path(promise, value, as_of=as_of)
    stale, unknown = _freshness(promise, value, rule, as_of)
    missed = tuple(code for code, due in promise.milestones.items() if due < as_of and code not in milestones_reached)
    regressed = _regressed(promise, value)

    def standing(status: Status, fr: str, en: str) -> Standing:
        fresh = status in (Status.KEPT, Status.NOT_BEGUN, Status.BROKEN) and not promise.reversible
        return Standing(status, Text(fr, en), value.value, expected, None if fresh else stale, regressed, missed)

    if suspended_since is not None:
        since = in_words(suspended_since)
        return standing(Status.SUSPENDED, f"suspendu depuis le {since.fr}", f"suspended since {since.en}")
    met, short_years = _met(promise, value, as_of)
    if met and not (promise.reversible and unknown):
        return standing(Status.KEPT, "le critère est rempli", "the criterion is met")
    if as_of > promise.due and not met:
        if promise.outcome and value.value is None:
            return standing(
                Status.UNKNOWN, "échéance passée, aucune valeur observée", "due date passed, no value observed"
            )
        return standing(
            Status.BROKEN,
            "l'échéance est passée sans que le critère soit rempli",
            "the due date passed without the criterion being met",
        )
    if promise.outcome and value.value is None:
        return standing(Status.UNKNOWN, "aucune valeur n'a été observée", "no value was observed")
    if unknown:
        return standing(Status.UNKNOWN, "trop peu de faits récents pour le dire", "too few recent facts to tell")
    if missed:
        return standing(Status.LATE, "un jalon est manqué", "a milestone is missed")
    if short_years:
        years = ", ".join(map(str, short_years))
        return standing(Status.LATE, f"objectif non atteint en {years}", f"goal not reached in {years}")
    if value.value is None and not milestones_reached:
        if _behind(promise, value, expected, rule):
            return standing(
                Status.LATE,
                "aucun fait, et le chemin droit est déjà loin",
                "no fact, and the straight path is already far",
            )
        return standing(Status.NOT_BEGUN, "aucun fait pour l'instant", "no fact so far")
    if value.value is not None and _behind(promise, value, expected, rule):
        return standing(Status.LATE, "derrière le chemin droit vers la cible", "behind the straight path to the target")
    return standing(Status.IN_PROGRESS, "des faits, et pas de retard", "facts, and not late")


def straight_path(promise: Promise, value: Value, *, as_of: dt.date) -> Decimal | None:
    """The value a steady pace would have reached by ``as_of``.

    None where no figure was promised, where the goal is yearly, or where the starting point is unknown
    and nothing was observed: the first observation then is the starting point.
    """
    if not promise.promised or promise.yearly:
        return None
    beginning = _beginning(promise, value)
    if beginning is None:
        return None
    start, baseline = beginning
    if as_of >= promise.due or start >= promise.due:
        return promise.goal
    if as_of <= start:
        return baseline
    return baseline + (promise.goal - baseline) * (as_of - start).days / (promise.due - start).days


def _beginning(promise: Promise, value: Value) -> tuple[dt.date, Decimal] | None:
    """Where the straight path starts; None where nothing tells."""
    if promise.baseline is not None:
        return promise.start, promise.baseline
    if not promise.reversible:
        return promise.start, Decimal(0)
    return value.series[0] if value.series else None


def _behind(promise: Promise, value: Value, expected: Decimal | None, rule: Rule) -> bool:
    """Whether the figure (the starting point, without one) is short of the path by more than the tolerated part of the way."""
    beginning = _beginning(promise, value)
    if expected is None or beginning is None:
        return False
    baseline = beginning[1]
    figure = baseline if value.value is None else value.value
    gap = (figure - expected) if promise.down else (expected - figure)
    return gap > abs(promise.goal - baseline) * rule.tolerance / HUNDRED


def whole_years(start: dt.date, due: dt.date) -> range:
    """The calendar years that lie entirely between two days, both included."""
    return range(start.year + (start > dt.date(start.year, 1, 1)), due.year + (due == dt.date(due.year, 12, 31)))


def _met(promise: Promise, value: Value, as_of: dt.date) -> tuple[bool, list[int]]:
    def enough(figure: Decimal) -> bool:
        return figure <= promise.goal if promise.down else figure >= promise.goal

    if not promise.yearly:
        return value.value is not None and enough(value.value), []
    years = whole_years(promise.start, promise.due)
    over = [year for year in years if dt.date(year, 12, 31) < as_of]
    # A year without a fact reaches nothing, and stays under no ceiling that anyone looked at.
    short = [year for year in over if year not in value.years or not enough(value.years[year])]
    return len(over) == len(years) > 0 and not short, short


def _freshness(promise: Promise, value: Value, rule: Rule, as_of: dt.date) -> tuple[dt.date | None, bool]:
    if value.last_day is None:
        return None, False
    rhythm = add_months(value.last_day, promise.expected_every_months) - value.last_day
    stale = value.last_day + dt.timedelta(days=int(rhythm.days * rule.stale_after))
    unknown = value.last_day + dt.timedelta(days=int(rhythm.days * rule.unknown_after))
    return (stale if as_of > stale else None), as_of > unknown


def _regressed(promise: Promise, value: Value) -> Decimal | None:
    """The best earlier value where the latest is worse; only figures that can go back."""
    if not promise.reversible or len(value.series) < 2:
        return None
    figures = [figure for _, figure in value.series]
    best = min(figures) if promise.down else max(figures)
    return best if best != figures[-1] else None


def combine(statuses: Sequence[Status]) -> Status:
    """The status of a measure from those of its commitments: the worst news first, never an average."""
    for status in (Status.BROKEN, Status.LATE):
        if status in statuses:
            return status
    unique = set(statuses)
    if len(unique) == 1:
        return unique.pop()
    if not unique:
        return Status.UNKNOWN
    if unique <= {Status.NOT_BEGUN, Status.UNKNOWN}:
        return Status.NOT_BEGUN
    return Status.IN_PROGRESS
