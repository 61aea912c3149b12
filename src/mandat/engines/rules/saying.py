"""Types and units in words, for messages."""

from __future__ import annotations

from mandat.engines.rules.syntax import FormulaError, wrong
from mandat.engines.rules.tree import BooleanType, CodeType, DateType, NumberType, Span, Type
from mandat.engines.rules.units import PLAIN, Unit, conversion
from mandat.kernel.text import Text


def said(type_: Type) -> Text:
    """A type in words, for messages."""
    match type_:
        case NumberType(unit=unit):
            if unit.plain:
                return Text("un nombre sans unité", "a number without unit")
            return Text(f"un nombre en {unit}", f"a number in {unit}")
        case BooleanType():
            return Text("vrai ou faux", "true or false")
        case DateType():
            return Text("une date", "a date")
        case CodeType(domain="commune"):
            return Text("une commune", "a commune")
    return Text("un choix", "a choice")


_CONVERSIONS = {
    "month": ("par_mois", "per_month"),
    "year": ("par_an", "per_year"),
    "quarter": ("par_trimestre", "per_quarter"),
}


def units_differ(a: Unit, b: Unit, span: Span) -> FormulaError:
    """Two units that do not mix, and the conversion to write where there is one."""
    if a.period and b.period and conversion(a, b) is not None:
        call = _CONVERSIONS.get(b.period)
        fr, en = (f"{call[0]}(…)", f"{call[1]}(…)") if call else (f"(…) en {b}", f"(…) in {b}")
        return wrong(
            f"{a} et {b} ne se mêlent pas : convertissez, par exemple {fr}",
            f"{a} and {b} do not mix: convert, for instance {en}",
            span,
        )
    hint = Text("", "")
    if "year" in (str(a), str(b)) and PLAIN in (a, b):
        hint = Text(" : écrivez par exemple 18 ans", ": write for instance 18 years")
    elif PLAIN in (a, b):
        unit = b if a == PLAIN else a
        hint = Text(f" : donnez l'unité, par exemple 100 {unit}", f": give the unit, for instance 100 {unit}")
    fr = " et ".join("sans unité" if unit.plain else str(unit) for unit in (a, b))
    en = " and ".join("no unit" if unit.plain else str(unit) for unit in (a, b))
    return wrong(f"{fr} ne se mêlent pas{hint.fr}", f"{en} do not mix{hint.en}", span)
