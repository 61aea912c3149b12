"""References of proposals and comments: short enough to be read out, impossible to guess in order."""

from __future__ import annotations

import secrets

#: Without letters and figures that are taken for one another (after Crockford's base 32).
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
LENGTH = 10


def fresh() -> str:
    """A reference nobody has: 50 random bits, and the database refuses a second one."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def shuffled() -> int:
    """A place in the order of chance."""
    return secrets.randbelow(2**31)
