"""A small right, its rule and their vocabulary, for tests."""

from __future__ import annotations

import json
from typing import Any


def right(**changes: Any) -> dict[str, Any]:
    """An automatic tariff under an income ceiling; ``changes`` replace whole fields (None takes one out)."""
    body: dict[str, Any] = {
        "code": "tarif-solidaire",
        "title": {"fr": "Transports gratuits", "en": "Free transport"},
        "summary": {"fr": "Voyager sans payer sous un plafond.", "en": "Travel free of charge under a ceiling."},
        "for_whom": {"fr": "Les personnes aux revenus modestes.", "en": "People on a modest income."},
        "audiences": ["everyone"],
        "measures": [1],
        "commitments": ["1.1"],
        "rule": "tarif-solidaire",
        "outputs": {"eligible": "est_eligible"},
        "benefit": {
            "type": "tariff",
            "label": {"fr": "Carte de gratuité", "en": "Free travel card"},
            "lasts_months": 12,
        },
        "decision": {
            "by": "automatic",
            "delay_months": 2,
            "silence": {"means": "acceptance", "reference": {"text": "CRPA, article L231-1"}},
            "service": {"fr": "Service des mobilités", "en": "Mobility department"},
            "authority": {"fr": "Le président du conseil régional", "en": "The president of the council"},
            "contact": "mobilites@region.example",
            "address": "9 rue de l'Essai, 45000 Orléans",
            "legal_basis": [{"text": "Délibération de l'assemblée n° 1"}],
        },
        "algorithm": {
            "purpose": {
                "fr": "vérifier les conditions de ressources et de domicile",
                "en": "to check the conditions of income and residence",
            },
        },
        "renewal": {"mode": "confirm"},
        "appeals": {
            "answered_by": {"fr": "Le président du conseil régional", "en": "The president of the council"},
            "court": "Tribunal administratif d'Orléans",
            "court_address": "28 rue de la Bretonnerie, 45000 Orléans",
        },
        "assumptions": [{"fr": "La carte vaut un an : une hypothèse.", "en": "The card lasts a year: an assumption."}],
    }
    body.update(changes)
    return {key: value for key, value in body.items() if value is not None}


def texts_of(*bodies: tuple[str, dict[str, Any]]) -> dict[str, bytes]:
    """YAML files (JSON is YAML) of documents by kind."""
    return {f"{kind}-{body['code']}.yaml": json.dumps({"kind": kind, **body}).encode() for kind, body in bodies}


def words(fr: str, en: str = "") -> dict[str, str]:
    return {"fr": fr, "en": en or fr}


VOCABULARY: dict[str, Any] = {
    "code": "commun",
    "title": words("Vocabulaire d'essai"),
    "entities": [
        {"name": "foyer", "kind": "household"},
        {"name": "personne", "kind": "person", "within": "foyer"},
    ],
    "inputs": [
        {
            "name": "revenu_mensuel",
            "entity": "personne",
            "type": "number",
            "unit": "EUR/month",
            "decimals": 2,
            "min": 0,
            "max": 100000,
            "label": words("votre revenu mensuel", "your monthly income"),
            "question": words("Combien gagnez-vous par mois ?", "How much do you earn a month?"),
            "sensitive": True,
        },
        {
            "name": "commune",
            "entity": "foyer",
            "type": "commune",
            "label": words("votre commune", "your commune"),
            "question": words("Où habitez-vous ?", "Where do you live?"),
        },
    ],
}


def rule(
    code: str = "tarif-solidaire", *, ceiling: int = 1000, aid: int | None = None, unit: str = "EUR/month"
) -> dict[str, Any]:
    """Eligible under ``ceiling`` in the region; ``aid`` is the amount where there is one."""
    law = {"text": "Délibération d'essai"}
    parameters = [
        {
            "name": "plafond",
            "label": words("le plafond", "the ceiling"),
            "unit": "EUR/month",
            "values": [{"from": "2021-01-01", "value": ceiling, "reference": law}],
        }
    ]
    formulas = [
        {"name": "sous_plafond", "label": words("revenu sous le plafond"), "formula": "revenu_mensuel < plafond"},
        {
            "name": "habite_ici",
            "label": words("vous habitez la région"),
            "formula": 'foyer.commune dans perimetre("region")',
        },
        {"name": "est_eligible", "label": words("le droit est ouvert"), "formula": "sous_plafond et habite_ici"},
    ]
    outputs: list[dict[str, Any]] = [{"name": "est_eligible", "role": "eligible"}]
    if aid is not None:
        parameters.append(
            {
                "name": "aide",
                "label": words("l'aide", "the aid"),
                "unit": unit,
                "values": [{"from": "2021-01-01", "value": aid, "reference": law, "assumption": True}],
            }
        )
        formulas.append({"name": "montant", "label": words("le montant"), "formula": "aide"})
        outputs.append({"name": "montant", "role": "amount", "unit": unit})
    return {
        "code": code,
        "title": words("Règle d'essai"),
        "summary": words("Une règle pour les essais."),
        "entity": "personne",
        "uses": ["commun"],
        "applies": {"from": "2021-01-01"},
        "parameters": parameters,
        "formulas": formulas,
        "outputs": outputs,
        "reasons": {
            "sous_plafond": words("vos revenus dépassent le plafond", "your income exceeds the ceiling"),
            "habite_ici": words("vous n'habitez pas la région", "you do not live in the region"),
        },
    }


def agent_right(code: str = "prime", **changes: Any) -> dict[str, Any]:
    """A bonus by transfer, decided by an agent on a tax notice; silence refuses."""
    base = right()
    body = right(
        code=code,
        title=words("Prime de rentrée"),
        rule="prime",
        outputs={"eligible": "est_eligible", "amount": "montant"},
        benefit={"type": "lump-sum", "label": words("Une prime"), "paid_by": "transfer"},
        evidence=[
            {"code": "avis", "label": words("Avis d'imposition"), "proves": ["revenu_mensuel"], "discard": "decision"}
        ],
        decision={
            **base["decision"],
            "by": "agent",
            "silence": {"means": "refusal", "reference": {"text": "CRPA, article L231-4, 3°"}},
        },
        algorithm={**base["algorithm"], "degree": words("Le calcul éclaire l'agent.")},
        renewal={"mode": "none"},
    )
    body.update(changes)
    return {key: value for key, value in body.items() if value is not None}


def allowance(code: str = "allocation", **changes: Any) -> dict[str, Any]:
    """A monthly allowance by transfer for six months, decided by an agent; silence accepts; can be renewed."""
    body = agent_right(code)
    body |= {
        "title": words("Allocation mensuelle"),
        "rule": "allocation",
        "benefit": {
            "type": "allowance",
            "label": words("Une allocation"),
            "paid_by": "transfer",
            "rhythm": "monthly",
            "lasts_months": 6,
        },
        "evidence": [],
        "decision": {
            **body["decision"],
            "silence": {"means": "acceptance", "reference": {"text": "CRPA, article L231-1"}},
        },
        "renewal": {"mode": "confirm", "remind_days": 30},
    }
    body.update(changes)
    return body


def rights_texts() -> dict[str, bytes]:
    """Three rights with their rules."""
    return texts_of(
        ("rule-vocabulary", VOCABULARY),
        ("rule", rule()),
        ("rule", rule("prime", aid=300, unit="EUR")),
        ("rule", rule("allocation", aid=50)),
        ("right", right()),
        ("right", agent_right()),
        ("right", allowance()),
    )


IDENTITY = {
    "name": "Camille Essai",
    "birth_date": "1990-05-04",
    "gender": "women",
    "address": "1 rue de l'Essai",
    "postcode": "45000",
    "city": "Orléans",
    "iban": "FR7630006000011234567890189",
}


def situation(income: str | None = "800", commune: str | None = "45234") -> dict[str, Any]:
    person = {"revenu_mensuel": income} if income is not None else {}
    return {"foyer": {"commune": commune} if commune else {}, "personnes": [person]}
