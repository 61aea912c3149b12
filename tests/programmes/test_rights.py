"""The region's rights: each measure has its own, each figure its origin, each threshold its cases, each person an answer."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mandat.apps.offers.schema import Offer
from mandat.apps.programme.schema import Commitment
from mandat.apps.rights.schema import Right
from mandat.apps.rulebook.checks import perimeters_of
from mandat.apps.wallets.schema import Wallet
from mandat.definitions.folder import Folder, read_folder
from mandat.engines.rules import Rule, VocabularyDocument, compile_rule, next_questions
from mandat.facts import Fact

FOLDER = Path(__file__).resolve().parents[2] / "programmes" / "centre-val-de-loire"
#: Measures that promise something to a person, and must therefore have a right.
MEASURES = (4, 5, 9, 26, 35, 50, 53, 59, 64, 68, 87, 88, 100)
DAY = dt.date(2026, 11, 23)

#: Figures of the programme's source: rule, parameter, value.
SOURCE = (
    ("gratuite-transports", "plafond_gratuite", "1000"),
    ("tarif-solidaire-remi", "plafond_gratuite", "1000"),
    ("allocation-alimentaire", "jeunes_a_atteindre", "10000"),
    ("consultation-lyceens", "age_debut", "14"),
    ("consultation-lyceens", "age_fin", "20"),
)
#: Figures of aids the region already publishes, and where each was read.
PUBLISHED = (
    ("premier-equipement", "aide_equipement", "50", "Aides-jeunes"),
    ("depot-garantie", "avance_maximale", "300", "Aides-jeunes"),
    ("depot-garantie", "age_maximal", "26", "Aides-jeunes"),
    ("mobi-centre", "aide_mensuelle", "250", "Aides-jeunes"),
    ("mobi-centre", "semaines_minimales", "4", "Aides-jeunes"),
    ("mobi-centre", "mois_maximaux", "12", "Aides-jeunes"),
    ("weekend-gratuit-jeunes", "age_minimal", "15", "29 juin 2023"),
    ("weekend-gratuit-jeunes", "age_maximal", "25", "29 juin 2023"),
    ("transport-scolaire", "frais_par_enfant", "25", "Info Tours"),
    ("transport-scolaire", "plafond_famille", "50", "Info Tours"),
    ("stage-medecine", "aide_indre_et_loire", "50", "Loiret"),
    ("stage-medecine", "aide_autres_departements", "150", "Loiret"),
    ("cantine-lycee", "plein_tarif", "4.40", "France Bleu"),
)

RETIRED = {
    "foyer": {"commune": "45234", "quotient_familial": "1400", "nombre_personnes": 2, "enfants_transportes": 0,
              "personnes_qui_partent": 0},
    "personnes": [{"date_naissance": "1952-03-01", "situation": "retraite", "revenu_mensuel": "1450",
                   "etudie_dans_la_region": False, "depart_etranger": "aucun", "projet_professionnel": "aucun",
                   "sport": "aucun", "premier_logement": False, "handicap": False, "repas_sautes": False}],
}  # fmt: skip
STUDENT = {
    "foyer": {"commune": "37261", "quotient_familial": "520", "nombre_personnes": 1, "enfants_transportes": 0,
              "personnes_qui_partent": 0},
    "personnes": [{"date_naissance": "2005-03-01", "situation": "etudes", "revenu_mensuel": "450",
                   "etudie_dans_la_region": True, "depart_etranger": "etudes_stage", "projet_professionnel": "aucun",
                   "sport": "licence", "premier_logement": False, "handicap": False, "prix_licence": "60",
                   "duree_sejour": 20, "mode_voyage": "train", "quatrieme_annee_medecine": False,
                   "repas_sautes": False}],
}  # fmt: skip
EMPLOYEE = {
    "foyer": {"commune": "18033", "quotient_familial": "310", "nombre_personnes": 7, "enfants_transportes": 3,
              "personnes_qui_partent": 7},
    "personnes": [{"date_naissance": "1985-03-01", "situation": "salariat", "revenu_mensuel": "1700",
                   "etudie_dans_la_region": False, "depart_etranger": "aucun", "projet_professionnel": "reconversion",
                   "sport": "aucun", "premier_logement": False, "handicap": False, "secteur_emploi": "automobile",
                   "contrat_conversion": True, "cout_formation": "2500", "repas_sautes": False}],
}  # fmt: skip
#: What each of them gets: by right, the amount (None where there is none).
EXPECTED: Mapping[str, tuple[Mapping[str, Any], Mapping[str, str | None]]] = {
    "a retired person": (RETIRED, {}),
    "a student": (
        STUDENT,
        {
            "aide-licence": "40", "allocation-alimentaire": "100", "depart-jeunes": "450",
            "depart-sans-carbone": None, "gratuite-transports": None, "information-droits-jeunes": None,
            "mobi-centre": "1250", "panier-culturel": "4", "sante-etudiante": None, "weekend-gratuit-jeunes": None,
        },
    ),
    "an employee, seven at home": (
        EMPLOYEE,
        {
            "panier-culturel": "4", "reconversion-salaries": "2250", "tarif-solidaire-remi": "75",
            "transport-scolaire": "50", "vacances-pour-tous": "900",
        },
    ),
}  # fmt: skip


@cache
def folder() -> Folder:
    return read_folder(FOLDER)


def models(kind: str) -> dict[str, Any]:
    return {definition.code: definition.model for definition in folder().of(kind)}


def rights() -> dict[str, Right]:
    return models("right")


@cache
def compiled(code: str) -> Rule:
    vocabularies = [cast(VocabularyDocument, model) for model in models("rule-vocabulary").values()]
    rule, problems = compile_rule(models("rule")[code], vocabularies, perimeters=perimeters_of(folder()))
    assert rule is not None, problems
    assert not problems
    return rule


CODES = sorted(models("rule"))
#: Rules about persons: those of schemes are about organisations and projects.
PERSONAL = sorted({right.rule for right in rights().values()})


@pytest.mark.parametrize("number", MEASURES)
def test_every_measure_that_promises_something_to_a_person_has_a_right(number: int) -> None:
    served = [right for right in rights().values() if number in right.measures]
    assert served
    assert any(right.commitments for right in served)


def test_the_systematic_measures_are_offers_and_the_allowances_wallets() -> None:
    offers, wallets = cast(dict[str, Offer], models("offer")), cast(dict[str, Wallet], models("wallet"))
    assert {number for offer in offers.values() for number in offer.measures} == {4, 26}
    assert {number for wallet in wallets.values() for number in wallet.measures} == {9, 100}
    assert offers["consultation-lyceens"].sensitive
    assert offers["education-nature"].unit == "group"


@pytest.mark.parametrize("code", CODES)
def test_every_rule_compiles_and_gives_what_its_golden_cases_say(code: str) -> None:
    assert compiled(code).run_cases() == []


def _value(code: str, name: str) -> Any:
    [parameter] = [p for p in compiled(code).document.parameters if p.name == name]
    return parameter.values[-1]


@pytest.mark.parametrize(("code", "name", "value"), SOURCE)
def test_the_figures_of_the_source_are_parameters_and_no_assumption(code: str, name: str, value: str) -> None:
    dated = _value(code, name)
    assert (dated.value, dated.assumption) == (Decimal(value), False)
    assert dated.reference.text.startswith("Programme régional, mesure ")


@pytest.mark.parametrize(("code", "name", "value", "read_in"), PUBLISHED)
def test_the_figures_of_published_aids_say_where_and_when_they_were_read(
    code: str, name: str, value: str, read_in: str
) -> None:
    dated = _value(code, name)
    assert (dated.value, dated.assumption) == (Decimal(value), False)
    assert read_in in dated.reference.text
    assert "lu le 23 novembre 2026" in dated.reference.text
    assert dated.reference.url


@pytest.mark.parametrize("code", CODES)
def test_a_figure_nobody_gave_is_said_to_be_an_assumption_on_the_page_of_the_right(code: str) -> None:
    assumed = [p for p in compiled(code).document.parameters if any(dated.assumption for dated in p.values)]
    for parameter in compiled(code).document.parameters:
        for dated in parameter.values:
            words = dated.reference.text
            assert dated.assumption == words.startswith("Hypothèse"), (parameter.name, words)
            assert dated.assumption or re.match(
                r"Programme régional|Aides-jeunes|Délibération|Info Tours|France Bleu|Fiche|Code |Convention", words
            )
    if assumed:
        assert all(right.assumptions for right in rights().values() if right.rule == code)


def test_a_right_without_a_measure_of_ours_is_a_published_aid() -> None:
    for right in rights().values():
        if not right.commitments and right.code != "tarif-solidaire-remi":
            dated = [value for p in compiled(right.rule).document.parameters for value in p.values]
            assert not any(value.assumption for value in dated), right.code


@pytest.mark.parametrize("code", PERSONAL)
def test_the_cases_of_a_rule_hold_its_thresholds_birthdays_and_missing_answers(code: str) -> None:
    rule = compiled(code)
    cases = rule.document.cases
    assert len(cases) >= 4
    assert any("unknown" in case.expect.values() for case in cases), "no case with a missing answer"
    eligible = {case.expect.get("est_eligible") for case in cases}
    assert {True, False} <= eligible
    if any("age(" in formula.formula for formula in rule.document.formulas):
        born = [str(p["date_naissance"]) for case in cases for p in case.given["personnes"] if "date_naissance" in p]  # type: ignore[union-attr,index]
        assert any(f"{day:%m-%d}" in text for day in {c.as_of for c in cases} for text in born), "no birthday"
    for case in cases:
        assert rule.document.applies.covers(case.as_of)


def test_a_household_of_seven_stands_in_the_cases_of_what_depends_on_a_household() -> None:
    sevens = {
        code
        for code in PERSONAL
        for case in compiled(code).document.cases
        if cast(Mapping[str, Any], case.given["foyer"]).get("nombre_personnes") == 7
    }
    depends = {
        code
        for code in PERSONAL
        if any("quotient_familial" in formula.formula for formula in compiled(code).document.formulas)
    }
    assert depends <= sevens


@pytest.mark.parametrize("who", EXPECTED)
def test_a_typical_person_gets_an_answer_to_every_right(who: str) -> None:
    situation, expected = EXPECTED[who]
    found: dict[str, str | None] = {}
    for code, right in rights().items():
        answer = compiled(right.rule).evaluate(situation, as_of=DAY, ignore_unknown=True)
        assert answer.eligible in (True, False), (code, answer.missing)
        assert answer.missing == (), code
        assert not answer.contradictions
        if answer.eligible is True:
            found[code] = None if right.outputs.amount is None else str(Decimal(str(answer.amount)).normalize())
        else:
            assert answer.failed, f"{code} says no without a reason"
    plain = {code: amount and str(Decimal(amount).normalize()) for code, amount in expected.items()}
    assert found == plain


def _asked(situation: Mapping[str, Any]) -> list[str]:
    given: dict[str, Any] = {"foyer": {}, "personnes": [{}], "demandeur": 0}
    asked: list[str] = []
    while True:
        answers = [compiled(code).evaluate(given, as_of=DAY, ignore_unknown=True) for code in PERSONAL]
        questions = next_questions(answers)
        if not questions:
            return asked
        name = questions[0].missing.input
        assert name not in asked
        asked.append(name)
        whose = "foyer" if questions[0].missing.entity == "foyer" else "personnes"
        known = situation[whose] if whose == "foyer" else situation[whose][0]
        block = given["foyer"] if whose == "foyer" else given["personnes"][0]
        block[name] = known[name]


def test_a_questionnaire_over_all_rights_stays_short() -> None:
    counts = {who: len(_asked(situation)) for who, (situation, _) in EXPECTED.items()}
    assert counts["a retired person"] <= 8
    assert max(counts.values()) <= 17


def test_someone_who_lives_elsewhere_is_asked_little() -> None:
    elsewhere: dict[str, Any] = {**RETIRED, "foyer": {**cast(dict[str, Any], RETIRED["foyer"]), "commune": "75056"}}
    assert len(_asked(elsewhere)) <= 5


def test_no_algorithm_decides_on_a_disability_or_on_hunger() -> None:
    for code, right in rights().items():
        names = {name for name in ("handicap", "repas_sautes") if name in compiled(right.rule).tree.inputs}
        if names:
            assert right.decision.by == "agent", code
        if right.decision.by == "automatic":
            assert not right.evidence, code
            assert right.algorithm is not None
            assert right.algorithm.degree is not None


def test_an_income_is_never_kept_with_the_decision() -> None:
    for code, right in rights().items():
        sensitive = {item.name for item in compiled(right.rule).inputs.values() if item.sensitive}
        dropped = set(right.discards) | {
            name for evidence in right.evidence if evidence.discard != "end" for name in evidence.proves
        }
        assert sensitive <= dropped, code


@given(quotient=st.decimals(0, 2000, places=2), more=st.decimals("0.01", 50, places=2))
@settings(max_examples=150)
def test_the_canteen_has_no_cliff(quotient: Decimal, more: Decimal) -> None:
    def price(value: Decimal) -> Decimal:
        pupil = {"situation": "lycee", "etudie_dans_la_region": True}
        situation = {"foyer": {"commune": "45234", "quotient_familial": value}, "personnes": [pupil]}
        return cast(Decimal, compiled("cantine-lycee").evaluate(situation, as_of=DAY).amount)

    low, high = price(quotient), price(quotient + more)
    assert Decimal(1) <= low <= high <= Decimal("4.40")
    assert high - low <= more * Decimal("0.004") + Decimal("0.01")


@given(income=st.decimals(0, 1700, places=2), more=st.decimals(1, 300, places=2))
@settings(max_examples=150)
def test_earning_more_always_pays_under_the_transition_income(income: Decimal, more: Decimal) -> None:
    def total(value: Decimal) -> Decimal:
        person = {"date_naissance": "1990-01-01", "projet_professionnel": "activite_transition",
                  "projet_accepte": True, "revenu_mensuel": value}  # fmt: skip
        answer = compiled("revenu-transition").evaluate(
            {"foyer": {"commune": "45234"}, "personnes": [person]}, as_of=DAY
        )
        return value + (cast(Decimal, answer.amount) if answer.eligible is True else Decimal(0))

    # Where the top-up falls under the least that is paid, one loses at most that much.
    least = _value("revenu-transition", "montant_minimal").value
    assert total(income + more) >= total(income) + more / 2 - Decimal("0.01") - (
        least if total(income + more) == income + more else 0
    )


def test_a_grant_moves_the_commitments_its_right_serves_and_those_only() -> None:
    commitments = cast(dict[str, Commitment], models("commitment"))
    by_right: dict[str, set[str]] = {}
    for commitment in commitments.values():
        if "rights.granted.v1" in commitment.indicator.facts:
            [named] = [f.any_of for f in commitment.indicator.where if f.field == "data.right"]
            for code in named:
                by_right.setdefault(code, set()).add(commitment.code)
    offered = {code for code, right in rights().items() if right.benefit.type == "systematic-offer"}
    assert by_right == {
        code: set(right.commitments) for code, right in rights().items() if right.commitments and code not in offered
    }
    for code, served in by_right.items():
        right = rights()[code]
        fact = Fact(
            kind="rights.granted.v1", occurred_on=DAY, programme=FOLDER.name, measures=right.measures,
            commitments=right.commitments, quantity=Decimal(1), unit="person", synthetic=True,
            data={"right": code, "title": right.title.fr, "by": "agent", "starts_on": "2026-11-23",
                  "record_sha256": "0" * 64},
        )  # fmt: skip
        for name in served:
            indicator = commitments[name].indicator
            assert indicator.accepts(fact, measure=int(name.split(".")[0]), commitment=name)
            other = Fact(**{**_fields(fact), "data": {**fact.data, "right": "autre"}})
            assert not indicator.accepts(other, measure=int(name.split(".")[0]), commitment=name)


def _fields(fact: Fact) -> dict[str, Any]:
    return {name: getattr(fact, name) for name in Fact.__dataclass_fields__}


def test_offers_and_the_food_wallet_move_their_commitments() -> None:
    commitments = cast(dict[str, Commitment], models("commitment"))
    assert commitments["4.1"].indicator.facts == ("offers.coverage_invited.v1",)
    assert commitments["26.1"].indicator.facts == ("offers.coverage_attended.v1",)
    assert commitments["9.2"].indicator.facts == ("wallets.partner_approved.v1",)
    for offer in cast(dict[str, Offer], models("offer")).values():
        [code] = offer.commitments
        [named] = [f.any_of for f in commitments[code].indicator.where if f.field == "data.offer"]
        assert named == (offer.code,)
