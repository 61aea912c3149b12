"""Receipts and codes as people type them: groups of letters and figures not mistaken for one another, and two that check the others.

A receipt writes a 63-bit number. The two last characters are that number modulo 1,021, a prime above twice the size of the alphabet, so that
any single wrong character and any two neighbours swapped are noticed (tested one by one). No Django.
"""

from __future__ import annotations

import re
import secrets

#: Crockford's base 32: no I, L, O nor U.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUE = {letter: value for value, letter in enumerate(ALPHABET)}
_READ_AS = str.maketrans("OIL", "011")
_MODULUS = 1021
_RECEIPT = 13
_CODE = 10


def _written(number: int, length: int) -> str:
    out = []
    for _ in range(length):
        number, digit = divmod(number, 32)
        out.append(ALPHABET[digit])
    return "".join(reversed(out))


def _number(text: str) -> int:
    number = 0
    for letter in text:
        number = number * 32 + _VALUE[letter]
    return number


def _with_check(number: int, length: int) -> str:
    return _written(number, length) + _written(number % _MODULUS, 2)


def plain(typed: str) -> str:
    """What was typed, without spaces and hyphens, in capitals; O read as 0, I and L as 1."""
    return re.sub(r"[\s\-–—.]", "", typed[:80]).upper().translate(_READ_AS)


def _checked(typed: str, length: int) -> int | None:
    text = plain(typed)
    if len(text) != length + 2 or not set(text) <= set(ALPHABET):
        return None
    number = _number(text[:length])
    return number if _number(text[length:]) == number % _MODULUS else None


def receipt(number: int) -> str:
    """The receipt of a ballot: ``7K3QF-M9X2A-0BC4D``. ``number`` is from 0 to 2⁶³ - 1."""
    text = _with_check(number, _RECEIPT)
    return f"{text[:5]}-{text[5:10]}-{text[10:]}"


def number_of(typed: str) -> int | None:
    """The number a receipt writes; None for what is no receipt, or was mistyped."""
    number = _checked(typed, _RECEIPT)
    return number if number is not None and number < 1 << 63 else None


def new_code() -> str:
    """A code to print, of 50 random bits: ``7K3Q-FM9X-2A0B``."""
    text = _with_check(secrets.randbits(50), _CODE)
    return f"{text[:4]}-{text[4:8]}-{text[8:]}"


def code_of(typed: str) -> str:
    """A typed code as it is hashed; empty for what is none, or was mistyped."""
    return plain(typed) if _checked(typed, _CODE) is not None else ""
