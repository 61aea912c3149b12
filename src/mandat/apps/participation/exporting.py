"""Proposals and comments as open data: streamed row by row, no name, nothing a spreadsheet takes for a formula."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from mandat.apps.participation.definitions import PublishedProcess
from mandat.apps.participation.models import Comment, Proposal

TYPES = {"csv": "text/csv; charset=utf-8; header=present", "json": "application/json; charset=utf-8"}
#: A spreadsheet program reads a text that begins so as a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
BATCH = 500
COLUMNS: dict[str, Sequence[str]] = {
    "propositions": (
        "reference", "processus", "composante", "version_regles", "publiee_le", "langue", "titre", "texte", "titre_autre_langue",
        "texte_autre_langue", "categorie", "commune", "longitude", "latitude", "auteur", "officiel", "etat", "rejointe", "suite",
        "soutiens", "commentaires", "synthetique",
    ),
    "commentaires": (
        "reference", "processus", "composante", "sur", "cible", "en_reponse_a", "profondeur", "avis", "texte", "auteur", "officiel",
        "dit_le", "corrige_le", "etat", "synthetique",
    ),
}  # fmt: skip


def safe(value: Any) -> str:
    """A cell no spreadsheet takes for a formula: an apostrophe goes before the sign."""
    text = "" if value is None else str(value)
    return "'" + text if text.startswith(FORMULA) else text


def kind_of(author: Any) -> str:
    """What sort of author, never who."""
    return "organisation" if author.organisation_id is not None else "personne"


def rows(one: PublishedProcess, component: Any, what: str) -> Iterator[tuple[Any, ...]]:
    """Rows of an export, in the order of their making: from the database by chunks, whatever their number."""
    if what == "propositions":
        found = Proposal.objects.filter(programme=one.programme, process=one.code, component=component.code)
        found = found.exclude(state=Proposal.State.DRAFT).filter(hidden=False)
        for row in found.select_related("author", "merged_into").order_by("pk").iterator(BATCH):
            yield _proposal(row)
        return
    said = Comment.objects.filter(
        thread__programme=one.programme, thread__process=one.code, thread__component=component.code, hidden=False
    )
    for comment in said.select_related("author", "thread", "parent").order_by("pk").iterator(BATCH):
        yield _comment(comment)


def _proposal(row: Proposal) -> tuple[Any, ...]:
    gone = row.state == Proposal.State.WITHDRAWN
    return (
        row.reference, row.process, row.component, row.version, row.published_at.isoformat() if row.published_at else "",
        row.language, "" if gone else row.title, "" if gone else row.text, "" if gone else row.title_other,
        "" if gone else row.text_other, row.category, row.commune, row.longitude, row.latitude, kind_of(row.author),
        "oui" if row.official else "non", row.state, row.merged_into.reference if row.merged_into else "", row.status,
        row.supports, row.comments, "oui" if row.synthetic else "non",
    )  # fmt: skip


def _comment(row: Comment) -> tuple[Any, ...]:
    return (
        row.reference, row.thread.process, row.thread.component, row.thread.kind, row.thread.target,
        row.parent.reference if row.parent else "", row.depth, row.side, row.text, kind_of(row.author),
        "oui" if row.official else "non", row.at.isoformat(), row.edited_at.isoformat() if row.edited_at else "",
        "supprime" if row.deleted_at else "publie", "oui" if row.synthetic else "non",
    )  # fmt: skip


def stream(one: PublishedProcess, component: Any, *, what: str, form: str) -> Iterator[bytes]:
    """The export piece by piece: CSV by RFC 4180 in UTF-8, or one JSON array."""
    columns = COLUMNS[what]
    if form == "csv":
        yield from _csv(columns, rows(one, component, what))
        return
    first = True
    yield b"["
    for row in rows(one, component, what):
        values = {
            name: value if isinstance(value, int) else (None if value is None else str(value))
            for name, value in zip(columns, row, strict=True)
        }
        yield (b"" if first else b",\n") + json.dumps(values, ensure_ascii=False).encode()
        first = False
    yield b"]\n"


def _csv(columns: Sequence[str], found: Iterator[tuple[Any, ...]]) -> Iterator[bytes]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(columns)
    for rank, row in enumerate(found, start=1):
        writer.writerow([value if isinstance(value, int | Decimal) else safe(value) for value in row])
        if rank % BATCH == 0:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()
