"""The program of the archive and the engine are written apart: on any course of facts they find the same."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mandat.apps.publications.recompute import recompute
from mandat.engines.indicators.expression import Expression
from mandat.engines.indicators.rollup import Logged, Target, build
from mandat.engines.indicators.status import Promise, Rule, stand
from mandat.engines.indicators.value import Geography, reached, read, suspended_since
from mandat.facts import Fact
from mandat.facts.base import canonical, decimal_text

START, DUE = dt.date(2021, 7, 2), dt.date(2024, 12, 31)
AREAS = {"commune:18033": {"18033": 10}, "commune:37261": {"37261": 30}, "epci:243700754": {"37261": 30, "37262": 60}}
RECORDED = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
KINDS = ("programme.output_confirmed.v1", "programme.milestone_reached.v1", "programme.commitment_suspended.v1", "programme.commitment_resumed.v1")  # fmt: skip
days = st.dates(dt.date(2021, 7, 2), dt.date(2025, 12, 31))
small = st.decimals(0, 60, places=2)

facts = st.lists(
    st.builds(
        lambda kind, day, quantity, area: Fact(
            kind=kind,
            occurred_on=day,
            programme="essai",
            measures=(1,),
            commitments=("1.1",),
            area=area,
            quantity=quantity,
            unit="item",
            data={"milestone": "jalon", "title": "t"} if "milestone" in kind else {"title": "t"},
        ),
        st.sampled_from((*KINDS[:1] * 6, *KINDS)),
        days,
        small,
        st.sampled_from(sorted(AREAS)),
    ),
    max_size=12,
)
indicators = st.sampled_from(
    [
        {"aggregate": "sum", "of": "quantity"},
        {"aggregate": "count"},
        {"aggregate": "distinct", "of": "quantity"},
        {"aggregate": "last", "of": "quantity"},
        {"aggregate": "share", "over": "population"},
        {"aggregate": "sum", "of": "quantity", "window": "year"},
        {"aggregate": "last", "of": "quantity", "window": "year"},
        {"aggregate": "sum", "of": "quantity", "where": [{"field": "quantity", "at_least": "20"}]},
        {"aggregate": "count", "where": [{"field": "area", "any_of": ["commune:18033"]}]},
    ]
)
goals = st.fixed_dictionaries(
    {
        "value": small.map(decimal_text),
        "unit": st.just("item"),
        "promised": st.booleans(),
        "baseline": st.none() | small.map(decimal_text),
        "direction": st.sampled_from(["up", "down"]),
    }
)


@settings(max_examples=400, deadline=None)
@given(facts, indicators, goals, days, st.booleans(), st.booleans(), st.integers(1, 24))
def test_the_stranger_and_the_engine_agree(
    log: list[Fact], indicator: dict[str, Any], goal: dict[str, Any], as_of: dt.date, outcome: bool, milestone: bool, months: int
) -> None:  # fmt: skip
    # A goal of each year goes with an indicator of each year: definitions are refused otherwise.
    goal = {**goal, "each": "year" if indicator.get("window") == "year" else "mandate"}
    expression = Expression.model_validate({"facts": ["programme.output_confirmed.v1"], **indicator})
    cells = build(Target(1, "1.1", expression), [Logged(index, fact) for index, fact in enumerate(log)])
    milestones = {"jalon": dt.date(2023, 6, 30)} if milestone else {}
    value = read(expression, cells, as_of=as_of, geography=Geography(lambda area: AREAS[area], 100))
    engine = stand(
        Promise(
            goal=Decimal(goal["value"]),
            start=START,
            due=DUE,
            promised=goal["promised"],
            baseline=None if goal["baseline"] is None else Decimal(goal["baseline"]),
            down=goal["direction"] == "down",
            yearly=goal["each"] == "year",
            reversible=indicator["aggregate"] in ("last", "share"),
            outcome=outcome,
            expected_every_months=months,
            milestones=milestones,
        ),
        value,
        rule=Rule(Decimal(10), Decimal("1.5"), Decimal(3)),
        as_of=as_of,
        milestones_reached=reached(cells, as_of=as_of),
        suspended_since=suspended_since(cells, as_of=as_of),
    )
    lines = [json.loads(canonical(fact, index=index, recorded_at=RECORDED)) for index, fact in enumerate(log)]
    body = {
        "code": "1.1",
        "goal": goal,
        "truth": "outcome" if outcome else "output",
        "indicator": expression.model_dump(mode="json"),
        "expected_every_months": months,
        "milestones": [{"code": code, "due": day.isoformat()} for code, day in milestones.items()],
    }
    definition = {
        "measure": 1,
        "commitment": {"body": body},
        "rule": {"body": {"tolerance": "10", "stale_after": "1.5", "unknown_after": "3"}},
        "start": START.isoformat(),
        "due": DUE.isoformat(),
        "weights": {
            "total": 100,
            "areas": {area: sorted(weights) for area, weights in AREAS.items()},
            "communes": {code: weight for weights in AREAS.values() for code, weight in weights.items()},
        },
    }
    found = recompute.compute(definition, lines, as_of)
    assert found["value"] == value.value
    assert found["facts"] == value.facts
    assert found["status"] == engine.status.value
