"""The area code of what someone typed."""

from __future__ import annotations

from mandat.apps.territory import selectors as territory
from mandat.facts.base import AREA


def area_of(place: str) -> str:
    """The area code of what someone typed: a code, a department's number or a name. Empty where nothing fits."""
    if AREA.match(place):
        return place
    if place.isdigit() and len(place) <= 3 and territory.exists(f"departement:{place}"):
        return f"departement:{place}"
    folded = territory.fold(place)
    for area, name in territory.reference().names.items():
        if not area.startswith("commune:") and territory.fold(name) == folded:
            return area
    commune = territory.search_communes(place).first() if folded else None
    return f"commune:{commune.code}" if commune else ""
