"""Tags of the pages of petitions."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import template
from django.utils import timezone

from mandat.apps.participation import words
from mandat.web import formats

register = template.Library()
register.filter("prose", words.prose)


@register.inclusion_tag("petitions/_gauge.html")
def gauge(total: int, need: int) -> dict[str, Any]:
    """A bar of how far ``total`` is on the way to ``need``: the words beside it say so too."""
    return {"width": min(398, total * 398 // need)}


@register.filter
def lastday(closes_at: dt.datetime | None) -> str:
    """The last day of a time that ends at an instant."""
    return "" if closes_at is None else formats.day(timezone.localdate(closes_at - dt.timedelta(seconds=1)))
