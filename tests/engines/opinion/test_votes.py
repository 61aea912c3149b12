from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mandat.engines.opinion import Vote, VoteMatrix
from mandat.engines.opinion.changes import apply_votes
from mandat.engines.opinion.votes import _by_row_then_column
from mandat.kernel.errors import InputError
from tests.engines.opinion.examples import SMALL, dense, matrix

CASTS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 4), st.integers(-1, 1), st.integers(0, 3)), max_size=40)


def build(casts: list[tuple[int, int, int, int]], *, timed: bool) -> VoteMatrix:
    rows, columns, values, times = (
        (np.array(part, np.int64) for part in zip(*casts, strict=True)) if casts else (np.zeros(0, np.int64),) * 4
    )
    return VoteMatrix.from_triplets(
        participants=list("abcdef"),
        statements=list("vwxyz"),
        rows=rows,
        columns=columns,
        values=values,
        times=times if timed else None,
    )


@settings(max_examples=100, deadline=None)
@given(CASTS, st.booleans())
def test_latest_vote_of_a_cell_counts_then_the_later_line(casts: list[tuple[int, int, int, int]], timed: bool) -> None:
    expected: dict[tuple[int, int], tuple[int, int]] = {}
    for row, column, value, time in casts:
        stamp = time if timed else 0
        if (row, column) not in expected or stamp >= expected[row, column][0]:
            expected[row, column] = (stamp, value)

    votes = build(casts, timed=timed)

    assert votes.count == len(expected)
    cells = dense(votes)
    assert {cell: cells[cell] for cell in expected} == {cell: value for cell, (_, value) in expected.items()}
    assert all(np.all(np.diff(votes.indices[a:b]) > 0) for a, b in zip(votes.indptr, votes.indptr[1:], strict=False))


@settings(max_examples=60, deadline=None)
@given(CASTS, CASTS)
def test_adding_votes_later_equals_reading_them_all(
    before: list[tuple[int, int, int, int]], after: list[tuple[int, int, int, int]]
) -> None:
    grown = apply_votes(
        build(before, timed=False), [Vote("abcdef"[row], "vwxyz"[column], value) for row, column, value, _ in after]
    )

    whole = build(before + after, timed=False)
    assert np.array_equal(dense(grown.votes), dense(whole), equal_nan=True)
    changed = ~np.array(
        [
            np.array_equal(a, b, equal_nan=True)
            for a, b in zip(dense(build(before, timed=False)).T, dense(whole).T, strict=True)
        ]
    )
    assert grown.columns.tolist() == np.flatnonzero(changed).tolist()


def test_new_participants_and_statements_go_to_the_end() -> None:
    grown = apply_votes(matrix(SMALL), [Vote("newcomer", "3", 1), Vote("newcomer", "fresh", -1), Vote("0", "3", 1)])

    assert grown.votes.shape == (25, 10)
    assert grown.votes.participants[24] == "newcomer"
    assert grown.votes.statements[9] == "fresh"
    assert dense(grown.votes)[24, [3, 9]].tolist() == [1, -1]
    assert not grown.votes.excluded[9]
    assert grown.moved == 3


def test_same_vote_again_moves_nothing() -> None:
    assert apply_votes(matrix("+-\n-+"), [Vote("0", "0", 1)]).moved == 0


@pytest.mark.parametrize("value", [2, -2, 5])
def test_vote_out_of_range_is_refused(value: int) -> None:
    with pytest.raises(InputError):
        apply_votes(matrix("+-"), [Vote("0", "0", value)])
    with pytest.raises(InputError):
        build([(0, 0, value, 0)], timed=False)


def test_number_out_of_range_is_refused() -> None:
    with pytest.raises(InputError):
        build([(9, 0, 1, 0)], timed=False)


@pytest.mark.parametrize("people", [70_000, 1 << 58])
def test_many_names_are_sorted_whatever_the_size_of_the_numbers(people: int) -> None:
    rng = np.random.default_rng(0)
    rows, columns = rng.integers(0, people, 5_000), rng.integers(0, 3, 5_000)
    order = _by_row_then_column(rows, columns, people, 3)

    assert order.tolist() == sorted(range(5_000), key=lambda i: (rows[i], columns[i], i))


def test_order_already_right_is_kept() -> None:
    rows, columns = np.array([0, 0, 1, 1]), np.array([0, 2, 1, 1])
    assert _by_row_then_column(rows, columns, 2, 3).tolist() == [0, 1, 2, 3]
