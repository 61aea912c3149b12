"""Addresses made from the present one: without a filter, with another page."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

#: Parameters that place a page in a list: they go when the list changes.
CURSORS = ("avant", "apres", "page")


def without(query: str, name: str) -> str:
    """The query string without ``name`` nor cursor, fit for an ``href``."""
    kept = [(key, value) for key, value in parse_qsl(query) if key != name and key not in CURSORS and value]
    return "?" + urlencode(kept)


def with_(query: str, **values: object) -> str:
    """The query string with ``values`` set and cursors replaced."""
    kept = [(key, value) for key, value in parse_qsl(query) if key not in values and key not in CURSORS and value]
    return "?" + urlencode(kept + [(key, str(value)) for key, value in values.items()])
