"""A reform of a rule over the sample of the synthetic population: cost, gainers and losers.

Counts and amounts are those of the sample times ``ONE_IN``. What the population does not say (a stay abroad, a sport) is unknown, or
the same answer for everybody where one is given.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import ibis
from django.core.cache import cache

from mandat.apps.rulebook.asking import Value
from mandat.apps.rulebook.population import ONE_IN, Sample
from mandat.apps.rulebook.published import PublishedRule
from mandat.engines.rules import Input, Rule
from mandat.engines.rules.columnar_checks import checks, problems
from mandat.engines.rules.columnar_duckdb import fetch
from mandat.engines.rules.reform import Simulation, Totals, reform_query, summarise
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

#: Inputs that the population holds under another name.
ALIASES = {"nombre_personnes": "taille"}
DIMENSIONS = {"commune": "commune", "gender": "sexe", "decile": "decile"}
#: Columns of the population by table.
PERSON_COLUMNS = frozenset(
    {"commune", "sexe", "age", "date_naissance", "situation", "handicap", "revenu_mensuel", "decile"}
)
HOUSEHOLD_COLUMNS = frozenset(
    {"commune", "type", "taille", "enfants", "niveau_de_vie", "revenu_disponible", "revenu_fiscal_reference", "parts", "quotient_familial"}
)  # fmt: skip
#: Seconds for which a result is kept.
KEPT = 24 * 3600


@dataclass(frozen=True, slots=True)
class Line:
    """Some persons (or households) of the whole region: heads and amounts before and after."""

    persons: int
    unknown: int
    eligible_before: int
    eligible_after: int
    gainers: int
    losers: int
    before: Decimal
    after: Decimal

    @property
    def change(self) -> Decimal:
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Costed:
    """``by`` gives the lines of each dimension: age, gender, decile, commune. ``unit`` is empty without an amount."""

    totals: Line
    by: Mapping[str, Mapping[str, Line]]
    unit: str


def column_of(given: Input) -> str:
    """The column of the population that answers an input; empty where it does not say."""
    name = ALIASES.get(given.name, given.name)
    return name if name in PERSON_COLUMNS | HOUSEHOLD_COLUMNS else ""


def unsaid(found: PublishedRule) -> list[Input]:
    """Inputs that the population does not say."""
    return [given for given in found.asked.values() if not column_of(given)]


def cost(
    found: PublishedRule, reform: Rule | None, sample: Sample, *, as_of: dt.date, given: Mapping[str, Value], paid: bool
) -> Costed:
    """Compare the rule with its reform (with itself where None). Kept for a day. Raises InputError where it cannot be computed."""
    assert found.rule is not None
    said = json.dumps(
        [
            found.rule.digest,
            reform.digest if reform else "",
            str(sample.persons),
            as_of.isoformat(),
            sorted(given.items()),
            paid,
        ]
    )
    key = f"rulebook:cost:{hashlib.sha256(said.encode()).hexdigest()}"
    kept = cache.get(key)
    if kept is None:
        kept = _cost(found.rule, reform, sample, as_of, given, paid)
        cache.set(key, kept, KEPT)
    return kept  # type: ignore[no-any-return]


def _cost(
    rule: Rule, reform: Rule | None, sample: Sample, as_of: dt.date, given: Mapping[str, Value], paid: bool
) -> Costed:
    connection = ibis.duckdb.connect()
    try:
        tables: dict[bool, Any] = {
            True: connection.read_parquet(str(sample.persons), table_name="personnes"),
            False: connection.read_parquet(str(sample.households), table_name="menages"),
        }
        columns: dict[str, str] = {}
        for name, asked in rule.inputs.items():
            member = rule.tree.member is None or asked.entity == rule.tree.member.name
            if name in given:
                tables[member] = tables[member].mutate(**{f"given_{name}": _literal(asked, given[name])})
                columns[name] = f"given_{name}"
            elif column_of(asked) in tables[member].columns:
                columns[name] = column_of(asked)
        rows = [
            row
            for table in checks(rule.tree, persons=tables[True], households=tables[False], as_of=as_of, columns=columns)
            for row in fetch(connection, table).to_pylist()
        ]
        wrong, complete = problems(rows)
        if wrong:
            raise InputError(Text(" ; ".join(one.fr for one in wrong), "; ".join(one.en for one in wrong)))
        query = reform_query(
            rule, reform, persons=tables[True], households=tables[False], as_of=as_of, columns=columns,
            dimensions=DIMENSIONS, age="age", complete=complete, paid_by_persons=paid,
        )  # fmt: skip
        return _scaled(summarise(fetch(connection, query.table), query))
    finally:
        connection.disconnect()


def _literal(asked: Input, value: Value) -> Any:
    if asked.type == "number":
        return ibis.literal(Decimal(str(value)), type=f"decimal(18, {asked.decimals})")
    if asked.type == "date":
        return ibis.literal(dt.date.fromisoformat(str(value)))
    return ibis.literal(value)


def _scaled(found: Simulation) -> Costed:
    by = {name: {label: _line(totals) for label, totals in cells.items()} for name, cells in found.by.items()}
    return Costed(_line(found.totals), by, found.unit)


def _line(totals: Totals) -> Line:
    return Line(
        totals.persons * ONE_IN, totals.unknown * ONE_IN, totals.eligible_before * ONE_IN, totals.eligible_after * ONE_IN,
        totals.gainers * ONE_IN, totals.losers * ONE_IN, totals.before * ONE_IN, totals.after * ONE_IN,
    )  # fmt: skip
