"""Randomness anyone can replay: SHA-256 in counter mode over a published seed.

Block i is ``SHA-256(seed + ":" + purpose + ":" + i)`` in UTF-8, read as a 256-bit big-endian number. An integer
below n is the block modulo n, blocks at or over the largest multiple of n being skipped; a shuffle is Fisher and
Yates from the end. Twenty lines in any language give the same draws.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeVar

Item = TypeVar("Item")
SPAN = 1 << 256


class SeededDraw:
    """Integers and shuffles that depend on ``seed`` and ``purpose`` only."""

    def __init__(self, seed: str, purpose: str) -> None:
        self.prefix = f"{seed}:{purpose}:"
        self.block = 0

    def below(self, count: int) -> int:
        """A number in 0..count-1, each equally likely."""
        limit = SPAN - SPAN % count
        while True:
            digest = hashlib.sha256(f"{self.prefix}{self.block}".encode()).digest()
            self.block += 1
            value = int.from_bytes(digest, "big")
            if value < limit:
                return value % count

    def shuffled(self, items: Sequence[Item]) -> list[Item]:
        """The items in an order drawn among all orders."""
        order = list(items)
        for last in range(len(order) - 1, 0, -1):
            other = self.below(last + 1)
            order[last], order[other] = order[other], order[last]
        return order


def panel_of_number(number: str, panels: int) -> int:
    """Which of ``panels`` (0-based) a public number designates.

    A whole number from 0 to ``panels - 1`` (dice, balls) is the panel itself; any other text (the output of a
    public beacon, a lottery result) goes through SHA-256, whose bias over a thousand panels is under 1e-70.
    """
    text = number.strip()
    if text.isascii() and text.isdigit() and int(text) < panels:
        return int(text)
    return int.from_bytes(hashlib.sha256(text.encode()).digest(), "big") % panels
