"""Codes of letters and of volunteers: random, easy to type, kept only as keyed hashes."""

from __future__ import annotations

import re
import secrets

from mandat.apps.custody.sealing import blind_index, blind_indexes

#: Letters and figures that are not mistaken for one another; 12 of them hold 60 bits.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 12
PURPOSE = "panels.code"
_READ_AS = str.maketrans("OIL", "011")


def new_code() -> str:
    """A new code, as it is printed: ``7K3Q-F9M2-XA4T``."""
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return f"{drawn[:4]}-{drawn[4:8]}-{drawn[8:]}"


def cleaned(typed: str) -> str:
    """What was typed as a code: spaces, hyphens and small letters forgiven, O read as 0, I and L as 1. Empty where it is none."""
    if len(typed) > 60:
        return ""
    plain = re.sub(r"[\s\-–.]", "", typed).upper().translate(_READ_AS)
    return plain if len(plain) == LENGTH and set(plain) <= set(ALPHABET) else ""


def hashed(code: str) -> str:
    """What is kept of a code."""
    return blind_index(cleaned(code), purpose=PURPOSE)


def hashes(typed: str) -> list[str]:
    """What to look a typed code up by, while keys are renewed; empty for what is no code."""
    code = cleaned(typed)
    return blind_indexes(code, purpose=PURPOSE) if code else []
