"""A coverage as arcs: every stretch of border once, with the areas on either side.

Simplifying arcs instead of areas keeps neighbours stuck together, and dissolving
communes into their EPCI is leaving out the arcs that both sides share.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from mandat.apps.territory.geometry.projection import ring_area

#: Degrees are compared as whole numbers of this fraction: about 1 m, the resolution of the sources.
RESOLUTION = 100_000

Node = tuple[int, int]
Ring = Sequence[Node]
Polygons = Sequence[Sequence[Ring]]


def whole(polygons: Iterable[Iterable[Iterable[Sequence[float]]]]) -> list[list[list[Node]]]:
    """Coordinates in degrees as whole numbers, rings without their repeated last point; slivers dropped.

    Outer rings turn counter-clockwise, holes clockwise, so that paths fill alike under either of SVG's rules.
    """
    result = []
    for polygon in polygons:
        rings: list[list[Node]] = []
        for ring in polygon:
            nodes: list[Node] = []
            for lon, lat, *_ in ring:
                node = (round(lon * RESOLUTION), round(lat * RESOLUTION))
                if not nodes or nodes[-1] != node:
                    nodes.append(node)
            if len(nodes) > 1 and nodes[0] == nodes[-1]:
                nodes.pop()
            if len(nodes) >= 3:
                if (ring_area(nodes) < 0) == (not rings):
                    nodes.reverse()
                rings.append(nodes)
        if rings:
            result.append(rings)
    return result


@dataclass
class Topology:
    """``arcs[i]`` is a line of nodes; ``rings[code]`` lists rings of signed arc numbers.

    Arc ``i`` walked forwards is written ``i``, backwards ``~i``. A closed arc repeats its
    first node at its end. ``sides[i]`` holds the codes that the arc bounds: two inside, one at the rim.
    """

    arcs: list[tuple[Node, ...]] = field(default_factory=list)
    rings: dict[str, list[list[int]]] = field(default_factory=dict)
    sides: list[list[str]] = field(default_factory=list)

    def neighbours(self) -> dict[str, set[str]]:
        """Codes that share at least one stretch of border with each code."""
        result: dict[str, set[str]] = {code: set() for code in self.rings}
        for codes in self.sides:
            for a in codes:
                result[a].update(b for b in codes if b != a)
        return result

    def dissolve(self, group_of: Mapping[str, str]) -> dict[str, list[list[int]]]:
        """Rings of each group of codes; codes without a group are left out."""
        directed: dict[str, set[int]] = defaultdict(set)
        for code, rings in self.rings.items():
            group = group_of.get(code)
            if not group:
                continue
            arcs = directed[group]
            for ring in rings:
                for arc in ring:
                    if ~arc in arcs:
                        arcs.discard(~arc)
                    else:
                        arcs.add(arc)
        return {group: self._stitch(sorted(arcs)) for group, arcs in directed.items()}

    def _stitch(self, arcs: Sequence[int]) -> list[list[int]]:
        starts: dict[Node, list[int]] = defaultdict(list)
        for arc in arcs:
            starts[self.first(arc)].append(arc)
        rings: list[list[int]] = []
        for arc in arcs:
            if arc not in starts[self.first(arc)]:
                continue
            starts[self.first(arc)].remove(arc)
            ring = [arc]
            while self.first(~ring[-1]) != self.first(ring[0]):
                following = starts[self.first(~ring[-1])]
                if not following:  # an unclosed chain: the given boundaries overlap there
                    break
                ring.append(following.pop())
            rings.append(ring)
        return rings

    def first(self, arc: int) -> Node:
        """The node a signed arc starts from."""
        return self.arcs[arc][0] if arc >= 0 else self.arcs[~arc][-1]

    def mesh(self, group_of: Mapping[str, str]) -> list[int]:
        """Arcs between two different groups: inner borders, each once."""
        return [i for i, codes in enumerate(self.sides) if len({group_of.get(c, "") for c in codes}) > 1]


def build(areas: Mapping[str, Polygons]) -> Topology:
    """The topology of areas given as polygons of rings of whole nodes (see ``whole``).

    Borders shared by two areas must have the same nodes on both sides, as in official
    coverages; where they do not, each side keeps its own arc and nothing else is lost.
    """
    around: dict[Node, set[Node]] = defaultdict(set)
    for polygons in areas.values():
        for polygon in polygons:
            for ring in polygon:
                previous = ring[-1]
                for node in ring:
                    around[node].add(previous)
                    around[previous].add(node)
                    previous = node
    junctions = {node for node, near in around.items() if len(near) != 2}

    topology = Topology()
    known: dict[tuple[Node, ...], int] = {}

    def arc_number(line: tuple[Node, ...], code: str) -> int:
        backwards = line[::-1]
        if line in known:
            signed = known[line]
        elif backwards in known:
            signed = ~known[backwards]
        else:
            signed = known[line] = len(topology.arcs)
            topology.arcs.append(line)
            topology.sides.append([])
        codes = topology.sides[signed if signed >= 0 else ~signed]
        if code not in codes:
            codes.append(code)
        return signed

    for code, polygons in areas.items():
        topology.rings[code] = [
            [arc_number(line, code) for line in _cut(ring, junctions)] for polygon in polygons for ring in polygon
        ]
    return topology


def _cut(ring: Ring, junctions: set[Node]) -> list[tuple[Node, ...]]:
    """A ring as lines from junction to junction; one closed line from its least node where it has none."""
    nodes = list(ring)
    start = next((i for i, node in enumerate(nodes) if node in junctions), -1)
    if start < 0:
        start = nodes.index(min(nodes))
        nodes = nodes[start:] + nodes[:start]
        return [(*nodes, nodes[0])]
    nodes = nodes[start:] + nodes[: start + 1]
    lines: list[tuple[Node, ...]] = []
    begin = 0
    for i in range(1, len(nodes)):
        if nodes[i] in junctions:
            lines.append(tuple(nodes[begin : i + 1]))
            begin = i
    return lines
