"""Amounts of applications, exact to the cent."""

from __future__ import annotations

from decimal import Decimal

from django import template

from mandat.apps.rulebook.saying import quantity
from mandat.web import formats

register = template.Library()


@register.filter
def cents(value: int | None) -> str:
    """Cents as euros in words: ``1 250,50 €``."""
    return "" if value is None else quantity(Decimal(value) / 100, "EUR")


@register.filter
def exact(value: Decimal | None) -> str:
    """Euros to the cent."""
    return "" if value is None else quantity(value, "EUR")


@register.filter
def cents_plain(value: int | None) -> str:
    """Cents as a number one may change in a form."""
    return "" if value is None else formats.number(Decimal(value) / 100, 2)
