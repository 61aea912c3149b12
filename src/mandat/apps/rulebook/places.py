"""The perimeters of a region that comes with Mandat, for checks that have neither database nor framework."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType

from mandat.apps.rulebook.schema import NAMED, PerimeterDocument
from mandat.apps.territory.reference import bundled, read_bundle

Perimeters = Mapping[str, frozenset[str]]
#: The perimeter of the programme's own region.
REGION = "region"


@lru_cache(maxsize=4)
def bundled_perimeters(region: str) -> Perimeters:
    """Communes of each perimeter, today's and those they followed, by name (see ``compiling``).

    For a region that is not among them only ``region`` is known, and holds no commune.
    """
    path = bundled().get(region)
    if path is None:
        return MappingProxyType({REGION: frozenset()})
    with path.open("rb") as stream:
        reference = read_bundle(stream, file=path.name)
    found: dict[str, set[str]] = defaultdict(set)
    areas: dict[str, tuple[str, ...]] = {}
    for commune in reference.communes:
        levels = (("departement", commune.departement), ("epci", commune.epci), ("bassin", commune.bassin))
        areas[commune.code] = tuple(f"{level}:{code}" for level, code in levels if code)
        for area in (*areas[commune.code], f"region:{region}", REGION):
            found[area].add(commune.code)
    successors = {former.code: former.successor for former in reference.former}
    for code in successors:
        last, seen = code, {code}
        while last in successors and successors[last] not in seen:
            last = successors[last]
            seen.add(last)
        for area in (*areas.get(last, ()), f"region:{region}", REGION):
            found[area].add(code)
    return MappingProxyType({area: frozenset(codes) for area, codes in found.items()})


def within(places: Perimeters, area: str) -> frozenset[str]:
    """The communes of an area; a commune is its own. Empty where it is not known."""
    level, _, code = area.partition(":")
    return places.get(area) or (frozenset({code}) if level == "commune" else frozenset())


def with_named(places: Perimeters, documents: Iterable[PerimeterDocument]) -> Perimeters:
    """The perimeters of the territory and, as ``perimeter:<code>``, those a programme names."""
    named = {
        f"{NAMED}{one.code}": frozenset().union(*(within(places, area) for area in one.areas))
        - frozenset().union(*(within(places, area) for area in one.excluding))
        for one in documents
    }
    return MappingProxyType({**places, **named})
