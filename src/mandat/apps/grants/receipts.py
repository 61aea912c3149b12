"""The receipt of an application as a document, in French: what was received, when, from whom, and what happens next (CRPA L112-3, R112-5).

It is made from the sealed record alone, and so stays the same as long as that can be read.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils import timezone, translation

from mandat.apps.grants.forms.questions import Asked, asked_of, said
from mandat.apps.grants.models import Submission
from mandat.apps.grants.ruling import rule_of
from mandat.apps.grants.schema import Scheme
from mandat.apps.grants.submitted import read_back
from mandat.apps.rulebook.saying import quantity
from mandat.kernel.delays import answer_due
from mandat.kernel.errors import InputError
from mandat.kernel.periods import in_words
from mandat.kernel.text import speaking
from mandat.web import typeset

TEMPLATE = Path(__file__).parent / "typst" / "receipt.typ"
DEMO = "Démonstration : ce document ne vaut rien, personne n'est concerné."


def content(sent: Submission, scheme: Scheme) -> dict[str, Any]:
    """What the template prints. Raises ValueError for a record that is not what its digest says, ErasedError once its key is gone."""
    record = read_back(sent)
    case = sent.case
    received = timezone.localtime(sent.at)
    with translation.override("fr"), speaking("fr"):
        rule = _rule(scheme, int(record["rule"]["version"]))
        fields = asked_of(scheme, rule)
        sections = [
            {"title": section.title.fr, "rows": rows}
            for section in scheme.form.sections
            if (rows := _rows(section, fields, record["answers"]))
        ]
        applicant = record["applicant"]
        who = applicant.get("name") or record["by"]
        number = applicant.get("siret") or applicant.get("rna") or ""
        return {
            "lang": "fr",
            "title": "Accusé de réception",
            "subject": f"Accusé de réception de la demande {case.reference}",
            "date": [received.year, received.month, received.day],
            "sender": [scheme.authority.fr, scheme.contact],
            "recipient": [who, number],
            "head": [
                ["Dispositif", scheme.title.fr],
                ["Demande", f"{case.reference}, envoi n° {record['rank']}"],
                ["Reçue le", f"{in_words(received.date()).fr} à {received:%H h %M min %S s} (heure de Paris)"],
                ["Envoyée par", record["by"]],
            ],
            "next": _next(scheme, received.date(), int(record["rank"])),
            "sections": sections,
            "plan": _plan(record),
            "pieces": [[one["name"], one["sha256"]] for one in record["pieces"]],
            "parties": [[one["organisation"], one["number"]] for one in record["parties"]],
            "sha256": sent.sha256,
            "foot": f"Demande {case.reference}",
            "demo": DEMO if case.synthetic else "",
        }  # fmt: skip


def _plan(record: dict[str, Any]) -> list[list[str]]:
    lines = [[one["funder"], quantity(Decimal(one["amount"]) / 100, "EUR")] for one in record["plan"]]
    asked = record["amounts"]["asked"]
    return [["Demandé à la Région", quantity(Decimal(asked) / 100, "EUR")], *lines] if lines and asked else lines


def _rule(scheme: Scheme, version: int) -> Any:
    try:
        return rule_of(scheme, version)
    except InputError:
        return None


def _rows(section: Any, fields: dict[str, Asked], answers: dict[str, Any]) -> list[list[str]]:
    """Questions with their answers; of personal ones only that they were answered: a receipt is printed and passed on."""
    names = [question.name for question in section.fields if question.name in fields]
    blocks = answers.get(section.code, []) if section.repeats is not None else [answers]
    found = []
    for rank, block in enumerate(blocks):
        for name in names:
            value = block.get(name)
            if value in (None, "", []):
                continue
            one = fields[name]
            label = one.label.fr + (f" (n° {rank + 1})" if section.repeats is not None else "")
            found.append([label, "renseigné" if one.question.personal else said(one, value)])
    return found


def _next(scheme: Scheme, received: dt.date, rank: int) -> list[str]:
    flow = scheme.workflow
    if rank > 1:
        return ["Votre complément est joint au dossier. Le délai de réponse reprend son cours."]
    due = in_words(answer_due(received, months=flow.delay_months)).fr
    complete = in_words(received + dt.timedelta(days=flow.complete_days)).fr
    meaning = (
        f"sera réputée acceptée ({flow.silence_reference.text})"
        if flow.silence == "acceptance"
        else f"sera réputée rejetée ({flow.silence_reference.text}) ; vous pourriez alors contester ce rejet pendant deux mois"
    )
    return [
        f"Le service vous dit au plus tard le {complete} si des pièces manquent ; le délai de réponse est alors suspendu.",
        f"Sans réponse d'ici le {due} inclus, votre demande {meaning}.",
        f"Pour toute question : {scheme.contact}, ou la messagerie de votre dossier.",
    ]


def pdf(made: dict[str, Any]) -> bytes:
    """The receipt as PDF/UA-1."""
    return typeset.pdf(TEMPLATE, made, day=dt.date(*made["date"]))
