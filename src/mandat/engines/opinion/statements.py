"""Reading the statements' words and moderation, and the summary of an export. Authors are never read."""

from __future__ import annotations

from dataclasses import dataclass, field

from mandat.engines.opinion import tables, words
from mandat.engines.opinion.long_votes import Refusals
from mandat.engines.opinion.tables import Source
from mandat.engines.opinion.votes import Statement
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

_MODERATED = {
    "-1": -1,
    "rejected": -1,
    "hidden": -1,
    "0": 0,
    "": 0,
    "unmoderated": 0,
    "1": 1,
    "accepted": 1,
    "approved": 1,
}
_TRUE = frozenset({"1", "true", "t", "yes", "oui", "vrai"})


@dataclass(frozen=True, slots=True)
class StatementTable:
    """Statements by id, and the totals of agreements and disagreements their table states."""

    by_id: dict[str, Statement] = field(default_factory=dict)
    totals: dict[str, tuple[int, int]] = field(default_factory=dict)
    refused: Refusals = field(default_factory=lambda: Refusals(""))


def read_statements(source: Source) -> StatementTable:
    """The table of statements; a line that cannot be used is refused, the rest is kept."""
    layout = tables.read_layout(source)
    keys = [words.column_key(title) for title in layout.columns]

    def find(names: frozenset[str]) -> int:
        return next((i for i, key in enumerate(keys) if key in names), -1)

    at_id, at_text, at_moderated = find(words.STATEMENT | {"id"}), find(words.TEXT), find(words.MODERATED)
    at_meta, at_agree, at_disagree = find(words.META), find(frozenset({"agrees"})), find(frozenset({"disagrees"}))
    if at_id < 0:
        raise InputError(
            Text(
                "la table des énoncés n’a pas de colonne comment-id", "the table of statements has no column comment-id"
            ),
            file=source.name,
            line=layout.header_line,
        )
    table = StatementTable(refused=Refusals(source.name))
    for line, record in tables.rows(source, layout):

        def cell(column: int, record: list[str] = record) -> str:
            return record[column].strip() if 0 <= column < len(record) else ""

        name = words.read_id(cell(at_id))
        if not name:
            table.refused.add(line, Text("énoncé sans identifiant", "statement without an identifier"))
            continue
        moderated = _MODERATED.get(cell(at_moderated).casefold().removesuffix(".0"))
        if moderated is None:
            table.refused.add(
                line,
                Text(
                    f"modération illisible : {cell(at_moderated)!r}", f"unreadable moderation: {cell(at_moderated)!r}"
                ),
            )
            moderated = 0
        table.by_id[name] = Statement(
            id=name, text=cell(at_text), moderated=moderated, meta=cell(at_meta).casefold() in _TRUE
        )
        agrees, disagrees = cell(at_agree), cell(at_disagree)
        if agrees.isdigit() and disagrees.isdigit():
            table.totals[name] = (int(agrees), int(disagrees))
    return table


def read_summary(source: Source) -> dict[str, str]:
    """The summary as ``{key: value}``; an unreadable summary is no reason to refuse the votes."""
    try:
        layout = tables.read_layout(source)
        found = {layout.columns[0]: ",".join(layout.columns[1:])} if layout.columns else {}
        for _, record in tables.rows(source, layout):
            if len(record) >= 2:
                found[record[0].strip()] = ",".join(record[1:]).strip()
    except InputError:
        return {}
    return found
