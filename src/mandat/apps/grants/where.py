"""Where a scheme applies."""

from __future__ import annotations

from mandat.apps.grants.schema.scheme import Scheme
from mandat.apps.rulebook.compiling import perimeters
from mandat.apps.rulebook.places import within


def covers(scheme: Scheme, commune: str) -> bool:
    """Whether a commune is in the scheme's perimeter."""
    places = perimeters()
    inside = any(commune in within(places, area) for area in scheme.perimeter.areas)
    return inside and not any(commune in within(places, area) for area in scheme.perimeter.excluding)
