"""Small words of the pages of cases."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from mandat.apps.grants.machine import MOVEMENTS, State
from mandat.apps.grants.models import Case
from mandat.apps.grants.views.bureau.common import TONES
from mandat.apps.grants.vocabulary import APPLICANTS
from mandat.apps.territory import selectors as territory
from mandat.web import formats
from mandat.web.templatetags.formats import say

register = template.Library()


@register.simple_tag
def casestate(case: Case) -> SafeString:
    """Where a case stands, as colour, pattern and word."""
    return format_html('<span class="status status--{}">{}</span>', TONES[State(case.state)], case.get_state_display())


@register.filter
def stepname(name: str) -> Any:
    """What happened in one step."""
    found = MOVEMENTS.get(name)
    return found.label if found else name


@register.filter
def cents(amount: int | None) -> str:
    """Cents as euros; a dash where there is none."""
    return "–" if amount is None else formats.euros(Decimal(amount) / 100)


@register.filter
def applicantkind(code: str) -> str:
    return say(APPLICANTS[code]) if code in APPLICANTS else code


@register.filter
def communename(code: str) -> str:
    """The name of a commune, its code where it is not known."""
    return territory.area_name(f"commune:{code}") if code else "–"


@register.filter
def headed(text: Any) -> str:
    """A label at the head of a line."""
    words = say(text)
    return words[:1].upper() + words[1:]
