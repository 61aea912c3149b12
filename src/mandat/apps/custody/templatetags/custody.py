"""How what is held about someone is shown."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from mandat.web.formats import day, moment

register = template.Library()


@register.filter
def shown(value: Any) -> Any:
    """A value in words: days in full, yes or no, lists and pairs one under the other."""
    if value is None or value in ("", [], {}):
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dt.datetime):
        return moment(value)
    if isinstance(value, dt.date):
        return day(value)
    if isinstance(value, dict):
        return format_html(
            "<ul>{}</ul>",
            format_html_join("", "<li>{} : {}</li>", ((key, shown(inner)) for key, inner in value.items())),
        )
    if isinstance(value, list | tuple):
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", ((shown(inner),) for inner in value)))
    return str(value)
