from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import ibis
import pyarrow as pa
import pytest

from mandat.engines.population import Commune, generate, shipped_margins
from mandat.engines.rules import Rule
from mandat.engines.rules.columnar_duckdb import fetch
from mandat.engines.rules.reform import Simulation, reform_query, summarise
from mandat.kernel.errors import InputError
from tests.engines.rules.samples import DAY, compiled, tariff

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")
COLUMNS = {"revenu_mensuel": "revenu_mensuel", "date_naissance": "date_naissance", "commune": "commune"}
DIMENSIONS = {"commune": "commune", "gender": "sexe", "decile": "decile", "nowhere": "absent"}


@pytest.fixture(scope="module")
def town() -> Any:
    communes = [Commune("45234", "45", 700), Commune("45999", "45", 150)]
    (part,) = generate(communes, margins=shipped_margins(), seed=4, reference_day=DAY)
    return part


@pytest.fixture
def connection(town: Any) -> Iterator[Any]:
    found = ibis.duckdb.connect()
    found.con.register("persons", town.persons)
    found.con.register("homes", town.households)
    yield found
    found.disconnect()


def simulated(connection: Any, rule: Rule, reform: Rule | None, **more: Any) -> Simulation:
    query = reform_query(
        rule, reform, persons=connection.table("persons"), households=connection.table("homes"), as_of=DAY,
        columns=COLUMNS, dimensions=DIMENSIONS, age="age", **more,
    )  # fmt: skip
    return summarise(fetch(connection, query.table), query)


def one_by_one(rule: Rule, town: Any) -> list[tuple[dict[str, Any], bool, Decimal]]:
    """Each person with what the interpreter answers."""
    homes: dict[int, list[dict[str, Any]]] = {}
    for row in town.persons.to_pylist():
        homes.setdefault(row["menage"], []).append(row)
    found = []
    for members in homes.values():
        situation = {
            "foyer": {"commune": members[0]["commune"]},
            "personnes": [{name: each[name] for name in ("revenu_mensuel", "date_naissance")} for each in members],
        }
        for seat, each in enumerate(members):
            evaluation = rule.evaluate({**situation, "demandeur": seat}, as_of=DAY)
            eligible, amount = evaluation.value("est_eligible"), evaluation.value("montant")
            assert isinstance(eligible, bool)
            assert isinstance(amount, Decimal)
            found.append((each, eligible, amount))
    return found


def test_a_reform_adds_up_what_the_interpreter_says_of_each_person(connection: Any, town: Any) -> None:
    rule = tariff()
    reform = rule.reformed({"plafond": Decimal(1300), "abonnement": Decimal("60.00")})
    found = simulated(connection, rule, reform, paid_by_persons=True)
    before, after = one_by_one(rule, town), one_by_one(reform, town)
    gains = [old - new for (_, _, old), (_, _, new) in zip(before, after, strict=True)]
    total = found.totals
    assert total.persons == 850
    assert total.unknown == 0
    assert total.before == sum(amount for _, _, amount in before)
    assert total.after == sum(amount for _, _, amount in after)
    assert total.eligible_after == sum(eligible for _, eligible, _ in after)
    assert total.gainers == sum(gain > 0 for gain in gains) > 0
    assert total.losers == sum(gain < 0 for gain in gains) > 0
    assert total.gained == sum(gain for gain in gains if gain > 0)
    assert total.lost == -sum(gain for gain in gains if gain < 0)
    assert total.change == total.lost - total.gained
    women = [(old, gain) for (each, _, old), gain in zip(before, gains, strict=True) if each["sexe"] == "F"]
    assert found.by["gender"]["F"].before == sum(old for old, _ in women)
    assert found.by["gender"]["F"].gainers == sum(gain > 0 for _, gain in women)
    assert sum(band.count for band in found.distribution) == total.gainers + total.losers
    for band in found.distribution:
        low, high = band.low, band.high
        if high is not None and high <= 0:
            wanted = sum((low is None or gain > low) and gain <= high and gain < 0 for gain in gains)
        else:
            assert low is not None
            wanted = sum(gain >= low and gain > 0 and (high is None or gain < high) for gain in gains)
        assert band.count == wanted


def test_every_breakdown_adds_up_to_the_whole(connection: Any) -> None:
    rule = tariff()
    found = simulated(connection, rule, rule.reformed({"plafond": Decimal(1300)}), paid_by_persons=True)
    assert set(found.by) == {"commune", "gender", "decile", "age"}
    for cells in found.by.values():
        for name in ("persons", "gainers", "losers", "before", "after", "gained", "lost"):
            assert sum(getattr(cell, name) for cell in cells.values()) == getattr(found.totals, name)
    assert list(found.by["decile"]) == [str(n) for n in range(1, 11)]
    assert list(found.by["age"]) == ["0-14", "15-17", "18-25", "26-39", "40-59", "60-74", "75+"]


def test_without_a_reform_nobody_gains_or_loses(connection: Any) -> None:
    found = simulated(connection, tariff(), None)
    assert found.totals.before == found.totals.after > 0
    assert (found.totals.gainers, found.totals.losers) == (0, 0)
    assert found.unit == "EUR/month"


def test_what_the_region_pays_it_pays_to_the_eligible_only(connection: Any) -> None:
    outputs = [{"name": "ok", "role": "eligible"}, {"name": "aide", "role": "amount"}]
    lines = [
        {"name": "ok", "label": {"fr": "a", "en": "a"}, "formula": "revenu_mensuel < 500 EUR/mois"},
        {"name": "aide", "label": {"fr": "b", "en": "b"}, "formula": "10 EUR + 0 EUR"},
    ]
    rule = compiled(*lines, outputs=outputs)
    found = simulated(connection, rule, None)
    assert 0 < found.totals.eligible_before < found.totals.persons
    assert found.totals.before == 10 * found.totals.eligible_before


def test_a_rule_that_only_says_who_is_eligible_counts_who_enters_and_who_leaves(connection: Any) -> None:
    limit = {
        "name": "limite", "label": {"fr": "l", "en": "l"}, "unit": "EUR/month",
        "values": [{"from": dt.date(2022, 1, 1), "value": 500, "reference": {"text": "Essai"}}],
    }  # fmt: skip
    rule = compiled("revenu_mensuel < limite", parameters=(limit,), outputs=[{"name": "f0", "role": "eligible"}])
    found = simulated(connection, rule, rule.reformed({"limite": Decimal(900)}))
    assert found.totals.gainers == found.totals.eligible_after - found.totals.eligible_before > 0
    assert found.totals.losers == 0


def test_persons_of_whom_an_answer_is_unknown_are_counted_apart(connection: Any, town: Any) -> None:
    incomes = town.persons["revenu_mensuel"].to_pylist()
    holed = pa.array([None if k % 10 == 0 else value for k, value in enumerate(incomes)], pa.decimal128(12, 2))
    place = town.persons.schema.get_field_index("revenu_mensuel")
    connection.con.register("persons", town.persons.set_column(place, "revenu_mensuel", holed))
    rule = compiled("arrondi(revenu_mensuel / 3, 0.01, proche)", outputs=[{"name": "f0", "role": "amount"}])
    found = simulated(connection, rule, None)
    assert found.totals.unknown == 85
    cents = [int(value * 100) for k, value in enumerate(incomes) if k % 10]
    assert found.totals.before == sum(Decimal((2 * n + 3) // 6) for n in cents) / 100


def test_a_rule_without_amount_or_eligibility_has_nothing_to_add_up(connection: Any) -> None:
    with pytest.raises(InputError, match="ni montant ni"):
        simulated(connection, compiled("revenu_mensuel * 2"), None)
