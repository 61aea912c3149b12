"""Proofs about the recorded log: a fact is in it, and it only ever grew."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

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
    path = merkle.inclusion_proof(index, size, subtree)
    return Inclusion(index, size, node_hashes(0, index, 1), root_at(size), tuple(path))


def consistency(first: int, second: int | None = None) -> Consistency:
    """Prove that the log of ``first`` facts is the beginning of the one of ``second`` (now by default). Raises InputError."""
    second = _size(second)
    if not 0 <= first <= second:
        raise InputError(Text(f"le journal n'a pas eu {first} faits", f"the log never had {first} facts"))
    path = merkle.consistency_proof(first, second, subtree)
    return Consistency(first, second, root_at(first), root_at(second), tuple(path))


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
    return merkle.range_root(0, size, subtree) if size else EMPTY


def subtree(height: int, number: int) -> bytes:
    """The root of a complete subtree, from stored tiles: one row where the height is a multiple of 8."""
    level, rest = divmod(height, HEIGHT)
    hashes = node_hashes(level, number << rest, 1 << rest)
    return merkle.root_of([hashes[at : at + HASH] for at in range(0, len(hashes), HASH)])


def node_hashes(level: int, start: int, count: int) -> bytes:
    """``count`` hashes of a tile level, from ``start``: leaves at level 0, roots of tiles of the level below above."""
    stored: QuerySet[Any, Any]
    if level == 0:
        number, rest = divmod(start, WIDTH)
        full = Tile.objects.filter(level=0, number=number).values_list("hashes", flat=True).first()
        if full is not None and rest + count <= WIDTH:
            return bytes(full)[rest * HASH : (rest + count) * HASH]
        stored = Line.objects.filter(index__gte=start, index__lt=start + count).order_by("index")
        found = b"".join(bytes(leaf) for leaf in stored.values_list("leaf", flat=True))
    else:
        stored = Tile.objects.filter(level=level - 1, number__gte=start, number__lt=start + count).order_by("number")
        found = b"".join(bytes(root) for root in stored.values_list("root", flat=True))
    if len(found) != count * HASH:
        raise InputError(
            Text(
                f"le journal est incomplet vers le nœud {level}/{start}",
                f"the log is incomplete near node {level}/{start}",
            )
        )
    return found


def _size(size: int | None) -> int:
    now = head().size
    if size is not None and size > now:
        raise InputError(Text(f"le journal n'a que {now} faits", f"the log has only {now} facts"))
    return now if size is None else size


def _encode(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
