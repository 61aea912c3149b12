"""Numbers, amounts, shares and days as each language writes them. No framework.

The language is the one in force (``mandat.kernel.text.speaking``).
"""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache

import babel.dates
import babel.numbers
from babel.dates import format_datetime

from mandat.kernel.periods import PARIS
from mandat.kernel.text import Text, current_language
from mandat.kernel.units import UNITS
from mandat.web.typography import NARROW, NO_BREAK

Numeric = Decimal | int

# A page writes the same days and amounts many times, and the library parses its pattern each time.
format_date = lru_cache(maxsize=8192)(babel.dates.format_date)
format_decimal = lru_cache(maxsize=8192)(babel.numbers.format_decimal)
format_currency = lru_cache(maxsize=8192)(babel.numbers.format_currency)


def _locale() -> str:
    return "fr" if current_language() == "fr" else "en_GB"


def number(value: Numeric, decimals: int = 2) -> str:
    """``1 234,5``: at most ``decimals`` decimals, no trailing zeros, ties to even."""
    pattern = "#,##0." + "#" * decimals if decimals else "#,##0"
    rounded = Decimal(value).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_EVEN)
    return str(format_decimal(rounded + 0, format=pattern, locale=_locale())).replace("-", "−")


def euros(value: Numeric) -> str:
    """``1 234,50 €``; cents are left out where there are none, millions are said in words from ten."""
    value = Decimal(value)
    if abs(value) >= 10_000_000:
        millions = number(value / 1_000_000, 1)
        return str(Text(f"{millions}{NO_BREAK}millions d’euros", f"€{millions} million"))
    whole = value == value.to_integral_value()
    figure = format_decimal(abs(value), format="#,##0" if whole else "#,##0.00", locale=_locale())
    sign = "−" if value < 0 else ""
    return str(Text(f"{sign}{figure}{NO_BREAK}€", f"{sign}€{figure}"))


def percent(value: Numeric, decimals: int = 1) -> str:
    """``12,5 %`` for 12.5: shares are kept in percent."""
    return f"{number(value, decimals)}{NARROW if _locale() == 'fr' else ''}%"


def quantity(value: Numeric, unit: str) -> str:
    """A number with its unit: ``1 234 logements``, ``12 %``, ``3 ha``."""
    if unit == "EUR":
        return euros(value)
    if unit == "percent":
        return percent(value)
    known = UNITS[unit]
    return f"{number(value, known.decimals or 2)}{NO_BREAK}{known.label(Decimal(value))}"


def split_quantity(value: Numeric, unit: str) -> tuple[str, str]:
    """The same as two parts, for figures set in large type."""
    if unit in ("EUR", "percent"):
        return quantity(value, unit), ""
    known = UNITS[unit]
    return number(value, known.decimals or 2), str(known.label(Decimal(value)))


def _paris(value: dt.date) -> dt.date:
    return value.astimezone(PARIS) if isinstance(value, dt.datetime) and value.tzinfo else value


def day(value: dt.date) -> str:
    """``3 octobre 2026``, ``1er octobre 2026``."""
    value = _paris(value)
    text = str(format_date(value, format="d MMMM y", locale=_locale()))
    if _locale() == "fr" and value.day == 1:
        text = text.replace("1 ", "1er ", 1)
    return text.replace(" ", NO_BREAK)


def month(value: dt.date) -> str:
    """``octobre 2026``."""
    return str(format_date(_paris(value), format="LLLL y", locale=_locale())).replace(" ", NO_BREAK)


def moment(value: dt.datetime) -> str:
    """``3 octobre 2026 à 14 h 05``, Paris time."""
    return str(Text(f"{day(value)} à {clock(value)}", f"{day(value)} at {clock(value)}"))


def deadline(closes: dt.datetime) -> str:
    """Until when, from the first instant that is too late: the last day where that is midnight in Paris, else the day and the hour."""
    if closes.astimezone(PARIS).time() == dt.time():
        return day(closes.astimezone(PARIS) - dt.timedelta(seconds=1))
    return moment(closes)


def start(opens: dt.datetime) -> str:
    """From when: the day where it begins at midnight in Paris, else the day and the hour."""
    return day(opens) if opens.astimezone(PARIS).time() == dt.time() else moment(opens)


def clock(value: dt.datetime) -> str:
    """``14 h 05``, Paris time."""
    pattern = "H'\u00a0h\u00a0'mm" if _locale() == "fr" else "HH:mm"
    return str(format_datetime(value.astimezone(PARIS), pattern, locale=_locale()))


def ago(value: dt.date, today: dt.date) -> str:
    """How long ago a day was, in the unit a person would use: ``aujourd’hui``, ``il y a 3 mois``."""
    days = (today - value).days
    if days < 0:
        return day(value)
    if days == 0:
        return str(Text("aujourd’hui", "today"))
    if days == 1:
        return str(Text("hier", "yesterday"))
    for length, fr, frs, en in ((365, "an", "ans", "year"), (30, "mois", "mois", "month"), (1, "jour", "jours", "day")):
        if days >= 2 * length or (length == 365 and days >= 365) or length == 1:
            n = days // length
            text = Text(f"il y a {n}{NO_BREAK}{fr if n < 2 else frs}", f"{n} {en}{'' if n == 1 else 's'} ago")
            return str(text)
    raise AssertionError("unreachable")
