"""The other ways in, for the sign-in page."""

from __future__ import annotations

from django import template

from mandat.apps.accounts import entrances as registry

register = template.Library()


@register.simple_tag
def entrances() -> list[registry.Entrance]:
    return registry.entrances()
