"""Patches of the loaded region for ``mandat.web.maps``: shapes are read once and kept until an import."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from decimal import Decimal

from mandat.apps.territory.models import Region, Shape
from mandat.apps.territory.selectors import reference
from mandat.web.maps import Frame, Patch
from mandat.web.typography import typeset

#: Up to this many communes, a map is a close view and draws their detailed shapes.
CLOSE = 120

#: (path, x, y) by area code, for one level of one version of a region.
_Drawn = Mapping[str, tuple[str, int, int]]
_kept: dict[tuple[str, str], tuple[str, _Drawn]] = {}


def frame(region: Region, *, borders: bool = True) -> Frame | None:
    """The frame of a region's map; None where it was loaded without boundaries."""
    if not region.map_width:
        return None
    return Frame(region.map_width, region.map_height, region.map_borders if borders else "")


def _drawn(region: Region, level: str) -> _Drawn:
    known = _kept.get((region.code, level))
    if known is None or known[0] != region.digest or not region.digest:
        rows = Shape.objects.filter(region=region, level=level).order_by("area").values_list("area", "path", "x", "y")
        known = (region.digest, {area: (path, x, y) for area, path, x, y in rows})
        _kept[region.code, level] = known
    return known[1]


def patches(
    region: Region,
    level: str,
    *,
    only: Collection[str] | None = None,
    values: Mapping[str, Decimal | None] | None = None,
    missing: Decimal | None = Decimal(0),
    url: Callable[[str], str] | None = None,
    label: str = "",
) -> list[Patch]:
    """Areas of one level (``commune``, ``epci``, ``departement``, ``region``) ready for a map.

    ``only`` limits to these area codes; ``values`` by area code, ``missing`` where it says nothing; ``url`` makes an
    area's address from its area code; ``label`` writes the name of that area, ``*`` of all.
    """
    wanted = None if only is None else set(only)
    names = reference().names
    found = []
    if level == "commune" and wanted is not None and len(wanted) <= CLOSE:
        close = _drawn(region, "detail")
        drawn: _Drawn = {
            area: close[code] for area in sorted(wanted) if (code := f"detail:{area.split(':')[1]}") in close
        }
    else:
        drawn = _drawn(region, level)
    for area, (path, x, y) in drawn.items():
        if wanted is not None and area not in wanted:
            continue
        name = typeset(names.get(area, area), "fr")
        found.append(
            Patch(
                code=area,
                name=name,
                path=path,
                value=missing if values is None else values.get(area, missing),
                url=url(area) if url else "",
                label=name if label in (area, "*") else "",
                x=x,
                y=y,
            )
        )
    return found


def place(region: Region, area: str) -> tuple[int, int] | None:
    """Where the label of an area goes, in map units; None where it is not drawn."""
    drawn = _drawn(region, area.split(":", 1)[0]).get(area)
    return (drawn[1], drawn[2]) if drawn else None
