"""Decisions in the shape of the SCDL (délibérations 2.1.5): one line a decision, its votes, where it can be read."""

from __future__ import annotations

import csv
import io
import itertools
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from mandat.apps.bodies.models import Decision
from mandat.apps.bodies.vocabulary import NATURES, OUTCOMES
from mandat.apps.programme.published import Published

HEADER = (
    "COLL_NOM", "COLL_SIRET", "DELIB_ID", "DELIB_DATE", "DELIB_MATIERE_CODE", "DELIB_MATIERE_NOM", "DELIB_OBJET", "BUDGET_ANNEE",
    "BUDGET_NOM", "PREF_ID", "PREF_DATE", "VOTE_EFFECTIF", "VOTE_REEL", "VOTE_POUR", "VOTE_CONTRE", "VOTE_ABSTENTION", "DELIB_URL",
)  # fmt: skip
#: ACTES nomenclature: institutions and political life, exercise of mandates; other acts of local authorities.
MATTERS = {
    "election": ("5.1", "Institutions et vie politique – Élection exécutif"),
    "agreement": ("9.4", "Vœux et motions"),
}
MATTER = ("9.4", "Autres domaines de compétences – Vœux et motions")


def plain(text: str) -> str:
    """A cell no spreadsheet takes for a formula, on one line."""
    text = " ".join(text.split())
    return f"'{text}" if text[:1] in "=+-@" else text


def row(current: Published, decision: Decision, url: str) -> list[Any]:
    """One decision. What was dealt with behind closed doors is told by its nature and number alone."""
    held = json.loads(decision.record)
    authority = current.programme.authority
    body = current.bodies.get(decision.body)
    title = body.title.fr if body else decision.body
    what = held["title"] or "point examiné à huis clos"
    nature = NATURES[held["nature"]].fr.capitalize()
    voted = held["for"] + held["against"] + held["abstain"]
    code, matter = MATTERS.get(held["nature"], MATTER)
    return [
        authority.name if authority else current.programme.region_name,
        (authority.siret or current.programme.siret if authority else current.programme.siret) or "",
        f"{decision.body}-{decision.code}",
        decision.decided_on.isoformat(),
        code,
        matter,
        plain(f"{title} – {nature} : {what} ({OUTCOMES[held['outcome']].fr})"),
        "", "", "", "",
        held["members"] or "",
        voted,
        held["for"],
        held["against"],
        held["abstain"],
        url,
    ]  # fmt: skip


def lines(rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """A CSV file line by line, its header first."""
    for one in itertools.chain([HEADER], rows):
        out = io.StringIO()
        csv.writer(out, lineterminator="\r\n").writerow(one)
        yield out.getvalue()
