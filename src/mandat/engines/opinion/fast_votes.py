"""The same reading as ``long_votes`` for large clean files, by columns instead of lines.

Gives None whenever anything is out of the ordinary: the careful reader then takes over
and says what and where. The two are tested to agree.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from mandat.engines.opinion import words
from mandat.engines.opinion.long_votes import LongColumns, Refusals, Triplets
from mandat.engines.opinion.tables import Layout, Source

_BLOCK = 1 << 25


def read_long_fast(source: Source, layout: Layout, where: LongColumns) -> Triplets | None:
    """Columns of a clean UTF-8 file, or None when a line needs the careful reader."""
    if layout.encoding != "utf-8-sig" or any("\n" in title or "\r" in title for title in layout.columns):
        return None
    wanted = {"participant": where.participant, "statement": where.statement, "vote": where.vote}
    if where.time >= 0:
        wanted["time"] = where.time
    names = [f"column{i}" for i in range(len(layout.columns))]
    source.stream.seek(0)
    try:
        reader = csv.open_csv(
            pa.PythonFile(_KeepOpen(source.stream), mode="r"),
            read_options=csv.ReadOptions(column_names=names, skip_rows=layout.header_line, block_size=_BLOCK),
            parse_options=csv.ParseOptions(delimiter=layout.delimiter, newlines_in_values=True),
            convert_options=csv.ConvertOptions(
                include_columns=[names[i] for i in wanted.values()],
                column_types={names[where.time]: pa.int64()} if where.time >= 0 else {},
                strings_can_be_null=False,
                null_values=[],
                check_utf8=False,
            ),
        )
        parts = [_part(batch) for batch in reader]
    except (pa.ArrowInvalid, _CarefulError):
        return None
    if not parts:
        return None
    people, people_names = _codes([part[0] for part in parts])
    statements, statement_names = _codes([part[1] for part in parts])
    return Triplets(
        participants=people_names,
        statements=statement_names,
        rows=people,
        columns=statements,
        values=np.concatenate([part[2] for part in parts]),
        times=np.concatenate([part[3] for part in parts]) if where.time >= 0 else None,
        refused=Refusals(source.name),
    )


#: Numbers and None, or positions and the names they stand for.
_Names: TypeAlias = tuple[npt.NDArray[Any], list[str] | None]


class _CarefulError(Exception):
    """Something only the careful reader can explain."""


class _KeepOpen:
    """Lends a stream without letting the reader close it."""

    closed = False

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        data: bytes = self._stream.read(size)
        return data

    def seek(self, *place: int) -> int:
        where: int = self._stream.seek(*place)
        return where

    def tell(self) -> int:
        where: int = self._stream.tell()
        return where

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        pass


def _part(batch: Any) -> tuple[_Names, _Names, npt.NDArray[np.int8], Any]:
    participants, statements, votes, *times = batch.columns
    if participants.null_count or statements.null_count or votes.null_count or any(t.null_count for t in times):
        raise _CarefulError
    ids = [_names(column) for column in (participants, statements)]
    if pa.types.is_integer(votes.type):
        figures = votes.to_numpy()
        if len(figures) and (figures.min() < -1 or figures.max() > 1):
            raise _CarefulError
        values = figures.astype(np.int8)
    elif pa.types.is_string(votes.type) or pa.types.is_floating(votes.type):
        encoded = pc.dictionary_encode(votes.cast(pa.string()))
        try:
            read = [words.read_vote(word) for word in encoded.dictionary.to_pylist()]
        except words.UnreadableVoteError:
            raise _CarefulError from None
        if None in read:
            raise _CarefulError
        values = np.array(read, np.int8)[encoded.indices.to_numpy()]
    else:
        raise _CarefulError
    return ids[0], ids[1], values, times[0].to_numpy() if times else None


def _names(column: Any) -> _Names:
    """Whole numbers as they are; other names as positions in the list of those of this part."""
    if pa.types.is_integer(column.type):
        numbers = column.to_numpy()
        if len(numbers) and numbers.min() < 0:
            raise _CarefulError
        return numbers.astype(np.int32) if not len(numbers) or numbers.max() < 1 << 31 else numbers, None
    if not pa.types.is_string(column.type):
        raise _CarefulError
    encoded = pc.dictionary_encode(column)
    names = [words.read_id(name) for name in encoded.dictionary.to_pylist()]
    if not all(names):
        raise _CarefulError
    return encoded.indices.to_numpy(), names


def _codes(parts: list[_Names]) -> tuple[npt.NDArray[np.int32], list[str]]:
    """Every name as its number among the distinct ones."""
    if any(names is not None for _, names in parts):
        known: dict[str, int] = {}
        out = []
        for places, names in parts:
            spelt = names if names is not None else [str(i) for i in places.tolist()]
            code = np.array([known.setdefault(name, len(known)) for name in spelt], np.int32)
            out.append(code[places] if names is not None else code)
        return np.concatenate(out), list(known)
    numbers = [places for places, _ in parts]
    top = max((int(part.max()) for part in numbers if len(part)), default=0)
    if top < 50_000_000:
        present = np.zeros(top + 1, bool)
        for part in numbers:
            present[part] = True
        place = (np.cumsum(present) - 1).astype(np.int32)
        return np.concatenate([place[part] for part in numbers]), [str(i) for i in np.flatnonzero(present).tolist()]
    distinct, codes = np.unique(np.concatenate(numbers), return_inverse=True)
    return codes.astype(np.int32), [str(i) for i in distinct.tolist()]
