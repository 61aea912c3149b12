"""A vote in one file: its definition, what was announced, and every ballot, so that anyone can count again. No Django.

Text in UTF-8, a line each: ``mandat-ballots 1``; a header in JSON; then ballots by receipt, each ``receipt TAB content TAB hash``. The hash is that
of the leaf (RFC 9162) over ``receipt TAB content``; ``root`` in the header is the root over all of them, ``blocks`` the roots of each run of
``BLOCK`` ballots. A line that was changed is named: by its own hash, or, where that was changed too, by its block; and whoever changes all
of it still has another root than the one in the journal.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mandat.apps.ballots import receipts, tallying
from mandat.journal.merkle import EMPTY, leaf_hash, root_of, verify_inclusion
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

MAGIC = "mandat-ballots 1"
#: Ballots of a block: a power of two, so that a block is a subtree.
BLOCK = 256
#: What an outcome holds that a recount must find again.
RECOUNTED = (
    "ballots",
    "expressed",
    "blank",
    "spoiled",
    "winners",
    "votes",
    "ties",
    "total_cost",
    "valid",
    "reasons",
    "points",
    "grades",
)


def digest_of(definition: Mapping[str, Any]) -> str:
    """SHA-256 of a definition in canonical JSON."""
    text = json.dumps(definition, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def leaf(receipt: str, content: str) -> bytes:
    """The hash of a line of the list."""
    return leaf_hash(f"{receipt}\t{content}".encode())


def blocks_of(leaves: Sequence[bytes]) -> list[bytes]:
    """The root of each run of ``BLOCK`` leaves, the last run perhaps shorter."""
    return [root_of(leaves[at : at + BLOCK]) for at in range(0, len(leaves), BLOCK)]


def root_over(leaves: Sequence[bytes]) -> bytes:
    return root_of(leaves) if leaves else EMPTY


def proof_in(*, index: int, size: int, blocks: Sequence[bytes], own: Sequence[bytes]) -> list[bytes]:
    """The audit path of leaf ``index`` (RFC 9162, 2.1.3.1), from the roots of all blocks and the leaves ``own`` of its block."""
    base = index // BLOCK * BLOCK

    def over(start: int, end: int) -> bytes:
        # A split falls inside the leaf's own block, or between blocks.
        if base <= start and end <= base + len(own):
            return root_of(own[start - base : end - base])
        return root_of(blocks[start // BLOCK : -(-end // BLOCK)])

    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + (1 << ((end - start - 1).bit_length() - 1))
        path.append(over(middle, end) if index < middle else over(start, middle))
        start, end = (start, middle) if index < middle else (middle, end)
    return path[::-1]


def holds(*, receipt: str, content: str, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether a proof shows a ballot in the list of this root."""
    return verify_inclusion(leaf=leaf(receipt, content), index=index, size=size, proof=proof, root=root)


def written(
    *, definition: Mapping[str, Any], outcome: Mapping[str, Any], more: Mapping[str, Any], ballots: Iterable[tuple[str, str]],
    blocks: Sequence[str], root: str,
) -> Iterator[str]:  # fmt: skip
    """The lines of the file, each with its end. ``ballots`` are (receipt, content) by receipt."""
    header = {
        "definition": definition,
        "digest": digest_of(definition),
        "outcome": outcome,
        "root": root,
        "blocks": list(blocks),
        **more,
    }
    yield MAGIC + "\n"
    yield json.dumps(header, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"
    for receipt, content in ballots:
        yield f"{receipt}\t{content}\t{leaf(receipt, content).hex()}\n"


@dataclass(frozen=True, slots=True)
class Recount:
    """A file counted again: its header, what was found, and where that differs from what was announced."""

    header: Mapping[str, Any]
    outcome: Mapping[str, Any]
    root: str
    differences: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        return not self.differences


def recounted(lines: Iterable[str], *, file: str = "", root: str = "") -> Recount:
    """Read a file and count it again. ``root``: the one published in the journal, where it is known.

    Raises InputError with the line for a list that was changed, is out of order, or was cut short.
    """
    source = iter(lines)
    if next(source, "").rstrip("\r\n") != MAGIC:
        raise InputError(
            Text("ce fichier n'est pas un vote publié", "this file is no published vote"), file=file, line=1
        )
    try:
        header = json.loads(next(source, ""))
        definition, announced = header["definition"], header["outcome"]
        blocks, told = list(header["blocks"]), str(header["root"])
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(Text("en-tête illisible", "unreadable header"), file=file, line=2) from error
    if digest_of(definition) != header.get("digest"):
        raise InputError(
            Text("la définition du vote a été modifiée", "the definition of the vote was changed"), file=file, line=2
        )
    leaves, texts = _read(source, blocks, file)
    found = root_over(leaves).hex()
    if found != told or (root and found != root.lower()):
        raise InputError(
            Text(
                f"la liste n'est pas celle qui fut publiée : sa racine est {found}",
                f"the list is not the one that was published: its root is {found}",
            ),
            file=file,
            line=2,
        )
    tally = tallying.tallied(texts)
    outcome = tallying.outcome(definition, tally, voters=announced["voters"], on_roll=announced["on_roll"])
    differences = tuple(name for name in RECOUNTED if outcome.get(name) != announced.get(name))
    return Recount(header, outcome, found, differences)


def _read(source: Iterator[str], blocks: Sequence[str], file: str) -> tuple[list[bytes], list[str]]:
    leaves: list[bytes] = []
    texts: list[str] = []
    before = -1
    for line, text in enumerate(source, 3):
        parts = text.rstrip("\r\n").split("\t")
        number = receipts.number_of(parts[0]) if len(parts) == 3 else None
        if number is None:
            raise InputError(Text("ligne illisible", "unreadable line"), file=file, line=line)
        if number <= before:
            raise InputError(
                Text("reçu en double ou hors de l'ordre", "receipt given twice or out of order"), file=file, line=line
            )
        before = number
        hashed = leaf(parts[0], parts[1])
        if hashed.hex() != parts[2]:
            raise InputError(
                Text("ce bulletin n'est pas celui qui fut publié", "this ballot is not the one published"),
                file=file,
                line=line,
            )
        leaves.append(hashed)
        texts.append(parts[1])
        if len(leaves) % BLOCK == 0:
            _same_block(leaves, blocks, file)
    if len(leaves) % BLOCK:
        _same_block(leaves, blocks, file)
    if len(blocks) != -(-len(leaves) // BLOCK):
        raise InputError(
            Text("il manque des bulletins à la fin de la liste", "ballots are missing at the end of the list"),
            file=file,
            line=len(leaves) + 2,
        )
    return leaves, texts


def _same_block(leaves: Sequence[bytes], blocks: Sequence[str], file: str) -> None:
    number = (len(leaves) - 1) // BLOCK
    first = number * BLOCK
    if number >= len(blocks) or root_of(leaves[first:]).hex() != blocks[number]:
        raise InputError(
            Text(
                f"un bulletin des lignes {first + 3} à {len(leaves) + 2} a été modifié, ajouté ou retiré",
                f"a ballot of lines {first + 3} to {len(leaves) + 2} was changed, added or removed",
            ),
            file=file,
            line=first + 3,
        )
