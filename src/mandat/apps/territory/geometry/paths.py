"""Simplified arcs on a whole-number grid, written as the shortest SVG paths.

The grid is the map's: x to the east, y to the south, one unit every
``metres_per_unit`` metres. Simplification is Douglas and Peucker's, with a tolerance in metres.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mandat.apps.territory.geometry.projection import Point, Project, ring_area
from mandat.apps.territory.geometry.topology import RESOLUTION, Topology

Cell = tuple[int, int]


def simplify(line: Sequence[Point], tolerance: float) -> list[int]:
    """Indices of the points kept: the ends, and whatever strays more than ``tolerance`` (Douglas–Peucker).

    A closed line (first point equal to the last) keeps at least four.
    """
    last = len(line) - 1
    closed = line[0] == line[last] and last > 2
    keep = {0, last}
    stack = [(0, last)]
    if closed:
        x0, y0 = line[0]
        far = max(range(1, last), key=lambda i: (line[i][0] - x0) ** 2 + (line[i][1] - y0) ** 2)
        keep.add(far)
        stack = [(0, far), (far, last)]
    _split(line, keep, stack, tolerance)
    if closed and len(keep) < 4:
        a, b, c = sorted(keep)
        first, last = max(((a, b), (b, c)), key=lambda pair: pair[1] - pair[0])
        if last - first > 1:
            middle = (first + last) // 2
            keep.add(middle)
            # A line that goes back over itself strays from the two halves of what it did not stray from whole.
            _split(line, keep, [(first, middle), (middle, last)], tolerance)
    return sorted(keep)


def _split(line: Sequence[Point], keep: set[int], stack: list[tuple[int, int]], tolerance: float) -> None:
    """Add to ``keep`` whatever strays from the segments of ``stack``, and from those this makes."""
    while stack:
        a, b = stack.pop()
        if b - a < 2:
            continue
        (ax, ay), (bx, by) = line[a], line[b]
        dx, dy = bx - ax, by - ay
        length = dx * dx + dy * dy
        best, where = -1.0, a
        for i in range(a + 1, b):
            px, py = line[i][0] - ax, line[i][1] - ay
            t = 0.0 if length == 0 else min(1.0, max(0.0, (px * dx + py * dy) / length))
            distance = (px - t * dx) ** 2 + (py - t * dy) ** 2
            if distance > best:
                best, where = distance, i
        if best > tolerance * tolerance:
            keep.add(where)
            stack += [(a, where), (where, b)]


@dataclass(frozen=True)
class Grid:
    """Where the map's corner lies (projected metres) and how wide a unit is."""

    west: float
    north: float
    metres_per_unit: float

    def cell(self, point: Point) -> Cell:
        return (
            round((point[0] - self.west) / self.metres_per_unit),
            round((self.north - point[1]) / self.metres_per_unit),
        )


class Drawing:
    """Arcs of a topology simplified at one tolerance and put on a grid, ready to be written."""

    def __init__(self, topology: Topology, project: Project, grid: Grid, tolerance: float) -> None:
        self.topology = topology
        self.tolerance = tolerance
        self.full: list[list[Cell]] = []
        self.arcs: list[list[Cell]] = []
        for arc in topology.arcs:
            line = [project(lon / RESOLUTION, lat / RESOLUTION) for lon, lat in arc]
            self.full.append([grid.cell(p) for p in line])
            self.arcs.append([grid.cell(line[i]) for i in simplify(line, tolerance)])

    def path(self, rings: Iterable[Sequence[int]]) -> str:
        """The ``d`` of an area: closed rings. Rings smaller than a cell go, unless all would."""
        rings = list(rings)
        kept = [line for line in (self._ring(ring, self.arcs) for ring in rings) if line]
        if not kept:
            kept = [line for line in (self._ring(ring, self.full) for ring in rings) if line]
        if not kept:  # smaller than a cell: a diamond of one unit, so that it can still be seen
            x, y = self._walk(rings[0], self.full)[0]
            kept = [[(x, y - 1), (x + 1, y), (x, y + 1), (x - 1, y)]]
        return "".join(encode(line, close=True) for line in kept)

    def lines(self, arcs: Iterable[int]) -> str:
        """The ``d`` of open lines."""
        lines = (_without_repeats(self.arcs[i]) for i in arcs)
        return "".join(encode(line, close=False) for line in lines if len(line) > 1)

    def _walk(self, ring: Sequence[int], arcs: Sequence[Sequence[Cell]]) -> list[Cell]:
        cells: list[Cell] = []
        for arc in ring:
            line = arcs[arc] if arc >= 0 else arcs[~arc][::-1]
            cells.extend(line[1:] if cells else line)
        return cells

    def _ring(self, ring: Sequence[int], arcs: Sequence[Sequence[Cell]]) -> list[Cell]:
        cells = _without_repeats(self._walk(ring, arcs))
        if len(cells) > 1 and cells[0] == cells[-1]:
            cells.pop()
        return cells if len(cells) >= 3 and ring_area(cells) != 0 else []


def _without_repeats(cells: Sequence[Cell]) -> list[Cell]:
    """Repeated cells and cells in the middle of a straight stretch left out."""
    result: list[Cell] = []
    for cell in cells:
        if result and result[-1] == cell:
            continue
        if len(result) >= 2:
            (ax, ay), (bx, by) = result[-2], result[-1]
            cross = (bx - ax) * (cell[1] - by) - (by - ay) * (cell[0] - bx)
            ahead = (bx - ax) * (cell[0] - bx) + (by - ay) * (cell[1] - by)
            if cross == 0 and ahead > 0:
                result[-1] = cell
                continue
        result.append(cell)
    return result


def encode(cells: Sequence[Cell], *, close: bool) -> str:
    """Cells as ``M x y l dx dy …``, in the fewest characters: relative moves, a minus sign as its own separator."""
    x, y = cells[0]
    parts = [f"M{x}", _number(y, after_number=True), "l"]
    fresh = True
    for nx, ny in cells[1:]:
        parts += [_number(nx - x, after_number=not fresh), _number(ny - y, after_number=True)]
        x, y, fresh = nx, ny, False
    return "".join(parts) + ("z" if close else "")


def _number(value: int, *, after_number: bool) -> str:
    return f" {value}" if after_number and value >= 0 else str(value)


def label_point(rings: Sequence[Sequence[Point]]) -> Point:
    """A point inside the largest ring: its centre, or the middle of the widest stretch at that height."""
    ring = max(rings, key=lambda r: abs(ring_area(r)))
    ox, oy = ring[0]
    area = x = y = 0.0
    ax, ay = ring[-1][0] - ox, ring[-1][1] - oy
    for px, py in ring:
        bx, by = px - ox, py - oy
        cross = ax * by - bx * ay
        area += cross
        x += (ax + bx) * cross
        y += (ay + by) * cross
        ax, ay = bx, by
    cx, cy = (ox + x / (3 * area), oy + y / (3 * area)) if area else ring[0]
    crossings = []
    ax, ay = ring[-1]
    for bx, by in ring:
        if (ay > cy) != (by > cy):
            crossings.append(ax + (cy - ay) * (bx - ax) / (by - ay))
        ax, ay = bx, by
    crossings.sort()
    spans = list(zip(crossings[::2], crossings[1::2], strict=False))
    if not spans or any(a <= cx <= b for a, b in spans):
        return cx, cy
    a, b = max(spans, key=lambda span: span[1] - span[0])
    return (a + b) / 2, cy


def boxes(points: Mapping[str, Sequence[Sequence[Point]]]) -> tuple[float, float, float, float]:
    """West, south, east, north of everything given."""
    xs = [p[0] for rings in points.values() for ring in rings for p in ring]
    ys = [p[1] for rings in points.values() for ring in rings for p in ring]
    return min(xs), min(ys), max(xs), max(ys)
