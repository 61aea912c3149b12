"""Every rule against an independent count in exact fractions, and the promises each rule makes."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from mandat.engines import counting
from mandat.engines.counting.completions import is_exhaustive
from mandat.engines.counting.equal_shares import run_shares
from mandat.engines.counting.metrics import ejr_plus_violations
from mandat.engines.counting.utilities import market
from tests.engines.counting.instances import elections, recounted

QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
UTILITIES = st.sampled_from(["cost", "cardinality"])
BUDGET_RULES = st.sampled_from(["equal-shares", "greedy", "phragmen", "welfare"])
ORDERS = st.sampled_from(["id", "number", "cost", "votes", "seed:été 2027"])


@pytest.mark.parametrize("completion", counting.COMPLETIONS)
@given(data=st.data())
@QUICK
def test_equal_shares_elects_what_exact_fractions_elect(completion: Any, data: st.DataObject) -> None:
    result = counting.count(
        data.draw(elections()),
        utility=data.draw(UTILITIES),  # type: ignore[arg-type]
        completion=completion,
        stop=data.draw(st.sampled_from(["exhaustive", "overspend"])),  # type: ignore[arg-type]
        increment=data.draw(st.sampled_from(["1", "0.5", "7"])),
        comparison=data.draw(st.sampled_from(["none", "majority", "exclusion"])),  # type: ignore[arg-type]
        tie_order=data.draw(ORDERS),
    )
    assert recounted(result) == result.winner_ids


@pytest.mark.parametrize(
    ("vote_type", "utility"), [("ordinal", "borda"), ("cumulative", "points"), ("ordinal", "cost")]
)
@given(data=st.data())
@QUICK
def test_additive_uses_are_counted_exactly(vote_type: str, utility: Any, data: st.DataObject) -> None:
    election = data.draw(elections(vote_type=vote_type))
    completion: Any = data.draw(st.sampled_from(["none", "add1", "add1u", "greedy", "epsilon"]))
    for rule in ("equal-shares", "greedy", "welfare"):
        result = counting.count(election, rule=rule, utility=utility, completion=completion)  # type: ignore[arg-type]
        assert recounted(result) == result.winner_ids


@pytest.mark.parametrize("rule", ["greedy", "phragmen", "welfare"])
@given(data=st.data())
@QUICK
def test_other_budget_rules_elect_what_exact_fractions_elect(rule: Any, data: st.DataObject) -> None:
    election, utility = data.draw(elections()), data.draw(UTILITIES)
    result = counting.count(election, rule=rule, utility=utility, tie_order=data.draw(ORDERS))  # type: ignore[arg-type]
    assert recounted(result) == result.winner_ids


@pytest.mark.parametrize(
    ("rule", "vote_type"),
    [
        ("approval", "approval"),
        ("pav", "approval"),
        ("sequential-pav", "approval"),
        ("borda", "ordinal"),
        ("schulze", "ordinal"),
        ("stv", "ordinal"),
        ("majority-judgement", "scoring"),
    ],
)
@given(data=st.data())
@QUICK
def test_seats_go_to_whom_a_plain_count_gives_them(rule: Any, vote_type: str, data: st.DataObject) -> None:
    election = data.draw(elections(vote_type=vote_type, most_projects=6))
    seats = data.draw(st.integers(1, len(election)))
    result = counting.count(election, rule=rule, seats=seats, tie_order=data.draw(ORDERS))
    again = recounted(result)
    assert (sorted(again) if rule == "pav" else again) == (
        sorted(result.winner_ids) if rule == "pav" else result.winner_ids
    )
    assert len(result.winners) <= seats


@given(election=elections(), rule=BUDGET_RULES, completion=st.sampled_from(counting.COMPLETIONS), utility=UTILITIES)
@QUICK
def test_the_budget_is_never_exceeded(election: counting.Election, rule: Any, completion: Any, utility: Any) -> None:
    result = counting.count(election, rule=rule, completion=completion, utility=utility)
    assert result.total_cost <= election.budget
    assert len(set(result.winners)) == len(result.winners)


@given(election=elections(), utility=UTILITIES)
@QUICK
def test_equal_shares_is_priceable(election: counting.Election, utility: Any) -> None:
    """Payments exist: the price system the rule itself makes, checked in exact fractions."""
    made = market(election, utility)
    endowment = Fraction(election.budget_units, made.total)
    run = run_shares(market=made, endowment=endowment, rank=list(range(len(election))))
    purses = [endowment] * made.packed
    for k, bought in enumerate(run.ledger.rounds):
        price, paid = run.ledger.price(k), Fraction(0)
        supporters = set(made.rows[bought.project].tolist())
        for r in supporters:
            share = min(purses[r], price)
            purses[r] -= share
            paid += share * int(made.row_weight[r])
        assert paid == election.costs[bought.project]
    assert min(purses, default=Fraction(0)) >= 0
    for j in set(range(len(election))) - set(run.order):
        if election.costs[j]:
            held = sum(purses[r] * int(made.row_weight[r]) for r in made.rows[j].tolist())
            assert held < election.costs[j]


@given(election=elections())
@QUICK
def test_equal_shares_with_cost_utility_leaves_no_group_deprived(election: counting.Election) -> None:
    assert ejr_plus_violations(election, counting.count(election, utility="cost").winners) == []


@given(election=elections(), rule=BUDGET_RULES, utility=UTILITIES, seed=st.randoms())
@QUICK
def test_the_order_of_ballots_does_not_matter(election: counting.Election, rule: Any, utility: Any, seed: Any) -> None:
    ballots = all_ballots(election)
    seed.shuffle(ballots)
    shuffled = rebuilt(election, list(election.ids), ballots)
    assert (
        counting.count(shuffled, rule=rule, utility=utility).winner_ids
        == counting.count(election, rule=rule, utility=utility).winner_ids
    )


@given(election=elections(free=False), rule=BUDGET_RULES, utility=UTILITIES, seed=st.randoms())
@QUICK
def test_names_and_places_in_the_file_do_not_matter(
    election: counting.Election, rule: Any, utility: Any, seed: Any
) -> None:
    order = list(election.ids)
    seed.shuffle(order)
    moved = rebuilt(election, order, all_ballots(election))
    renamed = {i: f"p{k}" for k, i in enumerate(sorted(election.ids))}
    costs = {renamed[i]: c for i, c in zip(moved.ids, [p.cost for p in moved.projects], strict=True)}
    other = counting.make_election(
        costs=costs, budget=election.budget, ballots=[[renamed[i] for i in b] for b in all_ballots(election)]
    )
    # The tie order must be carried over too: here by naming it in full.
    stated = "list:" + ",".join(renamed[i] for i in sorted(election.ids))
    expected = counting.count(election, rule=rule, utility=utility).winner_ids
    assert counting.count(moved, rule=rule, utility=utility).winner_ids == expected
    assert counting.count(other, rule=rule, utility=utility, tie_order=stated).winner_ids == [
        renamed[i] for i in expected
    ]


@given(data=st.data())
@QUICK
def test_one_more_vote_never_hurts_under_greedy_and_approval(data: st.DataObject) -> None:
    election = data.draw(elections(free=False))
    rule: Any = data.draw(st.sampled_from(["greedy", "approval"]))
    before = counting.count(election, rule=rule).winner_ids
    assume(before)
    lucky = data.draw(st.sampled_from(before))
    ballots = list(all_ballots(election))
    lacking = [k for k, b in enumerate(ballots) if lucky not in b]
    assume(lacking)
    ballots[data.draw(st.sampled_from(lacking))].append(lucky)
    assert lucky in counting.count(rebuilt(election, list(election.ids), ballots), rule=rule).winner_ids


@given(election=elections(), utility=UTILITIES, stop=st.sampled_from(["exhaustive", "overspend"]))
@QUICK
def test_add1_keeps_an_outcome_that_some_raise_gives(election: counting.Election, utility: Any, stop: Any) -> None:
    result = counting.count(election, utility=utility, completion="add1", stop=stop)
    made = market(election, utility)
    start = Fraction(election.budget_units, made.total)
    again = run_shares(
        market=made,
        endowment=start + result.detail.raises * election.money_scale,
        rank=[sorted(election.ids).index(i) for i in election.ids],
    )
    assert again.order == list(result.winners)
    assert result.total_cost <= election.budget
    if stop == "exhaustive" and not is_exhaustive(made, again.order, election.budget_units):
        more = start + (result.detail.raises + 1) * election.money_scale
        over = run_shares(market=made, endowment=more, rank=[sorted(election.ids).index(i) for i in election.ids])
        assert over.cost > election.budget_units


def all_ballots(election: counting.Election) -> list[list[str]]:
    assert election.ballots.row_of is not None
    return [[election.ids[p] for p in election.ballots.row(int(r))] for r in election.ballots.row_of]


def rebuilt(election: counting.Election, order: Sequence[str], ballots: list[list[str]]) -> counting.Election:
    cost = {p.id: p.cost for p in election.projects}
    return counting.make_election(costs={i: cost[i] for i in order}, budget=election.budget, ballots=ballots)
