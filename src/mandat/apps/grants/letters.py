"""Letters and agreements of cases, in French: award, refusal, not admissible, silence; agreement to sign, amendment.

The letter of a decision is made from its record alone, and so is the same for as long as the record can be read. Law: CRPA L211-2 and L211-5
(reasons), L231-4 and L232-4 (silence), L411-2 and CJA R421-1 (appeals); loi 2000-321 article 10 and décret 2001-495 (agreement above
23,000 €: its object, amount, terms of payment and conditions of use); loi 2000-321 article 9-1 (what a subsidy is).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from mandat.apps.grants.models import Agreement, Amendment, Case, Decision
from mandat.apps.grants.recording import record_of
from mandat.apps.grants.schema import Condition, Scheme
from mandat.apps.grants.services.moving import terms_of
from mandat.apps.grants.terms import CONDITIONS
from mandat.web.letters import Content, Part, amount, box, bullets, content, day, section, text

VERDICTS: Mapping[tuple[str, str], str] = {
    ("awarded", "silence"): "Votre demande est réputée acceptée.",
    ("refused", "silence"): "Votre demande est réputée rejetée.",
}
TITLES: Mapping[str, str] = {
    "awarded": "Décision d'attribution",
    "refused": "Décision de refus",
    "inadmissible": "Demande irrecevable",
}
WAYS: Mapping[str, str] = {
    "declared": "déclaré", "document": "sur pièce", "register": "vérifié dans un registre", "computed": "calculé",
}  # fmt: skip
STANDINGS: Mapping[str, str] = {
    "asked": "à justifier", "declared": "déclarée", "met": "vérifiée", "exempt": "sans objet", "breached": "non tenue",
    "remedied": "régularisée",
}  # fmt: skip


def identity_of(case: Case) -> dict[str, str]:
    """Where the letter goes. A person is known by the name of the account that applied."""
    one = case.applicant
    if one is None:
        return {"name": case.opened_by.name}
    return {"name": one.name, "address": one.address, "postcode": one.postcode, "city": one.commune_name}


def euros(value: Decimal | str | None) -> str:
    return amount(value, "EUR") if value is not None else ""


def of_decision(decision: Decision) -> Content:
    """The letter of a decision; reads its record. Raises ErasedError where its key is destroyed."""
    case = decision.case
    return decision_letter(record_of(decision), terms_of(case).document, identity_of(case), synthetic=case.synthetic)


def decision_letter(
    record: Mapping[str, Any], scheme: Scheme, identity: Mapping[str, str], *, synthetic: bool
) -> Content:
    """What is decided, why in fact and in law, what follows, and how to contest it."""
    awarded, by = record["outcome"] == "awarded", record["by"]
    sections = [_reasons(record)]
    if awarded:
        sections += [*_given(record, scheme), *_conditions(record), _next(scheme, record)]
    sections.append(_appeals(record, awarded=awarded))
    title = TITLES[record["outcome"]]
    if by == "silence":
        title = "Attestation d'acceptation" if awarded else "Rejet né du silence"
    return content(
        title=title,
        subject=record["scheme"]["title"],
        on=dt.date.fromisoformat(record["decided_on"]),
        sender=[record["authority"], record["service"], record["contact"]],
        identity=identity,
        reference=record["reference"],
        synthetic=synthetic,
        foot=f"Dossier {record['reference']} / {record['rank']}",
        head=[
            ("Dispositif", record["scheme"]["title"]),
            *([("Projet", record["title"])] if record["title"] else []),
            ("Référence", f"{record['reference']} / {record['rank']}"),
        ],
        verdict=_verdict(record),
        sections=[one for one in sections if one["parts"]],
        signature=[part for part in (record["authority"], record.get("author")) if part],
    )


def _verdict(record: Mapping[str, Any]) -> str:
    told = VERDICTS.get((record["outcome"], record["by"]))
    if told:
        return told
    if record["outcome"] == "inadmissible":
        return "Votre demande n'est pas recevable."
    if record["outcome"] == "refused":
        return "Votre demande est refusée."
    if record["amount"] is None:
        return "Votre demande est acceptée."
    kind = {"loan": "Un prêt", "repayable-advance": "Une avance remboursable", "equity": "Une prise de participation"}
    what = kind.get(record["scheme"]["type"], "Une aide")
    return (
        f"{what} de {euros(record['amount'])} vous est accordée."
        if what != "Un prêt"
        else (f"Un prêt de {euros(record['amount'])} vous est accordé.")
    )


def _reasons(record: Mapping[str, Any]) -> dict[str, Any]:
    parts: list[Part] = [bullets(["Code des relations entre le public et l'administration", *record["law"]])]
    if record["by"] == "silence":
        parts.append(text("Le délai de réponse a pris fin sans décision expresse de l'administration."))
        parts.append(text(f"Fondement : {record['silence']}."))
        if record["outcome"] != "awarded":
            parts.append(
                text(
                    "Vous pouvez demander les motifs de ce rejet dans le délai du recours contentieux : ils vous seront communiqués "
                    "dans le mois (article L. 232-4 du même code)."
                )
            )
        return section("Vu, et pour ces motifs", *parts)
    votes = record.get("votes")
    if votes:
        parts.append(
            text(
                f"Le comité s'est prononcé le {day(votes['on'])} : {_count(votes['for'], 'voix pour', 'voix pour')}, "
                f"{votes['against']} contre, {_count(votes['abstain'], 'abstention', 'abstentions')}."
            )
        )
    if record["outcome"] != "awarded" and record["calculation"] and record["calculation"]["facts"]:
        parts.append(bullets(record["calculation"]["facts"]))
    if record["motive"]:
        parts.append(text(record["motive"]))
    elif record["outcome"] == "awarded":
        parts.append(text("Votre demande remplit les conditions du dispositif."))
    return section("Vu, et pour ces motifs", *parts)


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number < 2 else many}"


def _given(record: Mapping[str, Any], scheme: Scheme) -> list[dict[str, Any]]:
    if record["amount"] is None:
        return []
    total = Decimal(record["amount"])
    pairs = [["Montant", euros(total)]]
    if record["cost"] is not None:
        pairs.append(["Coût retenu du projet", euros(record["cost"])])
    found = [section("Ce qui vous est accordé", {"kind": "pairs", "items": pairs}, *_small(record))]
    if scheme.payments:
        found.append(section("Comment l'aide est versée", bullets(payments(scheme, total))))
    return found


def _small(record: Mapping[str, Any]) -> list[Part]:
    if not record.get("de_minimis"):
        return []
    regulation = {
        "general": "règlement (UE) 2023/2831",
        "agriculture": "règlement (UE) 1408/2013",
        "fisheries": "règlement (UE) 717/2014",
        "sgei": "règlement (UE) 2023/2832",
    }[record["de_minimis"]]
    return [
        box(
            f"Cette aide relève du régime de minimis ({regulation}). Son montant compte dans le plafond de trois ans de votre "
            "entreprise unique : déclarez-la aux autres financeurs qui vous le demandent."
        )
    ]


def payments(scheme: Scheme, total: Decimal) -> list[str]:
    """Each payment in a sentence. The last takes what rounding leaves."""
    found, left = [], total
    needs = {one.code: one.label.fr for one in scheme.evidence} | {one.code: one.label.fr for one in scheme.reports}
    for rank, payment in enumerate(scheme.payments, 1):
        last = rank == len(scheme.payments)
        part = left if last else (total * payment.share / 100).quantize(Decimal("0.01"), rounding="ROUND_DOWN")
        left -= part
        given = f"{payment.label.fr} : {euros(part)} ({amount(payment.share, 'percent')})"
        if payment.of == "spent":
            given += ", réduite si le coût réel est plus bas"
        if payment.needs:
            given += f" ; pièces : {', '.join(needs[code] for code in payment.needs)}"
        found.append(given)
    return found


def _conditions(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    rows = [f"{one['title']} : {STANDINGS.get(one['standing'], one['standing'])}" for one in record["conditions"]]
    return [section("Les conditions de l'aide", bullets(rows))] if rows else []


def _next(scheme: Scheme, record: Mapping[str, Any]) -> dict[str, Any]:
    parts: list[Part] = []
    if record["amount"] is not None:
        parts.append(
            text(
                "Une convention vous est envoyée si les aides de la collectivité à votre organisme dépassent 23 000 € dans l'année ; "
                "sinon, cette notification en tient lieu."
            )
        )
    if scheme.reports:
        parts.append(text(f"Vous devrez rendre compte : {', '.join(one.label.fr for one in scheme.reports)}."))
    return section("Et maintenant", *parts)


def _appeals(record: Mapping[str, Any], *, awarded: bool) -> dict[str, Any]:
    routes = record["appeals"]
    where = (
        f" ({routes['court_address']}, ou www.telerecours.fr)" if routes["court_address"] else " (www.telerecours.fr)"
    )
    court = routes["court"][:1].lower() + routes["court"][1:]
    court = court if court.startswith("le ") else f"le {court}"
    return section(
        "Si vous contestez cette décision" if awarded else "Si vous n'êtes pas d'accord",
        text(
            f"Vous pouvez, dans les {routes['months']} mois qui suivent la notification de cette décision, former un recours gracieux "
            f"auprès de : {routes['answered_by']}. Sans réponse dans les deux mois, il est réputé rejeté."
        ),
        text(
            f"Vous pouvez aussi saisir {court}{where} dans les {routes['contentious_months']} mois qui suivent la notification de "
            "cette décision, ou du rejet, exprès ou tacite, de votre recours gracieux formé dans ce délai (articles R. 421-1 du code de "
            "justice administrative et L. 411-2 du code des relations entre le public et l'administration)."
        ),
    )


def of_agreement(agreement: Agreement, decision: Decision) -> Content:
    """The agreement to be signed by both parties (décret 2001-495): object, amount, payments, use, accounts, control."""
    case = agreement.case
    record, terms = record_of(decision), terms_of(case)
    scheme, total = terms.document, Decimal(decision.amount or 0) / 100
    conditions = [CONDITIONS.at(case.programme, row["code"], row["version"]).document for row in record["conditions"]]
    articles = _articles(case, agreement, record, scheme, total, conditions)
    return content(
        title="Convention",
        subject=scheme.title.fr,
        on=decision.decided_on,
        sender=[record["authority"], record["service"], record["contact"]],
        identity=identity_of(case),
        reference=case.reference,
        synthetic=case.synthetic,
        foot=f"Convention {case.reference}",
        head=[("Entre", record["authority"]), ("Et", identity_of(case)["name"] or "le bénéficiaire"), ("Référence", case.reference)],
        sections=[section(f"Article {rank} – {title}", *parts) for rank, (title, parts) in enumerate(articles, 1)]
        + [section("Signatures", {"kind": "pairs", "items": [["Pour la collectivité", "Date et signature :"], ["Pour le bénéficiaire", "Nom, qualité, date et signature :"]]})],
    )  # fmt: skip


def _articles(
    case: Case, agreement: Agreement, record: Mapping[str, Any], scheme: Scheme, total: Decimal, conditions: Sequence[Condition]
) -> list[tuple[str, list[Part]]]:  # fmt: skip
    starts, ends = agreement.starts_on, agreement.ends_on
    project = f"le projet « {case.title} »" if case.title else "le projet décrit dans la demande"
    found: list[tuple[str, list[Part]]] = [
        (
            "Objet",
            [
                text(
                    f"Le bénéficiaire mène, à son initiative et sous sa responsabilité, {project}, tel que décrit dans le dossier "
                    f"{case.reference}, au titre du dispositif « {scheme.title.fr} »."
                )
            ],
        ),
        ("Durée", [text(f"Le projet commence le {day(starts)} et finit le {day(ends)}.")] if starts and ends else []),
    ]
    if total:
        cost = f", pour un coût retenu de {euros(record['cost'])}" if record["cost"] is not None else ""
        found += [
            ("Montant", [text(f"L'aide est de {euros(total)}{cost}. Elle ne peut être dépassée."), *_small(record)]),
            ("Versement", [bullets(payments(scheme, total))]),
        ]
    if conditions:
        found.append(("Engagements", [bullets([f"{one.title.fr} : {one.undertaking.fr}" for one in conditions])]))
    reports = [
        f"{one.label.fr}, dans les {one.due_months} mois après {_after(one.after)}" for one in scheme.reports
    ] or [
        "Compte rendu financier de l'emploi de l'aide, dans les six mois de la fin de l'exercice (loi 2000-321, article 10)"
    ]
    found += [
        ("Comptes à rendre", [bullets(reports)]),
        (
            "Contrôle",
            [
                text(
                    "La collectivité peut contrôler, sur pièces et sur place, l'emploi de l'aide pendant le projet et quatre ans après. Le "
                    "bénéficiaire garde ses pièces et les présente."
                )
            ],
        ),
        (
            "Suspension et reprise",
            [
                text(
                    "Si un engagement n'est pas tenu, les versements sont suspendus. Après que le bénéficiaire a pu s'expliquer et, s'il y a "
                    "lieu, régulariser, l'aide est reprise en proportion de ce qui n'est pas tenu."
                )
            ],
        ),
        (
            "Avenants et fin",
            [
                text("Toute modification fait l'objet d'un avenant signé des deux parties."),
                text(
                    "La convention non signée par le bénéficiaire au "
                    f"{day(agreement.expires_on)} est caduque, et l'aide avec elle."
                    if agreement.expires_on
                    else "Chaque partie peut y mettre fin si l'autre manque à ses engagements, un mois après une mise en demeure."
                ),
            ],
        ),
        (
            "Litiges",
            [text(f"Après une recherche d'accord, les litiges sont portés devant : {record['appeals']['court']}.")],
        ),
    ]
    return [(title, parts) for title, parts in found if parts]


def _after(moment: str) -> str:
    return {"agreement": "la signature", "end": "la fin du projet", "year": "chaque année du projet"}[moment]


def of_amendment(amendment: Amendment) -> Content:
    """An amendment to an agreement: what changes, and why."""
    case = amendment.case
    scheme = terms_of(case).document
    changes = [f"La date de fin du projet est le {day(amendment.ends_on)}."]
    if amendment.amount is not None:
        changes.append(f"Le montant de l'aide est de {euros(Decimal(amendment.amount) / 100)}.")
    return content(
        title=f"Avenant n° {amendment.rank}",
        subject=scheme.title.fr,
        on=amendment.signed_on,
        sender=[scheme.authority.fr, scheme.contact],
        identity=identity_of(case),
        reference=case.reference,
        synthetic=case.synthetic,
        foot=f"Avenant {case.reference} / {amendment.rank}",
        head=[("Convention", case.reference), ("Dispositif", scheme.title.fr)],
        sections=[
            section("Ce qui change", bullets(changes)),
            section("Pourquoi", text(amendment.reason)),
            section("Le reste", text("Les autres articles de la convention ne changent pas.")),
        ],
        signature=[scheme.authority.fr],
    )
