"""Values as people write them: dates, amounts, company numbers, yes and no. Each function raises InputError with what is wrong."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from mandat.kernel.errors import InputError
from mandat.kernel.money import parse_euros
from mandat.kernel.text import Text

EARLIEST, LATEST = dt.date(1950, 1, 1), dt.date(2100, 12, 31)

_MONTHS = {
    "janvier": 1, "janv": 1, "fevrier": 2, "fevr": 2, "fev": 2, "mars": 3, "avril": 4, "avr": 4, "mai": 5, "juin": 6,
    "juillet": 7, "juil": 7, "aout": 8, "septembre": 9, "sept": 9, "octobre": 10, "oct": 10, "novembre": 11, "nov": 11,
    "decembre": 12, "dec": 12,
}  # fmt: skip
_ISO = re.compile(
    r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s*(?:Z|[+-]\d{2}:?\d{2})?)?$"
)
_FRENCH = re.compile(r"^(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?$")
_WORDS = re.compile(
    r"^(?:(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)\s+)?(\d{1,2})(?:er)?\s+([a-z]+)\.?\s+(\d{4})$"
)
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
_MONTH = re.compile(r"^(?:(\d{4})[-/](\d{1,2})|(\d{1,2})[-/](\d{4}))$")
_YEAR = re.compile(r"^(\d{4})(?:[.,]0)?$")
_SERIAL = re.compile(r"^(\d{5})(?:[.,]0+)?$")
_SCIENTIFIC = re.compile(r"^\d(?:[.,]\d+)?[eE]\+?\d{1,2}$")


def fold(text: str) -> str:
    """Lower case without accents, spaces made single."""
    plain = unicodedata.normalize("NFKD", text.lower().replace("œ", "oe").replace("’", "'"))
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).split())


def day(text: str) -> tuple[dt.date, str]:
    """A date and its precision: ``day``, ``month`` or ``year`` (then its first day).

    Read: 2016-12-05 (with or without time), 05/12/2016, 5.12.16, 20161205, « 5 décembre 2016 », 2016-12, 12/2016, 2016, and
    a spreadsheet's serial number. Day comes before month: 12/25/2016 is refused.
    """
    cleaned = text.strip().strip("'")
    plain = fold(cleaned)
    found: tuple[int, int, int] | None = None
    precision = "day"
    if match := _ISO.match(cleaned) or _COMPACT.match(cleaned):
        found = (int(match[1]), int(match[2]), int(match[3]))
    elif match := _FRENCH.match(cleaned):
        year = int(match[3])
        found = (year if year > 99 else 2000 + year if year < 70 else 1900 + year, int(match[2]), int(match[1]))
    elif (match := _WORDS.match(plain)) and match[2] in _MONTHS:
        found = (int(match[3]), _MONTHS[match[2]], int(match[1]))
    elif match := _MONTH.match(cleaned):
        year, month = (int(match[1]), int(match[2])) if match[1] else (int(match[4]), int(match[3]))
        found, precision = (year, month, 1), "month"
    elif match := _YEAR.match(cleaned):
        found, precision = (int(match[1]), 1, 1), "year"
    elif (match := _SERIAL.match(cleaned)) and 20_000 <= int(match[1]) <= 60_000:
        serial = dt.date(1899, 12, 30) + dt.timedelta(days=int(match[1]))
        found = (serial.year, serial.month, serial.day)
    if found is None:
        raise InputError(Text(f"date illisible : {_cut(text)}", f"unreadable date: {_cut(text)}"))
    try:
        value = dt.date(*found)
    except ValueError:
        raise InputError(Text(f"date impossible : {_cut(text)}", f"impossible date: {_cut(text)}")) from None
    if not EARLIEST <= value <= LATEST:
        raise InputError(Text(f"date hors limites : {_cut(text)}", f"date out of range: {_cut(text)}"))
    return value, precision


def amount(text: str) -> Decimal:
    """Euros, as written by people or by software (``1.5E4``)."""
    cleaned = text.strip()
    if not cleaned:
        raise InputError(Text("montant absent", "no amount"))
    if re.fullmatch(r"[-+]?\d+(?:\.\d+)?[eE][-+]?\d{1,2}", cleaned):
        cleaned = f"{Decimal(cleaned):f}"
    # More than two decimals are a computation's: 0.1 + 0.2 gives 0.30000000000000004.
    if match := re.fullmatch(r"([-+]?\d+)\.(\d{3,})", cleaned):
        cleaned = str(Decimal(f"{match[1]}.{match[2]}").quantize(Decimal("0.01"), rounding=ROUND_HALF_UP))
    return parse_euros(cleaned)


def share(text: str) -> Decimal:
    """A share from above 0 to 1, written 0.25, 0,25, 25 % or 25; empty is 1."""
    cleaned = text.replace(" ", "").replace("\u00a0", "").replace("\u202f", "").replace(",", ".")
    if not cleaned:
        return Decimal(1)
    percent = cleaned.endswith("%")
    try:
        value = Decimal(cleaned.removesuffix("%"))
    except InvalidOperation:
        value = Decimal(-1)
    if not value.is_finite():
        value = Decimal(-1)
    if percent or value > 1:
        value /= 100
    if not 0 < value <= 1:
        raise InputError(Text(f"pourcentage hors limites : {_cut(text)}", f"share out of range: {_cut(text)}"))
    return value


def whole(text: str) -> int | None:
    """A whole number from 0; None for an empty cell."""
    cleaned = text.replace(" ", "").replace("\u00a0", "").replace("\u202f", "")
    cleaned = re.sub(r"[.,]0+$", "", cleaned)
    if not cleaned:
        return None
    if cleaned.startswith("-"):
        raise InputError(Text(f"nombre négatif : {_cut(text)}", f"negative number: {_cut(text)}"))
    if not re.fullmatch(r"\d{1,9}", cleaned):
        raise InputError(Text(f"nombre entier attendu : {_cut(text)}", f"whole number expected: {_cut(text)}"))
    return int(cleaned)


def yes(text: str) -> bool | None:
    """Oui or non, in the words of files; None for an empty or other value."""
    return {"oui": True, "yes": True, "true": True, "vrai": True, "o": True, "1": True, "x": True,
            "non": False, "no": False, "false": False, "faux": False, "n": False, "0": False}.get(fold(text))  # fmt: skip


def company(text: str) -> str:
    """A SIRET (14 digits) or SIREN (9), checked; empty for an empty cell.

    Spaces and a spreadsheet's ``.0`` go; a SIREN filled up with zeros to 14 digits is that SIREN; a number whose last digits a spreadsheet lost (3,24E+13) is refused.
    """
    cleaned = re.sub(r"[\s\u00a0\u202f.]", "", re.sub(r"[.,]0$", "", text.strip().strip("'")))
    if not cleaned:
        return ""
    if _SCIENTIFIC.match(text.strip()):
        raise InputError(
            Text(f"SIRET abîmé par un tableur : {_cut(text)}", f"SIRET damaged by a spreadsheet: {_cut(text)}")
        )
    if not re.fullmatch(r"[0-9]{9}|[0-9]{14}", cleaned):
        raise InputError(Text(f"SIRET illisible : {_cut(text)}", f"unreadable SIRET: {_cut(text)}"))
    if cleaned.endswith("00000") and len(cleaned) == 14 and not is_company(cleaned):
        # A SIREN filled up with zeros: the company is known, not its office.
        cleaned = cleaned[:9]
    if not is_company(cleaned):
        raise InputError(Text(f"SIRET faux (clé de contrôle) : {cleaned}", f"wrong SIRET (check digit): {cleaned}"))
    return cleaned


#: La Poste numbers its offices apart: the digits of their SIRET add up to a multiple of 5.
_POSTE = "356000000"


def is_company(digits: str) -> bool:
    """Whether the check digit of a SIREN or SIRET is right (Luhn; La Poste's own rule for its offices)."""
    if digits.startswith(_POSTE) and len(digits) == 14 and sum(map(int, digits)) % 5 == 0:
        return True
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0 and (len(digits) == 9 or is_company(digits[:9]))


_FORMULA = re.compile(r"^(?:=|@\w+\(|[+-][^\d\s]*\w+\(|[+-]?\w+\|)")
_MARKUP = re.compile(
    r"<\s*/?\s*(?:script|iframe|object|embed|svg|img|style|link|meta|html|body|a\s|form)\b|javascript:", re.IGNORECASE
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


def text(value: str, *, longest: int = 1000) -> str:
    """A text on one line. Refused: a spreadsheet's formula, markup, hidden characters."""
    cleaned = " ".join(value.split())
    if _FORMULA.match(cleaned):
        raise InputError(Text(f"cellule de formule : {_cut(cleaned)}", f"formula cell: {_cut(cleaned)}"))
    if _MARKUP.search(cleaned):
        raise InputError(Text(f"balise dans un texte : {_cut(cleaned)}", f"markup in a text: {_cut(cleaned)}"))
    if _CONTROL.search(cleaned):
        raise InputError(Text("caractères invisibles dans un texte", "hidden characters in a text"))
    return cleaned if len(cleaned) <= longest else cleaned[: longest - 1].rstrip() + "…"


def _cut(value: str) -> str:
    value = " ".join(value.split())
    return value if len(value) <= 40 else value[:39] + "…"
