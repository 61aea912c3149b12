"""Where commitments and measures stand today: figure, status, freshness, course."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Max, Min, Sum
from django.db.models import Value as Constant
from django.db.models.functions import ExtractYear
from django.utils import timezone

from mandat.apps.programme.geography import geography
from mandat.apps.programme.models import Figure, RollupCell
from mandat.apps.programme.published import Published
from mandat.apps.programme.rollups import cells_of
from mandat.apps.programme.schema import Commitment, Measure
from mandat.engines.indicators.rollup import Amount, Key, unscaled
from mandat.engines.indicators.status import Standing, Status, combine, stand
from mandat.engines.indicators.value import Value, reached, read, suspended_since


@dataclass(frozen=True, slots=True)
class CommitmentStanding:
    """A commitment with its standing today. ``value.series`` holds only key points in lists, all of them in ``course``."""

    commitment: Commitment
    standing: Standing
    value: Value
    milestones: Mapping[str, dt.date]
    index: int | None

    @property
    def status(self) -> Status:
        return self.standing.status


@dataclass(frozen=True, slots=True)
class MeasureStanding:
    """A measure, its commitments' standings, and the status they give it."""

    measure: Measure
    commitments: tuple[CommitmentStanding, ...]
    status: Status


def today() -> dt.date:
    """The day in Paris."""
    return timezone.localdate()


def standings(current: Published, *, as_of: dt.date | None = None) -> dict[int, MeasureStanding]:
    """Every measure by number. One query, whatever the number of facts."""
    as_of = as_of or today()
    figures = {figure.commitment: figure for figure in Figure.objects.filter(programme=current.code)}
    found: dict[int, MeasureStanding] = {}
    for number, measure in current.measures.items():
        found[number] = _measure(current, measure, figures, as_of)
    return found


def measure_standing(current: Published, number: int, *, as_of: dt.date | None = None) -> MeasureStanding:
    """One measure. One query."""
    measure = current.measures[number]
    codes = [commitment.code for commitment in measure.commitments]
    rows = Figure.objects.filter(programme=current.code, commitment__in=codes)
    return _measure(current, measure, {figure.commitment: figure for figure in rows}, as_of or today())


def _measure(current: Published, measure: Measure, figures: Mapping[str, Figure], as_of: dt.date) -> MeasureStanding:
    parts = tuple(
        _commitment(current, commitment, figures.get(commitment.code), as_of) for commitment in measure.commitments
    )
    return MeasureStanding(measure, parts, combine([part.status for part in parts]))


def _commitment(
    current: Published, commitment: Commitment, figure: Figure | None, as_of: dt.date
) -> CommitmentStanding:
    value, milestones, suspended, index = Value(None), {}, None, None
    if figure is not None:
        value = figure_value(commitment, figure, as_of)
        milestones = {code: dt.date.fromisoformat(day) for code, day in figure.milestones.items()}
        suspended, index = figure.suspended_since, figure.index
    standing = stand(
        current.promises[commitment.code],
        value,
        rule=current.status_rule,
        as_of=as_of,
        milestones_reached=milestones,
        suspended_since=suspended,
    )
    return CommitmentStanding(commitment, standing, value, milestones, index)


def figure_value(commitment: Commitment, figure: Figure, as_of: dt.date) -> Value:
    """The stored figure as a Value of the present."""
    years = {int(year): unscaled(part) for year, part in figure.years.items()}
    value = None if figure.value is None else unscaled(figure.value)
    if commitment.indicator.window == "year" and value is not None:
        value = years.get(as_of.year, None if commitment.indicator.aggregate == "last" else Decimal(0))
    points = tuple((dt.date.fromisoformat(day), unscaled(part)) for day, part in figure.points)
    return Value(value, figure.facts, figure.last_day, points, years)


def course(current: Published, code: str, *, as_of: dt.date | None = None, areas: bool = True) -> CommitmentStanding:
    """A commitment with its whole course (series, areas, categories), read from its cells.

    Without ``areas`` its parts by area stay unread: there can be one a commune, and few pages show them.
    """
    as_of = as_of or today()
    commitment = current.commitments[code]
    families = ("day", "point", "by", "milestone", "suspended", *(("area",) if areas else ()))
    cells = cells_of(current.code, code, *families)
    if commitment.indicator.aggregate == "share":
        members = Members.of(current, code, as_of)
        cells |= members.cells
    value = read(commitment.indicator, cells, as_of=as_of, geography=geography(commitment.indicator.over))
    if commitment.indicator.aggregate == "share":
        value = replace(value, last_day=members.last_day)
    elif commitment.indicator.aggregate == "distinct":
        value = _distinct(current, code, as_of, value)
    milestones = reached(cells, as_of=as_of)
    standing = stand(
        current.promises[code],
        value,
        rule=current.status_rule,
        as_of=as_of,
        milestones_reached=milestones,
        suspended_since=suspended_since(cells, as_of=as_of),
    )
    return CommitmentStanding(commitment, standing, value, milestones, None)


def _distinct(current: Published, code: str, as_of: dt.date, value: Value) -> Value:
    """``value`` with its count of different values over time: one row a day on which new ones were met."""
    yearly = current.commitments[code].indicator.window == "year"
    series: dict[dt.date, Decimal] = {}
    years: dict[int, Decimal] = {}
    running: Counter[int] = Counter()
    facts, last_day = 0, None
    for period, first, met, latest, n in _met_by_day(_first_days(current, code, as_of)):
        running[period] += met
        years[first.year] = series[first] = Decimal(running[period])
        facts += n
        last_day = latest if last_day is None else max(last_day, latest)
    present = None
    if facts:
        present = years.get(as_of.year, Decimal(0)) if yearly else Decimal(running[0])
    return replace(value, value=present, facts=facts, last_day=last_day, series=tuple(series.items()), years=years)


def _met_by_day(first_days: Any) -> Iterator[tuple[int, dt.date, int, dt.date, int]]:
    """Period, day, values first met that day, their latest day, their facts: the ORM does not group what is already grouped."""
    met, values = first_days.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT period, first, COUNT(*), MAX(latest), SUM(facts) FROM ({met}) AS met "  # noqa: S608  # the ORM's own text
            "GROUP BY period, first ORDER BY first",
            values,
        )
        for period, first, count, latest, facts in cursor:
            yield period, _day(first), count, _day(latest), int(facts)


def _day(value: dt.date | str) -> dt.date:
    """SQLite keeps days as text."""
    return value if isinstance(value, dt.date) else dt.date.fromisoformat(value)


def _first_days(current: Published, code: str, as_of: dt.date) -> Any:
    """What an indicator has met, grouped by the database: a value met a thousand times is one row (a year, for yearly windows)."""
    rows = RollupCell.objects.filter(programme=current.code, commitment=code, family="member", n__gt=0)
    year = ExtractYear("day") if current.commitments[code].indicator.window == "year" else Constant(0)
    grouped = rows.filter(day__lte=as_of).annotate(period=year).values("key", "period")
    return grouped.annotate(first=Min("day"), latest=Max("day"), facts=Sum("n"))


@dataclass(frozen=True, slots=True)
class Members:
    """The areas an indicator covers, each at its first day."""

    cells: Mapping[Key, Amount]
    last_day: dt.date | None

    @classmethod
    def of(cls, current: Published, code: str, as_of: dt.date) -> Members:
        cells: dict[Key, Amount] = {}
        last: dt.date | None = None
        for row in _first_days(current, code, as_of):
            cells[Key("member", row["key"], row["first"])] = Amount(0, row["facts"])
            last = row["latest"] if last is None else max(last, row["latest"])
        return cls(cells, last)
