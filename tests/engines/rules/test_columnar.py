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
from mandat.engines.rules.columnar_duckdb import fetch
from mandat.kernel.errors import InputError
from tests.engines.rules.random_rules import OF_HOUSEHOLDS, OF_PERSONS, households, one_by_one, rules, tables
from tests.engines.rules.samples import DAY, compiled, formula, tariff

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
    return values(found, fetch(connection, table).to_pylist())


@given(rule=rules(), people=households(unknown=False), day=DAYS)
@settings(max_examples=15, phases=PHASES)
def test_duckdb_gives_what_the_interpreter_gives(
    connection: Any, rule: Rule | None, people: list[dict[str, Any]], day: dt.date
) -> None:
    assume(rule is not None)
    assert rule is not None
    assert in_duckdb(connection, rule, people, day, complete=True) == one_by_one(rule, people, day)


@given(rule=rules(), people=households(unknown=True), day=DAYS)
@settings(max_examples=12, phases=PHASES)
def test_duckdb_never_contradicts_the_interpreter_where_answers_are_unknown(
    connection: Any, rule: Rule | None, people: list[dict[str, Any]], day: dt.date
) -> None:
    assume(rule is not None)
    assert rule is not None
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
    rows = fetch(connection, table).to_pylist()
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
    (row,) = fetch(connection, found.table).to_pylist()
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
    assert sorted(map(str, fetch(connection, found.table)["f0"].to_pylist())) == ["False", "None", "None"]
    connection.con.unregister("few")


def test_members_agree_only_where_each_has_answered(connection: Any) -> None:
    # NOT x IS NULL is NOT (x IS NULL): a negation was taken for known where it was not.
    persons = pa.table({"menage": [1, 2, 2, 3, 3, 4], "k": [None, True, None, True, True, False]})
    connection.con.register("agreeing", persons)
    lines = [formula("f0", "tous(membres, handicap)", entity="foyer"), formula("f1", "non handicap")]
    rule = compiled(*lines, outputs=[{"name": "f0"}, {"name": "f1"}])
    found = compute(rule.tree, persons=connection.table("agreeing"), as_of=DAY, columns={"handicap": "k"}, keep=["k"])
    table = found.table.mutate(unsaid=found.table["f1"].isnull())
    rows = fetch(connection, table.order_by(["menage", "k"])).to_pylist()
    assert [(row["menage"], row["f0"]) for row in rows] == [
        (1, None),
        (2, None),
        (2, None),
        (3, True),
        (3, True),
        (4, False),
    ]
    assert all(row["unsaid"] == (row["k"] is None) == (row["f1"] is None) for row in rows)
    connection.con.unregister("agreeing")


def test_a_total_of_long_calculations_is_planned_at_once(connection: Any) -> None:
    # DuckDB wrote each column out wherever it is used, and again in what uses that: gigabytes, before it began.
    lines = [formula("f0", 'si foyer.commune = "45234" alors revenu_mensuel sinon 1 EUR/mois')]
    for rank in range(1, 19):
        above = f"f{rank - 1}"
        lines.append(
            formula(
                f"f{rank}", f"si {above} > {rank} EUR/mois alors {above} - {rank} EUR/mois sinon {above} + 1 EUR/mois"
            )
        )
    lines.append(formula("total", "somme(membres, f18)", entity="foyer"))
    lines.append(formula("part", "arrondi(foyer.total / 2 + foyer.total / 3, 0.01, pair)"))
    rule = compiled(*lines)
    persons = given_persons(r=pa.array([Decimal("1000.00"), Decimal("7.50"), None], pa.decimal128(10, 2)))
    connection.con.register("many", persons)
    connection.con.register("far", pa.table({"menage": [1, 2], "commune": ["45234", "45234"]}))
    tables = {"persons": connection.table("many"), "households": connection.table("far")}
    found = compute(rule.tree, **tables, as_of=DAY, columns={"revenu_mensuel": "r", "commune": "commune"})
    query = connection.compile(found.table)
    assert len(query) < 60_000
    rows = fetch(connection, found.table.order_by("menage")).to_pylist()
    situation = {
        "foyer": {"commune": "45234"},
        "personnes": [{"revenu_mensuel": "1000.00"}, {"revenu_mensuel": "7.50"}],
        "demandeur": 0,
    }
    wanted = rule.evaluate(situation, as_of=DAY).value("part")
    assert [row["part"] for row in rows] == [wanted * 100, wanted * 100, None]  # type: ignore[operator]
    connection.con.unregister("many")


def test_what_is_said_twice_is_one_column() -> None:
    once = compiled("annee(date_naissance) * 12 + mois_de(date_naissance)")
    twice = compiled("annee(date_naissance)", "f0 * 12 + mois_de(date_naissance)", "f1 + annee(date_naissance) - f0")
    persons = ibis.table({"menage": "int64", "d": "date"}, name="persons")
    queries = [
        str(ibis.to_sql(compute(rule.tree, persons=persons, as_of=DAY, columns={"date_naissance": "d"}).table))
        for rule in (once, twice)
    ]
    assert queries[0].count("FLOOR(") == queries[1].count("FLOOR(") == 2


def test_duckdb_plans_again_as_it_did_once_the_rows_are_fetched(connection: Any) -> None:
    connection.raw_sql("SET disabled_optimizers = 'top_n'")
    with pytest.raises(Exception, match="absent"):
        fetch(connection, ibis.table({"x": "int64"}, name="absent"))
    setting = connection.con.execute("SELECT current_setting('disabled_optimizers')").fetchall()
    assert setting == [("top_n",)]
    connection.raw_sql("SET disabled_optimizers = ''")


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
    said, complete = problems([row for table in tables_of for row in fetch(connection, table).to_pylist()])
    assert sorted(text.fr for text in said) == [
        "date_naissance : 2 valeurs impossibles",
        "revenu_mensuel : 1 valeurs impossibles",
        "situation : 1 valeurs impossibles",
    ]
    assert complete == {"date_naissance", "handicap"}
    connection.con.unregister("wrong")
