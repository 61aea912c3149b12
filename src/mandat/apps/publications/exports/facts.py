"""The facts as a table and as their canonical lines, with the filters of the facts explorer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from itertools import islice
from typing import Any

from mandat import journal
from mandat.apps.programme.breakdowns import told
from mandat.apps.programme.published import Published
from mandat.apps.publications.exports.tables import Column, Row, Table
from mandat.apps.territory.selectors import reference
from mandat.facts import fact_types
from mandat.facts.base import Breakdown
from mandat.journal import Entry
from mandat.kernel.text import Text
from mandat.web.sentences import sentence

TITLE = Text("Faits du journal", "Facts of the journal")
DESCRIPTION = Text(
    "Un fait public par ligne, dans l'ordre du journal. Un fait n'est jamais modifié : une correction est un autre fait, "
    "qui le cite (corrects). « counts » dit si le fait compte aujourd'hui.",
    "One public fact a line, in the order of the journal. A fact is never edited: a correction is another fact, "
    "which names it (corrects). “counts” says whether the fact counts today.",
)
COLUMNS = (
    Column("index", "integer", Text("Place dans le journal, à partir de 0", "Place in the journal, from 0"), True),
    Column("recorded_at", "datetime", Text("Moment de l'enregistrement (UTC)", "Moment of recording (UTC)"), True),
    Column("occurred_on", "date", Text("Jour de l'acte", "Day of the act"), True),
    Column("kind", "string", Text("Genre de fait", "Kind of fact"), True),
    Column("label_fr", "string", Text("Genre en français", "Kind in French")),
    Column("sentence_fr", "string", Text("Phrase en français", "Sentence in French")),
    Column("sentence_en", "string", Text("Phrase en anglais", "Sentence in English")),
    Column("programme", "string", Text("Programme", "Programme"), True),
    Column("measures", "string", Text("Mesures servies, séparées par une espace", "Measures served, separated by a space")),
    Column("commitments", "string", Text("Engagements servis, séparés par une espace", "Commitments served, separated by a space")),
    Column("area", "string", Text("Code du territoire", "Area code")),
    Column("area_name", "string", Text("Nom du territoire", "Area name")),
    Column("quantity", "number", Text("Quantité", "Quantity")),
    Column("unit", "string", Text("Unité de la quantité", "Unit of the quantity")),
    Column("amount", "number", Text("Montant en euros", "Amount in euros")),
    Column("subject", "string", Text("Identifiant public de l'objet", "Public identifier of the object")),
    Column("source", "string", Text("Ligne d'origine d'un import", "Line an import came from")),
    Column("corrects", "integer", Text("Place du fait corrigé ou retiré", "Place of the fact corrected or withdrawn")),
    Column("replaced_by", "integer", Text("Place du fait qui le remplace", "Place of the fact that replaces it")),
    Column("counts", "boolean", Text("Compte aujourd'hui", "Counts today"), True),
    Column("definition", "string", Text("Définition en vigueur", "Definition in force")),
    Column("definition_version", "integer", Text("Version de la définition", "Version of the definition")),
    Column("definition_digest", "string", Text("Empreinte de la définition", "Digest of the definition")),
    Column("data", "object", Text("Champs propres au genre (JSON)", "Fields of the kind (JSON)")),
    Column("breakdowns", "object", Text("Effectifs ventilés (JSON) ; null : secret statistique", "Head counts by category (JSON); null: withheld")),
    Column("leaf", "string", Text("Empreinte dans l'arbre (SHA-256)", "Hash in the tree (SHA-256)"), True),
    Column("synthetic", "boolean", Text("Fait de démonstration, inventé", "Demonstration fact, made up"), True),
)  # fmt: skip


def facts_table(conditions: Mapping[str, Any]) -> Table:
    """The facts that fit ``conditions`` (keywords of ``journal.iterate``), oldest first, in flat memory."""
    return Table(
        name="facts",
        title=TITLE,
        description=DESCRIPTION,
        columns=COLUMNS,
        key=("index",),
        rows=lambda: map(partial(_row, reference().names), journal.iterate(**conditions)),
        small=False,
    )


def canonical_chunks(conditions: Mapping[str, Any], *, batch: int = 500) -> Iterator[bytes]:
    """The canonical text of each fact, one a line: what the tree hashes, byte for byte."""
    entries = journal.iterate(**conditions)
    while found := list(islice(entries, batch)):
        yield "".join(entry.text + "\n" for entry in found).encode()


def indicator_conditions(current: Published, code: str, *, story: bool = False) -> dict[str, Any]:
    """Which facts the indicator of a commitment reads, as keywords of ``journal.iterate``.

    ``story`` takes every kind: milestones, suspensions, and what corrects or withdraws a fact.
    """
    expression = current.commitments[code].indicator
    conditions: dict[str, Any] = {"programme": current.code}
    if expression.scope == "commitment":
        conditions["commitment"] = code
    elif expression.scope == "measure":
        conditions["measure"] = current.measure_of(code).number
    if not story:
        conditions["kind"] = expression.facts
    return conditions


def public_breakdowns(breakdowns: Breakdown) -> dict[str, dict[str, int | None]]:
    """Head counts as they may be shown: None where a count is withheld."""
    return {dimension: told(counts) for dimension, counts in breakdowns.items()}


def _row(names: Mapping[str, str], entry: Entry) -> Row:
    fact = entry.fact
    said = sentence(fact)
    known = fact_types()[fact.kind]
    ref = fact.definition
    return (
        entry.index,
        entry.recorded_at,
        fact.occurred_on,
        fact.kind,
        known.label.fr,
        said.fr,
        said.en,
        fact.programme,
        " ".join(map(str, fact.measures)),
        " ".join(fact.commitments),
        fact.area,
        names.get(fact.area, ""),
        fact.quantity,
        fact.unit,
        fact.amount,
        fact.subject,
        fact.source,
        fact.corrects,
        entry.replaced_by,
        entry.effective and known.counts,
        f"{ref.kind}/{ref.code}" if ref else "",
        ref.version if ref else None,
        ref.digest if ref else "",
        dict(fact.data) if fact.data else None,
        public_breakdowns(fact.breakdowns) or None,
        entry.leaf.hex(),
        fact.synthetic,
    )
