"""Votes files with one line a vote: who, on what, what, and when if known."""

from __future__ import annotations

import datetime as dt
from array import array
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from mandat.engines.opinion import tables, words
from mandat.engines.opinion.tables import Layout, Source
from mandat.kernel.errors import InputError, Problem
from mandat.kernel.text import Text

#: Refused lines kept one by one; the rest are only counted, so that a wrong file of a million lines stays readable.
LARGEST_REPORT = 1_000


@dataclass(slots=True)
class Refusals:
    """Lines left out, the first thousand with their reason."""

    file: str
    problems: list[Problem] = field(default_factory=list)
    count: int = 0

    def add(self, line: int, text: Text) -> None:
        self.count += 1
        if len(self.problems) < LARGEST_REPORT:
            self.problems.append(Problem(self.file, line, str(text)))


@dataclass(frozen=True, slots=True, eq=False)
class Triplets:
    """Votes as read, before the last one of each cell is chosen.

    ``rows`` and ``columns`` number ``participants`` and ``statements`` in order of appearance;
    ``values`` are ±1 for figures, ±2 for words, 0 for a pass; ``times`` may be absent.
    """

    participants: list[str]
    statements: list[str]
    rows: npt.NDArray[np.int32]
    columns: npt.NDArray[np.int32]
    values: npt.NDArray[np.int8]
    times: npt.NDArray[Any] | None
    refused: Refusals
    notes: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class LongColumns:
    """Where to find what a line says; ``time`` is -1 when no column tells it."""

    participant: int
    statement: int
    vote: int
    time: int

    @classmethod
    def find(cls, layout: Layout) -> LongColumns | None:
        """The columns of a long table, or None when one of the three is missing."""
        keys = [words.column_key(title) for title in layout.columns]

        def first(names: frozenset[str], taken: tuple[int, ...] = ()) -> int:
            return next((i for i, key in enumerate(keys) if key in names and i not in taken), -1)

        vote = first(words.VOTE)
        participant = first(words.PARTICIPANT, (vote,))
        statement = first(words.STATEMENT, (vote, participant))
        if min(vote, participant, statement) < 0:
            return None
        # The export writes the time twice: milliseconds first, then a date in words without a clear zone.
        time = next((i for name in ("timestamp", "modified") for i, key in enumerate(keys) if key == name), -1)
        return cls(participant, statement, vote, time if time >= 0 else first(words.TIME, (vote, participant)))

    @property
    def last(self) -> int:
        return max(self.participant, self.statement, self.vote)


def read_long(source: Source, layout: Layout, where: LongColumns) -> Triplets:
    """Read line by line; a line that cannot be used is refused with its number and the rest is kept."""
    refused = Refusals(source.name)
    participants: dict[str, int] = {}
    statements: dict[str, int] = {}
    seen: dict[str, str] = {}
    rows, columns, values = array("i"), array("i"), array("b")
    stamps: list[str] = []
    for line, record in tables.rows(source, layout):
        if len(record) <= where.last:
            refused.add(
                line,
                Text(
                    f"{len(record)} colonnes au lieu de {len(layout.columns)}",
                    f"{len(record)} columns instead of {len(layout.columns)}",
                ),
            )
            continue
        raw_participant, raw_statement = record[where.participant], record[where.statement]
        participant = seen.get(raw_participant) or seen.setdefault(raw_participant, words.read_id(raw_participant))
        statement = seen.get(raw_statement) or seen.setdefault(raw_statement, words.read_id(raw_statement))
        if not participant or not statement:
            refused.add(line, Text("participant ou énoncé non indiqué", "participant or statement missing"))
            continue
        try:
            value = words.read_vote(record[where.vote])
        except words.UnreadableVoteError:
            refused.add(
                line, Text(f"vote illisible : {record[where.vote]!r}", f"unreadable vote: {record[where.vote]!r}")
            )
            continue
        if value is None:
            refused.add(line, Text("vote vide", "empty vote"))
            continue
        rows.append(participants.setdefault(participant, len(participants)))
        columns.append(statements.setdefault(statement, len(statements)))
        values.append(value)
        if where.time >= 0:
            stamps.append(record[where.time] if len(record) > where.time else "")
    times, notes = read_times(stamps) if where.time >= 0 else (None, ())
    return Triplets(
        participants=list(participants),
        statements=list(statements),
        rows=np.frombuffer(rows, np.int32) if rows else np.zeros(0, np.int32),
        columns=np.frombuffer(columns, np.int32) if columns else np.zeros(0, np.int32),
        values=np.frombuffer(values, np.int8) if values else np.zeros(0, np.int8),
        times=times,
        refused=refused,
        notes=notes,
    )


_NO_ORDER = Text(
    "Les horodatages ne se lisent pas tous : en cas de votes répétés, la dernière ligne du fichier compte.",
    "Not every timestamp can be read: of repeated votes, the later line of the file counts.",
)


def read_times(stamps: list[str]) -> tuple[npt.NDArray[Any] | None, tuple[Text, ...]]:
    """Times as numbers, or dates of ISO 8601 as seconds; None with a note when some cannot be read."""
    try:
        return np.array([int(stamp) for stamp in stamps], np.int64), ()
    except (ValueError, OverflowError):
        pass
    try:
        numbers = np.array([float(stamp) for stamp in stamps])
        if np.isfinite(numbers).all():
            return numbers, ()
    except ValueError:
        pass
    try:
        dates = [dt.datetime.fromisoformat(stamp.strip()) for stamp in stamps]
        zoned = [date if date.tzinfo else date.replace(tzinfo=dt.UTC) for date in dates]
        return np.array([date.timestamp() for date in zoned]), ()
    except (ValueError, OverflowError):
        return None, (_NO_ORDER,)


def missing_columns(source: Source, layout: Layout) -> InputError:
    """What to say when a file is neither a list nor a table of votes."""
    shown = ", ".join(layout.columns[:8]) + ("…" if len(layout.columns) > 8 else "")
    return InputError(
        Text(
            f"colonnes non reconnues ({shown}). Attendu : participant, énoncé, vote (une ligne par vote), "
            "ou un participant par ligne et un énoncé par colonne",
            f"columns not recognised ({shown}). Expected: participant, statement, vote (one line a vote), "
            "or one participant a line and one statement a column",
        ),
        file=source.name,
        line=layout.header_line,
    )
