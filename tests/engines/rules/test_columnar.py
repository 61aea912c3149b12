from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import ibis
import psycopg
import pyarrow as pa
import pytest
import sqlglot
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mandat.engines.rules import UNKNOWN, Rule
from mandat.engines.rules.columnar import Computed, compute, decimals
from mandat.kernel.errors import InputError
from tests.engines.rules.random_rules import OF_HOUSEHOLDS, OF_PERSONS, households, one_by_one, rules, tables
from tests.engines.rules.samples import DAY, compiled, tariff

DAYS = st.dates(dt.date(2025, 1, 1), dt.date(2030, 12, 31))
EVERY = {name: name for name in (*OF_PERSONS, *OF_HOUSEHOLDS)}


@pytest.fixture(scope="module")
def connection() -> Iterator[Any]:
    found = ibis.duckdb.connect()
    found.raw_sql("SET threads = 1")
    yield found
    found.disconnect()


def laid_out(rule: Rule, persons: Any, homes: Any, day: dt.date, *, complete: bool) -> tuple[Computed, Any]:
    """What is computed, in the order of ``one_by_one``."""
    about_persons = rule.tree.subject.name == "personne"
    found = compute(
        rule.tree,
        persons=persons,
        households=homes,
        as_of=day,
        columns=EVERY,
        keep=("rang",) if about_persons else (),
        complete=EVERY if complete else (),
    )
    return found, found.table.order_by(["menage", "rang"] if about_persons else ["menage"])


def values(found: Computed, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    def one(row: dict[str, Any], name: str) -> Any:
        output, value = found.variants[0][name], row[found.variants[0][name].name]
        if value is None:
            return UNKNOWN
        return value if isinstance(value, bool) else Decimal(int(value)).scaleb(-output.scale)

    return [{name: one(row, name) for name in found.variants[0]} for row in rows]


def in_duckdb(connection: Any, rule: Rule, people: Any, day: dt.date, *, complete: bool) -> list[dict[str, Any]]:
    persons, homes = tables(people)
    connection.create_table("persons", persons, overwrite=True)
    connection.create_table("homes", homes, overwrite=True)
    found, table = laid_out(rule, connection.table("persons"), connection.table("homes"), day, complete=complete)
    return values(found, connection.to_pyarrow(table).to_pylist())


@given(rule=rules(), people=households(unknown=False), day=DAYS)
@settings(max_examples=40)
def test_duckdb_gives_what_the_interpreter_gives(
    connection: Any, rule: Rule | None, people: list[dict[str, Any]], day: dt.date
) -> None:
    assume(rule is not None)
    assert rule is not None
    assert in_duckdb(connection, rule, people, day, complete=True) == one_by_one(rule, people, day)


@given(rule=rules(), people=households(unknown=True), day=DAYS)
@settings(max_examples=30)
def test_duckdb_never_contradicts_the_interpreter_where_answers_are_unknown(
    connection: Any, rule: Rule | None, people: list[dict[str, Any]], day: dt.date
) -> None:
    assume(rule is not None)
    assert rule is not None
    found = in_duckdb(connection, rule, people, day, complete=False)
    for mine, theirs in zip(found, one_by_one(rule, people, day), strict=True):
        for name, value in mine.items():
            assert value is UNKNOWN or theirs[name] is UNKNOWN or value == theirs[name]
