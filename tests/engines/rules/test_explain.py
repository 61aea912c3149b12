"""Sentences, reasons and questions, as the people concerned read them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from mandat.engines.rules import compile_rule, explain, next_questions
from mandat.engines.rules.wording import after_de, number, plural
from mandat.kernel.text import Text
from tests.engines.rules.samples import DAY, PERIMETERS, TARIFF, compiled, document, formula, tariff, vocabulary

RICH = {"foyer": {"commune": "45234"}, "personnes": [{"revenu_mensuel": 5000, "date_naissance": "1980-05-06"}]}


def french(texts: list[Text]) -> list[str]:
    return [text.fr.replace("\u202f", " ").replace("\xa0", " ") for text in texts]


def test_a_comparison_is_said_with_both_values() -> None:
    poor = {"foyer": {"commune": "45234"}, "personnes": [{"revenu_mensuel": 850}]}
    said = explain(tariff().evaluate(poor, as_of=DAY))
    assert "Votre revenu, 850 € par mois, est en dessous du plafond de la gratuité, 1 000 € par mois." in french(said)
    assert "Your income, €850 per month, is below the ceiling for free travel, €1,000 per month." in [
        t.en for t in said
    ]


def test_a_calculation_is_said_with_its_figures() -> None:
    two = TARIFF["cases"][1]["given"]
    said = french(explain(tariff().evaluate(two, as_of=DAY)))
    assert (
        "Le prix par mois : 21,25 € par mois, soit 42,50 € par mois (le prix de l'abonnement) × 50 % (le barème du tarif), "
        "arrondi à 0,01 € au plus proche."
    ) in said


def test_names_of_communes_and_perimeters_are_the_callers() -> None:
    evaluation = tariff().evaluate({"foyer": {"commune": "75056"}}, as_of=DAY)
    said = french(explain(evaluation, names={"75056": "Paris", "region": "Centre-Val de Loire"}))
    assert "Votre commune, Paris, n’est pas dans le périmètre « Centre-Val de Loire »." in said


def test_a_refusal_gives_its_own_words_and_what_they_rest_on() -> None:
    reasons = tariff().evaluate({"foyer": {"commune": "75056"}}, as_of=DAY).failed
    assert [reason.text.fr for reason in reasons] == ["Vous n'habitez pas la région."]
    assert reasons[0].details[0].fr.startswith("Votre commune, 75056")


def test_a_refusal_without_words_gives_each_condition_that_fails() -> None:
    reasons = tariff().evaluate(RICH, as_of=DAY).failed
    assert french([reason.text for reason in reasons]) == [
        "Votre revenu, 5 000 € par mois, atteint ou dépasse le plafond de la gratuité, 1 000 € par mois.",
        "Le revenu par personne, 5 000 € par mois, atteint ou dépasse 2 000 € par mois.",
        "Votre âge, 44 ans, atteint ou dépasse l'âge du tarif réduit, 26 ans.",
    ]


def test_who_is_refused_is_not_told_an_amount() -> None:
    assert not any("prix par mois" in text for text in french(explain(tariff().evaluate(RICH, as_of=DAY))))


def test_another_member_is_named_by_rank() -> None:
    rule = compiled("un(membres, handicap)", outputs=[{"name": "f0", "role": "eligible"}])
    said = french(explain(rule.evaluate({"personnes": [{"handicap": False}, {"handicap": True}]}, as_of=DAY)))
    assert "Personne 2 du foyer : vous avez une carte d'invalidité : oui." in said


def test_choices_are_said_by_their_labels() -> None:
    rule = compiled('situation parmi ("etudiant", "apprenti")', outputs=[{"name": "f0", "role": "eligible"}])
    evaluation = rule.evaluate({"personnes": [{"situation": "autre"}]}, as_of=DAY)
    assert french([reason.text for reason in evaluation.failed]) == [
        "Votre situation : autre ; il faudrait : étudiant ou étudiante ou apprenti ou apprentie."
    ]


def test_the_trace_carries_values_units_references_and_members() -> None:
    step = tariff().evaluate(RICH, as_of=DAY).trace
    told = step.as_json()
    found: list[dict[str, Any]] = []
    pending = [told]
    while pending:
        here = pending.pop()
        found.append(here)
        pending += here.get("steps", [])
    ceiling = next(item for item in found if item.get("name") == "plafond")
    assert ceiling["value"] == "1000"
    assert ceiling["unit"] == "EUR/month"
    assert ceiling["reference"]["text"] == "Délibération de la région"
    assert {item["member"] for item in found if item["kind"] == "input" and "member" in item} == {0}


def test_the_question_that_settles_most_rules_comes_first() -> None:
    rules = [tariff()]
    for rank, text in enumerate(("foyer.enfants > 2", "foyer.enfants > 1 et handicap", 'situation = "autre"')):
        changed = document(
            code=f"autre-{rank}", formulas=[formula("a", text)], outputs=[{"name": "a"}], reasons={}, cases=[]
        )
        rule, problems = compile_rule(changed, [vocabulary()], perimeters=PERIMETERS)
        assert rule is not None, problems
        rules.append(rule)
    questions = next_questions([rule.evaluate({}, as_of=DAY) for rule in rules])
    assert questions[0].missing.input == "enfants"
    assert questions[0].rules == ("autre-0", "autre-1")
    assert questions[0].input is not None
    asked = [question.missing for question in questions]
    assert len(asked) == len(set(asked))


def test_words_contract_and_agree() -> None:
    assert after_de("le plafond") == "du plafond"
    assert after_de("les plafonds") == "des plafonds"
    assert after_de("l'âge") == "de l'âge"
    assert after_de("1 000 €") == "de 1 000 €"
    assert plural(Text("vos revenus", "your earnings")) == (True, True)
    assert plural(Text("votre revenu", "your address")) == (False, False)
    assert number(Decimal("1234.50")).fr == "1\u202f234,5"
