"""A small right, its rule and their vocabulary, for tests."""

from __future__ import annotations

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
