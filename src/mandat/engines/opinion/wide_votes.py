"""Votes files with one participant a line and one statement a column.

The export's table of participants is one of them; so is what a survey tool or a
spreadsheet gives, with the statements' numbers or their words as titles.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from itertools import islice

import numpy as np

from mandat.engines.opinion import tables, words
from mandat.engines.opinion.long_votes import Refusals, Triplets
from mandat.engines.opinion.tables import Layout, Source
from mandat.kernel.text import Text

#: Lines looked at to tell statements from other columns where titles are not numbers.
_SAMPLE = 500


@dataclass(frozen=True, slots=True)
class WideTable:
    """Votes of a wide table, and how far its own counts agree with a reading of +1 as agree, or as disagree.

    ``as_agree`` and ``as_disagree`` add the distances between the counts the table states (columns n-agree and
    n-disagree) and those read under each meaning; both are 0 where the table states none.
    """

    triplets: Triplets
    as_agree: int = 0
    as_disagree: int = 0


@dataclass(frozen=True, slots=True)
class WideColumns:
    """Column numbers: ``participant`` is -1 when lines are only numbered."""

    participant: int
    statements: tuple[int, ...]
    agree: int = -1
    disagree: int = -1

    @classmethod
    def find(cls, source: Source, layout: Layout) -> WideColumns | None:
        """Statement columns are the numbered ones, or else those whose cells are mostly votes."""
        keys = [words.column_key(title) for title in layout.columns]
        participant = next((i for i, key in enumerate(keys) if key in words.PARTICIPANT), -1)
        others = [i for i, key in enumerate(keys) if i != participant and key and key not in words.ABOUT_PARTICIPANT]
        numbered = [i for i in others if layout.columns[i].isascii() and layout.columns[i].isdigit()]
        agree = keys.index("nagree") if "nagree" in keys else -1
        disagree = keys.index("ndisagree") if "ndisagree" in keys else -1
        sample = [record for _, record in islice(tables.rows(source, layout), _SAMPLE)]
        found = numbered or [i for i in others if _votes_minus_others(sample, i) > 0]
        if participant < 0 and 0 not in found and keys[0] not in words.TIME:
            names = [record[0].strip() for record in sample]
            # A first column that never repeats names the participants; else lines are only numbered.
            participant = 0 if all(names) and len(set(names)) == len(names) else -1
        named = participant >= 0 or agree >= 0
        return (
            cls(participant, tuple(found), agree, disagree) if len(found) >= (1 if named and numbered else 2) else None
        )


def _votes_minus_others(sample: list[list[str]], column: int) -> int:
    """Cells that read as votes minus cells that read as something else."""
    balance = 0
    for record in sample:
        if column < len(record):
            try:
                balance += words.read_vote(record[column]) is not None
            except words.UnreadableVoteError:
                balance -= 1
    return balance


def read_wide(source: Source, layout: Layout, where: WideColumns) -> WideTable:
    """Read line by line. A participant on two lines keeps, for each statement, the later vote."""
    refused = Refusals(source.name)
    participants: dict[str, int] = {}
    statements: dict[str, int] = {}
    codes = [statements.setdefault(words.read_id(layout.columns[i]), len(statements)) for i in where.statements]
    rows, columns, values = array("i"), array("i"), array("b")
    as_agree = as_disagree = 0
    known: dict[str, int | None] = {"": None, "1": 1, "0": 0, "-1": -1}
    needed = max((*where.statements, where.participant)) + 1
    for line, record in tables.rows(source, layout):
        if len(record) < needed:
            # Spreadsheets drop the empty cells at the end of a line; nothing else may be missing.
            record = [*record, *[""] * (needed - len(record))]
        if len(record) > len(layout.columns) and any(cell.strip() for cell in record[len(layout.columns) :]):
            refused.add(
                line,
                Text(
                    f"{len(record)} colonnes au lieu de {len(layout.columns)}",
                    f"{len(record)} columns instead of {len(layout.columns)}",
                ),
            )
            continue
        name = words.read_id(record[where.participant]) if where.participant >= 0 else str(line)
        if not name:
            refused.add(line, Text("participant non indiqué", "participant missing"))
            continue
        row, ups, downs = -1, 0, 0
        for i, code in zip(where.statements, codes, strict=True):
            cell = record[i]
            if cell in known:
                value = known[cell]
            else:
                try:
                    value = known[cell] = words.read_vote(cell)
                except words.UnreadableVoteError:
                    refused.add(
                        line,
                        Text(
                            f"vote illisible, colonne {layout.columns[i]!r} : {cell!r}",
                            f"unreadable vote, column {layout.columns[i]!r}: {cell!r}",
                        ),
                    )
                    continue
            if value is None:
                continue
            if row < 0:
                row = participants.setdefault(name, len(participants))
            rows.append(row)
            columns.append(code)
            values.append(value)
            ups += value == 1
            downs += value == -1
        agree, disagree = _stated(record, where.agree), _stated(record, where.disagree)
        if agree is not None and disagree is not None:
            as_agree += abs(agree - ups) + abs(disagree - downs)
            as_disagree += abs(agree - downs) + abs(disagree - ups)
    triplets = Triplets(
        participants=list(participants),
        statements=list(statements),
        rows=np.frombuffer(rows, np.int32) if rows else np.zeros(0, np.int32),
        columns=np.frombuffer(columns, np.int32) if columns else np.zeros(0, np.int32),
        values=np.frombuffer(values, np.int8) if values else np.zeros(0, np.int8),
        times=None,
        refused=refused,
    )
    return WideTable(triplets, as_agree, as_disagree)


def _stated(record: list[str], column: int) -> int | None:
    text = record[column].strip() if 0 <= column < len(record) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
