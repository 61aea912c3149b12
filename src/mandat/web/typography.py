"""Set plain typed text as printers do: apostrophes, quotation marks, narrow spaces.

Definitions and facts are typed with straight apostrophes and plain spaces so that everyone can edit them;
pages and documents pass them through ``typeset``. Idempotent. No framework.
"""

from __future__ import annotations

import re
from functools import lru_cache

from mandat.kernel.text import Language

NARROW = "\u202f"
NO_BREAK = "\u00a0"

_BEFORE = re.compile(r"[ \u00a0\u202f](?=[;!?%€](?:\W|$))")
_COLON = re.compile(r"[ \u00a0\u202f](?=:(?:[\s»]|$))")
_OPENING = re.compile(r"«[ \u00a0\u202f]*")
_CLOSING = re.compile(r"[ \u00a0\u202f]*»")
_THOUSANDS = re.compile(r"(?<=\d)[ \u00a0](?=\d{3}(?!\d))")
_APOSTROPHE = re.compile(r"""(?<=\w)'(?=\w|\s|[«»"]|$)""")
_QUOTED = re.compile(r'"([^"\n]*)"')
_UNIT = re.compile(r"(?<=\d) (?=(?:ha|km|km²|m²|GWh|MWh|kWh|t|kg|h|ans?|M€|Md€)\b)")


@lru_cache(maxsize=16384)
def typeset(text: str, language: Language) -> str:
    """The same words with the apostrophes, quotation marks and spaces of ``language``."""
    text = _APOSTROPHE.sub("’", text)
    text = _UNIT.sub(NO_BREAK, text)
    if language != "fr":
        return _QUOTED.sub("“\\1”", text)
    text = _QUOTED.sub("« \\1 »", text)
    text = _BEFORE.sub(NARROW, text)
    text = _COLON.sub(NO_BREAK, text)
    text = _OPENING.sub("«" + NO_BREAK, text)
    text = _CLOSING.sub(NO_BREAK + "»", text)
    return _THOUSANDS.sub(NARROW, text)
