"""Reading a conversation: an export folder of the Polis software, or one file of votes.

The caller opens the files; nothing here knows a folder. Signs: the export tables write
agree as +1, the software's own store and interface as -1. ``Sign.AUTO`` decides by the
totals that the export states beside the votes, and by the column names of the store.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import BinaryIO

import numpy as np

from mandat.engines.opinion import tables, words
from mandat.engines.opinion.long_votes import LongColumns, Refusals, Triplets, missing_columns, read_long
from mandat.engines.opinion.statements import StatementTable, read_statements, read_summary
from mandat.engines.opinion.tables import Layout, Source
from mandat.engines.opinion.votes import Conversation, Statement, VoteMatrix
from mandat.engines.opinion.wide_votes import WideColumns, WideTable, read_wide
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text


class Sign(StrEnum):
    """What +1 means in a file: agree, disagree, or to be found out."""

    AUTO = "auto"
    AGREE = "agree"
    DISAGREE = "disagree"


#: Bytes below which reading line by line is as quick.
WORTHWHILE = 4 << 20

#: The parts of an export, by how the files' names end; longer endings first.
PARTS = {
    "participants-votes.csv": "participants",
    "participant-votes.csv": "participants",
    "participants_votes.csv": "participants",
    "comments.csv": "statements",
    "statements.csv": "statements",
    "summary.csv": "summary",
    "votes.csv": "votes",
}


def part_of(file_name: str) -> str | None:
    """Which part of an export a file is: ``votes``, ``participants``, ``statements`` or ``summary``, else None."""
    name = file_name.casefold()
    for ending, part in PARTS.items():
        if name == ending or name.endswith(("-" + ending, "_" + ending, "." + ending)):
            return part
    return None


@dataclass(frozen=True, slots=True)
class _Read:
    triplets: Triplets
    reversed_by_name: bool = False
    as_agree: int = 0
    as_disagree: int = 0


def read_votes_file(
    stream: BinaryIO, *, name: str, sign: Sign = Sign.AUTO, statements: tuple[BinaryIO, str] | None = None
) -> Conversation:
    """One file of votes, one line a vote or one line a participant; ``statements`` may give the words.

    Raises InputError, with file and line, when no vote at all can be read.
    """
    read = _read_any(Source.of(stream, name))
    table = read_statements(Source.of(*statements)) if statements else StatementTable()
    return _conversation(read, table, sign, {})


def read_export(parts: Mapping[str, tuple[BinaryIO, str]], *, sign: Sign = Sign.AUTO) -> Conversation:
    """An export folder's open files, keyed by ``part_of``: at least ``votes`` or ``participants``.

    The list of votes is preferred to the table of participants, which only keeps the last votes and
    serves when the list is absent or empty.
    """
    sources = {part: Source.of(*file) for part, file in parts.items()}
    table = read_statements(sources["statements"]) if "statements" in sources else StatementTable()
    summary = read_summary(sources["summary"]) if "summary" in sources else {}
    read: _Read | None = None
    failure: InputError | None = None
    for part in ("votes", "participants"):
        if part not in sources:
            continue
        try:
            read = _read_any(sources[part])
        except InputError as error:
            failure = failure or error
            continue
        if len(read.triplets.values):
            break
    if read and part == "votes" and not table.totals and "participants" in sources:
        read = _with_stated_totals(read, sources["participants"])
    if read is None:
        raise failure or InputError(
            Text(
                "ce dossier ne contient ni votes.csv ni participants-votes.csv",
                "this folder holds neither votes.csv nor participants-votes.csv",
            )
        )
    return _conversation(read, table, sign, summary)


def _with_stated_totals(read: _Read, participants: Source) -> _Read:
    """The same reading, knowing the totals that the table of participants states beside its votes."""
    try:
        layout = tables.read_layout(participants)
        keys = [words.column_key(title) for title in layout.columns]
        at = [keys.index("nagree"), keys.index("ndisagree")]
        cells = [
            [record[i].strip() for i in at] for _, record in tables.rows(participants, layout) if len(record) > max(at)
        ]
    except (InputError, ValueError):
        return read
    agree, disagree = (sum(int(row[i]) for row in cells if row[i].isascii() and row[i].isdigit()) for i in (0, 1))
    ups, downs = int((read.triplets.values == 1).sum()), int((read.triplets.values == -1).sum())
    return replace(
        read,
        as_agree=abs(agree - ups) + abs(disagree - downs),
        as_disagree=abs(agree - downs) + abs(disagree - ups),
    )


def _read_any(source: Source) -> _Read:
    layout = tables.read_layout(source)
    long = LongColumns.find(layout)
    if long:
        return _Read(_read_long(source, layout, long), reversed_by_name=_is_store(layout))
    wide = WideColumns.find(source, layout)
    if wide:
        read: WideTable = read_wide(source, layout, wide)
        return _Read(read.triplets, as_agree=read.as_agree, as_disagree=read.as_disagree)
    raise missing_columns(source, layout)


def _read_long(source: Source, layout: Layout, where: LongColumns) -> Triplets:
    if source.stream.seek(0, 2) >= WORTHWHILE:
        # Imported here: the column reader takes longer to load than a small file to read.
        from mandat.engines.opinion.fast_votes import read_long_fast

        triplets = read_long_fast(source, layout, where)
        if triplets is not None:
            return triplets
    return read_long(source, layout, where)


def _is_store(layout: Layout) -> bool:
    """The software's own table of votes (pid, tid, vote), where agree is -1."""
    keys = {words.column_key(title) for title in layout.columns}
    return {"pid", "tid"} <= keys


def _conversation(read: _Read, table: StatementTable, sign: Sign, summary: Mapping[str, str]) -> Conversation:
    triplets = read.triplets
    refused = _joined(triplets.refused, table.refused)
    if not len(triplets.values):
        problem = triplets.refused.problems[0] if triplets.refused.problems else None
        raise InputError(
            Text(
                "aucun vote lisible" + (f" ; première ligne refusée : {problem.message}" if problem else ""),
                "no readable vote" + (f"; first refused line: {problem.message}" if problem else ""),
            ),
            file=triplets.refused.file,
            line=problem.line if problem else 0,
        )
    reverse = _is_reversed(read, table) if sign is Sign.AUTO else sign is Sign.DISAGREE
    values = triplets.values
    # Words carry their own meaning (±2); only figures may be written the other way round.
    values = np.where(np.abs(values) == 2, values // 2, -values if reverse else values).astype(np.int8)

    keys = [words.id_order(name) for name in triplets.participants]
    # Names met in order, as in large exports, need no sorting.
    in_order = all(map(operator.le, keys, keys[1:]))
    person_order = list(range(len(keys))) if in_order else sorted(range(len(keys)), key=keys.__getitem__)
    names = [triplets.statements[i] for i in np.unique(triplets.columns).tolist()]
    names.sort(key=words.id_order)
    column_of = {name: i for i, name in enumerate(names)}
    person_place = np.empty(len(person_order), np.int32)
    person_place[person_order] = np.arange(len(person_order), dtype=np.int32)
    column_place = np.array([column_of.get(name, -1) for name in triplets.statements], np.int32)
    known = [table.by_id.get(name) or Statement(name, "" if name.isdigit() else name) for name in names]
    matrix = VoteMatrix.from_triplets(
        participants=[triplets.participants[i] for i in person_order],
        statements=names,
        rows=person_place[triplets.rows],
        columns=column_place[triplets.columns],
        values=values,
        times=triplets.times,
        excluded=np.array([statement.moderated == -1 for statement in known], bool),
        meta=np.array([statement.meta for statement in known], bool),
    )
    return Conversation(
        votes=matrix,
        statements=tuple(known),
        topic=summary.get("topic", ""),
        description=summary.get("conversation-description", ""),
        repeated=len(triplets.values) - matrix.count,
        sign_reversed=reverse,
        refused=tuple(refused.problems),
        refused_count=refused.count,
        notes=triplets.notes,
    )


def _joined(first: Refusals, second: Refusals) -> Refusals:
    return Refusals(first.file, [*first.problems, *second.problems], first.count + second.count)


def _is_reversed(read: _Read, table: StatementTable) -> bool:
    """Whether +1 means disagree: by the totals stated beside the votes, else by the store's column names."""
    as_agree, as_disagree = read.as_agree, read.as_disagree
    if as_agree == as_disagree and table.totals:
        triplets = read.triplets
        m = len(triplets.statements)
        ups = np.bincount(triplets.columns[triplets.values > 0], minlength=m)
        downs = np.bincount(triplets.columns[triplets.values < 0], minlength=m)
        for column, name in enumerate(triplets.statements):
            stated = table.totals.get(name)
            if stated:
                as_agree += abs(stated[0] - int(ups[column])) + abs(stated[1] - int(downs[column]))
                as_disagree += abs(stated[1] - int(ups[column])) + abs(stated[0] - int(downs[column]))
    if as_agree != as_disagree:
        return as_disagree < as_agree
    return read.reversed_by_name
