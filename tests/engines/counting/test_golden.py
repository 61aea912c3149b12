"""Worked examples of the literature, by hand or as printed."""

from __future__ import annotations

from fractions import Fraction

import pytest

from mandat.engines import counting
from mandat.engines.counting.exact_shares import least_raise, run_exact
from mandat.engines.counting.explain import explain
from mandat.engines.counting.single import pairwise_wins
from mandat.engines.counting.utilities import market
from mandat.kernel.errors import InputError


def ranked(ballots: dict[str, int], seats_of: str) -> counting.Election:
    return counting.make_election(
        costs=dict.fromkeys(seats_of, 1),
        budget=1,
        ballots=[list(b) for b in ballots],
        weights=list(ballots.values()),
        vote_type="ordinal",
    )


def test_schulze_2011_example_1() -> None:
    ballots = {"ACBED": 5, "ADECB": 5, "BEDAC": 8, "CABED": 3, "CAEBD": 7, "CBADE": 2, "DCEBA": 7, "EBADC": 8}
    election = ranked(ballots, "ABCDE")
    assert pairwise_wins(election).tolist() == [
        [0, 20, 26, 30, 22],
        [25, 0, 16, 33, 18],
        [19, 29, 0, 17, 24],
        [15, 12, 28, 0, 14],
        [23, 27, 21, 31, 0],
    ]
    result = counting.count(election, rule="schulze", seats=5)
    assert result.winner_ids == list("EACBD")
    assert result.ties == ()


def test_tennessee_by_borda_and_by_majority_judgement() -> None:
    cities = ["Memphis", "Nashville", "Chattanooga", "Knoxville"]
    order = [cities, [cities[1], cities[2], cities[3], cities[0]], [cities[2], cities[3], cities[1], cities[0]]]
    order.append([cities[3], cities[2], cities[1], cities[0]])
    weights = [42, 26, 15, 17]
    costs = dict.fromkeys(cities, 1)
    election = counting.make_election(costs=costs, budget=1, ballots=order, weights=weights, vote_type="ordinal")
    result = counting.count(election, rule="borda", seats=4)
    assert dict(zip(cities, result.detail, strict=True)) == {
        "Memphis": 126,
        "Nashville": 194,
        "Chattanooga": 173,
        "Knoxville": 107,
    }
    # Grades: excellent 3, good 2, fair 1, poor 0; three medians are level at fair.
    grades = [
        {"Memphis": 3, "Nashville": 1, "Chattanooga": 0, "Knoxville": 0},
        {"Memphis": 0, "Nashville": 3, "Chattanooga": 1, "Knoxville": 1},
        {"Memphis": 0, "Nashville": 1, "Chattanooga": 3, "Knoxville": 2},
        {"Memphis": 0, "Nashville": 1, "Chattanooga": 2, "Knoxville": 3},
    ]
    judged = counting.make_election(costs=costs, budget=1, ballots=grades, weights=weights, vote_type="scoring")
    assert counting.count(judged, rule="majority-judgement", seats=4).winner_ids == [
        "Nashville",
        "Knoxville",
        "Chattanooga",
        "Memphis",
    ]


def test_transferable_vote_passes_surpluses_at_reduced_value() -> None:
    """20 voters, 3 seats, quota 6: chocolate's surplus of 6 passes at a half."""
    ballots = [["orange"]] * 4 + [["pear", "orange"]] * 2 + [["chocolate", "strawberry"]] * 8
    ballots += [["chocolate", "burger"]] * 4 + [["strawberry"], ["burger"]]
    names = ["orange", "pear", "chocolate", "strawberry", "burger"]
    election = counting.make_election(costs=dict.fromkeys(names, 1), budget=1, ballots=ballots, vote_type="ordinal")
    result = counting.count(election, rule="stv", seats=3)
    assert result.detail.quota == 6
    assert result.winner_ids == ["chocolate", "orange", "strawberry"]
    assert result.detail.stages[1].votes == [400_000, 200_000, 600_000, 500_000, 300_000]
    assert [(s.what, names[s.who]) for s in result.detail.stages[1:]] == [
        ("surplus", "chocolate"),
        ("exclusion", "pear"),
        ("exclusion", "burger"),
    ]


def test_transfer_values_drop_what_is_beyond_five_decimals() -> None:
    ballots = {"AB": 7, "AC": 4, "B": 3, "C": 2}
    result = counting.count(ranked(ballots, "ABC"), rule="stv", seats=2)
    # 16 votes, quota 6, surplus 5 of 11 papers: 5/11 = 0.454545… is worth 0.45454.
    assert result.detail.quota == 6
    assert result.detail.stages[1].votes == [600_000, 300_000 + 7 * 45_454, 200_000 + 4 * 45_454]
    assert result.detail.lost == 16 * 100_000 - 600_000 - 300_000 - 200_000 - 11 * 45_454


def test_proportional_approval_splits_seats_by_the_sizes_of_parties() -> None:
    """Party lists under PAV get D'Hondt's seats: 60, 30 and 10 voters share 6 seats as 4, 2, 0."""
    ballots = [["a1", "a2", "a3", "a4", "a5"]] * 60 + [["b1", "b2", "b3"]] * 30 + [["c1", "c2"]] * 10
    election = counting.make_election(
        costs=dict.fromkeys(sorted({i for b in ballots for i in b}), 1), budget=1, ballots=ballots
    )
    for rule in ("pav", "sequential-pav"):
        winners = counting.count(election, rule=rule, seats=6).winner_ids  # type: ignore[arg-type]
        assert sorted(winners) == ["a1", "a2", "a3", "a4", "b1", "b2"]


def test_equal_shares_by_hand() -> None:
    """Ten voters with 10 each. The park: 6 pay 5. The school: 4 untouched pay 10, two others 5 each and no more."""
    ballots = [["park"]] * 4 + [["park", "school"]] * 2 + [["school"]] * 4
    election = counting.make_election(costs={"park": 30, "school": 48}, budget=100, ballots=ballots)
    result = counting.count(election, utility="cost")
    assert result.winner_ids == ["park", "school"]
    assert [d.value for d in result.decisions] == [Fraction(1, 6), Fraction(9.5) / 48]
    why = explain(result)["school"]
    assert why.data["paid_in_full"] == 4
    assert why.data["paid_in_part"] == 2
    assert why.data["most_paid"] == 9.5
    assert why.sentence.fr.startswith("Retenu 2e : 4 personnes paient 9,50 chacune, 2 donnent tout ce qui leur reste")


def test_what_is_missing_would_have_sufficed() -> None:
    ballots = [["a"]] * 6 + [["b"]] * 4
    costs = {"a": 50, "b": 55}
    result = counting.count(counting.make_election(costs=costs, budget=100, ballots=ballots))
    missing = explain(result)["b"].data["missing_votes"]
    assert missing == 2
    for more, elected in ((missing, True), (missing - 1, False)):
        # People new to the vote with the same start money each.
        grown = counting.make_election(costs=costs, budget=100 + 10 * more, ballots=ballots + [["b"]] * more)
        assert ("b" in counting.count(grown).winner_ids) is elected


def test_the_utility_of_cost_goes_by_votes_and_cardinality_by_votes_per_cost() -> None:
    ballots = [["big"]] * 3 + [["small"]] * 2
    election = counting.make_election(costs={"big": 10, "small": 1}, budget=10, ballots=ballots)
    assert counting.count(election, rule="greedy", utility="cost").winner_ids == ["big"]
    assert counting.count(election, rule="greedy", utility="cardinality").winner_ids == ["small"]


def test_the_best_set_is_not_the_greedy_one() -> None:
    ballots = [["a"]] * 6 + [["b"]] * 5 + [["c"]] * 5
    election = counting.make_election(costs={"a": 6, "b": 5, "c": 5}, budget=10, ballots=ballots)
    assert counting.count(election, rule="greedy", utility="cost").winner_ids == ["a"]
    assert counting.count(election, rule="welfare", utility="cost").winner_ids == ["b", "c"]


def test_phragmen_stops_when_a_level_project_would_overspend() -> None:
    ballots = [["a"]] * 3 + [["b"]] * 2 + [["c"]]
    costs = {"a": 9, "b": 6, "c": 2}
    # After c both would load their supporters with 3; a does not fit, so b is not bought either.
    alone = counting.make_election(costs=costs, budget=10, ballots=ballots)
    assert counting.count(alone, rule="phragmen").winner_ids == ["c"]
    # The same with a voter who names two projects, which takes another way through the code.
    shared = counting.make_election(costs=costs | {"d": 99, "e": 98}, budget=10, ballots=[*ballots, ["d", "e"]])
    assert counting.count(shared, rule="phragmen").winner_ids == ["c"]


def test_ids_are_compared_as_strings_unless_another_order_is_stated() -> None:
    election = counting.make_election(costs={"20": 5, "100": 5}, budget=5, ballots=[["20"], ["100"]])
    for order, winner in (("id", "100"), ("number", "20"), ("list:20,100", "20")):
        result = counting.count(election, rule="greedy", tie_order=order)
        assert result.winner_ids == [winner]
        assert result.ties == (counting.Tie(1, ("100", "20") if winner == "100" else ("20", "100"), winner, order),)


def test_a_seed_orders_ties_the_same_way_every_time_and_seeds_differ() -> None:
    election = counting.make_election(costs=dict.fromkeys("abcdefgh", 1), budget=1, ballots=[list("abcdefgh")])
    winners = {seed: counting.count(election, rule="greedy", tie_order=f"seed:{seed}").winner_ids for seed in range(9)}
    assert len({tuple(w) for w in winners.values()}) > 1
    assert all(
        counting.count(election, rule="greedy", tie_order=f"seed:{s}").winner_ids == w for s, w in winners.items()
    )


def test_the_stop_rule_of_add1_is_a_choice_that_shows() -> None:
    """The first exhaustive outcome and the last one within budget are different sets here."""
    election = counting.make_election(
        costs={"a": 6, "b": 5, "c": 3}, budget=9, ballots=[["a"], ["a", "b"], ["b", "c"], ["c"]]
    )
    found = {s: counting.count(election, completion="add1", stop=s) for s in ("exhaustive", "overspend")}  # type: ignore[arg-type]
    assert all(r.total_cost <= 9 for r in found.values())
    assert found["overspend"].detail.runs >= found["exhaustive"].detail.runs


def test_the_raise_found_by_add_opt_is_the_smallest_that_changes_anything() -> None:
    ballots = [["a", "b"], ["a", "c"], ["b"], ["c", "d"], ["d"], ["a"]]
    election = counting.make_election(costs={"a": 7, "b": 9, "c": 11, "d": 8}, budget=18, ballots=ballots)
    made, rank, start = market(election, "cost"), [0, 1, 2, 3], Fraction(18, 6)
    run = run_exact(market=made, endowment=start, rank=rank)
    more = least_raise(market=made, run=run)
    assert more is not None
    same = run_exact(market=made, endowment=start + more * Fraction(999, 1000), rank=rank)
    changed = run_exact(market=made, endowment=start + more, rank=rank)
    outcome = [(p.project, p.voters) for p in run.purchases]
    assert [(p.project, p.voters) for p in same.purchases] == outcome
    assert [(p.project, p.voters) for p in changed.purchases] != outcome


def test_near_ties_beyond_floats_are_told_apart() -> None:
    """Prices that differ in the eighteenth digit: one voter in a billion."""
    n = 10**9
    election = counting.make_election(
        costs={"a": n + 1, "b": n, "c": 1},
        budget=10 * n,
        ballots=[["a"], ["b"], ["c"]],
        weights=[n * 1000 + 1000, n * 1000 - 1, 1],
    )
    result = counting.count(election, utility="cardinality")
    assert result.winner_ids[0] == "a"
    assert result.ties == ()


@pytest.mark.parametrize(
    "choice",
    [
        {"rule": "toss"},
        {"utility": "joy"},
        {"utility": "borda"},
        {"completion": "add2"},
        {"increment": "0"},
        {"stop": "never"},
        {"comparison": "x"},
        {"tie_order": "mood"},
        {"tie_order": "list:a"},
        {"rule": "pav", "seats": 9},
        {"rule": "stv"},
        {"rule": "majority-judgement"},
    ],
)
def test_unusable_choices_are_named(choice: dict[str, object]) -> None:
    election = counting.make_election(costs={"a": 1, "b": 1}, budget=1, ballots=[["a"]])
    with pytest.raises(InputError) as caught:
        counting.count(election, **choice)  # type: ignore[arg-type]
    assert str(caught.value)


def test_no_ballots_elect_nobody() -> None:
    election = counting.make_election(costs={"a": 1}, budget=1, ballots=[])
    for rule in ("equal-shares", "phragmen", "welfare"):
        assert counting.count(election, rule=rule).winner_ids == []  # type: ignore[arg-type]
