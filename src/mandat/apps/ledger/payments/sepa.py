"""What a SEPA message accepts: characters, IBAN, BIC, identifiers.

Source: European Payments Council, *SEPA Requirements for an Extended Character Set* (EPC217-08) and the *SEPA Credit Transfer Scheme
Customer-to-PSP Implementation Guidelines* (EPC132-08).
"""

from __future__ import annotations

import re
import unicodedata

from stdnum import bic as stdnum_bic
from stdnum import iban as stdnum_iban
from stdnum.exceptions import ValidationError

from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

#: Every bank of the area must take these and may refuse others.
ALLOWED = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-?:().,'+ ")
IDENTIFIER = re.compile(r"^(?!/)(?!.*//)(?!.*/$)[A-Za-z0-9/\-?:().,'+ ]{1,35}$")
#: Countries of the SEPA schemes (EPC409-09), by their IBAN prefix.
COUNTRIES = frozenset(
    [
        "AD",
        "AL",
        "AT",
        "BE",
        "BG",
        "CH",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GB",
        "GI",
        "GR",
        "HR",
        "HU",
        "IE",
        "IS",
        "IT",
        "LI",
        "LT",
        "LU",
        "LV",
        "MC",
        "MD",
        "ME",
        "MK",
        "MT",
        "NL",
        "NO",
        "PL",
        "PT",
        "RO",
        "RS",
        "SE",
        "SI",
        "SK",
        "SM",
        "VA",
    ]
)
_WRITTEN = str.maketrans(
    {
        "œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ß": "ss", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D",
        "þ": "th", "Þ": "TH", "ð": "d", "ı": "i", "&": "+", "’": "'", "‘": "'", "«": "'", "»": "'", '"': "'", "–": "-",
        "—": "-", "‑": "-", "@": "(at)", "€": "EUR", "_": "-", ";": ",", "[": "(", "]": ")", "{": "(", "}": ")", "!": ".",
    }
)  # fmt: skip


def written(text: str, *, most: int) -> str:
    """``text`` in the SEPA characters, at most ``most`` of them. Raises InputError where nothing is left."""
    plain = unicodedata.normalize("NFKD", text.translate(_WRITTEN))
    kept = "".join(c if c in ALLOWED else "" if unicodedata.combining(c) else " " for c in plain.translate(_WRITTEN))
    # A slash at either end, or two of them, mean something to old systems.
    kept = re.sub(r"/{2,}", "/", re.sub(r" {2,}", " ", kept)).strip(" /")[:most].rstrip(" /")
    if not kept:
        raise InputError(Text(f"nom illisible pour la banque : {text!r}", f"a name no bank can read: {text!r}"))
    return kept


def checked_iban(text: str) -> str:
    """An IBAN of the SEPA area, compact. Raises InputError; its message never repeats the number."""
    compact = re.sub(r"\s", "", text).upper()
    try:
        number = str(stdnum_iban.validate(compact))
    except ValidationError:
        raise InputError(Text("IBAN faux : vérifiez chaque caractère", "wrong IBAN: check every character")) from None
    if number[:2] not in COUNTRIES:
        raise InputError(Text("cet IBAN n'est pas de la zone SEPA", "this IBAN is outside the SEPA area"))
    return number


def checked_bic(text: str) -> str:
    """A BIC of 8 or 11 characters; empty stays empty (it is optional in the SEPA area). Raises InputError."""
    if not text.strip():
        return ""
    try:
        return str(stdnum_bic.validate(text))
    except ValidationError:
        raise InputError(Text("BIC faux : 8 ou 11 caractères", "wrong BIC: 8 or 11 characters")) from None


def checked_identifier(text: str) -> str:
    """A reference of a message or a transfer: 1 to 35 SEPA characters, no slash at an end, no two together."""
    if not IDENTIFIER.match(text) or text != text.strip():
        raise InputError(Text(f"référence de paiement invalide : {text}", f"invalid payment reference: {text}"))
    return text
