"""The other ways in, for the sign-in page."""

from __future__ import annotations

import json
from typing import Any

from django import template

from mandat.apps.accounts import entrances as registry

register = template.Library()


@register.simple_tag
def entrances() -> list[registry.Entrance]:
    return registry.entrances()


@register.filter
def as_json(value: Any) -> str:
    """For a ``data-`` attribute that a script reads."""
    return json.dumps(value)
