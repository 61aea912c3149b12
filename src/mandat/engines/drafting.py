"""Texts written together: word-level differences, changes that meet, and the text that results, with where each change comes from.

A text is cut into words: a run of letters and digits, one punctuation mark, or a run of spaces, so that joining them gives the text back.
An amendment is the whole text its author wants; its changes are what differs from the text it was written on.

Invariants: ``"".join(words(text)) == text``; the pieces of a difference give both texts back; merging changes that do not meet gives the
same text in whatever order they are given; merging the changes of one amendment gives the text its author wrote.

Cost: O(n·m) at worst between the first and the last word that differ, bounded by ``LARGEST_PRODUCT``: beyond it the whole middle is one change.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

_WORD = re.compile(r"\s+|\w+|[^\w\s]", re.UNICODE)
#: Matching pairs of words above which a difference is told as one replacement: repeated words must not stop a server.
LARGEST_PRODUCT = 400_000

Kind = Literal["same", "deleted", "inserted"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words that stayed, went or came. ``origins`` name the amendments it comes from."""

    kind: Kind
    text: str
    origins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """Words ``start`` to ``end`` (excluded) of the text give way to ``new``; equal bounds insert before word ``start``."""

    origin: str
    start: int
    end: int
    new: tuple[str, ...]

    def meets(self, other: Change) -> bool:
        """Whether both touch the same words: they overlap, or insert at one place, unless they say exactly the same."""
        if (self.start, self.end, self.new) == (other.start, other.end, other.new):
            return False
        if self.start == self.end and other.start == other.end:
            return self.start == other.start
        if self.start == self.end:
            return other.start <= self.start <= other.end
        if other.start == other.end:
            return self.start <= other.start <= self.end
        return self.start < other.end and other.start < self.end


def words(text: str) -> list[str]:
    """The words, marks and spaces of a text, in order."""
    return _WORD.findall(text)


def _operations(before: Sequence[str], after: Sequence[str]) -> list[tuple[int, int, int, int]]:
    """What differs: ``(start, end)`` in ``before``, ``(start, end)`` in ``after``, in order, never two that touch."""
    head = 0
    while head < len(before) and head < len(after) and before[head] == after[head]:
        head += 1
    tail = 0
    while tail < min(len(before), len(after)) - head and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    old, new = before[head : len(before) - tail], after[head : len(after) - tail]
    if not old and not new:
        return []
    counts = Counter(new)
    if sum(counts[word] for word in old) > LARGEST_PRODUCT:
        return [(head, head + len(old), head, head + len(new))]
    found: list[tuple[int, int, int, int]] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            # A space alone between two changes says nothing: they are read as one.
            if found and b - a == 1 and old[a].isspace() and b < len(old) and d < len(new):
                found[-1] = (found[-1][0], head + b, found[-1][2], head + d)
            continue
        if found and found[-1][1] == head + a:
            found[-1] = (found[-1][0], head + b, found[-1][2], head + d)
        else:
            found.append((head + a, head + b, head + c, head + d))
    return found


def difference(before: str, after: str) -> list[Piece]:
    """How ``after`` differs from ``before``, as pieces in reading order: what went is told before what came in its place."""
    old, new = words(before), words(after)
    pieces: list[Piece] = []
    at = 0
    for start, end, new_start, new_end in _operations(old, new):
        _add(pieces, "same", old[at:start])
        _add(pieces, "deleted", old[start:end])
        _add(pieces, "inserted", new[new_start:new_end])
        at = end
    _add(pieces, "same", old[at:])
    return pieces


def _add(pieces: list[Piece], kind: Kind, run: Sequence[str], origins: tuple[str, ...] = ()) -> None:
    if run:
        pieces.append(Piece(kind, "".join(run), origins))


def changes(origin: str, before: str, after: str) -> list[Change]:
    """The changes of an amendment written on ``before``, named ``origin``."""
    new = words(after)
    return [
        Change(origin, start, end, tuple(new[new_start:new_end]))
        for start, end, new_start, new_end in _operations(words(before), new)
    ]


def conflicts(found: Iterable[Change]) -> list[tuple[str, ...]]:
    """Groups of amendments whose changes meet, directly or through one another; each sorted, the groups too."""
    rows = sorted(found, key=lambda change: (change.start, change.end))
    group: dict[str, set[str]] = {change.origin: {change.origin} for change in rows}
    for rank, one in enumerate(rows):
        for other in rows[rank + 1 :]:
            if other.start > one.end:
                break
            if one.origin != other.origin and one.meets(other) and group[one.origin] is not group[other.origin]:
                joined = group[one.origin] | group[other.origin]
                for origin in joined:
                    group[origin] = joined
    distinct = {tuple(sorted(origins)) for origins in group.values() if len(origins) > 1}
    return sorted(distinct)


def merged(before: str, found: Iterable[Change]) -> list[Piece]:
    """The text with every change made, each piece with its origins. Raises ValueError where two changes meet.

    Changes that say exactly the same are made once, with the names of both.
    """
    rows: dict[tuple[int, int, tuple[str, ...]], list[str]] = {}
    for change in sorted(found, key=lambda change: (change.start, change.end, change.origin)):
        rows.setdefault((change.start, change.end, change.new), []).append(change.origin)
    old = words(before)
    pieces: list[Piece] = []
    at, last = 0, None
    for (start, end, new), origins in rows.items():
        change = Change(origins[0], start, end, new)
        if start < at or (last is not None and change.meets(last)):
            raise ValueError(f"changes meet: {origins[0]} and {last.origin if last else ''}")
        _add(pieces, "same", old[at:start])
        _add(pieces, "deleted", old[start:end], tuple(origins))
        _add(pieces, "inserted", new, tuple(origins))
        at, last = end, change
    _add(pieces, "same", old[at:])
    return pieces


def text_of(pieces: Iterable[Piece]) -> str:
    """The text that results: what stayed and what came."""
    return "".join(piece.text for piece in pieces if piece.kind != "deleted")


def text_before(pieces: Iterable[Piece]) -> str:
    """The text as it was: what stayed and what went."""
    return "".join(piece.text for piece in pieces if piece.kind != "inserted")
