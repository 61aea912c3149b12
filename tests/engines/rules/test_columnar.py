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
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from mandat.engines.rules import UNKNOWN, Rule
from mandat.engines.rules.columnar import Computed, compute, decimals, sql
from mandat.engines.rules.columnar_checks import checks, problems
from mandat.engines.rules.tree import FormulaRef, walk
from mandat.kernel.errors import InputError
from tests.engines.rules.random_rules import OF_HOUSEHOLDS, OF_PERSONS, households, one_by_one, rules, tables
from tests.engines.rules.samples import DAY, compiled, tariff

#: Ibis asks DuckDB for results by an older name.
pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")

#: A database takes its time: a failing example is told as it was found.
PHASES = (Phase.explicit, Phase.generate)
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
    for name, table in (("persons", persons), ("homes", homes)):
        connection.con.register("given", table)
        connection.raw_sql(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM given")
        connection.con.unregister("given")
    found, table = laid_out(rule, connection.table("persons"), connection.table("homes"), day, complete=complete)
    return values(found, connection.to_pyarrow(table).to_pylist())


def written_out(rule: Rule) -> int:
    """Nodes of a rule where each formula stands wherever it is named: DuckDB's planner writes columns out so."""
    sizes: dict[str, int] = {}
    for name, formula in rule.tree.formulas.items():
        nodes = list(walk(formula.expr))
        sizes[name] = len(nodes) + sum(sizes[node.name] for node in nodes if isinstance(node, FormulaRef))
    return sum(sizes.values())


#: Beyond this the planner takes gigabytes and minutes; no rule of the region comes near.
MOST_NODES = 80


#: Asked for by MANDAT_RANDOM_COLUMNS=1: some random rules make DuckDB's planner run for minutes and gigabytes.
on_demand = pytest.mark.skipif(not os.environ.get("MANDAT_RANDOM_COLUMNS"), reason="MANDAT_RANDOM_COLUMNS is not set")


@on_demand
@given(rule=rules(), people=households(unknown=False), day=DAYS)
@settings(max_examples=15, phases=PHASES)
def test_duckdb_gives_what_the_interpreter_gives(
    connection: Any, rule: Rule | None, people: list[dict[str, Any]], day: dt.date
) -> None:
    assume(rule is not None)
    assert rule is not None
    assume(written_out(rule) <= MOST_NODES)
    assert in_duckdb(connection, rule, people, day, complete=True) == one_by_one(rule, people, day)


@on_demand
@given(rule=rules(), people=households(unknown=True), day=DAYS)
@settings(max_examples=12, phases=PHASES)
def test_duckdb_never_contradicts_the_interpreter_where_answers_are_unknown(
    connection: Any, rule: Rule | None, people: list[dict[str, Any]], day: dt.date
) -> None:
    assume(rule is not None)
    assert rule is not None
    assume(written_out(rule) <= MOST_NODES)
    found = in_duckdb(connection, rule, people, day, complete=False)
    for mine, theirs in zip(found, one_by_one(rule, people, day), strict=True):
        for name, value in mine.items():
            assert value is UNKNOWN or theirs[name] is UNKNOWN or value == theirs[name]


def schemas() -> tuple[Any, Any]:
    """Tables known by their columns only: what is computed is not tied to a database."""
    persons = {"menage": "int64", "rang": "int64", "aa": "decimal(12, 2)", "bb": "int16", "dd": "date", "kk": "boolean"}
    homes = {"menage": "int64", "xx": "decimal(9, 1)", "ee": "date", "hh": "boolean", "cc": "string"}
    return ibis.table({**persons, "ss": "string"}, name="persons"), ibis.table(homes, name="homes")


@pytest.mark.postgres
@given(data=st.data(), rule=rules(), unknown=st.booleans(), day=DAYS)
@settings(max_examples=12, phases=PHASES, derandomize=True)
def test_postgresql_gives_what_the_interpreter_gives_with_the_same_expressions(
    data: Any, rule: Rule | None, unknown: bool, day: dt.date
) -> None:
    url = os.environ.get("MANDAT_TEST_DATABASE_URL", "")
    if not url.startswith("postgres"):
        pytest.skip("not on PostgreSQL")
    assume(rule is not None)
    assert rule is not None
    assume(written_out(rule) <= MOST_NODES)
    people = data.draw(households(unknown=unknown))
    found, table = laid_out(rule, *schemas(), day, complete=not unknown)
    query = sql(table, "postgres")
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        for name, rows in zip(("persons", "homes"), tables(people), strict=True):
            types = {"decimal128(12, 2)": "numeric(12, 2)", "decimal128(9, 1)": "numeric(9, 1)", "date32[day]": "date"}
            types |= {"int64": "bigint", "int16": "smallint", "bool": "boolean", "string": "text"}
            columns = ", ".join(f"{field.name} {types[str(field.type)]}" for field in rows.schema)
            cursor.execute(f"CREATE TEMPORARY TABLE {name} ({columns}) ON COMMIT DROP")
            marks = ", ".join(["%s"] * len(rows.schema))
            cursor.executemany(f"INSERT INTO {name} VALUES ({marks})", [list(row.values()) for row in rows.to_pylist()])
        cursor.execute(query)
        names = [each.name for each in cursor.description or ()]
        answers = values(found, [dict(zip(names, row, strict=True)) for row in cursor.fetchall()])
        connection.rollback()
    for mine, theirs in zip(answers, one_by_one(rule, people, day), strict=True):
        for name, value in mine.items():
            if unknown:
                assert value is UNKNOWN or theirs[name] is UNKNOWN or value == theirs[name]
            else:
                assert value == theirs[name]


@pytest.mark.parametrize(("dialect", "read"), [("trino", "trino"), ("pyspark", "spark"), ("postgres", "postgres")])
@given(rule=rules(), day=DAYS, complete=st.booleans())
@settings(max_examples=6, phases=PHASES, derandomize=True)
def test_the_same_expressions_are_sql_that_clusters_read(
    dialect: str, read: str, rule: Rule | None, day: dt.date, complete: bool
) -> None:
    assume(rule is not None)
    assert rule is not None
    _, table = laid_out(rule, *schemas(), day, complete=complete)
    query = sql(table, dialect)
    parsed = sqlglot.parse_one(query, read=read)
    assert isinstance(parsed, sqlglot.exp.Select)
    # Quotients are of doubles only where that is exact: none is of decimals, which databases disagree upon.
    for division in parsed.find_all(sqlglot.exp.Div):
        assert isinstance(division.this.unnest(), sqlglot.exp.Cast)
        assert isinstance(division.expression.unnest(), sqlglot.exp.Cast)


def test_the_query_for_duckdb_is_also_one_for_spark() -> None:
    rule = tariff()
    columns = {"revenu_mensuel": "r", "date_naissance": "d", "commune": "c"}
    persons = ibis.table({"menage": "int64", "r": "decimal(12, 2)", "d": "date", "c": "string"}, name="persons")
    found = compute(rule.tree, persons=persons, as_of=DAY, columns=columns)
    query = str(ibis.to_sql(found.table, dialect="duckdb"))
    (spark,) = sqlglot.transpile(query, read="duckdb", write="spark")
    assert isinstance(sqlglot.parse_one(spark, read="spark"), sqlglot.exp.Select)


def given_persons(**columns: Any) -> Any:
    return pa.table({"menage": pa.array([1, 1, 2]), **columns})


def test_a_tariff_is_computed_from_persons_alone_where_they_carry_what_is_of_their_household(connection: Any) -> None:
    persons = given_persons(
        revenu=pa.array([Decimal("1850.00"), Decimal("920.50"), Decimal("850.00")], pa.decimal128(10, 2)),
        born=pa.array([dt.date(1980, 5, 6), dt.date(2010, 5, 6), dt.date(1970, 1, 1)]),
        place=["45234", "45234", "75056"],
    )
    columns = {"revenu_mensuel": "revenu", "date_naissance": "born", "commune": "place"}
    connection.con.register("alone", persons)
    found = compute(tariff().tree, persons=connection.table("alone"), as_of=DAY, columns=columns, keep=["place"])
    table = found.table.mutate(euros=decimals(found.table, found.variants[0]["montant"]))
    rows = connection.to_pyarrow(
        table.order_by(["menage", "revenu" if "revenu" in table.columns else "montant"])
    ).to_pylist()
    assert sorted((row["place"], row["est_eligible"], row["euros"]) for row in rows) == [
        ("45234", True, Decimal("0.00")),
        ("45234", True, Decimal("21.25")),
        ("75056", False, Decimal("0.00")),
    ]
    connection.con.unregister("alone")


def test_a_reform_is_computed_beside_the_rule_and_what_they_share_once(connection: Any) -> None:
    rule = tariff()
    persons, columns = pa.table({"menage": [1], "r": pa.array([Decimal("1020.00")], pa.decimal128(10, 2)), "d": [dt.date(1980, 1, 1)], "c": ["45234"]}), {"revenu_mensuel": "r", "date_naissance": "d", "commune": "c"}  # fmt: skip
    connection.con.register("one", persons)
    trees = [rule.tree, rule.reformed({"plafond": Decimal(1100)}).tree]
    found = compute(trees, persons=connection.table("one"), as_of=DAY, columns=columns)
    (row,) = connection.to_pyarrow(found.table).to_pylist()
    assert (row["montant"], row["montant_1"]) == (2125, 0)
    alone = compute(trees[:1], persons=connection.table("one"), as_of=DAY, columns=columns)
    both, one = (str(ibis.to_sql(each.table)) for each in (found, alone))
    assert both.count("SUM(") == one.count("SUM(") == 2
    connection.con.unregister("one")


@pytest.mark.parametrize(
    ("column", "word"),
    [
        (pa.array([1.0, 2.0, 3.0]), "nombres exacts"),
        (pa.array([Decimal("1.001")] * 3, pa.decimal128(10, 3)), "3 décimales"),
        (pa.array(["1", "2", "3"]), "nombres exacts"),
    ],
)
def test_amounts_that_are_not_exact_are_refused(connection: Any, column: Any, word: str) -> None:
    connection.con.register("inexact", given_persons(r=column))
    rule = compiled("revenu_mensuel * 2")
    with pytest.raises(InputError, match=word):
        compute(rule.tree, persons=connection.table("inexact"), as_of=DAY, columns={"revenu_mensuel": "r"})
    with pytest.raises(InputError, match="pas de colonne x"):
        compute(rule.tree, persons=connection.table("inexact"), as_of=DAY, columns={"revenu_mensuel": "x"})
    connection.con.unregister("inexact")


def test_an_input_without_a_column_is_unknown_to_all(connection: Any) -> None:
    connection.con.register("few", given_persons(k=pa.array([True, False, None])))
    rule = compiled("handicap et revenu_mensuel < 10 EUR/mois")
    found = compute(rule.tree, persons=connection.table("few"), as_of=DAY, columns={"handicap": "k"})
    assert sorted(map(str, connection.to_pyarrow(found.table)["f0"].to_pylist())) == ["False", "None", "None"]
    connection.con.unregister("few")


def test_what_is_out_of_range_is_counted(connection: Any) -> None:
    persons = given_persons(
        r=pa.array([Decimal("-1.00"), None, Decimal("10.00")], pa.decimal128(10, 2)),
        d=pa.array([dt.date(2030, 1, 1), dt.date(1980, 1, 1), dt.date(1800, 1, 1)]),
        s=["etudiant", "roi", None],
        k=[True, True, False],
    )
    connection.con.register("wrong", persons)
    rule = compiled('revenu_mensuel > 0 EUR/mois et handicap et age(date_naissance) > 3 ans et situation = "autre"')
    columns = {"revenu_mensuel": "r", "date_naissance": "d", "situation": "s", "handicap": "k"}
    tables_of = checks(rule.tree, persons=connection.table("wrong"), as_of=DAY, columns=columns)
    said, complete = problems([row for table in tables_of for row in connection.to_pyarrow(table).to_pylist()])
    assert sorted(text.fr for text in said) == [
        "date_naissance : 2 valeurs impossibles",
        "revenu_mensuel : 1 valeurs impossibles",
        "situation : 1 valeurs impossibles",
    ]
    assert complete == {"date_naissance", "handicap"}
    connection.con.unregister("wrong")
