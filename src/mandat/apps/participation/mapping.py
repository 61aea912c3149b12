"""Where a proposal is, on the region's map."""

from __future__ import annotations

from django.utils.translation import gettext as _

from mandat.apps.participation.models import Proposal
from mandat.apps.programme.published import published
from mandat.apps.territory import maps
from mandat.apps.territory import selectors as territory
from mandat.web.maps import Map, choropleth


def proposal_map(row: Proposal) -> Map | None:
    """A plain map with a dot at the commune; None where the region has no boundaries."""
    region = territory.current_region(published().programme.region)
    frame = maps.frame(region) if region is not None else None
    if region is None or frame is None:
        return None
    at = maps.place(region, f"commune:{row.commune}")
    if at is None:
        return None
    name = territory.area_name(f"commune:{row.commune}")
    return choropleth(
        frame, maps.patches(region, "departement"), name="proposal-map", classed=False, point=at, size="map map--small",
        title=_("Where this proposal is: %(name)s") % {"name": name},
    )  # fmt: skip
