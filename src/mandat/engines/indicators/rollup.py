"""Rollups: what an indicator needs to remember of the facts, kept one fact at a time.

A rollup is a set of cells ``(family, key, day) → (value, n)`` where values add up, so that
applying a fact, or taking one back when it is corrected, is the addition of a few cells.
Values are whole millionths (``SCALE``): sums are exact in any store.

=============  ===================  ==================  =====================================
family         key                  day                 what adds up
=============  ===================  ==================  =====================================
``day``        –                    of the act          value and facts of sum and count
``area``       area code            1 January           the same per area and calendar year
``member``     value or area code   of the act          facts naming it: distinct and share
``point``      index of the fact    of the act          the value: last
``by``         dimension/category   –                   persons, from the facts' breakdowns
``milestone``  code                 of the act          facts reaching it
``suspended``  index of the fact    of the act          +1 suspends, −1 resumes
=============  ===================  ==================  =====================================

Complexity: a fact touches two cells and one per breakdown category.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from mandat.engines.indicators.expression import Expression, read_field, written
from mandat.facts import Fact

SCALE = 1_000_000
#: The families whose ``n`` counts the facts an indicator is made of.
COUNTING = ("day", "member", "point")
#: Day of cells that have none: sorts first, and a unique constraint needs a value.
NO_DAY = dt.date(1, 1, 1)

MILESTONE = "programme.milestone_reached.v1"
SUSPENDED = "programme.commitment_suspended.v1"
RESUMED = "programme.commitment_resumed.v1"
WITHDRAWN = "journal.withdrawn.v1"


class Key(NamedTuple):
    family: str
    key: str
    day: dt.date


class Amount(NamedTuple):
    """``value`` in millionths, ``n`` facts (or persons in family ``by``)."""

    value: int
    n: int


Cells = Mapping[Key, Amount]


@dataclass(frozen=True, slots=True)
class Target:
    """Whose indicator is computed."""

    measure: int
    commitment: str
    expression: Expression


def scaled(value: Decimal) -> int:
    """Exact millionths of a fact's number."""
    return int(value.scaleb(6))


def unscaled(value: int) -> Decimal:
    return Decimal(value).scaleb(-6)


def contributions(target: Target, fact: Fact, *, index: int) -> list[tuple[Key, Amount]]:
    """The cells one fact adds to the rollup of ``target``; empty where it does not concern it."""
    cells: list[tuple[Key, Amount]] = []
    day = fact.occurred_on
    if target.commitment in fact.commitments:
        if fact.kind == MILESTONE:
            cells.append((Key("milestone", str(fact.data.get("milestone", "")), day), Amount(0, 1)))
        elif fact.kind in (SUSPENDED, RESUMED):
            sign = 1 if fact.kind == SUSPENDED else -1
            cells.append((Key("suspended", str(index), day), Amount(sign * SCALE, 1)))
    expression = target.expression
    if not expression.accepts(fact, measure=target.measure, commitment=target.commitment):
        return cells
    if counted := _counted(expression, fact, index):
        cells += counted
        for dimension, counts in fact.breakdowns.items():
            cells += [(Key("by", f"{dimension}/{category}", NO_DAY), Amount(0, n)) for category, n in counts.items()]
    return cells


def _counted(expression: Expression, fact: Fact, index: int) -> list[tuple[Key, Amount]]:
    day = fact.occurred_on
    if expression.aggregate in ("distinct", "share"):
        member = fact.area if expression.aggregate == "share" else read_field(fact, expression.of)
        return [] if member in (None, "") else [(Key("member", written(member), day), Amount(0, 1))]
    if expression.aggregate == "count":
        amount = Amount(SCALE, 1)
    else:
        value = fact.amount if expression.of == "amount" else fact.quantity
        if value is None:
            return []
        amount = Amount(scaled(value), 1)
    if expression.aggregate == "last":
        return [(Key("point", str(index), day), amount)]
    cells = [(Key("day", "", day), amount)]
    if fact.area:
        cells.append((Key("area", fact.area, dt.date(day.year, 1, 1)), amount))
    return cells


@dataclass(frozen=True, slots=True)
class Logged:
    """A fact at its place in the log."""

    index: int
    fact: Fact


@dataclass(slots=True)
class Delta:
    """Additions to the rollups of many targets, gathered before they are stored."""

    cells: dict[str, dict[Key, list[int]]] = field(default_factory=lambda: defaultdict(dict))

    def add(self, target: Target, logged: Logged, *, sign: int = 1) -> None:
        for key, amount in contributions(target, logged.fact, index=logged.index):
            cell = self.cells[target.commitment].setdefault(key, [0, 0])
            cell[0] += sign * amount.value
            cell[1] += sign * amount.n

    def of(self, commitment: str) -> dict[Key, Amount]:
        """The cells of a commitment that are not zero."""
        found = self.cells.get(commitment, {})
        return {key: Amount(*cell) for key, cell in found.items() if cell[0] or cell[1]}


def build(target: Target, log: Iterable[Logged]) -> dict[Key, Amount]:
    """The rollup of ``target`` from every fact of ``log`` in order: what increments must equal.

    A fact that another corrects is taken back when the correction comes.
    """
    delta = Delta()
    seen: dict[int, Logged] = {}
    for logged in log:
        seen[logged.index] = logged
        if logged.fact.corrects is not None and logged.fact.corrects in seen:
            delta.add(target, seen[logged.fact.corrects], sign=-1)
        delta.add(target, logged)
    return delta.of(target.commitment)
