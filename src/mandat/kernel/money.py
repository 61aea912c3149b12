"""Money in euros, as Decimal. Floats are refused: they are not money."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
#: A cap on what a line may say: ten times the State's yearly budget.
LARGEST = Decimal("9999999999999.99")

_CURRENCY = re.compile(r"^(?:€|EUR)|(?:€|EUR|euros?)$", re.IGNORECASE)
_PLAIN = re.compile(r"(?P<whole>[0-9]+)(?:[.,](?P<cents>[0-9]+))?")
#: Thousands in threes, always by the same mark, then a decimal mark that is another one.
_GROUPED = re.compile(
    r"(?P<whole>[0-9]{1,3}(?P<mark>[ '.,])[0-9]{3}(?:(?P=mark)[0-9]{3})*)(?:(?!(?P=mark))[.,](?P<cents>[0-9]+))?"
)
#: One mark before three digits: 1.234 is one and a bit in English, twelve hundred in French. 0.125 and 1234.567 can only be decimals.
_AMBIGUOUS = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")


def euros(value: Decimal | int | str) -> Decimal:
    """Exact euros with two decimals, rounded half up. Raises InputError for floats, NaN, infinities or text."""
    if isinstance(value, bool) or not isinstance(value, Decimal | int | str):
        raise InputError(Text("un montant est un nombre décimal exact", "an amount is an exact decimal number"))
    try:
        amount = Decimal(value)
    except InvalidOperation:
        raise InputError(Text(f"montant illisible : {value!r}", f"unreadable amount: {value!r}")) from None
    if not amount.is_finite() or abs(amount) > LARGEST:
        raise InputError(Text(f"montant hors limites : {value!r}", f"amount out of range: {value!r}"))
    # Adding zero takes the sign off a rounded -0.004.
    return amount.quantize(CENT, rounding=ROUND_HALF_UP) + ZERO


def parse_euros(text: str) -> Decimal:
    """Read an amount as people write it: ``1 234,50 €``, ``1.234,50``, ``1,234.50``, ``1'234``, ``1234.5``.

    Thousands come in threes by one mark (a space, point, comma or apostrophe), decimals after the last, different,
    point or comma. A lone point or comma with one to three digits before it and exactly three behind says two
    things in two languages: it is refused rather than guessed. Raises InputError for that, for text and for
    amounts out of range.
    """
    shown = repr(text if len(text) <= 40 else text[:40] + "…")
    plain = re.sub(r"[\u00a0\u202f\u2009]", " ", text).replace("’", "'").replace("−", "-").strip()
    plain = _CURRENCY.sub("", plain).strip()
    sign = "-" if plain.startswith("-") else ""
    digits = _CURRENCY.sub("", plain.removeprefix(sign or "+").strip()).strip()
    if _AMBIGUOUS.fullmatch(digits):
        raise InputError(
            Text(
                f"montant ambigu : {shown} ; écrivez 1234 ou 1,23",
                f"ambiguous amount: {shown}; write 1234 or 1.23",
            )
        )
    found = _PLAIN.fullmatch(digits) or _GROUPED.fullmatch(digits)
    if found is None:
        raise InputError(Text(f"montant illisible : {shown}", f"unreadable amount: {shown}"))
    whole = re.sub(r"[^0-9]", "", found["whole"])
    if len(whole) > 40:
        raise InputError(Text(f"montant hors limites : {shown}", f"amount out of range: {shown}"))
    return euros(f"{sign}{whole}.{found['cents'] or 0}")
