"""The votes of a conversation as one sparse matrix: participants × statements.

A vote is +1 (agree), 0 (pass) or -1 (disagree); a cell that was never voted on is
absent, which is not the same as a pass. When a participant votes several times on
one statement, the last vote counts: the latest timestamp, then the later line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import sparse

from mandat.kernel.errors import InputError, Problem
from mandat.kernel.text import Text

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]
Bools: TypeAlias = npt.NDArray[np.bool_]

AGREE, PASS, DISAGREE = 1, 0, -1

#: Rows turned into floats at a time: bounds the memory of a pass over a large matrix.
BLOCK_VOTES = 4_000_000


@dataclass(frozen=True, slots=True)
class Statement:
    """What the conversation's organisers know of a statement. ``moderated``: 1 kept, 0 not reviewed, -1 left out."""

    id: str
    text: str = ""
    moderated: int = 1
    meta: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class VoteMatrix:
    """Votes in compressed rows: row ``i`` holds ``values[indptr[i]:indptr[i+1]]`` at the columns ``indices[...]``.

    Shapes: ``indptr`` (n + 1,) int64, ``indices`` (votes,) int32 increasing in each row, ``values`` (votes,) int8
    in {-1, 0, 1}; ``excluded`` and ``meta`` (m,) bool. ``participants`` and ``statements`` name the rows and columns.
    """

    participants: Sequence[str | int]
    statements: Sequence[str | int]
    indptr: Ints
    indices: npt.NDArray[np.int32]
    values: npt.NDArray[np.int8]
    excluded: Bools
    meta: Bools

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.indptr) - 1, len(self.excluded)

    @property
    def count(self) -> int:
        """Number of votes, one a participant and statement at most."""
        return len(self.values)

    def votes_by_participant(self) -> Ints:
        """(n,) votes cast by each participant, on every statement, moderated ones included."""
        return np.diff(self.indptr)

    def rows(self, start: int, stop: int, dtype: Any = np.float64) -> sparse.csr_array:
        """Rows ``start:stop`` with explicit zeros kept for passes."""
        a, b = self.indptr[start], self.indptr[stop]
        return sparse.csr_array(
            (self.values[a:b].astype(dtype), self.indices[a:b], self.indptr[start : stop + 1] - a),
            shape=(stop - start, self.shape[1]),
        )

    def blocks(self, limit: int = BLOCK_VOTES) -> list[tuple[int, int]]:
        """Ranges of rows holding at most ``limit`` votes each (at least one row)."""
        n = self.shape[0]
        ranges, start = [], 0
        while start < n:
            stop = int(np.searchsorted(self.indptr, self.indptr[start] + limit, side="right")) - 1
            stop = min(n, max(stop, start + 1))
            ranges.append((start, stop))
            start = stop
        return ranges

    def take(self, rows: Ints) -> VoteMatrix:
        """The same statements, only ``rows`` (repeats allowed), in the order given. O(votes taken)."""
        lengths = np.diff(self.indptr)[rows]
        indptr = np.concatenate(([0], np.cumsum(lengths)))
        inside = np.arange(indptr[-1]) - np.repeat(indptr[:-1], lengths)
        where = np.repeat(self.indptr[rows], lengths) + inside
        return VoteMatrix(
            participants=[self.participants[int(row)] for row in rows],
            statements=self.statements,
            indptr=indptr,
            indices=self.indices[where],
            values=self.values[where],
            excluded=self.excluded,
            meta=self.meta,
        )

    @classmethod
    def from_triplets(
        cls,
        *,
        participants: Sequence[str | int],
        statements: Sequence[str | int],
        rows: npt.NDArray[np.integer[Any]],
        columns: npt.NDArray[np.integer[Any]],
        values: npt.NDArray[np.integer[Any]],
        times: npt.NDArray[Any] | None = None,
        excluded: Bools | None = None,
        meta: Bools | None = None,
    ) -> VoteMatrix:
        """Build from one entry a vote: row and column numbers, value in {-1, 0, 1}, optional times.

        Of several votes in one cell the one with the greatest time counts, then the later entry.
        O(votes · log votes). Raises InputError for a value or index out of range.
        """
        n, m = len(participants), len(statements)
        if len(values) and (values.min() < -1 or values.max() > 1):
            raise InputError(Text("un vote vaut -1, 0 ou 1", "a vote is -1, 0 or 1"))
        if len(rows) and (rows.min() < 0 or rows.max() >= n or columns.min() < 0 or columns.max() >= m):
            raise InputError(Text("numéro de ligne ou de colonne hors limites", "row or column number out of range"))
        order = _by_row_then_column(rows, columns, n, m)
        sorted_rows, sorted_columns = rows[order], columns[order]
        same = np.zeros(len(order), bool)
        same[1:] = (sorted_rows[1:] == sorted_rows[:-1]) & (sorted_columns[1:] == sorted_columns[:-1])
        if same.any():
            if times is not None:
                order = _latest_last(order, same, times)
            keep = np.append(~same[1:], True)
            order, sorted_rows, sorted_columns = order[keep], sorted_rows[keep], sorted_columns[keep]
        indptr = np.zeros(n + 1, np.int64)
        np.cumsum(np.bincount(sorted_rows, minlength=n), out=indptr[1:])
        return cls(
            participants=participants,
            statements=statements,
            indptr=indptr,
            indices=sorted_columns.astype(np.int32),
            values=values[order].astype(np.int8),
            excluded=np.zeros(m, bool) if excluded is None else excluded,
            meta=np.zeros(m, bool) if meta is None else meta,
        )


def _by_row_then_column(
    rows: npt.NDArray[np.integer[Any]], columns: npt.NDArray[np.integer[Any]], n: int, m: int
) -> npt.NDArray[np.intp]:
    """Stable order by row, then column."""
    place = max(1, len(rows)).bit_length()
    if (max(1, n) * max(1, m)).bit_length() + place > 63:
        return np.lexsort((columns, rows))
    # Cell and place in one number: sorting values is several times quicker than sorting places by a key.
    packed = rows.astype(np.int64)
    packed *= m
    packed += columns
    if len(packed) and (packed[1:] >= packed[:-1]).all():
        return np.arange(len(packed), dtype=np.intp)
    packed <<= place
    packed |= np.arange(len(packed))
    packed.sort()
    packed &= (1 << place) - 1
    return packed


def _latest_last(order: npt.NDArray[np.intp], same: Bools, times: npt.NDArray[Any]) -> npt.NDArray[np.intp]:
    """Inside each run of equal cells put the latest vote last; only the runs are touched."""
    in_run = same.copy()
    in_run[:-1] |= same[1:]
    run = np.cumsum(~same)[in_run]
    entries = order[in_run]
    order = order.copy()
    order[in_run] = entries[np.lexsort((entries, times[entries], run))]
    return order


@dataclass(frozen=True, slots=True, eq=False)
class Conversation:
    """A conversation as read: its votes, its statements' words, and what the reader had to say.

    ``statements`` follows the columns of ``votes``. ``repeated`` counts votes replaced by a later one. ``refused`` holds
    the first refused lines, ``refused_count`` says how many there were.
    """

    votes: VoteMatrix
    statements: tuple[Statement, ...]
    topic: str = ""
    description: str = ""
    repeated: int = 0
    sign_reversed: bool = False
    refused: tuple[Problem, ...] = ()
    refused_count: int = 0
    notes: tuple[Text, ...] = field(default=())
