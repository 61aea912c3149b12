"""The menu of the back office, for any template that extends ``bureau/base.html``."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context

from mandat.apps.programme.views.bureau.common import current_or_none, menu

register = template.Library()


@register.simple_tag(takes_context=True)
def bureau_menu(context: Context) -> list[dict[str, Any]]:
    """Entries this account may open."""
    return menu(context["request"], context.get("current") or current_or_none())
