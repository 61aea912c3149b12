"""From lists of communes and their boundaries to a complete ``Reference``.

Surfaces, neighbours and label points come from the boundaries as given; the map from
simplified ones. Surfaces computed here are those of the boundaries' own precision
(about ten metres): they differ from the land register's by a few parts in a thousand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from mandat.apps.territory.geometry.paths import Drawing, Grid, boxes, label_point
from mandat.apps.territory.geometry.projection import equal_area, projection_for, ring_area
from mandat.apps.territory.geometry.topology import RESOLUTION, Polygons, build
from mandat.apps.territory.reference import CommuneRow, MapFrame, Reference, Shape

#: Metres: what may be smoothed away at each level, and the width of a map unit.
COMMUNE_TOLERANCE = 600.0
DETAIL_TOLERANCE = 100.0
DEPARTEMENT_TOLERANCE = 1_000.0
METRES_PER_UNIT = 100.0

Progress = Callable[[int, int], None]


def with_map(reference: Reference, boundaries: Mapping[str, Polygons]) -> Reference:
    """The reference with surfaces, neighbours and shapes drawn from ``boundaries`` (code to whole polygons).

    Communes without a boundary keep what they have and are not drawn. A surface already
    given is kept.
    """
    boundaries = {row.code: boundaries[row.code] for row in reference.communes if row.code in boundaries}
    if not boundaries:
        return reference
    topology = build(boundaries)
    neighbours = topology.neighbours()
    degrees = {code: _degrees(polygons) for code, polygons in boundaries.items()}
    name, project = projection_for(boxes(degrees))
    projected = {code: [[project(lon, lat) for lon, lat in ring] for ring in rings] for code, rings in degrees.items()}
    west, south, east, north = boxes(projected)
    margin = 4 * METRES_PER_UNIT
    grid = Grid(west - margin, north + margin, METRES_PER_UNIT)
    detail = Drawing(topology, project, grid, DETAIL_TOLERANCE)
    fine = Drawing(topology, project, grid, COMMUNE_TOLERANCE)
    coarse = Drawing(topology, project, grid, DEPARTEMENT_TOLERANCE)

    departement_of = {row.code: row.departement for row in reference.communes}
    epci_of = {row.code: row.epci for row in reference.communes}
    shapes: dict[str, Shape] = {}

    def place(rings: Iterable[Iterable[tuple[float, float]]]) -> tuple[int, int]:
        return grid.cell(label_point([list(ring) for ring in rings]))

    for code, rings in topology.rings.items():
        label = place(projected[code])
        shapes[f"commune:{code}"] = Shape(fine.path(rings), *label)
        shapes[f"detail:{code}"] = Shape(detail.path(rings), *label)
    levels = (
        ("epci", epci_of, fine),
        ("departement", departement_of, coarse),
        ("region", dict.fromkeys(departement_of, reference.code), coarse),
    )
    for level, group_of, drawing in levels:
        for group, dissolved in topology.dissolve(group_of).items():
            corners = [
                [project(x / RESOLUTION, y / RESOLUTION) for arc in ring for x, y in _line(topology.arcs, arc)]
                for ring in dissolved
            ]
            shapes[f"{level}:{group}"] = Shape(drawing.path(dissolved), *place(corners))

    def complete(row: CommuneRow) -> CommuneRow:
        if row.code not in boundaries:
            return row
        x, y = label_point(degrees[row.code])
        return replace(
            row,
            surface=row.surface if row.surface is not None else hectares(boundaries[row.code]),
            longitude=row.longitude if row.longitude is not None else round(x, 4),
            latitude=row.latitude if row.latitude is not None else round(y, 4),
            neighbours=tuple(sorted(neighbours[row.code])),
        )

    return replace(
        reference,
        communes=tuple(complete(row) for row in reference.communes),
        frame=MapFrame(
            width=round((east - west + 2 * margin) / METRES_PER_UNIT),
            height=round((north - south + 2 * margin) / METRES_PER_UNIT),
            metres_per_unit=METRES_PER_UNIT,
            projection=name,
            tolerance=COMMUNE_TOLERANCE,
            borders=fine.lines(topology.mesh(departement_of)),
        ),
        shapes=shapes,
    )


def _degrees(polygons: Polygons) -> list[list[tuple[float, float]]]:
    return [[(x / RESOLUTION, y / RESOLUTION) for x, y in ring] for polygon in polygons for ring in polygon]


def _line(arcs: list[tuple[tuple[int, int], ...]], signed: int) -> tuple[tuple[int, int], ...]:
    return arcs[signed][:-1] if signed >= 0 else arcs[~signed][:0:-1]


def hectares(polygons: Polygons) -> int:
    """Surface of whole polygons in hectares, holes taken off, at least 1."""
    total = 0.0
    for outer, *holes in polygons:
        for ring, sign in [(outer, 1), *((hole, -1) for hole in holes)]:
            total += sign * abs(ring_area([equal_area(x / RESOLUTION, y / RESOLUTION) for x, y in ring]))
    return max(1, round(total / 10_000))
