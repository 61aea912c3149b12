"""Where the log's files stand and what they hold (C2SP tlog-tiles). No framework, no storage.

- ``checkpoint``: the signed note;
- ``tile/<level>/<number>``: 256 hashes of 32 bytes; ``….p/<width>`` for the last, partial one;
- ``tile/entries/<number>``: the 256 facts of a level 0 tile, each after its length on two bytes, big-endian.

A number is written in groups of three digits, all but the last behind an ``x``: 1234067 is ``x001/x234/067``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mandat.journal.merkle import HASH
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

#: A tile spans 8 levels of the tree: 256 hashes.
HEIGHT = 8
WIDTH = 1 << HEIGHT
LARGEST_ENTRY = 0xFFFF
ENTRIES = "entries"

_PATH = re.compile(
    r"^tile/(entries|[0-9]|[1-5][0-9]|6[0-3])/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-5]))?$"
)


@dataclass(frozen=True, slots=True)
class TilePath:
    """A tile (``level`` from 0) or a bundle of facts (``level`` -1); ``width`` is 256 when full."""

    level: int
    number: int
    width: int = WIDTH

    def __str__(self) -> str:
        digits = f"{self.number:03d}"
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
        number = "/".join(["x" + group for group in groups[:-1]] + groups[-1:])
        level = ENTRIES if self.level < 0 else str(self.level)
        part = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{level}/{number}{part}"

    @classmethod
    def parse(cls, text: str) -> TilePath | None:
        """Inverse of ``str``; None for any other text."""
        match = _PATH.match(text)
        if match is None:
            return None
        level, number, width = match.groups()
        path = cls(
            -1 if level == ENTRIES else int(level),
            int(number.replace("x", "").replace("/", "")),
            int(width) if width else WIDTH,
        )
        return path if str(path) == text else None


def paths(size: int) -> Iterator[TilePath]:
    """Every tile and bundle of a log of ``size`` facts, lower levels and lower numbers first."""
    for level in (-1, 0):
        for number in range(size // WIDTH):
            yield TilePath(level, number)
        if size % WIDTH:
            yield TilePath(level, size // WIDTH, size % WIDTH)
    level, count = 1, size // WIDTH
    while count:
        for number in range(count // WIDTH):
            yield TilePath(level, number)
        if count % WIDTH:
            yield TilePath(level, count // WIDTH, count % WIDTH)
        level, count = level + 1, count // WIDTH


def bundle(entries: Iterable[bytes]) -> bytes:
    """The facts of one bundle."""
    out = bytearray()
    for entry in entries:
        out += len(entry).to_bytes(2, "big") + entry
    return bytes(out)


def unbundle(raw: bytes, *, name: str) -> list[bytes]:
    """Inverse of ``bundle``. Raises InputError where ``raw`` is cut short."""
    entries: list[bytes] = []
    at = 0
    while at < len(raw):
        length = int.from_bytes(raw[at : at + 2], "big")
        entry = raw[at + 2 : at + 2 + length]
        if at + 2 > len(raw) or len(entry) < length:
            raise InputError(Text("fichier de faits tronqué", "truncated file of facts"), file=name)
        entries.append(entry)
        at += 2 + length
    return entries


def hashes(raw: bytes, *, name: str) -> list[bytes]:
    """The hashes of a tile. Raises InputError where ``raw`` is not a whole number of them."""
    if len(raw) % HASH:
        raise InputError(Text("tuile tronquée", "truncated tile"), file=name)
    return [raw[at : at + HASH] for at in range(0, len(raw), HASH)]
