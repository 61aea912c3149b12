"""Small words of the pages of rights."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from mandat.apps.rights.machine import MOVEMENTS, State
from mandat.apps.rights.models import Claim, Move
from mandat.apps.rights.views.shared import TONES, step_value

register = template.Library()

_OTHER = {"end": _("right ended")}


@register.simple_tag
def state(claim: Claim) -> SafeString:
    """Where a claim stands, as colour, pattern and word."""
    return format_html(
        '<span class="status status--{}">{}</span>', TONES[State(claim.state)], claim.get_state_display()
    )


@register.simple_tag
def movelabel(move: Move) -> Any:
    """What happened in one step."""
    found = MOVEMENTS.get(move.name)
    return found.label if found else _OTHER[move.name]


@register.simple_tag
def stepvalue(value: Any, unit: str = "") -> str:
    """A value with its unit."""
    return step_value(value, unit)


@register.filter
def first_up(text: Any) -> str:
    """A label at the head of a line."""
    words = str(text)
    return words[:1].upper() + words[1:]


@register.filter
def iban(number: str) -> str:
    """An account number in fours, but for its end hidden."""
    shown = "•" * max(0, len(number) - 4) + number[-4:]
    return " ".join(shown[start : start + 4] for start in range(0, len(shown), 4))
