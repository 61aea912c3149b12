"""Increments and rebuild agree; values read from cells are those of the facts."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mandat.engines.indicators.expression import Expression, Filter, explain
from mandat.engines.indicators.rollup import Amount, Delta, Key, Logged, Target, build
from mandat.engines.indicators.value import Geography, reached, read, suspended_since
from mandat.facts import Fact

START = dt.date(2022, 1, 1)
AREAS = ("commune:18033", "commune:37261", "commune:45234", "epci:243700754")
COMMUNES = {
    "commune:18033": {"18033": 10},
    "commune:37261": {"37261": 30},
    "commune:45234": {"45234": 60},
    "epci:243700754": {"37261": 30, "45234": 60},
}
GEOGRAPHY = Geography(lambda area: COMMUNES[area], 100)
LATER = dt.date(2030, 1, 1)


def output(
    day: int,
    quantity: int,
    *,
    area: str = "",
    output: str = "",
    corrects: int | None = None,
    kind: str = "programme.output_confirmed.v1",
) -> Fact:
    withdrawn = kind == "journal.withdrawn.v1"
    return Fact(
        kind=kind,
        occurred_on=START + dt.timedelta(days=day),
        programme="essai",
        measures=(1,),
        commitments=("1.1",),
        area=area,
        quantity=None if withdrawn else Decimal(quantity),
        unit="" if withdrawn else "doctor",
        data={"reason": "erreur"} if withdrawn else {"title": "x", "output": output},
        breakdowns={} if withdrawn else {"gender": {"women": quantity}},
        corrects=corrects,
    )


EXPRESSIONS = [
    Expression(facts=("programme.output_confirmed.v1",), aggregate="sum", of="quantity"),
    Expression(facts=("programme.output_confirmed.v1",), aggregate="count"),
    Expression(facts=("programme.output_confirmed.v1",), aggregate="count", window="year"),
    Expression(facts=("programme.output_confirmed.v1",), aggregate="distinct", of="area"),
    Expression(facts=("programme.output_confirmed.v1",), aggregate="distinct", of="data.output", window="year"),
    Expression(facts=("programme.output_confirmed.v1",), aggregate="last", of="quantity"),
    Expression(facts=("programme.output_confirmed.v1",), aggregate="share", over="population"),
    Expression(
        facts=("programme.output_confirmed.v1",),
        where=(Filter(field="quantity", at_least=Decimal(3)), Filter(field="data.output", any_of=("a", "b"))),
        aggregate="sum",
        of="quantity",
    ),
]


@st.composite
def logs(draw: st.DrawFn) -> list[Logged]:
    """A log with corrections and withdrawals of facts still in force."""
    log: list[Logged] = []
    in_force: list[int] = []
    for index in range(draw(st.integers(0, 25))):
        corrects = draw(st.sampled_from([None, None, *in_force])) if in_force else None
        kind = "programme.output_confirmed.v1"
        if corrects is not None:
            in_force.remove(corrects)
            kind = draw(st.sampled_from([kind, "journal.withdrawn.v1"]))
        fact = output(
            draw(st.integers(0, 900)), draw(st.integers(0, 9)), area=draw(st.sampled_from(("", *AREAS))),
            output=draw(st.sampled_from(("", "a", "b", "c"))), corrects=corrects, kind=kind,
        )  # fmt: skip
        log.append(Logged(index, fact))
        if kind != "journal.withdrawn.v1":
            in_force.append(index)
    return log


def effective(log: list[Logged]) -> list[Logged]:
    gone = {logged.fact.corrects for logged in log}
    return [logged for logged in log if logged.index not in gone]


@given(logs(), st.sampled_from(EXPRESSIONS), st.lists(st.integers(0, 25), max_size=4))
def test_batches_of_increments_give_the_rebuilt_cells(
    log: list[Logged], expression: Expression, cuts: list[int]
) -> None:
    target = Target(1, "1.1", expression)
    stored: dict[Key, list[int]] = {}
    borders = sorted({0, len(log), *(cut for cut in cuts if cut < len(log))})
    for start, end in itertools.pairwise(borders):
        delta = Delta()
        for logged in log[start:end]:
            if logged.fact.corrects is not None:
                delta.add(target, log[logged.fact.corrects], sign=-1)
            delta.add(target, logged)
        for key, amount in delta.of("1.1").items():
            cell = stored.setdefault(key, [0, 0])
            cell[0] += amount.value
            cell[1] += amount.n
    assert {key: Amount(*cell) for key, cell in stored.items() if any(cell)} == build(target, log)


@given(logs(), st.sampled_from(EXPRESSIONS), st.integers(0, 1000))
def test_the_value_is_that_of_the_facts_in_force(log: list[Logged], expression: Expression, days: int) -> None:
    as_of = START + dt.timedelta(days=days)
    target = Target(1, "1.1", expression)
    value = read(expression, build(target, log), as_of=as_of, geography=GEOGRAPHY)
    counted = [
        logged for logged in effective(log)
        if logged.fact.occurred_on <= as_of and expression.accepts(logged.fact, measure=1, commitment="1.1")
    ]  # fmt: skip
    if expression.window == "year":
        in_year = [logged for logged in counted if logged.fact.occurred_on.year == as_of.year]
    else:
        in_year = counted
    if expression.aggregate == "sum":
        expected: Decimal | int = sum((logged.fact.quantity or Decimal(0) for logged in in_year), Decimal(0))
    elif expression.aggregate == "count":
        expected = len(in_year)
    elif expression.aggregate == "distinct":
        name = expression.of
        values = {logged.fact.area if name == "area" else logged.fact.data["output"] for logged in in_year} - {"", None}
        counted = [logged for logged in counted if (logged.fact.area if name == "area" else logged.fact.data["output"])]
        expected = len(values)
    elif expression.aggregate == "last":
        latest = max(counted, key=lambda logged: (logged.fact.occurred_on, logged.index), default=None)
        expected = latest.fact.quantity or Decimal(0) if latest else 0
    else:
        counted = [logged for logged in counted if logged.fact.area]
        covered = {commune for logged in counted for commune in COMMUNES[logged.fact.area]}
        weights = {commune: weight for area in COMMUNES.values() for commune, weight in area.items()}
        expected = sum(weights[commune] for commune in covered)
    assert value.value == (expected if counted else None)
    assert value.facts == len(counted)
    if value.series and expression.window == "all":
        assert value.series[-1][1] == expected


def test_breakdowns_add_up_by_category() -> None:
    target = Target(1, "1.1", EXPRESSIONS[0])
    cells = build(target, [Logged(0, output(1, 4)), Logged(1, output(2, 5)), Logged(2, output(3, 1, corrects=0))])
    assert read(EXPRESSIONS[0], cells, as_of=LATER).categories == {"gender": {"women": 6}}


def test_facts_of_another_commitment_do_not_count() -> None:
    fact = output(1, 4)
    for scope, counted in (("commitment", False), ("measure", True), ("programme", True)):
        expression = EXPRESSIONS[0].model_copy(update={"scope": scope})
        assert expression.accepts(fact, measure=1, commitment="1.2") is counted


def test_milestones_and_suspensions_are_kept_beside_the_figure() -> None:
    def turn(index: int, kind: str, day: int, **data: str) -> Logged:
        fact = Fact(
            kind=f"programme.{kind}.v1",
            occurred_on=START + dt.timedelta(days=day),
            programme="essai",
            measures=(1,),
            commitments=("1.1",),
            data=data,
        )
        return Logged(index, fact)

    log = [
        turn(0, "milestone_reached", 5, milestone="convention", title="x"),
        turn(1, "commitment_suspended", 10, reason="r"),
        turn(2, "commitment_resumed", 20, reason="r"),
        turn(3, "commitment_suspended", 30, reason="r"),
    ]
    cells = build(Target(1, "1.1", EXPRESSIONS[0]), log)
    assert reached(cells, as_of=LATER) == {"convention": START + dt.timedelta(days=5)}
    assert suspended_since(cells, as_of=START + dt.timedelta(days=15)) == START + dt.timedelta(days=10)
    assert suspended_since(cells, as_of=START + dt.timedelta(days=25)) is None
    assert suspended_since(cells, as_of=LATER) == START + dt.timedelta(days=30)


def test_an_expression_is_explained_in_both_languages() -> None:
    text = explain(EXPRESSIONS[-1])
    assert text.fr.startswith("Somme : quantité, sur les faits « Réalisation confirmée » de cet engagement")
    assert "where quantity ≥ 3" in text.en


def test_an_observation_of_an_earlier_year_is_not_zero_this_year() -> None:
    expression = Expression(facts=("programme.output_confirmed.v1",), aggregate="last", of="quantity", window="year")
    cells = build(Target(1, "1.1", expression), [Logged(0, output(10, 7))])
    assert read(expression, cells, as_of=dt.date(2022, 12, 31)).value == 7
    assert read(expression, cells, as_of=dt.date(2023, 1, 1)).value is None


@pytest.mark.parametrize(("before", "after"), [("10.00", "10"), ("0.50", "0.5")])
def test_a_number_is_filtered_and_named_alike_before_and_after_it_is_stored(before: str, after: str) -> None:
    def award(amount: str) -> Fact:
        return replace(
            output(0, 1), kind="grants.awarded.v1", amount=Decimal(amount), data={"beneficiary": "x", "purpose": "y"}
        )

    filtered = Expression(
        facts=("grants.awarded.v1",), where=(Filter(field="amount", any_of=(after,)),), aggregate="count"
    )
    named = Expression(facts=("grants.awarded.v1",), aggregate="distinct", of="amount")
    for expression in (filtered, named):
        target = Target(1, "1.1", expression)
        cells = build(target, [Logged(0, award(before))])
        assert cells
        assert cells == build(target, [Logged(0, award(after))])


def test_a_share_has_no_year_of_its_own() -> None:
    with pytest.raises(ValueError, match="no window"):
        Expression(facts=("grants.awarded.v1",), aggregate="share", over="population", window="year")
