"""The optimum: against enumeration, its guarantees, and the literature's worked examples."""

from __future__ import annotations

from math import fsum, log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from mandat.engines.sortition import (
    OBJECTIVES,
    InfeasibleError,
    Objective,
    Pool,
    Problem,
    Quota,
    Quotas,
    build_problem,
    optimal_lottery,
)
from mandat.engines.sortition.infeasible import relaxations
from mandat.engines.sortition.relax import goldilocks_value

from .makers import draws, every_panel, oracle_leximin, pool_of

quick = settings(max_examples=25, deadline=None)


@quick
@given(draws(most=9))
def test_leximin_equals_the_optimum_over_every_enumerated_panel(problem: Problem) -> None:
    lottery = optimal_lottery(problem)
    assert np.abs(lottery.probabilities - oracle_leximin(problem, every_panel(problem))).max() < 1e-5


@quick
@given(draws(households=True, most=9))
def test_leximin_equals_the_optimum_with_households(problem: Problem) -> None:
    lottery = optimal_lottery(problem)
    assert np.abs(lottery.probabilities - oracle_leximin(problem, every_panel(problem))).max() < 1e-5


@quick
@given(draws(most=9), st.sampled_from(("leximin", "maximin", "nash", "goldilocks")))
def test_only_those_whom_no_panel_can_seat_have_no_chance(problem: Problem, objective: str) -> None:
    lottery = optimal_lottery(problem, objective=objective)  # type: ignore[arg-type]
    seated = np.array(every_panel(problem)).max(axis=0) > 0
    assert (lottery.shut == (problem.free & ~seated)).all()
    assert (lottery.lowest > 0) == bool((problem.free & seated).any())


@quick
@given(draws(), st.sampled_from(OBJECTIVES))
def test_every_lottery_meets_quotas_with_probabilities_that_sum_to_the_seats(problem: Problem, objective: str) -> None:
    lottery = optimal_lottery(problem, objective=objective, legacy_panels=50)  # type: ignore[arg-type]
    assert all(problem.holds(panel) for panel in lottery.panels)
    assert abs(fsum(lottery.weights) - 1) < 1e-12
    chances = lottery.by_person()
    assert abs(fsum(chances.values()) - problem.seats) < 1e-9
    assert all(-1e-12 <= p <= 1 + 1e-12 for p in chances.values())
    assert lottery.minimum <= lottery.certificate.minimum_bound + 1e-9
    alike: dict[tuple[str, ...], float] = {}
    for person in problem.pool.people:
        assert alike.setdefault(person.features, chances[person.id]) == chances[person.id]


@quick
@given(draws(most=9))
def test_nash_is_not_beaten_by_any_mix_of_panels(problem: Problem) -> None:
    lottery = optimal_lottery(problem, objective="nash")
    panels = every_panel(problem)
    inside = panels.any(axis=0)
    p = lottery.probabilities[inside]
    assert (p > 0).all()
    # First-order optimality: no panel improves the sum of logarithms.
    prices = problem.caps[inside] / p
    gains = (panels[:, inside] / problem.caps[inside]) @ prices
    assert gains.max() <= problem.caps[inside].sum() * (1 + 1e-5)


@quick
@given(draws(most=9))
def test_goldilocks_is_not_beaten_by_any_lowest_and_highest_probability(problem: Problem) -> None:
    lottery = optimal_lottery(problem, objective="goldilocks")
    panels = every_panel(problem)
    if not panels.any(axis=0).all():
        assert lottery.certificate.bound == float("inf")
        return
    share = panels / problem.caps
    count, classes = share.shape
    value = goldilocks_value(problem, lottery.probabilities)
    best = float("inf")
    # For a range of lowest probabilities, the least highest probability.
    for low in np.linspace(1e-3, lottery.certificate.minimum_bound, 15):
        found = linprog(
            np.append(np.zeros(count), 1.0),
            A_ub=np.vstack(
                [np.hstack([-share.T, np.zeros((classes, 1))]), np.hstack([share.T, -np.ones((classes, 1))])]
            ),
            b_ub=np.append(np.full(classes, -low + 1e-9), np.zeros(classes)),
            A_eq=np.append(np.ones(count), 0.0)[None, :],
            b_eq=[1.0],
        )
        if found.status == 0:
            people = problem.caps.sum()
            best = min(best, found.fun * people / problem.seats + problem.seats / (people * low))
    assert value <= best + 1e-5
    assert lottery.certificate.bound <= value + 1e-6


@quick
@given(draws(), st.randoms(use_true_random=False))
def test_the_order_of_people_changes_nothing(problem: Problem, random: object) -> None:
    people = list(problem.pool.people)
    random.shuffle(people)  # type: ignore[attr-defined]
    again = build_problem(Pool(problem.pool.categories, tuple(people)), problem.quotas, seats=problem.seats)
    first, second = optimal_lottery(problem).by_person(), optimal_lottery(again).by_person()
    assert first == {name: second[name] for name in first}


@quick
@given(draws(households=True))
def test_people_alike_in_features_and_household_have_exactly_the_same_probability(problem: Problem) -> None:
    chances = optimal_lottery(problem).by_person()
    home: dict[str, list[tuple[str, ...]]] = {}
    for person in problem.pool.people:
        if person.household:
            home.setdefault(person.household, []).append(person.features)
    alike: dict[object, float] = {}
    for person in problem.pool.people:
        company = tuple(sorted(home.get(person.household, []))) if len(home.get(person.household, [])) > 1 else ()
        assert alike.setdefault((person.features, company), chances[person.id]) == chances[person.id]


def example(copies: int, seats: int) -> Problem:
    """As many liberals as conservatives, quotas loose enough not to bind."""
    rows = [("female", "conservative")] * copies + [("female", "liberal")] * copies
    quotas = Quotas(
        (
            Quota("c0", "female", seats, seats),
            Quota("c1", "liberal", 1, seats - 1),
            Quota("c1", "conservative", 1, seats),
        )
    )
    return build_problem(pool_of(rows), quotas, seats=seats)


def test_without_binding_quotas_everyone_has_seats_over_people() -> None:
    lottery = optimal_lottery(example(10, 5))
    assert set(lottery.by_person().values()) == {0.25}


def test_two_people_who_exclude_each_other_share_the_seat() -> None:
    quotas = Quotas((Quota("c0", "a", 1, 1), Quota("c0", "b", 1, 1)))
    lottery = optimal_lottery(build_problem(pool_of([("a",), ("a",), ("b",)]), quotas, seats=2))
    assert lottery.by_person() == {"p000": 0.5, "p001": 0.5, "p002": 1.0}


def test_leximin_raises_the_second_level_that_maximin_leaves_to_chance() -> None:
    # One "a" seat for four people fixes 1/4; the two other seats go to three "b" and one "c" as equally as can be.
    quotas = Quotas((Quota("c0", "a", 1, 1), Quota("c0", "b", 0, 2), Quota("c0", "c", 0, 1)))
    rows = [("a",)] * 4 + [("b",)] * 3 + [("c",)]
    chances = optimal_lottery(build_problem(pool_of(rows), quotas, seats=3)).by_person()
    assert chances["p000"] == 0.25
    assert chances["p004"] == pytest.approx(0.5)
    assert chances["p007"] == pytest.approx(0.5)


def test_nash_maximises_the_product_where_leximin_gives_up_a_group() -> None:
    # Seats of x and y trade off: x people (1) against y people (3), two seats, at most one x.
    quotas = Quotas((Quota("c0", "x", 0, 1), Quota("c0", "y", 0, 2)))
    problem = build_problem(pool_of([("x",), ("y",), ("y",), ("y",)]), quotas, seats=2)
    p = optimal_lottery(problem, objective="nash").probabilities
    best = max(np.linspace(0.01, 1, 1000), key=lambda x: log(x) + 3 * log((2 - x) / 3))
    assert p[0] == pytest.approx(best, abs=1e-3)


def test_when_the_relaxation_is_not_tight_a_cut_proves_the_true_optimum() -> None:
    # Three people, each pair shares a value of some category that may come once: fractions could take half of each.
    rows = [("x", "y", "n"), ("x", "n", "z"), ("n", "y", "z"), ("n", "n", "n"), ("n", "n", "n")]
    quotas = Quotas(
        tuple(Quota(f"c{n}", value, 0, 1) for n, value in enumerate(("x", "y", "z")))
        + tuple(Quota(f"c{n}", "n", 0, 5) for n in range(3))
    )
    problem = build_problem(pool_of(rows), quotas, seats=3)
    lottery = optimal_lottery(problem)
    assert lottery.minimum == pytest.approx(1 / 3)
    assert lottery.certificate.cuts >= 1
    assert lottery.certificate.bound == pytest.approx(1 / 3)
    assert np.abs(lottery.probabilities - oracle_leximin(problem, every_panel(problem))).max() < 1e-6


def test_no_panel_at_all_is_said() -> None:
    quotas = Quotas((Quota("c0", "a", 2, 2), Quota("c0", "b", 1, 1)))
    problem = build_problem(pool_of([("a",), ("b",), ("b",)]), quotas, seats=3)
    for objective in OBJECTIVES:
        with pytest.raises(InfeasibleError):
            optimal_lottery(problem, objective=objective)


def test_quotas_that_only_fractions_meet_are_infeasible_and_relaxed_by_one_seat() -> None:
    # Each person brings two of three letters that must come once: half of each would do, no panel does.
    rows = [("x", "y", "n"), ("x", "n", "z"), ("n", "y", "z"), ("n", "n", "n")] * 2
    quotas = Quotas(
        tuple(Quota(f"c{n}", value, 1, 1) for n, value in enumerate(("x", "y", "z")))
        + tuple(Quota(f"c{n}", "n", 0, 9) for n in range(3))
    )
    problem = build_problem(pool_of(rows), quotas, seats=3)
    for objective in OBJECTIVES:
        with pytest.raises(InfeasibleError):
            optimal_lottery(problem, objective=objective)
    assert relaxations(problem)[0].seats == 1


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_nobody_left_to_draw_is_certain_and_certified(objective: Objective) -> None:
    quotas = Quotas((Quota("c0", "a", 0, 9),))
    for kept in ([], ["p000", "p001", "p002"]):
        lottery = optimal_lottery(build_problem(pool_of([("a",)] * 3), quotas, seats=3, kept=kept), objective=objective)
        assert set(lottery.by_person().values()) == {1.0}
        assert lottery.certificate.gap < 1e-9


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_who_can_be_on_no_panel_has_probability_zero_and_the_others_share(objective: Objective) -> None:
    quotas = Quotas((Quota("c0", "a", 0, 0), Quota("c0", "b", 2, 2)))
    lottery = optimal_lottery(build_problem(pool_of([("a",)] + [("b",)] * 5), quotas, seats=2), objective=objective)
    assert list(lottery.by_person().values()) == pytest.approx([0.0] + [0.4] * 5)


def test_quotas_that_need_more_people_than_the_pool_has_end_as_infeasible() -> None:
    # The linear bounds alone hold with a probability over one: the cap on probabilities must refuse it, and stop.
    quotas = Quotas((Quota("c0", "a", 3, 3), Quota("c0", "b", 0, 1)))
    problem = build_problem(pool_of([("a",)] * 2 + [("b",)] * 3), quotas, seats=3)
    for objective in OBJECTIVES:
        with pytest.raises(InfeasibleError):
            optimal_lottery(problem, objective=objective)
