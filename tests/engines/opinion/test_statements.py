"""Tests of statements: representativeness, consensus, bridges, routing."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mandat.engines.opinion import consensus as shared
from mandat.engines.opinion.counts import Counts, count_votes
from mandat.engines.opinion.representativeness import (
    proportion_test,
    representative,
    run_tests,
    two_proportion_test,
)
from mandat.engines.opinion.routing import next_statement, priorities
from tests.engines.opinion.examples import SMALL, dense, matrix

#: Red-dwarf's groups in the small conversation: -1 where it placed nobody.
LABELS = np.array([1, 1, -1, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 0])
KEPT = np.zeros(9, bool)
OUT = np.array([False] * 8 + [True])


def small_counts() -> Counts:
    return count_votes(matrix(SMALL), LABELS, 2)


def counts(*groups: list[tuple[int, int, int]]) -> Counts:
    """Counts of groups given as (agree, disagree, seen) a statement."""
    table = np.array(groups)
    return Counts(table[:, :, 0], table[:, :, 1], table[:, :, 2])


def test_tests_have_the_published_worked_values() -> None:
    # 9 of 12: 2·sqrt(13)·(10/13 - 1/2); 10 of 10 against 0 of 10, one added everywhere.
    assert proportion_test(np.array([9]), np.array([12]))[0] == pytest.approx(2 * math.sqrt(13) * (10 / 13 - 0.5))
    z = two_proportion_test(np.array([10]), np.array([0]), np.array([10]), np.array([10]))[0]
    pooled = 12 / 22
    assert z == pytest.approx((1 - 1 / 11) / math.sqrt(pooled * (1 - pooled) * (2 / 11)))


def test_two_equal_unanimous_groups_do_not_differ() -> None:
    assert two_proportion_test(np.array([4]), np.array([7]), np.array([4]), np.array([7]))[0] == 0.0


def test_counts_add_up_by_kind_and_group() -> None:
    found = small_counts()
    cells = dense(matrix(SMALL))
    for group in (0, 1):
        mine = cells[group == LABELS]
        assert found.agree[group].tolist() == (mine == 1).sum(axis=0).tolist()
        assert found.disagree[group].tolist() == (mine == -1).sum(axis=0).tolist()
        assert found.seen[group].tolist() == (~np.isnan(mine)).sum(axis=0).tolist()
    assert found.rest().agree[0].tolist() == found.agree[1].tolist()


def test_representative_statements_are_those_of_red_dwarf() -> None:
    found = small_counts()
    tests = run_tests(found, found.rest())

    second = representative(found, tests, 1, OUT)
    assert [(one.statement, one.direction) for one in second] == [(j, "agree") for j in (0, 2, 3, 1, 4)]
    assert second[0].best_agree
    assert (second[0].votes, second[0].seen) == (10, 10)
    assert second[0].probability == pytest.approx(0.9166666666666666)
    assert second[0].probability_test == pytest.approx(3.3166247903554)
    assert second[0].ratio == pytest.approx(11.0)
    assert second[0].ratio_test == pytest.approx(4.281744192888376)
    assert second[4].ratio_test == pytest.approx(1.9580096151174955)

    first = representative(found, tests, 0, OUT)
    assert [one.statement for one in first] == [5, 0, 2, 3, 1]
    assert first[0].best_agree
    assert first[0].direction == "agree"  # chosen for its agreement, so shown for it
    assert [one.direction for one in first[1:]] == ["disagree"] * 4
    assert first[4].ratio_test == pytest.approx(2.9776389415665667)


def test_statement_moderated_out_represents_nobody_and_is_no_consensus() -> None:
    found = counts([(20, 0, 20), (20, 0, 20)], [(0, 20, 20), (20, 0, 20)])
    only_second = np.array([True, False])
    tests = run_tests(found, found.rest())
    for group in (0, 1):
        assert all(one.statement == 1 for one in representative(found, tests, group, only_second))
    assert [one.statement for one in shared.consensus(found.total(), np.array([False, True]))] == []
    assert shared.bridging(found, np.array([False, True])) == []


def test_group_that_voted_on_nothing_has_no_statement() -> None:
    found = counts([(0, 0, 0)], [(3, 0, 4)])
    assert representative(found, run_tests(found, found.rest()), 0, KEPT[:1]) == []


def test_group_without_significant_statement_shows_its_best_one() -> None:
    found = counts([(1, 2, 4), (0, 2, 4)], [(2, 1, 4), (0, 1, 4)])
    chosen = representative(found, run_tests(found, found.rest()), 0, KEPT[:2])
    assert len(chosen) == 1
    assert chosen[0].direction == "disagree"


def test_consensus_is_that_of_red_dwarf() -> None:
    everyone = count_votes(matrix(SMALL), np.zeros(24, np.int64), 1)
    found = shared.consensus(everyone, OUT)

    assert [(one.statement, one.direction, one.votes, one.seen) for one in found] == [
        (5, "agree", 20, 23),
        (6, "agree", 16, 20),
    ]
    assert found[0].probability_test == pytest.approx(3.674234614174767)
    assert found[1].probability == pytest.approx(0.7727272727272727)


def test_group_informed_consensus_is_the_product_of_chances_of_red_dwarf() -> None:
    agree, disagree = shared.group_informed(small_counts())
    assert agree == pytest.approx(
        [0.076389, 0.119048, 0.282051, 0.195266, 0.181818, 0.715976, 0.538462, 0.178571, 0.151515], abs=1e-6
    )
    assert disagree[:2] == pytest.approx([0.076389, 0.238095], abs=1e-6)


def test_bridge_needs_a_majority_in_every_group_where_consensus_does_not() -> None:
    found = counts([(90, 5, 100), (80, 10, 100)], [(2, 8, 10), (9, 0, 10)])

    assert [one.statement for one in shared.consensus(found.total(), KEPT[:2])] == [0, 1]
    bridges = shared.bridging(found, KEPT[:2])
    assert [(one.statement, one.direction) for one in bridges] == [(1, "agree")]
    assert bridges[0].lowest == pytest.approx(81 / 102)


def test_bridges_are_ranked_by_the_group_least_in_favour() -> None:
    found = counts([(95, 0, 100), (80, 0, 100), (0, 85, 100)], [(70, 0, 100), (79, 0, 100), (0, 99, 100)])
    assert [(one.statement, one.direction) for one in shared.bridging(found, KEPT[:3])] == [
        (2, "disagree"),
        (1, "agree"),
        (0, "agree"),
    ]


def test_one_group_bridges_nothing() -> None:
    assert shared.bridging(counts([(20, 0, 20)]), KEPT[:1]) == []
    assert shared.dividing(counts([(20, 0, 20)]), KEPT[:1]) == []


def test_dividing_statement_names_who_is_above_and_below() -> None:
    found = shared.dividing(counts([(2, 40, 50), (20, 20, 50)], [(45, 1, 50), (20, 20, 50)]), KEPT[:2])
    assert [(one.statement, one.above, one.below) for one in found] == [(0, 1, 0)]
    assert found[0].gap == pytest.approx(46 / 52 - 3 / 52)


def test_priorities_have_the_published_values() -> None:
    everyone = counts([(1, 0, 1), (20, 0, 20), (0, 0, 0), (5, 5, 10), (5, 5, 10)])
    places = np.array([[0.0, 0], [0.6, 0.8], [0, 0], [0, 0], [0, 0]])
    meta, excluded = np.array([0, 0, 0, 1, 0], bool), np.array([0, 0, 0, 0, 1], bool)

    found = priorities(everyone, places, excluded=excluded, meta=meta)

    assert found[0] == pytest.approx(((1 - 1 / 3) * (2 / 3) * (1 + 8 * 2 ** (-1 / 5))) ** 2)
    assert found[1] == pytest.approx(((1 - 1 / 22) * 2.0 * (21 / 22) * (1 + 8 * 2 ** (-4))) ** 2)
    assert found[2] == pytest.approx(((1 - 1 / 2) * (1 / 2) * 9) ** 2)
    assert found[3] == 49.0
    assert found[4] == 0.0


def test_priorities_of_the_small_conversation_are_those_of_red_dwarf() -> None:
    from mandat.engines.opinion.projection import project

    votes = matrix(SMALL, excluded=(8,))
    inside = count_votes(votes, np.where(votes.votes_by_participant() >= 7, 0, -1), 1)
    found = priorities(inside, project(votes).statements, excluded=OUT, meta=KEPT)
    assert found[:8] == pytest.approx(
        [3.486744, 3.176740, 4.188180, 3.098455, 2.164805, 1.152336, 0.950076, 2.518794], abs=2e-6
    )


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.floats(0, 100), min_size=1, max_size=12),
    st.sets(st.integers(0, 11)),
    st.floats(0, 1, exclude_max=True),
)
def test_next_statement_is_never_one_already_seen(weights: list[float], seen: set[int], chance: float) -> None:
    priority = np.array(weights)
    seen = {j for j in seen if j < len(weights)}
    found = next_statement(priority, seen=seen, chance=chance)

    left = [j for j in range(len(weights)) if j not in seen and priority[j] > 0]
    assert (found is None) == (not left)
    if found is not None:
        assert found in left


def test_next_statement_is_drawn_in_proportion_to_its_priority() -> None:
    priority = np.array([1.0, 0.0, 3.0])
    drawn = [next_statement(priority, seen=(), chance=(i + 0.5) / 1000) for i in range(1000)]
    assert drawn.count(0) == 250
    assert drawn.count(2) == 750


def test_chance_out_of_range_is_refused() -> None:
    with pytest.raises(ValueError, match="chance"):
        next_statement(np.ones(2), seen=(), chance=1.0)
