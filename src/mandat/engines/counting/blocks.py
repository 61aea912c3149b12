"""Ballot lines in blocks of columns: whole blocks at once where every line is plain, else row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from operator import methodcaller

from mandat.engines.counting.rows import RowSplitter
from mandat.kernel.text import Text

Refuse = Callable[[int, str, str, Text], None]


@dataclass(slots=True)
class Block:
    """Some ballots, as text: one value a ballot in each sequence."""

    lines: Sequence[int]
    voters: Sequence[str]
    votes: Sequence[str]
    points: Sequence[str] | None
    fields: Sequence[Sequence[str]] | None


@dataclass(slots=True)
class Layout:
    """Where the columns are (-1: absent), what separates them, and whether to keep them all."""

    width: int
    vote: int
    voter: int
    points: int
    delimiter: str = ";"
    keep: bool = False


def read_blocks(
    lines: Iterator[str], *, start: int, layout: Layout, refuse: Refuse, size: int = 1 << 15
) -> Iterator[Block]:
    """Blocks of about ``size`` ballots from ``lines``, the first of which has number ``start``.

    Rows of the wrong width go to ``refuse`` (line, voter, code, reason).
    """
    while taken := list(islice(lines, size)):
        block = _plain(taken, start, layout)
        if block is not None:
            start += len(taken)
            yield block
            continue
        last = start + len(taken) - 1
        splitter = RowSplitter(_count(chain(taken, lines), start), layout.delimiter)
        block, read = _row_by_row(splitter, last, layout, refuse)
        start = max(read, last) + 1
        if splitter.pending:
            start = splitter.pending[0][0]
            lines = chain([text for _, text in splitter.pending], lines)
        if block.lines:
            yield block


def _count(lines: Iterator[str], start: int) -> Iterator[tuple[int, str]]:
    return enumerate(lines, start)


def _plain(taken: list[str], start: int, layout: Layout) -> Block | None:
    """The columns of a block in which every line is one row without quotes; None otherwise."""
    text, width = "".join(taken), layout.width
    if '"' in text or set(map(methodcaller("count", layout.delimiter), taken)) != {width - 1}:
        return None
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    flat = text.removesuffix("\n").replace("\n", layout.delimiter).split(layout.delimiter)
    if "\r" in text or len(flat) != width * len(taken):
        return None
    keep = [[f.strip() for f in flat[at : at + width]] for at in range(0, len(flat), width)] if layout.keep else None
    voters = flat[layout.voter :: width] if layout.voter >= 0 else [""] * len(taken)
    points = flat[layout.points :: width] if layout.points >= 0 else None
    return Block(range(start, start + len(taken)), voters, flat[layout.vote :: width], points, keep)


def _row_by_row(splitter: RowSplitter, last: int, layout: Layout, refuse: Refuse) -> tuple[Block, int]:
    """Rows up to line ``last``, and the number of the last line read."""
    lines: list[int] = []
    voters: list[str] = []
    votes: list[str] = []
    points: list[str] = []
    fields: list[list[str]] = []
    width = layout.width
    for line, row in splitter:
        extra = any(f.strip() for f in row[width:])
        voter = row[layout.voter].strip() if 0 <= layout.voter < len(row) else ""
        if extra:
            refuse(
                line,
                voter,
                "fields",
                Text(f"{len(row)} champs au lieu de {width}", f"{len(row)} fields instead of {width}"),
            )
        elif len(row) <= layout.vote:
            refuse(line, voter, "fields", Text("le champ vote manque", "the vote field is missing"))
        else:
            row = row[:width] + [""] * (width - len(row))
            lines.append(line)
            voters.append(voter)
            votes.append(row[layout.vote].strip())
            points.append(row[layout.points].strip() if layout.points >= 0 else "")
            fields.append([f.strip() for f in row])
        if splitter.at >= last:
            break
    return (
        Block(lines, voters, votes, points if layout.points >= 0 else None, fields if layout.keep else None),
        splitter.at,
    )
