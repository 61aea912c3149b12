"""New votes put into a vote matrix without reading the whole conversation again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mandat.engines.opinion.votes import Bools, Ints, VoteMatrix
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Vote:
    """One vote as it arrives: -1, 0 or 1, by name of participant and statement; a later one replaces an earlier."""

    participant: str | int
    statement: str | int
    value: int


@dataclass(frozen=True, slots=True, eq=False)
class Changed:
    """``votes`` after the change and the columns whose votes differ; ``moved`` counts cells set or altered."""

    votes: VoteMatrix
    columns: Ints
    moved: int


def apply_votes(votes: VoteMatrix, new: Sequence[Vote]) -> Changed:
    """The matrix with ``new`` votes in it; unknown participants and statements are added at the end.

    O(votes) copying, no sorting of what was there. Raises InputError for a value other than -1, 0 or 1.
    """
    rows = {str(name): i for i, name in enumerate(votes.participants)}
    columns = {str(name): i for i, name in enumerate(votes.statements)}
    participants, statements = list(votes.participants), list(votes.statements)
    cells: dict[tuple[int, int], int] = {}
    for one in new:
        if one.value not in (-1, 0, 1):
            raise InputError(Text("un vote vaut -1, 0 ou 1", "a vote is -1, 0 or 1"))
        row = rows.setdefault(str(one.participant), len(rows))
        column = columns.setdefault(str(one.statement), len(columns))
        if row == len(participants):
            participants.append(one.participant)
        if column == len(statements):
            statements.append(one.statement)
        cells[row, column] = one.value
    n = votes.shape[0]
    values = votes.values.copy()
    at, fresh_columns, fresh_values, fresh_rows, touched = [], [], [], [], set()
    for (row, column), value in sorted(cells.items()):
        start, stop = (votes.indptr[row], votes.indptr[row + 1]) if row < n else (votes.count, votes.count)
        place = int(start + np.searchsorted(votes.indices[start:stop], column))
        if place < stop and votes.indices[place] == column:
            if values[place] != value:
                values[place] = value
                touched.add(column)
            continue
        at.append(place)
        fresh_columns.append(column)
        fresh_values.append(value)
        fresh_rows.append(row)
        touched.add(column)
    lengths = np.zeros(len(participants), np.int64)
    lengths[:n] = np.diff(votes.indptr)
    np.add.at(lengths, np.array(fresh_rows, np.int64), 1)
    moved = len(fresh_rows) + int((values != votes.values).sum())
    return Changed(
        votes=VoteMatrix(
            participants=participants,
            statements=statements,
            indptr=np.concatenate(([0], np.cumsum(lengths))),
            indices=np.insert(votes.indices, at, np.array(fresh_columns, np.int32)),
            values=np.insert(values, at, np.array(fresh_values, np.int8)),
            excluded=_longer(votes.excluded, len(statements)),
            meta=_longer(votes.meta, len(statements)),
        ),
        columns=np.array(sorted(touched), np.int64),
        moved=moved,
    )


def _longer(flags: Bools, size: int) -> Bools:
    return np.append(flags, np.zeros(size - len(flags), bool))
