"""Projection, shared borders, simplification and paths."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mandat.apps.territory.assemble import hectares
from mandat.apps.territory.geometry.paths import Drawing, Grid, encode, label_point, simplify
from mandat.apps.territory.geometry.projection import equal_area, lambert93, projection_for, ring_area
from mandat.apps.territory.geometry.topology import build, whole
from mandat.web.maps import bounds_of

Node = tuple[int, int]


def square(x: int, y: int, side: int = 1) -> list[Node]:
    return [(x, y), (x + side, y), (x + side, y + side), (x, y + side)]


def checkerboard(width: int, height: int) -> dict[str, list[list[list[Node]]]]:
    return {f"{x}-{y}": [[square(x, y)]] for x in range(width) for y in range(height)}


def test_lambert_93_gives_the_values_of_its_definition() -> None:
    assert lambert93(3, 46.5) == pytest.approx((700_000, 6_600_000), abs=1e-6)
    # IGN's own example for Lambert-93 inverse/direct tables: the Paris observatory area, within a metre.
    x, y = lambert93(2.3365, 48.8361)
    assert (x, y) == pytest.approx((651_300, 6_859_750), abs=150)


def test_a_degree_square_has_the_surface_of_the_ellipsoid() -> None:
    a, e2 = 6_378_137.0, 0.00669438002290
    corners = [equal_area(*p) for p in ((2, 47), (3, 47), (3, 48), (2, 48))]
    strips = 4000
    total = 0.0
    for k in range(strips):
        phi = math.radians(47 + (k + 0.5) / strips)
        w = 1 - e2 * math.sin(phi) ** 2
        total += a * a * (1 - e2) * math.cos(phi) / (w * w) * math.radians(1 / strips)
    assert ring_area(corners) == pytest.approx(total * math.radians(1), rel=1e-7)


def test_surfaces_take_holes_off() -> None:
    outer = [(200_000, 4_700_000), (210_000, 4_700_000), (210_000, 4_710_000), (200_000, 4_710_000)]
    hole = [(202_000, 4_702_000), (202_000, 4_704_000), (204_000, 4_704_000), (204_000, 4_702_000)]
    assert hectares([[outer, hole]]) == pytest.approx(hectares([[outer]]) - hectares([[hole]]), abs=1)


def test_overseas_regions_get_a_projection_of_their_own() -> None:
    assert projection_for((0, 46, 3, 48))[0] == "Lambert-93 (EPSG:2154)"
    name, project = projection_for((55.2, -21.4, 55.9, -20.8))
    assert "equirectangular" in name
    (x0, y0), (x1, y1) = project(55.5, -21), project(55.51, -20.99)
    assert (x1 - x0, y1 - y0) == pytest.approx((1040, 1107), rel=0.01)


def test_coordinates_become_whole_rings_turning_one_way() -> None:
    clockwise = [(0.0, 0.0), (0.0, 0.1), (0.1, 0.1), (0.1, 0.0), (0.0, 0.0)]
    hole = [(0.02, 0.02), (0.04, 0.02), (0.04, 0.04), (0.02, 0.02)]
    ((outer, inner),) = whole([[clockwise, hole]])
    assert ring_area(outer) > 0 > ring_area(inner)
    assert outer[0] != outer[-1]
    assert whole([[[(0, 0), (0, 0), (0.000001, 0)]]]) == []


def test_neighbours_share_a_side_not_a_corner() -> None:
    near = build(checkerboard(3, 3)).neighbours()
    assert near["1-1"] == {"0-1", "2-1", "1-0", "1-2"}
    assert near["0-0"] == {"1-0", "0-1"}


@given(st.integers(2, 5), st.integers(2, 5), st.data())
def test_dissolving_keeps_surface_and_loses_inner_borders(width: int, height: int, data: st.DataObject) -> None:
    topology = build(checkerboard(width, height))
    group_of = {code: data.draw(st.sampled_from("AB")) for code in topology.rings}
    for group, rings in topology.dissolve(group_of).items():
        area = 0.0
        for ring in rings:
            nodes = [node for arc in ring for node in _walk(topology.arcs, arc)]
            area += ring_area(nodes)
        assert area == sum(g == group for g in group_of.values())
    inner = {frozenset(codes) for codes in (topology.sides[i] for i in topology.mesh(group_of)) if len(codes) == 2}
    assert all(len({group_of[c] for c in pair}) == 2 for pair in inner)


def _walk(arcs: list[tuple[Node, ...]], signed: int) -> tuple[Node, ...]:
    return arcs[signed][:-1] if signed >= 0 else arcs[~signed][:0:-1]


def test_an_island_without_junction_is_one_closed_arc() -> None:
    topology = build({"a": [[square(0, 0, 3), square(1, 1)[::-1]]], "b": [[square(1, 1)]]})
    assert topology.neighbours() == {"a": {"b"}, "b": {"a"}}
    assert len(topology.arcs) == 2


@given(st.lists(st.tuples(st.floats(-1e4, 1e4), st.floats(-1e4, 1e4)), min_size=2, max_size=40), st.floats(0, 1e3))
@example([(1.0, 0.0), (0.0, 0.0), (1.0, 0.0), (0.0, 0.0), (1.0, 0.0)], 0.0)
def test_no_point_left_out_strays_beyond_the_tolerance(line: list[tuple[float, float]], tolerance: float) -> None:
    kept = simplify(line, tolerance)
    assert kept[0] == 0
    assert kept[-1] == len(line) - 1
    for a, b in itertools.pairwise(kept):
        for i in range(a + 1, b):
            assert _distance(line[i], line[a], line[b]) <= tolerance + 1e-6


def _distance(p: tuple[float, float], a: tuple[float, float], b: tuple[float, float]) -> float:
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = dx * dx + dy * dy
    t = 0.0 if length == 0 else min(1.0, max(0.0, ((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / length))
    return math.hypot(p[0] - a[0] - t * dx, p[1] - a[1] - t * dy)


@given(st.lists(st.tuples(st.integers(-3000, 3000), st.integers(-3000, 3000)), min_size=2, max_size=30, unique=True))
def test_paths_read_back_as_the_cells_they_were_written_from(cells: list[Node]) -> None:
    xs, ys = [x for x, _ in cells], [y for _, y in cells]
    assert bounds_of([encode(cells, close=True)]) == (min(xs), min(ys), max(xs), max(ys))


def test_paths_are_written_in_few_characters() -> None:
    assert encode([(10, 20), (12, 19), (12, 25)], close=True) == "M10 20l2-1 0 6z"


def test_an_area_smaller_than_a_cell_is_still_drawn() -> None:
    topology = build({"tiny": [[[(0, 0), (1, 0), (1, 1)]]]})
    drawing = Drawing(topology, lambda lon, lat: (lon * 1e5, lat * 1e5), Grid(-500, 500, 100), 500)
    left, top, right, bottom = bounds_of([drawing.path(topology.rings["tiny"])])
    assert right > left
    assert bottom > top


@given(st.integers(3, 12), st.integers(1, 50))
def test_a_label_lies_inside_its_area(points: int, seed: int) -> None:
    # A star: its centre may be anywhere, its label must be inside.
    ring = [
        (
            (10 + (seed * 7 * k) % 9) * math.cos(2 * math.pi * k / points),
            (10 + (seed * 5 * k) % 9) * math.sin(2 * math.pi * k / points),
        )
        for k in range(points)
    ]
    assert _inside(label_point([ring]), ring)


def test_a_label_of_a_crescent_is_not_in_its_hollow() -> None:
    crescent = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (9.0, 10.0), (9.0, 1.0), (1.0, 1.0), (1.0, 10.0), (0.0, 10.0)]
    assert _inside(label_point([crescent]), crescent)


def _inside(point: tuple[float, float], ring: list[tuple[float, float]]) -> bool:
    x, y = point
    odd = False
    for (ax, ay), (bx, by) in zip(ring, ring[1:] + ring[:1], strict=True):
        if (ay > y) != (by > y) and x < ax + (y - ay) * (bx - ax) / (by - ay):
            odd = not odd
    return odd
