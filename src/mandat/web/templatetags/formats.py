"""Filters: numbers, amounts, days and texts in the page's language."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django import template
from django.utils import timezone

from mandat.kernel.text import current_language
from mandat.web import formats
from mandat.web.typography import typeset

register = template.Library()


@register.filter
def say(value: Any) -> str:
    """A text in the page's language, set as printers do. Takes a str, a Text, or anything with ``fr`` and ``en``."""
    if value is None:
        return ""
    language = current_language()
    if hasattr(value, "fr") and hasattr(value, "en"):
        value = getattr(value, language)
    elif isinstance(value, dict) and set(value) == {"fr", "en"}:
        value = value[language]
    return typeset(str(value), language)


@register.filter
def upperfirst(value: Any) -> str:
    """A sentence begun with a capital where it stands alone; a file, a code or a name of a field keeps its letters."""
    text = say(value)
    first = text.split(maxsplit=1)[0] if text.strip() else ""
    plain = first.strip("«»“”\u00a0\u202f,;:.!?()").replace("’", "").replace("'", "").replace("-", "")
    return text[:1].upper() + text[1:] if plain.isalpha() and first.islower() else text


@register.filter
def sentences(values: Any) -> str:
    """Several messages one after the other, each begun with a capital."""
    return " ".join(upperfirst(value) for value in values)


@register.simple_tag
def colon() -> str:
    """What stands between a label and what it announces, as the language sets it."""
    return "\u00a0: " if current_language() == "fr" else ": "


@register.filter
def padded(value: int, width: int = 3) -> str:
    """A whole number set to the right with figure spaces, so that columns of numbers align."""
    return str(value).rjust(width, "\u2007")


@register.filter
def number(value: Decimal | int | None, decimals: int = 2) -> str:
    return "" if value is None else formats.number(value, decimals)


@register.filter
def euros(value: Decimal | int | None) -> str:
    return "" if value is None else formats.euros(value)


@register.filter
def percent(value: Decimal | int | None, decimals: int = 1) -> str:
    return "" if value is None else formats.percent(value, decimals)


@register.filter
def quantity(value: Decimal | int | None, unit: str) -> str:
    return "" if value is None else formats.quantity(value, unit)


@register.filter
def day(value: dt.date | None) -> str:
    return "" if value is None else formats.day(value)


@register.filter
def month(value: dt.date | None) -> str:
    return "" if value is None else formats.month(value)


@register.filter
def moment(value: dt.datetime | None) -> str:
    return "" if value is None else formats.moment(value)


@register.filter
def deadline(closes: dt.datetime | None) -> str:
    """Until when, from the first instant that is too late: a day, with its hour where it is not midnight."""
    return formats.deadline(closes) if closes else ""


@register.filter
def start(opens: dt.datetime | None) -> str:
    """From when: a day, with its hour where it is not midnight."""
    return formats.start(opens) if opens else ""


@register.filter
def iso(value: dt.date | None) -> str:
    """For ``<time datetime>``."""
    return "" if value is None else value.isoformat()


@register.filter
def ago(value: dt.date | None) -> str:
    return "" if value is None else formats.ago(value, timezone.localdate())
