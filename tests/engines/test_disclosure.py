"""Attack every small table by every means a reader has: no small count is revealed."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from mandat.engines.disclosure import Line, Table, recordable, withhold, withhold_breakdowns, withhold_line

SMALLEST = 5


def small(value: int) -> bool:
    return 0 < value < SMALLEST


def fits(shown: int | None, value: int) -> bool:
    return shown is None or shown == value


def lines_that_fit(line: Line, most: int) -> list[tuple[int, ...]]:
    """Every line of whole numbers that shows what is shown."""
    choices = [range(most + 1) if cell is None else (cell,) for cell in line.cells]
    return [cells for cells in product(*choices) if fits(line.total, sum(cells))]


def flat(rows) -> tuple[int, ...]:
    return tuple(cell for row in rows for cell in row)


def margins(rows) -> tuple[int, ...]:
    return (*map(sum, rows), *(sum(column) for column in zip(*rows, strict=True)), sum(flat(rows)))


def attack_line(counts: tuple[int, ...]) -> None:
    line = withhold_line(counts)
    assert all(shown is None for shown, value in zip(line.cells, counts, strict=True) if small(value))
    assert line.total is None or line.total == sum(counts)
    assert line.total is None or not small(sum(counts))
    possible = lines_that_fit(line, line.total or max(*counts, SMALLEST + 1))
    assert counts in possible
    for at, value in enumerate(counts):
        if small(value):
            values = {cells[at] for cells in possible}
            assert max(values) >= SMALLEST, (counts, line)


def attack_table(counts: tuple[tuple[int, ...], ...]) -> None:
    table = withhold(counts)
    for shown, value in zip(flat(table.cells), flat(counts), strict=True):
        assert shown == value or shown is None
        assert shown is None or not small(shown)
    seen = (*table.rows, *table.columns, table.total)
    for shown, value in zip(seen, margins(counts), strict=True):
        assert shown == value or shown is None
        assert shown is None or not small(shown)
    for count, most in most_of_each(counts, table):
        if small(count):
            assert most >= SMALLEST, (counts, table)


def most_of_each(counts, table: Table) -> list[tuple[int, float]]:
    """Each count, cells then totals, and the most it could be for all that is shown, by linear programming.

    A table's constraints are those of a flow: the bounds found are whole numbers.
    """
    height, width = len(counts), len(counts[0])
    values = [*flat(counts), *margins(counts)]
    shown = [*flat(table.cells), *table.rows, *table.columns, table.total]
    sums = np.zeros((height + width + 1, len(values)))
    for row, column in product(range(height), range(width)):
        sums[row, row * width + column] = sums[height + column, row * width + column] = 1
        sums[-1, row * width + column] = 1
    for line in range(len(sums)):
        sums[line, height * width + line] = -1
    bounds = [(0, 1000) if cell is None else (cell, cell) for cell in shown]
    found = []
    for at, value in enumerate(values):
        if not small(value):
            continue
        goal = np.zeros(len(values))
        goal[at] = -1
        solved = linprog(goal, A_eq=sums, b_eq=np.zeros(len(sums)), bounds=bounds)
        assert solved.status == 0
        found.append((value, round(-solved.fun, 6)))
    return found


@pytest.mark.parametrize("width", [1, 2, 3])
def test_no_line_of_small_counts_reveals_one(width):
    for counts in product((0, 1, 2, 4, 5, 7), repeat=width):
        attack_line(counts)


def test_no_two_by_two_table_of_small_counts_reveals_one():
    for values in product((0, 1, 4, 6), repeat=4):
        attack_table((values[:2], values[2:]))


@settings(max_examples=60, deadline=None)
@given(st.tuples(*[st.tuples(*[st.integers(0, 7)] * 3)] * 3))
def test_no_three_by_three_table_reveals_a_small_count(counts):
    attack_table(counts)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.lists(st.integers(0, 30), min_size=4, max_size=4), min_size=1, max_size=6))
def test_larger_tables_hold_against_subtraction_repeated_until_nothing_more_is_found(counts):
    table = withhold(counts)
    grid = [[*row, total] for row, total in zip(table.cells, table.rows, strict=True)]
    grid.append([*table.columns, table.total])
    changed = True
    while changed:
        changed = False
        for line in [*grid, *(list(column) for column in zip(*grid, strict=True))]:
            assert line.count(None) != 1, "a single hole in a line is found by subtraction"


@pytest.mark.parametrize(
    ("counts", "line"),
    [
        ((), Line((), 0)),
        ((0, 0), Line((0, 0), 0)),
        ((12, 30, 8), Line((12, 30, 8), 50)),
        ((3, 30, 8), Line((None, 30, None), 41)),
        ((3, 2, 40), Line((None, None, 40), 45)),
        ((1, 2, 40), Line((None, None, None), 43)),
        ((3, 0, 0), Line((None, 0, 0), None)),
        ((4, 0, 9), Line((None, 0, None), 13)),
        ((2,), Line((None,), None)),
    ],
)
def test_a_line_withholds_no_more_than_it_must(counts, line):
    assert withhold_line(counts) == line


def test_a_table_is_covered_by_a_rectangle_and_keeps_its_margins():
    table = withhold([[3, 20, 30], [25, 22, 31], [40, 41, 42]])
    assert table.rows == (53, 78, 123)
    assert table.columns == (68, 83, 103)
    assert table.total == 254
    assert table.cells == ((None, None, 30), (None, None, 31), (40, 41, 42))


def test_breakdowns_of_the_same_few_persons_are_all_withheld():
    assert withhold_breakdowns({"gender": {"women": 2, "men": 1}, "age": {"25-39": 3}}) == {
        "gender": {"women": None, "men": None},
        "age": {"25-39": None},
    }
    assert withhold_breakdowns({"gender": {"women": 12, "men": 9}, "age": {"25-39": 18, "40-59": 3, "75+": 0}}) == {
        "gender": {"women": 12, "men": 9},
        "age": {"25-39": None, "40-59": None, "75+": 0},
    }
    assert withhold_breakdowns({}) == {}


@given(st.lists(st.integers(0, 50), max_size=6), st.integers(1, 10))
def test_any_threshold_is_kept(counts, smallest):
    line = withhold_line(counts, smallest=smallest)
    shown = [cell for cell in (*line.cells, line.total) if cell is not None]
    assert not [cell for cell in shown if 0 < cell < smallest]


@pytest.mark.parametrize("counts", [(-1,), (True,), (1.0,), ("3",)])
def test_what_is_no_count_is_refused(counts):
    with pytest.raises((ValueError, TypeError)):
        withhold_line(counts)


def test_a_ragged_table_is_refused():
    with pytest.raises(ValueError, match="same length"):
        withhold([[1, 2], [3]])


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ({"women": 12, "men": 9}, {"women": 12, "men": 9}),
        ({"women": 3, "men": 10}, {}),
        ({"women": 3, "men": 40, "other": 4}, {"men": 40, "unknown": 7}),
        ({"women": 30, "men": 40, "other": 2}, {"men": 40, "unknown": 32}),
        ({"women": 30, "men": 40, "unknown": 2}, {"men": 40, "unknown": 32}),
        ({"women": 0, "men": 8}, {"men": 8}),
        ({}, {}),
    ],
)
def test_what_is_recorded_tells_of_no_small_group(counts, told):
    assert recordable({"gender": counts}).get("gender", {}) == told


@given(st.dictionaries(st.sampled_from(["a", "b", "c", "d", "unknown"]), st.integers(0, 20)))
def test_what_is_recorded_keeps_its_total_and_hides_small_counts(counts):
    told = recordable({"age": counts}).get("age", {})
    assert not any(0 < count < 5 for count in told.values())
    if told:
        assert sum(told.values()) == sum(counts.values())
        merged = [name for name, count in counts.items() if count and told.get(name) != count]
        assert not merged or len(merged) >= 2


@given(st.lists(st.integers(0, 30), min_size=1, max_size=6))
def test_where_the_total_is_known_anyway_it_stays_and_more_cells_are_withheld(counts: list[int]) -> None:
    line = withhold_line(counts, total_known=True)
    assert line.total == sum(counts)
    assert all(shown is None or shown == value for shown, value in zip(line.cells, counts, strict=True))
    assert not any(shown is not None and small(shown) for shown in line.cells)
    if not any(map(small, counts)):
        assert None not in line.cells
        return
    hidden = [value for shown, value in zip(line.cells, counts, strict=True) if shown is None]
    assert sum(hidden) >= SMALLEST or len(hidden) == len(counts)
    possible = lines_that_fit(line, sum(counts)) if len(hidden) <= 3 else []
    for at, value in enumerate(counts):
        if small(value) and possible and sum(counts) >= SMALLEST:
            assert max(cells[at] for cells in possible) >= SMALLEST
