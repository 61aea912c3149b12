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

_SPACES = re.compile(r"[\s\u00a0\u202f\u2009'’]")
_PLAIN = re.compile(r"[+-]?\d+(?:\.\d+)?")


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
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def parse_euros(text: str) -> Decimal:
    """Read an amount as people write it: ``1 234,50 €``, ``1.234,50``, ``1,234.50``, ``1234.5``.

    The last comma or point is the decimal mark when at most two digits follow it
    or when it stands alone with other than three digits behind it; a single mark before
    exactly three digits is refused as ambiguous rather than guessed.
    """
    cleaned = _SPACES.sub("", text).removesuffix("€").removesuffix("EUR").removeprefix("€")
    comma, point = cleaned.rfind(","), cleaned.rfind(".")
    if comma >= 0 and point >= 0:
        thousands, mark = (".", ",") if comma > point else (",", ".")
        cleaned = cleaned.replace(thousands, "").replace(mark, ".")
    elif cleaned.count(",") > 1 or cleaned.count(".") > 1:
        cleaned = cleaned.replace(",", "").replace(".", "")
    elif comma >= 0:
        if len(cleaned) - comma - 1 == 3:
            raise InputError(Text(f"montant ambigu : {text!r}", f"ambiguous amount: {text!r}"))
        cleaned = cleaned.replace(",", ".")
    if not _PLAIN.fullmatch(cleaned):
        raise InputError(Text(f"montant illisible : {text!r}", f"unreadable amount: {text!r}"))
    return euros(cleaned)
