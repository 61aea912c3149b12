"""The map component."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.safestring import mark_safe

from mandat.web.maps import Map

register = template.Library()


@register.inclusion_tag("web/components/map.html", name="map")
def map_(map: Map, open: bool = False) -> dict[str, Any]:
    """A map with its legend, its caption, and the same data as a table under it."""
    return {
        "map": map,
        "svg": mark_safe(map.svg),  # noqa: S308 - mandat.web.maps escapes its texts
        "legend": [(mark_safe(key.mark), key.text) for key in map.legend],  # noqa: S308
        "open": open,
    }
