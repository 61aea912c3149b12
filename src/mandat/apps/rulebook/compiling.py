"""What compiling a rule takes from the territory: the communes of each perimeter a formula may name.

A perimeter is named ``region`` (the programme's own) or by the code of an area: ``departement:45``, ``epci:243700754``,
``bassin:18033``, ``region:24``; or it is one the programme names: ``perimeter:aires-de-captage``. Its communes are those of today and the
former ones they follow.
"""

from __future__ import annotations

from functools import lru_cache
from types import MappingProxyType

from mandat.apps.programme.published import published
from mandat.apps.programme.terms import Versions
from mandat.apps.rulebook.places import REGION, Perimeters, with_named
from mandat.apps.rulebook.schema import PERIMETER, PerimeterDocument
from mandat.apps.territory import selectors

PERIMETERS = Versions(PERIMETER, PerimeterDocument)


def perimeters(programme: str | None = None) -> Perimeters:
    """The perimeters of the loaded territory and those the programme names. One short query a request, then memory."""
    current, known = published(programme), selectors.reference()
    return _of_loaded(current.code, current.revision, current.programme.region, known.stamp)


@lru_cache(maxsize=8)
def _of_loaded(programme: str, revision: int, region: str, stamp: object) -> Perimeters:
    known = selectors.reference()
    found = {
        area: frozenset(old for code in codes for old in (code, *known.predecessors.get(code, ())))
        for area, codes in known.members.items()
    }
    places = MappingProxyType({**found, REGION: found.get(f"region:{region}", frozenset())})
    named = PERIMETERS.all(published(programme)).values()
    return with_named(places, (terms.document for terms in named))
