"""Before and around the draw: invitations, relaxations, several panels, replacements, the legacy rule."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from mandat.engines.sortition import InfeasibleError, Problem, Quota, Quotas, build_problem, optimal_lottery
from mandat.engines.sortition.infeasible import relaxations
from mandat.engines.sortition.invite import Stratum, draw_addresses, plan_invitations, response_rates
from mandat.engines.sortition.split import split_panel
from mandat.kernel.errors import InputError

from .makers import draws, pool_of

quick = settings(max_examples=25, deadline=None)


@quick
@given(draws(), st.integers(1, 3), st.data())
def test_the_first_relaxation_makes_a_panel_possible_and_no_smaller_one_does(
    problem: Problem, shift: int, data: st.DataObject
) -> None:
    items = list(problem.quotas.items)
    place = data.draw(st.integers(0, len(items) - 1))
    broken = Quota(items[place].category, items[place].value, items[place].high + shift, items[place].high + shift)
    items[place] = broken
    hard = build_problem(problem.pool, Quotas(tuple(items)), seats=problem.seats)
    found = relaxations(hard)
    assert found
    assert found[0].seats <= shift + 1
    soft = build_problem(problem.pool, found[0].apply(hard.quotas), seats=problem.seats)
    optimal_lottery(soft, objective="maximin")
    if found[0].seats:
        with pytest.raises(InfeasibleError):
            optimal_lottery(hard)
        for change in found[0].changes:
            assert change.low < change.quota.low or change.high > change.quota.high
    assert [r.seats for r in found] == sorted(r.seats for r in found)


def test_flexible_bounds_are_enough_or_others_are_moved() -> None:
    pool = pool_of([("a",)] * 2 + [("b",)] * 5)

    def found(low_flex: int, high_flex: int):  # type: ignore[no-untyped-def]
        a = Quota("c0", "a", 3, 3, low_flex, 3, flexible=True)
        b = Quota("c0", "b", 1, 1, 1, high_flex, flexible=True)
        return relaxations(build_problem(pool, Quotas((a, b)), seats=4))

    assert found(1, 2)[0].within_flex
    assert {(str(c.quota), c.low, c.high) for c in found(1, 2)[0].changes} == {("c0 = a", 2, 3), ("c0 = b", 1, 2)}
    assert not found(1, 1)[0].within_flex


def test_a_pool_smaller_than_the_panel_has_no_relaxation() -> None:
    quotas = Quotas((Quota("c0", "a", 0, 9),))
    assert relaxations(build_problem(pool_of([("a",)] * 3), quotas, seats=4)) == []


@quick
@given(draws(most=9))
def test_several_panels_split_into_panels_that_each_meet_the_quotas(problem: Problem) -> None:
    pool = pool_of([person.features for person in problem.pool.people] * 3)
    double = build_problem(pool, problem.quotas, seats=problem.seats, copies=2)
    lottery = optimal_lottery(double)
    for panel in lottery.panels:
        parts = split_panel(double, panel)
        assert parts is not None
        assert (parts.sum(axis=0) == panel).all()
        for part in parts:
            assert part.sum() == problem.seats
            sums = double.rows @ part
            assert (sums >= double.lo / 2).all()
            assert (sums <= double.hi / 2).all()
    assert abs(float(double.caps @ lottery.probabilities) - 2 * problem.seats) < 1e-9


@quick
@given(draws(), st.data())
def test_replacements_keep_seats_quotas_and_the_people_who_stay(problem: Problem, data: st.DataObject) -> None:
    panel = optimal_lottery(problem).panels[0]
    seated = [
        problem.pool.people[m].id for group, n in zip(problem.classes, panel, strict=True) for m in group.members[:n]
    ]
    stays = data.draw(st.sets(st.sampled_from(seated)))
    again = build_problem(problem.pool, problem.quotas, seats=problem.seats, kept=sorted(stays))
    lottery = optimal_lottery(again)
    assert all(again.holds(panel) for panel in lottery.panels)
    chances = lottery.by_person()
    assert all(chances[name] == 1.0 for name in stays)


def test_unknown_or_contradictory_names_are_refused() -> None:
    pool, quotas = pool_of([("a",)] * 3), Quotas((Quota("c0", "a", 0, 3),))
    for options in ({"kept": ["x"]}, {"excluded": ["x"]}, {"kept": ["p000"], "excluded": ["p000"]}, {"copies": 0}):
        with pytest.raises(InputError):
            build_problem(pool, quotas, seats=2, **options)  # type: ignore[arg-type]
    with pytest.raises(InputError):
        build_problem(pool, quotas, seats=0)


@quick
@given(draws(), st.integers(0, 5))
def test_legacy_never_beats_the_optimum_by_more_than_its_sampling_error(problem: Problem, seed: int) -> None:
    try:
        legacy = optimal_lottery(problem, objective="legacy", seed=seed, legacy_panels=200)
    except InfeasibleError:
        return
    assert legacy.minimum <= optimal_lottery(problem).minimum + 0.15
    assert legacy.weights.sum() == pytest.approx(1)


@quick
@given(
    st.lists(st.tuples(st.integers(0, 5000), st.floats(0.05, 1), st.floats(0.005, 0.6)), min_size=1, max_size=5),
    st.integers(1, 60),
)
def test_letters_are_the_fewest_that_reach_the_stated_chance(rows: list[tuple[int, float, float]], seats: int) -> None:
    strata = [Stratum(f"s{n}", addresses, share) for n, (addresses, share, _) in enumerate(rows)]
    rates = {f"s{n}": rate for n, (_, _, rate) in enumerate(rows)}
    target = 1 - 0.05 / len(strata)
    for row, stratum in zip(plan_invitations(strata, seats=seats, rates=rates), strata, strict=True):
        assert 0 <= row.letters <= stratum.addresses
        if row.enough and row.letters:
            assert binom.sf(row.needed - 1, row.letters, row.response_rate) >= target - 1e-12
            assert binom.sf(row.needed - 1, row.letters - 1, row.response_rate) < target
        if not row.enough:
            assert row.letters == stratum.addresses


def test_response_rates_shrink_small_samples_towards_the_whole() -> None:
    rates = response_rates([Stratum("big", 1, 1, 10_000, 500), Stratum("small", 1, 1, 10, 5), Stratum("new", 1, 1)])
    overall = 505 / 10_010
    assert rates["new"] == pytest.approx(overall)
    assert rates["big"] == pytest.approx(0.05, abs=1e-3)
    assert overall < rates["small"] < 0.5
    with pytest.raises(InputError):
        response_rates([Stratum("wrong", 1, 1, 3, 5)])


def test_every_address_of_a_stratum_is_invited_as_often() -> None:
    addresses = {"s": [f"a{n}" for n in range(10)]}
    plan = plan_invitations([Stratum("s", 10, 1.0)], seats=1, pool_per_seat=2, rates={"s": 0.9})
    counts = np.zeros(10)
    for seed in range(400):
        for address in draw_addresses(addresses, plan, seed=str(seed))["s"]:
            counts[int(address[1:])] += 1
    expected = 400 * plan[0].letters / 10
    assert np.abs(counts - expected).max() < 5 * np.sqrt(expected)
