"""A reform against the rule in force, over a whole population in one pass: cost, gainers and losers, by commune, age, gender, decile.

    query = reform_query(rule, reform, persons=persons, households=households, as_of=day, columns=columns, ...)
    found = summarise(fetch(connection, query.table), query)

The database computes both rules in the same scan and adds up by cell (all dimensions crossed); what is left is small and is
added up here, in exact decimals. Amounts are what the region pays to those who are eligible, or what persons pay (``paid_by_persons``): a
gainer is always a person who is better off.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import ibis

from mandat.engines.rules.columnar import HOUSEHOLD, Computed, compute
from mandat.engines.rules.rule import Rule
from mandat.engines.rules.tree import NumberType
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

#: First ages of the bands.
AGES = (0, 15, 18, 26, 40, 60, 75)
#: Where the distribution of gains and losses is cut, in the unit of the amount.
STEPS = (-200, -100, -50, -20, -10, 0, 10, 20, 50, 100, 200)

_SUMS = ("persons", "unknown", "eligible_before", "eligible_after", "gainers", "losers")
_MONEY = ("before", "after", "gained", "lost")


@dataclass(frozen=True, slots=True)
class Query:
    """``table`` has one row a cell. Amounts in it are whole numbers at ``scale``, in ``unit``."""

    table: Any
    dimensions: tuple[str, ...]
    scale: int
    unit: str
    paid_by_persons: bool


@dataclass(slots=True)
class Totals:
    """Of some persons (or households): heads, and amounts before and after. ``unknown`` are in no other figure but ``persons``."""

    persons: int = 0
    unknown: int = 0
    eligible_before: int = 0
    eligible_after: int = 0
    gainers: int = 0
    losers: int = 0
    before: Decimal = Decimal(0)
    after: Decimal = Decimal(0)
    gained: Decimal = Decimal(0)
    lost: Decimal = Decimal(0)

    @property
    def change(self) -> Decimal:
        """What the amounts grow by, all together."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Band:
    """Persons whose situation changes by ``low`` to ``high`` (None: without end); a loss is below 0."""

    low: int | None
    high: int | None
    count: int


@dataclass(frozen=True, slots=True)
class Simulation:
    """``by`` gives each dimension's cells, in order. ``distribution`` leaves out those for whom nothing changes."""

    totals: Totals
    by: dict[str, dict[str, Totals]]
    distribution: tuple[Band, ...]
    unit: str
    paid_by_persons: bool
    dimensions: tuple[str, ...] = field(default=())


def reform_query(
    rule: Rule,
    reform: Rule | None = None,
    *,
    persons: Any,
    as_of: dt.date,
    columns: Mapping[str, str],
    households: Any = None,
    household: str = HOUSEHOLD,
    dimensions: Mapping[str, str],
    age: str | None = None,
    complete: Collection[str] = (),
    paid_by_persons: bool = False,
) -> Query:
    """What to ask of the database. Without ``reform`` the rule is compared with itself: what it costs, and to whom.

    ``dimensions`` names columns of ``persons`` or ``households`` to break down by (``{"commune": "commune"}``); ``age``, a column of whole years
    to break down by band. A dimension that the rule's rows do not have is left out. Raises InputError for a rule without an amount or eligibility.
    """
    amount, eligible = rule.output("amount"), rule.output("eligible")
    if amount is None and eligible is None:
        raise InputError(
            Text("cette règle n'a ni montant ni éligibilité", "this rule has neither an amount nor an eligibility")
        )
    outputs = [name for name in (amount, eligible) if name is not None]
    about_members = rule.tree.member is None or rule.tree.subject.name == rule.tree.member.name
    tables = [persons, households] if about_members else [households]
    there = {name for table in tables if table is not None for name in table.columns}
    kept = {label: name for label, name in dimensions.items() if name in there}
    age = age if age is not None and age in there else None
    keep = list(dict.fromkeys([*kept.values(), *([age] if age else [])]))
    versions = [rule.tree] if reform is None else [rule.tree, reform.tree]
    found = compute(
        versions, persons=persons, households=households, household=household, as_of=as_of, columns=columns,
        outputs=outputs, keep=keep, complete=complete,
    )  # fmt: skip
    scale, unit = 0, ""
    if amount is not None:
        types = [version.formulas[amount].expr.type for version in versions]
        scale = max(type_.scale for type_ in types if isinstance(type_, NumberType))
        first = types[0]
        assert isinstance(first, NumberType)
        unit = str(first.unit)
    cells = {label: found.table[name] for label, name in kept.items()}
    if age is not None:
        cells["age"] = _band(found.table[age], AGES)
    table = _measured(found, cells, amount, eligible, scale, paid_by_persons=paid_by_persons)
    labels = tuple(cells)
    sums = {name: table[name].sum().cast("decimal(38, 0)") for name in (*_SUMS, *_MONEY)}
    return Query(table.group_by([*labels, "step"]).aggregate(**sums), labels, scale, unit, paid_by_persons)


def _band(value: Any, starts: Sequence[int]) -> Any:
    """The last start a value reaches."""
    branches = [(value >= start, ibis.literal(start, type="int64")) for start in reversed(starts)]
    return ibis.cases(*branches)


def _measured(
    found: Computed,
    cells: Mapping[str, Any],
    amount: str | None,
    eligible: str | None,
    scale: int,
    *,
    paid_by_persons: bool,
) -> Any:
    """One row a subject, with what is added up of it."""
    one, zero = ibis.literal(1, type="int64"), ibis.literal(0, type="int64")
    first, last = found.variants[0], found.variants[-1]

    def worth(columns: Mapping[str, Any]) -> Any:
        if amount is None:
            return zero
        column = columns[amount]
        value = found.table[column.name].cast("int64") if column.high < 2**62 else found.table[column.name]
        return value * ibis.literal(10 ** (scale - column.scale), type="int64") if scale > column.scale else value

    def allowed(columns: Mapping[str, Any]) -> Any:
        return found.table[columns[eligible].name] if eligible is not None else ibis.literal(True)

    def due(columns: Mapping[str, Any]) -> Any:
        # What the region pays, it pays to those who are eligible.
        return worth(columns) if paid_by_persons or eligible is None else ibis.cases(
            (allowed(columns), worth(columns)), (~allowed(columns), zero)
        )  # fmt: skip

    table = found.table.select(**cells, _before=due(first), _after=due(last), _was=allowed(first), _is=allowed(last))
    known = table["_before"].notnull() & table["_after"].notnull() & table["_was"].notnull() & table["_is"].notnull()
    gain = table["_before"] - table["_after"] if paid_by_persons else table["_after"] - table["_before"]
    if amount is None:
        # Without an amount, who becomes eligible gains and who no longer is loses.
        gain = ibis.ifelse(table["_is"], one, zero) - ibis.ifelse(table["_was"], one, zero)
    table = table.mutate(_known=known, _gain=ibis.ifelse(known, gain, zero))
    cuts = [
        (table["_gain"] <= cut * 10**scale, ibis.literal(rank, type="int64"))
        for rank, cut in enumerate(STEPS)
        if cut < 0
    ]
    cuts.append((table["_gain"] < 0, ibis.literal(STEPS.index(0), type="int64")))
    cuts.append((table["_gain"] == 0, ibis.literal(-1, type="int64")))
    cuts += [
        (table["_gain"] < cut * 10**scale, ibis.literal(rank, type="int64"))
        for rank, cut in enumerate(STEPS)
        if cut > 0
    ]
    step = ibis.cases(*cuts, else_=ibis.literal(len(STEPS), type="int64"))
    return table.mutate(
        step=step,
        persons=one,
        unknown=ibis.ifelse(table["_known"], zero, one),
        eligible_before=ibis.ifelse(table["_known"] & table["_was"], one, zero),
        eligible_after=ibis.ifelse(table["_known"] & table["_is"], one, zero),
        gainers=ibis.ifelse(table["_gain"] > 0, one, zero),
        losers=ibis.ifelse(table["_gain"] < 0, one, zero),
        before=ibis.ifelse(table["_known"], table["_before"], zero),
        after=ibis.ifelse(table["_known"], table["_after"], zero),
        gained=ibis.ifelse(table["_gain"] > 0, table["_gain"], zero),
        lost=ibis.ifelse(table["_gain"] < 0, -table["_gain"], zero),
    )


def summarise(cells: Any, query: Query) -> Simulation:
    """Add up the cells of a query: totals, each dimension, and how many change by how much. ``cells`` is an Arrow table."""
    totals = _of(cells.group_by([]), query)[()]
    by: dict[str, dict[str, Totals]] = {}
    for label in query.dimensions:
        found = {key[0]: each for key, each in _of(cells.group_by([label]), query, label).items()}
        order = sorted(found, key=lambda key: (key is None, str(key) if isinstance(key, str) else "", key or 0))
        by[label] = {_said(label, key): found[key] for key in order}
    steps = _of(cells.group_by(["step"]), query, "step")
    counts = {key[0]: each.gainers + each.losers for key, each in steps.items()}
    edges: list[int | None] = [None, *STEPS, None]
    bands = tuple(Band(edges[rank], edges[rank + 1], counts.get(rank, 0)) for rank in range(len(STEPS) + 1))
    return Simulation(totals, by, bands, query.unit, query.paid_by_persons, query.dimensions)


def _said(label: str, key: Any) -> str:
    if key is None:
        return ""
    if label == "age":
        following = [start for start in AGES if start > key]
        return f"{key}-{following[0] - 1}" if following else f"{key}+"
    return str(key)


def _of(grouped: Any, query: Query, *labels: str) -> dict[tuple[Any, ...], Totals]:
    sums = grouped.aggregate([(name, "sum") for name in (*_SUMS, *_MONEY)])
    found = {}
    for row in sums.to_pylist():
        counts = {name: int(row[f"{name}_sum"] or 0) for name in _SUMS}
        money = {name: Decimal(int(row[f"{name}_sum"] or 0)).scaleb(-query.scale) for name in _MONEY}
        totals = Totals()
        for name, value in (*counts.items(), *money.items()):
            setattr(totals, name, value)
        found[tuple(row[label] for label in labels)] = totals
    return found or {(): Totals()}
