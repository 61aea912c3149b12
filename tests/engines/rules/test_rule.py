"""A whole rule: compiled, evaluated with and without every answer, reformed, its golden cases run."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from mandat.engines.rules import UNKNOWN, Missing, SituationError, compile_rule
from mandat.kernel.errors import InputError
from tests.engines.rules.samples import DAY, PERIMETERS, compiled, document, tariff, vocabulary

ALONE = {"foyer": {"commune": "45234"}, "personnes": [{"revenu_mensuel": 850, "date_naissance": dt.date(1980, 5, 6)}]}


def test_the_golden_cases_of_the_tariff_hold() -> None:
    assert tariff().run_cases() == []


def test_a_golden_case_that_fails_says_what_was_expected_and_where() -> None:
    cases = document().model_dump(mode="json")["cases"]
    cases[1]["expect"]["montant"] = "21.26"
    rule, problems = compile_rule(document(cases=cases), [vocabulary()], perimeters=PERIMETERS)
    assert rule is not None
    assert [str(problem) for problem in problems] == ["cases.1.expect.montant: montant vaut 21.25, 21.26 était attendu"]


def test_a_document_dumped_as_json_is_the_same_rule() -> None:
    again = document().model_validate(document().model_dump(mode="json", exclude_none=True))
    rule, problems = compile_rule(again, [vocabulary()], perimeters=PERIMETERS)
    assert not problems
    assert rule is not None
    assert rule.digest == tariff().digest


def test_a_false_condition_decides_without_the_missing_answers() -> None:
    evaluation = tariff().evaluate({"foyer": {"commune": "75056"}}, as_of=DAY)
    assert evaluation.eligible is False
    assert evaluation.amount == 0
    assert evaluation.missing == ()


def test_bounds_decide_before_everything_is_known() -> None:
    rule = compiled("min(revenu_mensuel, 500 EUR/mois) + 0 EUR/mois >= 500 EUR/mois ou foyer.loyer >= 0 EUR/mois")
    assert rule.evaluate({}, as_of=DAY).value("f0") is True


def test_what_settles_soonest_is_asked_first() -> None:
    rule = compiled(
        "(handicap ou revenu_mensuel < 100 EUR/mois) et foyer.enfants > 3",
        outputs=[{"name": "f0", "role": "eligible"}],
    )
    evaluation = rule.evaluate({}, as_of=DAY)
    assert [item.input for item in evaluation.missing] == ["enfants", "handicap", "revenu_mensuel"]


def test_members_not_told_are_asked_for_as_such() -> None:
    rule = compiled("nombre(membres) > 3", entity="foyer")
    assert rule.evaluate({}, as_of=DAY).missing == (Missing("personne", None, ""),)


def test_an_unknown_value_is_neither_true_nor_false() -> None:
    value = tariff().evaluate({}, as_of=DAY).eligible
    assert value is UNKNOWN
    with pytest.raises(TypeError):
        bool(value)


def test_parameters_are_those_of_the_day() -> None:
    situation = {"foyer": {"commune": "45234"}, "personnes": [{"revenu_mensuel": 980, "date_naissance": "1980-05-06"}]}
    assert tariff().evaluate(situation, as_of=dt.date(2023, 12, 31)).value("gratuit") is False
    assert tariff().evaluate(situation, as_of=dt.date(2024, 1, 1)).value("gratuit") is True


def test_a_day_the_rule_does_not_apply_is_refused() -> None:
    with pytest.raises(InputError, match="s'applique du 2022-01-01"):
        tariff().evaluate(ALONE, as_of=dt.date(2021, 12, 31))


def test_a_reform_changes_the_parameters_it_names() -> None:
    situation = {"foyer": {"commune": "45234"}, "personnes": [{"revenu_mensuel": 1100, "date_naissance": "1980-05-06"}]}
    reform = tariff().reformed({"plafond": "1200.50"})
    assert tariff().evaluate(situation, as_of=DAY).amount == Decimal("21.25")
    assert reform.evaluate(situation, as_of=DAY).amount == 0
    assert reform.digest != tariff().digest


def test_a_reform_of_a_scale_takes_brackets() -> None:
    reform = tariff().reformed({"tarif": [{"from": 0, "amount": 10}]})
    situation = {"foyer": {"commune": "45234"}, "personnes": [{"revenu_mensuel": 1100, "date_naissance": "1980-05-06"}]}
    assert reform.evaluate(situation, as_of=DAY).amount == Decimal("4.25")


@pytest.mark.parametrize(
    ("reform", "message"),
    [
        ({"plafon": 3}, "paramètre inconnu : plafon"),
        ({"plafond": 1.5}, "décimal exact"),
        ({"plafond": "beaucoup"}, "un nombre ou une date est attendu"),
        ({"tarif": []}, "brackets"),
    ],
)
def test_a_reform_that_cannot_be_is_refused(reform: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        tariff().reformed(reform)


@pytest.mark.parametrize(
    ("situation", "message"),
    [
        ({"foyer": {"comune": "45234"}}, "vouliez-vous dire « commune »"),
        ({"foyr": {}}, "vouliez-vous dire « foyer »"),
        ({"foyer": {"commune": "4523"}}, "n'est pas un code commune"),
        ({"personnes": [{"revenu_mensuel": -1}]}, "nombre hors de 0 … 1000000"),
        ({"personnes": [{"revenu_mensuel": Decimal("NaN")}]}, "nombre hors de"),
        ({"personnes": [{"revenu_mensuel": Decimal("1E-999999")}]}, "au plus 2 décimales"),
        ({"personnes": [{"revenu_mensuel": Decimal("1E+999999")}]}, "nombre hors de"),
        ({"personnes": [{"revenu_mensuel": 1.5}]}, "nombre exact"),
        ({"personnes": [{"revenu_mensuel": "1,5"}]}, "nombre exact"),
        ({"personnes": [{"revenu_mensuel": Decimal("1.005")}]}, "au plus 2 décimales"),
        ({"personnes": [{"revenu_mensuel": True}]}, "nombre exact"),
        ({"personnes": [{"date_naissance": "1980-02-30"}]}, "date impossible"),
        ({"personnes": [{"date_naissance": "0001-01-01"}]}, "date hors de 1900-01-01"),
        ({"personnes": [{"date_naissance": "2030-01-01"}]}, "date dans l'avenir"),
        ({"personnes": [{}] * 200}, "de 1 à 20 sont attendus, il y en a 200"),
        ({"personnes": []}, "de 1 à 20 sont attendus"),
        ({"personnes": 3}, "une liste est attendue"),
        ({"personnes": [3]}, "un bloc de réponses"),
        ({"foyer": [1, 2]}, "un bloc de réponses"),
        ({"personnes": [{}], "demandeur": 1}, "un rang de 0 à 0"),
        ({"personnes": [{}], "demandeur": "0"}, "un rang de 0 à 0"),
    ],
)
def test_an_answer_that_cannot_be_is_refused_in_words(situation: dict[str, object], message: str) -> None:
    with pytest.raises(SituationError, match=message):
        tariff().evaluate(situation, as_of=DAY)


def test_every_wrong_answer_is_reported_at_once() -> None:
    with pytest.raises(SituationError) as caught:
        tariff().evaluate({"foyer": {"commune": 3}, "personnes": [{"revenu_mensuel": -1}, {"age": 3}]}, as_of=DAY)
    places = [(p.entity, p.member, p.input) for p in caught.value.problems]
    assert places == [("foyer", None, "commune"), ("personne", 0, "revenu_mensuel"), ("personne", 1, "age")]


def test_answers_of_other_rules_may_be_left_aside() -> None:
    situation = {"foyer": {"commune": "75056", "chauffage": "gaz"}, "logement": {}}
    assert tariff().evaluate(situation, as_of=DAY, ignore_unknown=True).eligible is False


def test_contradictory_answers_are_flagged_once_with_their_message() -> None:
    check = {
        "name": "revenus_coherents",
        "entity": "personne",
        "formula": "revenu_annuel >= par_an(revenu_mensuel) / 2",
        "message": {"fr": "Le revenu annuel est loin du mensuel.", "en": "Yearly income is far from monthly."},
    }
    rule = compiled("par_mois(revenu_annuel) < revenu_mensuel", checks=[check])
    both = {"personnes": [{"revenu_mensuel": 2000, "revenu_annuel": 300}]}
    assert [text.fr for text in rule.evaluate(both, as_of=DAY).contradictions] == [
        "Le revenu annuel est loin du mensuel."
    ]
    one = {"personnes": [{"revenu_mensuel": 2000}]}
    assert rule.evaluate(one, as_of=DAY).contradictions == ()
