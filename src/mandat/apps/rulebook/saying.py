"""Values of rules in words: amounts with their unit and period, days, yes and no."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from mandat.engines.rules.document import Bracket, Dated, Input, Parameter
from mandat.engines.rules.units import Unit, parse_unit
from mandat.kernel.text import Text, current_language
from mandat.web import formats
from mandat.web.typography import NO_BREAK

_EURO = Unit((("EUR", 1),))


def quantity(value: Decimal | int, unit: str, decimals: int = 2) -> str:
    """``86,20 € par mois``, ``12,5 %``, ``3 repas``. ``unit`` is written as documents write it."""
    value = Decimal(value)
    written = parse_unit(unit or "1")
    if written.percent:
        return formats.percent(value, max(decimals, 1))
    if not written.unit.money:
        words = str(written.unit.words(many=_many(value)))
        return f"{formats.number(value, decimals)}{NO_BREAK}{words}".strip(NO_BREAK)
    rest = str((written.unit / _EURO).words())
    # Cents where there are some; amounts of rules are never said in millions here.
    figure = formats.number(value, 0) if value == value.to_integral_value() else _cents(value)
    euros = f"{figure}{NO_BREAK}€" if current_language() == "fr" else f"€{figure}"
    return f"{euros} {rest}".strip()


def _cents(value: Decimal) -> str:
    whole = formats.number(abs(value) // 1, 0)
    cents = int((abs(value) % 1 * 100).to_integral_value())
    if cents == 100:
        return formats.number(value, 0)
    return f"{'−' if value < 0 else ''}{whole}{',' if current_language() == 'fr' else '.'}{cents:02d}"


def _many(value: Decimal) -> bool:
    return abs(value) >= 2 if current_language() == "fr" else abs(value) != 1


def unit_words(unit: str) -> str:
    """What follows a number in a form: ``€ par mois``; empty for a plain number."""
    written = parse_unit(unit or "1")
    return "%" if written.percent else str(written.unit.words())


def bound(value: Decimal, given: Input) -> str:
    return quantity(value, given.unit, given.decimals)


def value_words(value: Any, unit: str = "1") -> str:
    """A value of an evaluation in words; what is not known is said so."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Decimal | int):
        return quantity(value, unit)
    if isinstance(value, dt.date):
        return formats.day(value)
    if isinstance(value, str):
        return value
    return _("not known")


def dated_words(parameter: Parameter, dated: Dated) -> str:
    """What a parameter is worth from a day on, in one line; a scale says how many brackets it has."""
    if parameter.kind == "scale":
        return str(
            Text(f"{len(dated.brackets)} tranches", f"{len(dated.brackets)} brackets")
            if len(dated.brackets) > 1
            else Text("une tranche", "one bracket")
        )
    if isinstance(dated.value, dt.date):
        return formats.day(dated.value)
    return quantity(dated.value or Decimal(0), parameter.unit, 4)


def bracket_rows(parameter: Parameter, dated: Dated) -> list[tuple[str, str]]:
    """Each bracket of a scale: from what base to what base, and what it gives."""
    return [
        (_span(parameter, dated.brackets, rank), _gives(parameter, bracket)) for rank, bracket in enumerate(dated.brackets)
    ]  # fmt: skip


def _span(parameter: Parameter, brackets: tuple[Bracket, ...], rank: int) -> str:
    low = quantity(brackets[rank].from_, parameter.of or "1", 4)
    if rank + 1 == len(brackets):
        return _("from %(low)s on") % {"low": low}
    return _("from %(low)s to below %(high)s") % {
        "low": low,
        "high": quantity(brackets[rank + 1].from_, parameter.of or "1", 4),
    }


def _gives(parameter: Parameter, bracket: Bracket) -> str:
    if bracket.rate is not None:
        return formats.percent(bracket.rate * 100, 4)
    return quantity(bracket.amount or Decimal(0), parameter.unit, 4)
