"""What compiling a rule takes from the territory: the communes of each perimeter a formula may name.

A perimeter is named ``region`` (the programme's own) or by the code of an area: ``departement:45``, ``epci:243700754``,
``bassin:18033``, ``region:24``. Its communes are those of today and the former ones they follow.
"""

from __future__ import annotations

from functools import lru_cache
from types import MappingProxyType

from mandat.apps.programme.published import published
from mandat.apps.rulebook.places import REGION, Perimeters
from mandat.apps.territory import selectors


def perimeters(programme: str | None = None) -> Perimeters:
    """The perimeters of the loaded territory. One short query a request, then memory."""
    known = selectors.reference()
    return _of_loaded(published(programme).programme.region, known.stamp)


@lru_cache(maxsize=8)
def _of_loaded(region: str, stamp: object) -> Perimeters:
    known = selectors.reference()
    found = {
        area: frozenset(old for code in codes for old in (code, *known.predecessors.get(code, ())))
        for area, codes in known.members.items()
    }
    return MappingProxyType({**found, REGION: found.get(f"region:{region}", frozenset())})
