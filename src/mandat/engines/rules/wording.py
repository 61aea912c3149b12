"""Values and small words as both languages write them: « 1 000 € par mois », “€1,000 per month”."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from mandat.engines.rules.evaluation import UNKNOWN
from mandat.engines.rules.tree import NumberType, Type
from mandat.engines.rules.units import PLAIN, Unit
from mandat.kernel.periods import in_words
from mandat.kernel.text import Text

NARROW, WIDE = "\u202f", "\u00a0"
_MONEY = ("EUR", 1)
YES, NO = Text("oui", "yes"), Text("non", "no")


def number(value: Decimal, *, decimals: int | None = None) -> Text:
    """``1 234,5`` and ``1,234.5``; ``decimals`` fixes how many are shown, else only those that matter."""
    if decimals is not None:
        value = round(value, decimals)
    text = f"{value:,f}"
    if decimals is None and "." in text:
        text = text.rstrip("0").rstrip(".")
    return Text(text.replace(",", NARROW).replace(".", ","), text)


def value_words(value: object, type_: Type, *, percent: bool = False, labels: Mapping[str, Text] | None = None) -> Text:
    """A value with its unit, in words. ``labels`` names codes."""
    if value is UNKNOWN:
        return Text("inconnu", "unknown")
    if value is True or value is False:
        return YES if value else NO
    if isinstance(value, dt.date):
        day = in_words(value)
        return Text(day.fr, day.en)
    if isinstance(value, str):
        return labels.get(value, Text(value, value)) if labels is not None else Text(value, value)
    if isinstance(value, Fraction):
        value = round(Decimal(value.numerator) / Decimal(value.denominator), 4)
    assert isinstance(value, Decimal)
    unit = type_.unit if isinstance(type_, NumberType) else PLAIN
    return quantity(value, unit, percent=percent)


def quantity(value: Decimal, unit: Unit, *, percent: bool = False) -> Text:
    if percent:
        shown = number(value * 100)
        return Text(f"{shown.fr}{WIDE}%", f"{shown.en}%")
    if unit.plain:
        return number(value)
    cents = 2 if unit.money and value != value.to_integral_value() else None
    if cents and value != round(value, 2):
        cents = None
    shown = number(value, decimals=cents)
    words = unit.words(many=abs(value) >= 2)
    english = unit.words(many=abs(value) != 1)
    if _MONEY in unit.exponents:
        rest = english.en.replace("€", "", 1).strip()
        sign = "-" if shown.en.startswith("-") else ""
        return Text(f"{shown.fr}{WIDE}{words.fr}", f"{sign}€{shown.en.removeprefix('-')} {rest}".strip())
    return Text(f"{shown.fr}{WIDE}{words.fr}", f"{shown.en} {english.en}")


_PLURAL = ("les ", "vos ", "ses ", "leurs ", "nos ", "des ", "ces ", "mes ")


def plural(phrase: Text) -> tuple[bool, bool]:
    """Whether a noun phrase is plural, in French and in English, from how it begins and ends."""
    first = phrase.en.split(" of ")[0].split(" for ")[0].split(",")[0].rstrip()
    return phrase.fr.lower().startswith(_PLURAL), first.endswith("s") and not first.endswith(("ss", "us"))


def after_de(phrase: str) -> str:
    """``de`` and what follows, contracted: ``du plafond``, ``des plafonds``, ``de l'âge``, ``d'un``."""
    for article, contracted in (("le ", "du "), ("les ", "des ")):
        if phrase.startswith(article):
            return contracted + phrase[len(article) :]
    return ("d'" if phrase[:1].lower() in "aeiouyéèêâîôh" and not phrase[:1].isdigit() else "de ") + phrase


def sentence(text: Text) -> Text:
    """A capital at the start and a full stop at the end."""
    return Text(_ended(text.fr), _ended(text.en))


def _ended(text: str) -> str:
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?", ":")) else ".")
