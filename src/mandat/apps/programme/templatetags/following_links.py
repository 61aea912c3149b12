"""Where one follows a place, from its area (``commune:18033``)."""

from __future__ import annotations

from django import template
from django.urls import NoReverseMatch, reverse

register = template.Library()


@register.simple_tag
def follow_address(area: str) -> str:
    """The page that explains how to follow it; empty where no app serves one."""
    try:
        return reverse("community:target", args=area.split(":", 1))
    except NoReverseMatch:
        return ""
