"""Documents the tests of rules share: a small vocabulary, a means-tested tariff, and short ways to write rules."""

from __future__ import annotations

import copy
import datetime as dt
from typing import Any

from mandat.engines.rules import Rule, RuleDocument, RuleProblem, VocabularyDocument, compile_rule

DAY = dt.date(2025, 3, 1)
REGION = frozenset({"45234", "37261", "18033", "28085", "36044", "41018"})
PERIMETERS = {"region": REGION}


def words(fr: str, en: str = "") -> dict[str, str]:
    return {"fr": fr, "en": en or fr}


def question(name: str, fr: str, en: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "label": words(fr, en), "question": words(f"Quel est {fr} ?", f"What is {en}?"), **more}


VOCABULARY: dict[str, Any] = {
    "code": "commun",
    "entities": [
        {"name": "personne", "kind": "person", "within": "foyer", "most": 20},
        {"name": "foyer", "kind": "household"},
    ],
    "inputs": [
        question("date_naissance", "votre date de naissance", "your date of birth", entity="personne", type="date", past=True),
        question(
            "revenu_mensuel", "votre revenu", "your income",
            entity="personne", type="number", unit="EUR/month", decimals=2, min=0, max=1000000, sensitive=True,
        ),
        question(
            "revenu_annuel", "votre revenu annuel", "your yearly income",
            entity="personne", type="number", unit="EUR/year", decimals=2, min=0, max=10000000,
        ),
        question(
            "situation", "votre situation", "your situation",
            entity="personne", type="choice",
            choices=[
                {"code": "etudiant", "label": words("étudiant ou étudiante", "student")},
                {"code": "apprenti", "label": words("apprenti ou apprentie", "apprentice")},
                {"code": "autre", "label": words("autre", "other")},
            ],
        ),
        question("handicap", "vous avez une carte d'invalidité", "you hold a disability card", entity="personne", type="boolean"),
        question("commune", "votre commune", "your commune", entity="foyer", type="commune"),
        question("loyer", "votre loyer", "your rent", entity="foyer", type="number", unit="EUR/month", decimals=2, min=0, max=20000),
        question("parts", "vos parts fiscales", "your tax shares", entity="foyer", type="number", decimals=2, min=0, max=50),
        question("enfants", "vos enfants à charge", "your dependent children", entity="foyer", type="integer", min=0, max=19),
    ],
}  # fmt: skip

REFERENCE = {"text": "Délibération de la région", "url": "https://example.org/deliberation"}


def parameter(
    name: str, value: Any, unit: str = "1", *, since: str = "2022-01-01", fr: str = "", **more: Any
) -> dict[str, Any]:
    label = words(fr or f"le paramètre {name}", f"the {name}")
    return {
        "name": name,
        "label": label,
        "unit": unit,
        "values": [{"from": since, "value": value, "reference": REFERENCE}],
        **more,
    }


def formula(name: str, text: str, *, label: str = "", **more: Any) -> dict[str, Any]:
    return {"name": name, "label": words(label or f"la formule {name}", f"the formula {name}"), "formula": text, **more}


TARIFF: dict[str, Any] = {
    "code": "tarif-transports",
    "title": words("Tarif des transports", "Transport fare"),
    "summary": words("Un abonnement selon les ressources.", "A pass by means."),
    "measures": [50],
    "entity": "personne",
    "uses": ["commun"],
    "applies": {"from": "2022-01-01"},
    "parameters": [
        {
            "name": "plafond",
            "label": words("le plafond de la gratuité", "the ceiling for free travel"),
            "unit": "EUR/month",
            "values": [
                {"from": "2022-01-01", "value": "950", "reference": REFERENCE},
                {"from": "2024-01-01", "value": "1000", "reference": REFERENCE},
            ],
        },
        parameter("abonnement", "42.50", "EUR/month", fr="le prix de l'abonnement"),
        parameter("age_reduit", 26, "year", fr="l'âge du tarif réduit"),
        {
            "name": "tarif",
            "label": words("le barème du tarif", "the fare scale"),
            "kind": "scale",
            "method": "flat",
            "of": "EUR/month",
            "unit": "percent",
            "values": [
                {
                    "from": "2022-01-01",
                    "reference": REFERENCE,
                    "brackets": [
                        {"from": 0, "amount": 0},
                        {"from": 1000, "amount": 50},
                        {"from": 2000, "amount": 100},
                    ],
                }
            ],
        },
    ],
    "formulas": [
        formula("habitant", 'foyer.commune dans perimetre("region")', label="vous habitez la région"),
        formula("revenus_foyer", "somme(membres, revenu_mensuel)", entity="foyer", label="les revenus du foyer"),
        formula("par_tete", "revenus_foyer / nombre(membres)", entity="foyer", label="le revenu par personne"),
        formula("jeune", "age(date_naissance) < age_reduit", label="vous avez moins de 26 ans"),
        formula("gratuit", "revenu_mensuel < plafond et habitant", label="les transports sont gratuits"),
        formula("est_eligible", "habitant et (gratuit ou foyer.par_tete < 2000 EUR/mois ou jeune)", label="vous y avez droit"),
        formula(
            "montant",
            "si non est_eligible ou gratuit alors 0 sinon arrondi(abonnement * bareme(tarif, foyer.par_tete), 0.01, proche)",
            label="le prix par mois",
        ),
    ],
    "outputs": [{"name": "est_eligible", "role": "eligible"}, {"name": "montant", "role": "amount", "unit": "EUR/month"}],
    "reasons": {"habitant": words("Vous n'habitez pas la région.", "You do not live in the region.")},
    "cases": [
        {
            "title": words("Sans ressources", "Without means"),
            "as_of": "2025-03-01",
            "given": {
                "foyer": {"commune": "45234"},
                "personnes": [{"revenu_mensuel": 850, "date_naissance": "1980-05-06"}],
            },
            "expect": {"est_eligible": True, "montant": 0},
        },
        {
            "title": words("Deux personnes", "Two people"),
            "as_of": "2025-03-01",
            "given": {
                "foyer": {"commune": "45234"},
                "personnes": [
                    {"revenu_mensuel": 1850, "date_naissance": "1980-05-06"},
                    {"revenu_mensuel": "920.50", "date_naissance": "2010-05-06"},
                ],
            },
            "expect": {"est_eligible": True, "montant": "21.25", "par_tete": "1385.25"},
        },
    ],
}  # fmt: skip


def vocabulary(**changes: Any) -> VocabularyDocument:
    return VocabularyDocument.model_validate({**copy.deepcopy(VOCABULARY), **changes})


def document(**changes: Any) -> RuleDocument:
    """The tariff with some keys replaced."""
    return RuleDocument.model_validate({**copy.deepcopy(TARIFF), **changes})


def tariff() -> Rule:
    rule, problems = compile_rule(document(), [vocabulary()], perimeters=PERIMETERS)
    assert rule is not None
    assert not problems
    return rule


def small(
    *formulas: str | dict[str, Any], parameters: tuple[Any, ...] = (), entity: str = "personne", **more: Any
) -> RuleDocument:
    """A rule of formulas named f0, f1, …, the last being the output unless ``outputs`` says otherwise."""
    lines = [line if isinstance(line, dict) else formula(f"f{rank}", line) for rank, line in enumerate(formulas)]
    return RuleDocument.model_validate(
        {
            "code": "essai", "title": words("Essai", "Trial"), "summary": words("Un essai.", "A trial."),
            "entity": entity, "uses": ["commun"], "applies": {"from": "2022-01-01"},
            "parameters": list(parameters), "formulas": lines, "outputs": [{"name": lines[-1]["name"]}], **more,
        }
    )  # fmt: skip


def compiled(*formulas: Any, **more: Any) -> Rule:
    rule, problems = compile_rule(small(*formulas, **more), [vocabulary()], perimeters=PERIMETERS)
    assert rule is not None, problems
    return rule


def refused(*formulas: Any, **more: Any) -> RuleProblem:
    """The one problem of a rule that does not hold together."""
    rule, problems = compile_rule(small(*formulas, **more), [vocabulary()], perimeters=PERIMETERS)
    assert rule is None
    assert len(problems) == 1, problems
    return problems[0]
