"""Read the value of an indicator from its rollup: at a date, over time, by area, by category."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from mandat.engines.indicators.expression import Expression
from mandat.engines.indicators.rollup import COUNTING, NO_DAY, Amount, Cells, Key, unscaled

#: From an area code to the weight of each commune in it (population, hectares or 1), exact.
Weights = Callable[[str], Mapping[str, int]]

ZERO = Decimal(0)
HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Geography:
    """What ``share`` divides by: ``weights(area)`` per commune, ``total`` over the programme's region."""

    weights: Weights
    total: int


@dataclass(frozen=True, slots=True)
class Value:
    """The figure of an indicator at a date.

    ``value`` is None while no fact says anything. ``series`` holds the value after each day on which
    it changed, oldest first; ``years`` the value of each calendar year; ``areas`` and ``categories``
    the parts that facts give.
    """

    value: Decimal | None
    facts: int = 0
    last_day: dt.date | None = None
    series: tuple[tuple[dt.date, Decimal], ...] = ()
    years: Mapping[int, Decimal] = field(default_factory=dict)
    areas: Mapping[str, Decimal] = field(default_factory=dict)
    categories: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


def read(expression: Expression, cells: Cells, *, as_of: dt.date, geography: Geography | None = None) -> Value:
    """The value of ``expression`` on the evening of ``as_of`` from its rollup ``cells``."""
    families: dict[str, list[tuple[Key, Amount]]] = defaultdict(list)
    for key, amount in cells.items():
        if key.day <= as_of:
            families[key.family].append((key, amount))
    counted = [cell for family in COUNTING for cell in families[family]]
    facts = sum(amount.n for _, amount in counted)
    last_day = max((key.day for key, amount in counted if amount.n > 0), default=None)
    if expression.aggregate in ("sum", "count"):
        steps = sorted((key.day, amount.value) for key, amount in families["day"])
        series, years = _sums(steps, yearly=expression.window == "year")
    elif expression.aggregate == "last":
        series, years = _latest(families["point"])
    elif expression.aggregate == "distinct":
        series, years = _members(families["member"], lambda _: 1, None, yearly=expression.window == "year")
    else:
        series, years = _covered(families["member"], geography)
    value = series[-1][1] if series and facts else None
    if expression.window == "year" and value is not None:
        # Nothing added this year is nothing; nothing observed this year is not known.
        value = years.get(as_of.year, None if expression.aggregate == "last" else ZERO)
    return Value(
        value=value,
        facts=facts,
        last_day=last_day,
        series=tuple(series),
        years=years,
        areas=_areas(families, expression, as_of),
        categories=_categories(families["by"]),
    )


def _sums(
    steps: Iterable[tuple[dt.date, int]], *, yearly: bool
) -> tuple[list[tuple[dt.date, Decimal]], dict[int, Decimal]]:
    series: list[tuple[dt.date, Decimal]] = []
    years: dict[int, int] = defaultdict(int)
    total = 0
    for day, value in steps:
        years[day.year] += value
        total += value
        series.append((day, unscaled(years[day.year] if yearly else total)))
    return series, {year: unscaled(value) for year, value in years.items()}


def _latest(points: list[tuple[Key, Amount]]) -> tuple[list[tuple[dt.date, Decimal]], dict[int, Decimal]]:
    ordered = sorted((key.day, int(key.key), amount.value) for key, amount in points if amount.n > 0)
    series: dict[dt.date, Decimal] = {}
    for day, _index, value in ordered:
        series[day] = unscaled(value)
    return list(series.items()), {day.year: value for day, value in series.items()}


def _members(
    members: list[tuple[Key, Amount]], weight: Callable[[str], int], total: int | None, *, yearly: bool
) -> tuple[list[tuple[dt.date, Decimal]], dict[int, Decimal]]:
    seen: set[tuple[int, str]] = set()
    running: dict[int, int] = defaultdict(int)
    years: dict[int, Decimal] = {}
    series: dict[dt.date, Decimal] = {}
    for key, amount in sorted(members, key=lambda cell: (cell[0].day, cell[0].key)):
        if amount.n <= 0:
            continue
        period = key.day.year if yearly else 0
        if (period, key.key) in seen:
            continue
        seen.add((period, key.key))
        running[period] += weight(key.key)
        value = Decimal(running[period])
        series[key.day] = value if total is None else value * HUNDRED / total
        years[key.day.year] = series[key.day]
    ordered = sorted(series.items())
    return ordered, years


def _covered(
    members: list[tuple[Key, Amount]], geography: Geography | None
) -> tuple[list[tuple[dt.date, Decimal]], dict[int, Decimal]]:
    if geography is None or geography.total == 0:
        return [], {}
    covered: set[str] = set()
    weight = 0
    series: dict[dt.date, Decimal] = {}
    for day, area in sorted((key.day, key.key) for key, amount in members if amount.n > 0):
        for commune, part in geography.weights(area).items():
            if commune not in covered:
                covered.add(commune)
                weight += part
        series[day] = Decimal(weight) * HUNDRED / geography.total
    return list(series.items()), {day.year: value for day, value in series.items()}


def _areas(
    families: Mapping[str, list[tuple[Key, Amount]]], expression: Expression, as_of: dt.date
) -> dict[str, Decimal]:
    if expression.aggregate == "share":
        return {key.key: Decimal(1) for key, amount in families["member"] if amount.n > 0}
    found: dict[str, int] = defaultdict(int)
    for key, amount in families["area"]:
        if amount.n > 0 and (expression.window == "all" or key.day.year == as_of.year):
            found[key.key] += amount.value
    return {area: unscaled(value) for area, value in found.items()}


def _categories(cells: list[tuple[Key, Amount]]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for key, amount in cells:
        dimension, category = key.key.split("/", 1)
        if amount.n:
            found[dimension][category] = amount.n
    return dict(found)


def reached(cells: Cells, *, as_of: dt.date) -> dict[str, dt.date]:
    """The milestones reached by ``as_of``, each with the first day it was."""
    found: dict[str, dt.date] = {}
    for key, amount in sorted(cells.items()):
        if key.family == "milestone" and amount.n > 0 and key.day <= as_of:
            found.setdefault(key.key, key.day)
    return found


def suspended_since(cells: Cells, *, as_of: dt.date) -> dt.date | None:
    """The day the suspension in force on ``as_of`` began; None where there is none."""
    turns = sorted(
        (key.day, int(key.key), amount.value)
        for key, amount in cells.items()
        if key.family == "suspended" and amount.n > 0 and NO_DAY < key.day <= as_of
    )
    since: dt.date | None = None
    for day, _, value in turns:
        since = (since or day) if value > 0 else None
    return since
