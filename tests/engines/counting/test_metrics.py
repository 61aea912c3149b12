"""Metrics by hand and by brute force, the chart, and the words of explanations."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mandat.engines import counting
from mandat.engines.counting.chart import money_chart
from mandat.engines.counting.metrics import ejr_plus_violations, most_unlike
from mandat.engines.counting.preference import compare, excluded
from mandat.engines.counting.utilities import market
from mandat.kernel.text import speaking
from tests.engines.counting.instances import elections

QUICK = settings(max_examples=60, deadline=None)


def city() -> counting.Election:
    return counting.make_election(
        costs={"a": 40, "b": 40, "c": 20, "d": 10},
        budget=100,
        ballots=[["a", "b"]] * 5 + [["c"]] * 3 + [["d"]] + [[]],
        fields={
            "a": {"category": "Green, Sport", "district": "North"},
            "b": {"category": "Green", "district": "North"},
            "c": {"category": "Sport", "district": "South"},
            "d": {"category": "Culture", "district": "South"},
        },
    )


def test_measures_of_an_outcome_by_hand() -> None:
    election = city()
    found = counting.measure(election, [0, 1])
    assert (found.spent, found.spent_share, found.exhaustive) == (80, 0.8, False)
    assert (found.voters, found.blank, found.voters_with_a_win) == (10, 1, 5)
    assert (found.mean_wins, found.mean_cost) == (1.0, 40.0)
    shares = {s.name: s for s in found.categories}
    assert (shares["Green"].projects, shares["Green"].elected) == (2, 2)
    assert shares["Green"].money == pytest.approx(60 / 80)
    assert shares["Green"].votes == pytest.approx(7.5 / 14)
    assert sum(s.money for s in found.categories) == pytest.approx(1)
    assert {s.name: s.money for s in found.districts} == {"North": 1.0, "South": 0.0}
    assert most_unlike(found.districts) == pytest.approx(4 / 14)
    # Three voters of c deserve 30 and get nothing; the one of d deserves 10.
    assert [(v.project, v.voters, v.deserved) for v in found.violations] == [("c", 3, 30), ("d", 1, 10)]


def test_preferences_between_outcomes() -> None:
    election = city()
    assert compare(election, [0, 1], [2], "cost") == compare(election, [0], [2], "cardinality")
    found = compare(election, [0, 1], [2], "cost")
    assert (found.first, found.second, found.equal) == (5, 3, 2)
    assert excluded(election, [0]) == 4


@given(election=elections(most_projects=5, most_voters=7), data=st.data())
@QUICK
def test_ejr_plus_violations_are_those_that_every_group_shows(election: counting.Election, data: Any) -> None:
    elected = data.draw(st.lists(st.integers(0, len(election) - 1), unique=True))
    assert election.ballots.row_of is not None
    ballots = [set(election.ballots.row(int(r))) for r in election.ballots.row_of]
    n, expected = len(ballots), set()
    for j, cost in enumerate(election.costs):
        supporters = [b for b in ballots if j in b]
        for size in range(1, len(supporters) + 1):
            for group in combinations(supporters, size):
                if j not in elected and all(
                    (sum(election.costs[i] for i in b if i in elected) + cost) * n <= size * election.budget_units
                    for b in group
                ):
                    expected.add(election.ids[j])
    assert {v.project for v in ejr_plus_violations(election, elected)} == expected


@given(election=elections(), utility=st.sampled_from(["cost", "cardinality"]))
@QUICK
def test_the_best_set_is_the_best_of_all_sets(election: counting.Election, utility: Any) -> None:
    made = market(election, utility)
    worth = [m * u for m, u in zip(made.mass, made.unit, strict=True)]
    best = max(
        sum(worth[j] for j in chosen)
        for size in range(len(election) + 1)
        for chosen in combinations(range(len(election)), size)
        if sum(election.costs[j] for j in chosen) <= election.budget_units
    )
    result = counting.count(election, rule="welfare", utility=utility)
    assert result.detail.worth == best == sum(worth[j] for j in result.winners)


@given(
    election=elections(),
    rule=st.sampled_from(["equal-shares", "greedy", "phragmen", "welfare", "approval", "sequential-pav"]),
    completion=st.sampled_from(counting.COMPLETIONS),
)
@QUICK
def test_every_project_has_a_reason_and_the_chart_is_sound(election: Any, rule: Any, completion: Any) -> None:
    result = counting.count(election, rule=rule, completion=completion)
    reasons = counting.explain(result)
    assert list(reasons) == list(election.ids)
    assert {i for i, why in reasons.items() if why.elected} == set(result.winner_ids)
    for why in reasons.values():
        assert why.sentence.fr.endswith(".")
        assert why.sentence.en.endswith(".")
        assert "{" not in why.sentence.fr + why.sentence.en
        assert why.data.get("missing_votes", 1) >= 0
    with speaking("en"):
        root = ET.fromstring(money_chart(result))
    assert root.attrib["role"] == "img"
    assert not any("style" in node.attrib for node in root.iter())


def test_names_are_escaped_in_the_chart() -> None:
    election = counting.make_election(costs={"a": 1}, budget=1, ballots=[["a"]], names={"a": "<b>&\"'"})
    root = ET.fromstring(money_chart(counting.count(election)))
    assert any(node.text == "<b>&\"'" for node in root.iter())


@given(election=elections(free=False), utility=st.sampled_from(["cost", "cardinality"]))
@QUICK
def test_a_votes_short_figure_of_greedy_is_enough(election: counting.Election, utility: Any) -> None:
    result = counting.count(election, rule="greedy", utility=utility)
    assert election.ballots.row_of is not None
    ballots = [[election.ids[p] for p in election.ballots.row(int(r))] for r in election.ballots.row_of]
    for name, why in counting.explain(result).items():
        if "missing_votes" in why.data:
            grown = counting.make_election(
                costs={p.id: p.cost for p in election.projects},
                budget=election.budget,
                ballots=ballots + [[name]] * why.data["missing_votes"],
            )
            assert name in counting.count(grown, rule="greedy", utility=utility).winner_ids
