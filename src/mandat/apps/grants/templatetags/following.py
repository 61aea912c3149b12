"""Words and small forms of what follows an award."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms, template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from mandat.apps.grants.views.following.shared import TONES
from mandat.web import formats

register = template.Library()


@register.filter
def cents(value: int | None) -> str:
    """Whole cents as euros; empty where there is nothing."""
    return "" if value is None else formats.euros(Decimal(value) / 100)


@register.simple_tag
def stands(code: str, label: Any) -> SafeString:
    """A state as colour, pattern and word."""
    return format_html('<span class="status status--{}">{}</span>', TONES.get(str(code), "in_progress"), label)


@register.simple_tag
def fresh(form: forms.Form, key: Any) -> forms.Form:
    """The same empty form with identifiers of its own, so that one page may show it many times."""
    return type(form)(initial=form.initial, auto_id=f"{key}-%s")
