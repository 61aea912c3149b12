"""Whether tables of answers are what a rule declares: what is proven of it rests on that."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

import ibis

from mandat.engines.rules.columnar import HOUSEHOLD, day_number, scaled
from mandat.engines.rules.document import Input
from mandat.engines.rules.levels import plan
from mandat.engines.rules.scope import input_type
from mandat.engines.rules.tree import CodeType, DateType, NumberType, Tree
from mandat.kernel.text import Text


def checks(
    tree: Tree,
    *,
    persons: Any,
    as_of: dt.date,
    columns: Mapping[str, str],
    households: Any = None,
    household: str = HOUSEHOLD,
    outputs: Iterable[str] | None = None,
) -> list[Any]:
    """One-row tables that count, in each table of answers, what cannot be (``wrong_…``) and what is unknown (``unknown_…``).

    ``wrong_members`` counts households with more members than the rule allows. Give their rows to ``problems``.
    """
    needed = plan(tree, tree.outputs if outputs is None else outputs).inputs
    found = []
    member = tree.member.name if tree.member is not None else None
    for table, mine in ((persons, True), (households, False)):
        if table is None:
            continue
        counts: dict[str, Any] = {}
        for name in sorted(needed):
            item = tree.inputs[name]
            elsewhere = member is not None and item.entity != member and columns.get(name) not in persons.columns
            if name not in columns or (elsewhere == mine and households is not None):
                continue
            if columns[name] not in table.columns:
                continue
            given = table[columns[name]]
            counts[f"wrong_{name}"] = _wrong(given, name, item, as_of).sum().fill_null(0)
            counts[f"unknown_{name}"] = given.isnull().sum().fill_null(0)
        if counts:
            found.append(table.aggregate(**counts))
    if tree.member is not None and persons is not None:
        sizes = persons.group_by(household).aggregate(size=persons.count())
        found.append(sizes.aggregate(wrong_members=(sizes.size > tree.member.most).sum().fill_null(0)))
    return found


def _wrong(given: Any, name: str, item: Input, as_of: dt.date) -> Any:
    type_ = input_type(item)
    if isinstance(type_, NumberType):
        value = scaled(given, name, item)
        return (value < ibis.literal(type_.low, type="int64")) | (value > ibis.literal(type_.high, type="int64"))
    if isinstance(type_, DateType):
        value = day_number(given, name)
        high = min(type_.high, as_of) if item.past else type_.high
        return (value < _number(type_.low)) | (value > _number(high))
    if isinstance(type_, CodeType) and type_.codes:
        return ~given.isin(list(type_.codes))
    return ibis.literal(False) & given.notnull()


def _number(day: dt.date) -> int:
    return day.year * 10_000 + day.month * 100 + day.day


def problems(rows: Iterable[Mapping[str, int]]) -> tuple[list[Text], frozenset[str]]:
    """What is wrong, in words, and the inputs of which nothing is unknown."""
    said: list[Text] = []
    complete: set[str] = set()
    for row in rows:
        for place, count in row.items():
            kind, _, name = place.partition("_")
            if kind == "unknown" and not count:
                complete.add(name)
            if kind != "wrong" or not count:
                continue
            if name == "members":
                said.append(Text(f"{count} foyers ont trop de membres", f"{count} households have too many members"))
            else:
                said.append(Text(f"{name} : {count} valeurs impossibles", f"{name}: {count} impossible values"))
    return said, frozenset(complete)
