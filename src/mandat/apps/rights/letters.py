"""Letters of claims, in French: acknowledgement, request for evidence, decision, attestation, explanation, answer to an appeal.

A decision's letter is made from its record alone, and so is the same for as long as the record can be read. Each function gives the content
that ``web.letters.pdf`` typesets. Law: CRPA L112-3 and R112-5 (acknowledgement), L114-5 (evidence), L211-2 and
L211-5 (reasons), L232-3 (attestation), L311-3-1 and R311-3-1-2 (algorithm), L411-2 and CJA R421-1 (appeals).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from mandat.apps.rights.schema import Right
from mandat.web.letters import Part, amount, box, bullets, content, day, section, text


def _sender(right: Right) -> list[str]:
    return [right.decision.service.fr, right.decision.address, right.decision.contact]


def acknowledgement(
    right: Right,
    identity: Mapping[str, str],
    *,
    reference: str,
    received: dt.date,
    due: dt.date | None,
    synthetic: bool,
) -> dict[str, Any]:
    """Accusé de réception (CRPA R112-5): when received, when silence speaks and what it means, who instructs, appeals or attestation."""
    silence, parts = right.decision.silence, []
    if due is not None:
        if silence.means == "acceptance":
            parts = [
                text(
                    f"Sans réponse de notre part d'ici le {day(due)} inclus, votre demande sera réputée acceptée "
                    f"({silence.reference.text}). Vous pourrez alors obtenir une attestation de cette acceptation "
                    "(article L. 232-3 du code des relations entre le public et l'administration)."
                )
            ]
        else:
            parts = [
                text(
                    f"Sans réponse de notre part d'ici le {day(due)} inclus, votre demande sera réputée rejetée "
                    f"({silence.reference.text})."
                ),
                text(
                    f"Vous pourriez alors demander les motifs de ce rejet, et le contester dans un délai de "
                    f"{right.appeals.gracious_months} mois : par un recours gracieux auprès de : {right.appeals.answered_by.fr}, "
                    f"ou devant le {_court(right.appeals.court)}, {right.appeals.court_address}, ou sur www.telerecours.fr."
                ),
            ]
    return content(
        title="Accusé de réception",
        subject=right.title.fr,
        on=received,
        sender=_sender(right),
        identity=identity,
        reference=reference,
        synthetic=synthetic,
        head=[("Votre demande", right.title.fr), ("Référence", reference), ("Reçue le", day(received))],
        sections=[
            section("", text("Nous avons bien reçu votre demande.")),
            section("Quand vous aurez une réponse", *parts),
            section(
                "Qui s'en occupe",
                text(f"{right.decision.service.fr}, {right.decision.address}, {right.decision.contact}."),
                text(
                    "S'il manque une pièce, nous vous la demanderons : le délai est alors suspendu ou court à compter de sa "
                    "réception (article L. 114-5 du même code)."
                ),
            ),
        ],
    )


def _court(name: str) -> str:
    return name[0].lower() + name[1:]


def request(
    right: Right, identity: Mapping[str, str], *, reference: str, asked: dt.date, until: dt.date, wanted: Sequence[str],
    words: str, synthetic: bool,
) -> dict[str, Any]:  # fmt: skip
    """What is missing, and until when to send it (CRPA L114-5)."""
    parts = [text("Pour examiner votre demande, il nous manque :"), bullets(wanted)] if wanted else []
    means = right.decision.silence.means
    effect = (
        "Le délai au terme duquel le silence vaut acceptation ne court qu'à compter de la réception de ce qui manque."
        if means == "acceptance"
        else "Le délai au terme duquel le silence vaut rejet est suspendu jusque-là."
    )
    return content(
        title="Votre demande est à compléter",
        subject=right.title.fr,
        on=asked,
        sender=_sender(right),
        identity=identity,
        reference=reference,
        synthetic=synthetic,
        head=[("Votre demande", right.title.fr), ("Référence", reference), ("À envoyer avant le", day(until))],
        sections=[
            section("Ce qui manque", *parts, *([text(words)] if words else [])),
            section(
                "Et après",
                text(f"{effect} (Article L. 114-5 du code des relations entre le public et l'administration.)"),
                text(f"Au-delà du {day(until)}, la demande sera examinée avec ce que nous avons."),
            ),
        ],
    )


def decision(
    record: Mapping[str, Any], right: Right, identity: Mapping[str, str], *, synthetic: bool
) -> dict[str, Any]:
    """The decision: verdict, reasons in fact and in law, the mention, appeal routes and delays. Raises ValueError without the mention it owes."""
    if record["by"] == "automatic" and not record["mention"]:
        raise ValueError("an automatic decision has no letter without the mention of CRPA L311-3-1")
    granted = record["outcome"] == "granted"
    sections = [*_reasons(record, granted=granted), *_given(record, right)]
    if record["mention"]:
        sections.append(section("Un calcul a pris part à cette décision", box(record["mention"]["fr"])))
    sections.append(_appeals(record))
    return content(
        title="Attestation d'acceptation" if record["by"] == "silence" and granted else "Décision",
        subject=right.title.fr,
        on=dt.date.fromisoformat(record["decided_on"]),
        sender=[record["service"], record["address"], record["contact"]],
        identity=identity,
        reference=record["reference"],
        synthetic=synthetic,
        head=[("Votre demande", record["right"]["title"]), ("Référence", f"{record['reference']} / {record['rank']}")],
        verdict=_verdict(record, granted=granted),
        sections=sections,
        signature=_signature(record),
    )


def _verdict(record: Mapping[str, Any], *, granted: bool) -> str:
    if record["by"] == "silence":
        return "Votre demande est réputée acceptée." if granted else "Votre demande est réputée rejetée."
    if record["on_appeal"]:
        return "Votre recours est accueilli : le droit vous est accordé."
    return "Le droit vous est accordé." if granted else "Votre demande est refusée."


def _reasons(record: Mapping[str, Any], *, granted: bool) -> list[dict[str, Any]]:
    law = [
        "Code des relations entre le public et l'administration",
        *record["law"],
    ]
    facts: list[Part] = []
    if record["by"] == "silence":
        facts = [text("Le délai de réponse a pris fin sans décision expresse de l'administration.")]
        if not granted:
            facts.append(
                text(
                    "Vous pouvez demander les motifs de ce rejet dans le délai du recours contentieux : ils vous seront "
                    "communiqués dans le mois (article L. 232-4)."
                )
            )
    else:
        if record["facts"]:
            facts.append(bullets(record["facts"]))
        if record["reason"]:
            facts.append(text(record["reason"]))
        if granted and not facts:
            facts.append(text("Vous remplissez les conditions du droit demandé."))
        if not granted and not facts:
            facts.append(text("Vous ne remplissez pas les conditions du droit demandé."))
    return [section("Vu", bullets(law)), section("Les motifs", *facts)]


def _given(record: Mapping[str, Any], right: Right) -> list[dict[str, Any]]:
    if record["outcome"] != "granted":
        return []
    items = [["Ce que vous recevez", right.benefit.label.fr]]
    if record["amount"] is not None:
        rhythm = {
            "once": "une fois",
            "monthly": "chaque mois",
            "quarterly": "chaque trimestre",
            "yearly": "chaque année",
        }
        unit = record["unit"].partition("/")[0]
        items.append(["Montant", f"{amount(record['amount'], unit)}, {rhythm[right.benefit.rhythm]}"])
    items.append(["À compter du", day(record["starts_on"])])
    items.append(["Jusqu'au", day(record["ends_on"]) if record.get("ends_on") else "sans terme"])
    return [section("Ce qui vous est accordé", {"kind": "pairs", "items": items})]


def _appeals(record: Mapping[str, Any]) -> dict[str, Any]:
    routes = record["appeals"]
    return section(
        "Si vous n'êtes pas d'accord",
        text(
            f"Vous pouvez, dans les {routes['months']} mois qui suivent la notification de cette décision, former un recours gracieux "
            f"depuis votre compte ou par écrit auprès de : {routes['answered_by']}, {record['address']}. Sans réponse dans les deux mois, "
            "ce recours est réputé rejeté."
        ),
        text(
            f"Vous pouvez aussi saisir le {_court(routes['court'])} ({routes['court_address']}, ou www.telerecours.fr) dans les "
            f"{routes['contentious_months']} mois qui suivent la notification de cette décision, ou du rejet, exprès ou tacite, de votre recours "
            "gracieux formé dans ce délai (articles R. 421-1 du code de justice administrative et L. 411-2 du code des relations "
            "entre le public et l'administration)."
        ),
    )


def _signature(record: Mapping[str, Any]) -> list[str]:
    if record["by"] == "silence":
        return [record["authority"]]
    who = [record["author"]] if record.get("author") else []
    return [record["authority"], *who, record["service"]]


def appeal_answer(
    right: Right, identity: Mapping[str, str], *, reference: str, on: dt.date, rejected_by_silence: bool, reason: str,
    author: str, until: dt.date, synthetic: bool,
) -> dict[str, Any]:  # fmt: skip
    """The rejection of an appeal: its reasons, and the court that remains."""
    words = (
        "Votre recours n'a pas reçu de réponse dans les deux mois : il est réputé rejeté (article L. 231-4 du code des relations "
        "entre le public et l'administration)."
        if rejected_by_silence
        else reason
    )
    return content(
        title="Réponse à votre recours",
        subject=right.title.fr,
        on=on,
        sender=_sender(right),
        identity=identity,
        reference=reference,
        synthetic=synthetic,
        head=[("Votre demande", right.title.fr), ("Référence", reference)],
        verdict="Votre recours est réputé rejeté." if rejected_by_silence else "Votre recours est rejeté.",
        sections=[
            section("Les motifs", text(words)),
            section(
                "Si vous n'êtes pas d'accord",
                text(
                    f"Vous pouvez saisir le {_court(right.appeals.court)} ({right.appeals.court_address}, ou www.telerecours.fr) "
                    f"jusqu'au {day(until)}."
                ),
            ),
        ],
        signature=[part for part in (right.appeals.answered_by.fr, author) if part],
    )
