"""Proofs about the recorded log: a fact is in it, and it only ever grew."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

from mandat.journal import merkle
from mandat.journal.merkle import EMPTY, HASH
from mandat.journal.models import Line, Tile
from mandat.journal.selectors import UnknownFactError, entry
from mandat.journal.state import head, signer
from mandat.journal.tiles import HEIGHT, WIDTH
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Inclusion:
    """``path`` shows that the leaf at ``index`` is in the tree of ``size`` leaves and root ``root``."""

    index: int
    size: int
    leaf: bytes
    root: bytes
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Consistency:
    """``path`` shows that the tree of ``first`` leaves is the beginning of that of ``second``."""

    first: int
    second: int
    first_root: bytes
    second_root: bytes
    path: tuple[bytes, ...]


def inclusion(index: int, *, size: int | None = None) -> Inclusion:
    """Prove that a fact is in the log, as it stands or as it stood at ``size``. Raises UnknownFactError."""
    size = _size(size)
    if not 0 <= index < size:
        raise UnknownFactError(Text(f"il n'y a pas de fait {index}", f"there is no fact {index}"))
    tree = _Tree()
    path = merkle.inclusion_proof(index, size, tree.subtree)
    return Inclusion(index, size, tree.subtree(0, index), tree.root(size), tuple(path))


def consistency(first: int, second: int | None = None) -> Consistency:
    """Prove that the log of ``first`` facts is the beginning of the one of ``second`` (now by default). Raises InputError."""
    second = _size(second)
    if not 0 <= first <= second:
        raise InputError(Text(f"le journal n'a pas eu {first} faits", f"the log never had {first} facts"))
    tree = _Tree()
    path = merkle.consistency_proof(first, second, tree.subtree)
    return Consistency(first, second, tree.root(first), tree.root(second), tuple(path))


def document(index: int) -> dict[str, Any]:
    """All a stranger needs to check one fact with SHA-256 alone (and Ed25519 for the note): see docs/journal.md.

    Values are JSON: hashes in base64, ``fact`` the canonical text exactly as hashed.
    """
    now = head()
    proof = inclusion(index, size=now.size)
    return {
        "index": index,
        "fact": entry(index).text,
        "leaf": _encode(proof.leaf),
        "size": now.size,
        "root": _encode(proof.root),
        "path": [_encode(step) for step in proof.path],
        "checkpoint": now.note,
        "key": str(signer(now.origin).key),
    }


def root_at(size: int) -> bytes:
    """The root the log had when it held ``size`` facts."""
    return _Tree().root(size)


class _Tree:
    """The recorded tree, for one question: the parts of a proof lie close together, each tile is read once."""

    def __init__(self) -> None:
        self._tiles: dict[tuple[int, int], bytes] = {}
        self._roots: dict[tuple[int, int], bytes] = {}

    def root(self, size: int) -> bytes:
        return merkle.range_root(0, size, self.subtree) if size else EMPTY

    def subtree(self, height: int, number: int) -> bytes:
        """The root of a complete subtree, from the hashes of the tile it stands in."""
        known = self._roots.get((height, number))
        if known is None:
            level, rest = divmod(height, HEIGHT)
            known = merkle.root_of(self._hashes(level, number << rest, 1 << rest))
            self._roots[height, number] = known
        return known

    def _hashes(self, level: int, start: int, count: int) -> list[bytes]:
        number, rest = divmod(start, WIDTH)
        tile = self._tiles.get((level, number))
        if tile is None:
            tile = self._tiles[level, number] = _tile(level, number)
        if len(tile) < (rest + count) * HASH:
            raise InputError(
                Text(f"le journal est incomplet vers le fait {start}", f"the log is incomplete near fact {start}")
            )
        return [tile[at * HASH : (at + 1) * HASH] for at in range(rest, rest + count)]


def _tile(level: int, number: int) -> bytes:
    """The hashes of a tile as far as they go: stored whole when full, else those of its lines or of the tiles below."""
    full = Tile.objects.filter(level=level, number=number).values_list("hashes", flat=True).first()
    if full is not None:
        return bytes(full)
    first = number * WIDTH
    if level == 0:
        lines = Line.objects.filter(index__gte=first, index__lt=first + WIDTH).order_by("index")
        found = list(lines.values_list("index", "leaf"))
    else:
        below = Tile.objects.filter(level=level - 1, number__gte=first, number__lt=first + WIDTH).order_by("number")
        found = list(below.values_list("number", "root"))
    hashes = b""
    for place, raw in found:
        if place != first + len(hashes) // HASH:
            break
        hashes += bytes(raw)
    return hashes


def node_hashes(level: int, start: int, count: int) -> bytes:
    """``count`` hashes of one tile of a level, from ``start``: leaves at level 0, roots of tiles of the level below above. Raises InputError where some are missing."""
    return b"".join(_Tree()._hashes(level, start, count))


def _size(size: int | None) -> int:
    now = head().size
    if size is not None and size > now:
        raise InputError(Text(f"le journal n'a que {now} faits", f"the log has only {now} facts"))
    return now if size is None else size


def _encode(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
