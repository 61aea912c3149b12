"""Words of people on pages."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString

from mandat.apps.participation import words

register = template.Library()


@register.filter
def prose(text: str) -> SafeString:
    """A text people wrote: paragraphs, lists and safe links; everything else is escaped."""
    return words.prose(text or "")
