"""Withhold small counts of persons, and whatever else would reveal them by subtraction.

A count from 1 to ``smallest`` - 1 persons is withheld (primary suppression), cell or total alike. So are enough other
counts (secondary suppression) that whoever adds and subtracts what is shown, knowing that counts are whole numbers from 0,
still cannot tell that a withheld small count is under ``smallest``. Zero is nobody: it is shown, unless needed as cover.

A table is a circulation: each line's total flows into its cells, each cell into its column's total, those into the grand total,
and the grand total back into the lines. Shown counts are fixed flows, withheld ones are free from 0 up. The most a withheld count
could be is then its value plus a maximum flow around it (exact for whole numbers), and what must be withheld besides is the
cheapest way around: a cell before a total, a count before a zero, a small one before a large one.

Source: Hundepool et al., *Statistical Disclosure Control* (Wiley, 2012), chapter 4, on network methods for tables.
Not defended against, as in the offices' own practice: someone who already knows some of the withheld counts, and
someone who infers from which counts were chosen as cover that others were too small to need any.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush

#: No public breakdown under this number of persons.
SMALLEST = 5

_LIMITLESS = 1 << 60
#: The rank of a count that is known anyway and cannot be withheld.
_KNOWN = 3


@dataclass(frozen=True, slots=True)
class Table:
    """A table as published: None where withheld. ``columns`` and ``total`` are empty and None where there are no column totals."""

    cells: tuple[tuple[int | None, ...], ...]
    rows: tuple[int | None, ...]
    columns: tuple[int | None, ...] = ()
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A line of counts as published, and its total: None where withheld."""

    cells: tuple[int | None, ...]
    total: int | None


@dataclass(slots=True)
class _Count:
    """A count as an arc from ``tail`` to ``head``; ``rank`` is 0 for a cell, 1 for a total, 2 for the grand total, ``_KNOWN`` for one known anyway."""

    tail: int
    head: int
    value: int
    rank: int
    withheld: bool = False

    @property
    def shown(self) -> int | None:
        return None if self.withheld else self.value


def withhold_line(counts: Sequence[int], *, smallest: int = SMALLEST, total_known: bool = False) -> Line:
    """Protect one line of counts and its total (one dimension). Raises ValueError for what is not a whole number from 0.

    Where the total is known anyway (it is the quantity of the fact), it cannot be withheld: more cells are, and all of them
    where they are too few persons to cover one another.
    """
    network = _Network(smallest)
    row, outside = 0, 1
    cells = [network.count(row, outside, value, rank=0) for value in counts]
    total = network.count(outside, row, sum(counts), rank=_KNOWN if total_known else 1)
    network.protect()
    return Line(tuple(cell.shown for cell in cells), total.shown)


def withhold(counts: Sequence[Sequence[int]], *, smallest: int = SMALLEST) -> Table:
    """Protect a table of lines and columns with both margins and the grand total (two dimensions).

    The same table always gives the same result. Raises ValueError for lines of different lengths or a count that is
    not a whole number from 0.
    """
    height, width = len(counts), len(counts[0]) if counts else 0
    if any(len(row) != width for row in counts):
        raise ValueError("the lines of a table have the same length")
    network = _Network(smallest)
    # Nodes: 0 where line totals come from, 1 where column totals go, then the lines, then the columns.
    lines = range(2, 2 + height)
    columns = range(2 + height, 2 + height + width)
    cells = [
        [network.count(line, column, value, rank=0) for column, value in zip(columns, row, strict=True)]
        for line, row in zip(lines, counts, strict=True)
    ]
    rows = [network.count(0, line, sum(row), rank=1) for line, row in zip(lines, counts, strict=True)]
    sums = [sum(row[at] for row in counts) for at in range(width)]
    bottoms = [network.count(column, 1, value, rank=1) for column, value in zip(columns, sums, strict=True)]
    total = network.count(1, 0, sum(sums), rank=2)
    network.protect()
    return Table(
        tuple(tuple(cell.shown for cell in row) for row in cells),
        tuple(row.shown for row in rows),
        tuple(bottom.shown for bottom in bottoms),
        total.shown,
    )


def withhold_breakdowns(
    breakdowns: Mapping[str, Mapping[str, int]], *, smallest: int = SMALLEST
) -> dict[str, dict[str, int | None]]:
    """Protect several breakdowns of the same persons (by gender, by age…), whose total is known or can be guessed.

    Each dimension is a line of its own. Where fewer than ``smallest`` persons are counted in one of them, every
    count of every dimension is withheld, for the persons are the same.
    """
    if any(0 < sum(counts.values()) < smallest for counts in breakdowns.values()):
        return {dimension: dict.fromkeys(counts) for dimension, counts in breakdowns.items()}
    return {
        dimension: dict(zip(counts, withhold_line(tuple(counts.values()), smallest=smallest).cells, strict=True))
        for dimension, counts in breakdowns.items()
    }


def recordable(
    breakdowns: Mapping[str, Mapping[str, int]], *, smallest: int = SMALLEST, rest: str = "unknown"
) -> dict[str, dict[str, int]]:
    """What of these breakdowns may be written into a fact, which is public for ever, to the letter.

    In each dimension the small counts are told under ``rest``, with as many of the next smallest as it takes for ``rest`` to hold two
    categories and ``smallest`` persons: no subtraction from the total tells them apart. Totals are
    kept; a dimension of which nothing is left to tell is left out.
    """
    found: dict[str, dict[str, int]] = {}
    for dimension, counts in breakdowns.items():
        told = {name: count for name, count in counts.items() if count and name != rest}
        pool, merged = counts.get(rest, 0), int(bool(counts.get(rest, 0)))
        small = any(count < smallest for count in told.values()) or 0 < pool < smallest
        for name, count in sorted(told.items(), key=lambda item: (item[1], item[0])):
            if count >= smallest and (not small or (merged >= 2 and pool >= smallest)):
                break
            pool, merged = pool + count, merged + 1
            del told[name]
        if told:
            found[dimension] = told | ({rest: pool} if pool else {})
    return found


@dataclass(slots=True)
class _Network:
    smallest: int
    counts: list[_Count] = field(default_factory=list)

    def count(self, tail: int, head: int, value: int, *, rank: int) -> _Count:
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise ValueError("a head count is a whole number from 0")
        arc = _Count(tail, head, value, rank)
        self.counts.append(arc)
        return arc

    def protect(self) -> None:
        """Withhold the small counts, then what covers them."""
        small = [arc for arc in self.counts if 0 < arc.value < self.smallest and arc.rank != _KNOWN]
        for arc in small:
            arc.withheld = True
        for arc in small:
            changed: dict[int, int] = {}
            missing = self.smallest - arc.value - self._fill(arc, self.smallest - arc.value, changed)
            while missing > 0:
                cover = self._cover(arc, missing, changed)
                for other in cover or self.counts:
                    other.withheld = other.rank != _KNOWN
                if not cover:
                    break  # nothing is left to withhold
                missing -= self._fill(arc, missing, changed)

    def _steps(self, node: int, without: _Count, changed: Mapping[int, int]) -> Iterator[tuple[_Count, int, int, int]]:
        """From a node: the count passed, the node reached, whether the count grows (1) or shrinks (-1), and by how much it can."""
        for arc in self.counts:
            if arc is without:
                continue
            if arc.tail == node:
                yield arc, arc.head, 1, _LIMITLESS
            elif arc.head == node and (room := arc.value + changed.get(id(arc), 0)) > 0:
                yield arc, arc.tail, -1, room

    def _fill(self, target: _Count, most: int, changed: dict[int, int]) -> int:
        """By how much ``target`` could be larger for all that is shown, up to ``most``; ``changed`` keeps how the others would differ."""
        found = 0
        while found < most:
            path = self._free_way(target, changed)
            if path is None:
                break
            step = min(most - found, *(room for _, _, room in path))
            for arc, sign, _ in path:
                changed[id(arc)] = changed.get(id(arc), 0) + sign * step
            found += step
        return found

    def _free_way(self, target: _Count, changed: Mapping[int, int]) -> list[tuple[_Count, int, int]] | None:
        """A shortest way from the head of ``target`` back to its tail through withheld counts that can still change."""
        came: dict[int, tuple[int, _Count, int, int] | None] = {target.head: None}
        queue = deque([target.head])
        while queue and target.tail not in came:
            node = queue.popleft()
            for arc, reached, sign, room in self._steps(node, target, changed):
                if arc.withheld and reached not in came:
                    came[reached] = (node, arc, sign, room)
                    queue.append(reached)
        if target.tail not in came:
            return None
        path: list[tuple[_Count, int, int]] = []
        node = target.tail
        while (step := came[node]) is not None:
            node, arc, sign, room = step
            path.append((arc, sign, room))
        return path

    def _cover(self, target: _Count, missing: int, changed: Mapping[int, int]) -> list[_Count]:
        """Counts to withhold so that ``target`` gains room: all of what is missing if one way gives it, else some of it.

        Empty where a total known anyway leaves no room.
        """
        for rank in (0, 1, 2):
            for need in (missing, 1):
                path = self._cheapest_way(target, need, rank, changed)
                if path:
                    return path
        if any(arc.rank == _KNOWN for arc in self.counts):
            return []  # the total known is that of very few persons
        raise AssertionError("with every count withheld nothing is known")

    def _cheapest_way(self, target: _Count, need: int, rank: int, changed: Mapping[int, int]) -> list[_Count]:
        """The shown counts, none above ``rank``, on the cheapest way around ``target``. Empty where there is none."""
        best: dict[int, tuple[int, int, int]] = {target.head: (0, 0, 0)}
        came: dict[int, tuple[int, _Count]] = {}
        heap = [((0, 0, 0), target.head)]
        while heap:
            cost, node = heappop(heap)
            if node == target.tail:
                break
            if cost > best[node]:
                continue
            for arc, reached, _, room in self._steps(node, target, changed):
                if room < need or (not arc.withheld and arc.rank > rank):
                    continue
                added = cost
                if not arc.withheld:
                    # Zeros, which say that nobody is there, go last; then fewest counts; then fewest persons.
                    added = (cost[0] + (arc.value == 0), cost[1] + 1, cost[2] + arc.value)
                if reached not in best or added < best[reached]:
                    best[reached] = added
                    came[reached] = (node, arc)
                    heappush(heap, (added, reached))
        path: list[_Count] = []
        node = target.tail
        if node not in came:
            return []
        while node != target.head:
            node, arc = came[node]
            if not arc.withheld:
                path.append(arc)
        return path
