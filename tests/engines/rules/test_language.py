"""The language: what formulas are worth, and what is said of those that do not hold together."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mandat.engines.rules import RuleProblem, compile_rule
from mandat.engines.rules.grammar import KEYWORDS
from mandat.engines.rules.parser import parse
from mandat.engines.rules.syntax import Ast, FormulaError
from mandat.engines.rules.tree import walk
from tests.engines.rules.samples import (
    DAY,
    PERIMETERS,
    compiled,
    document,
    formula,
    parameter,
    question,
    refused,
    small,
    vocabulary,
    words,
)  # fmt: skip

PERSON: dict[str, Any] = {
    "foyer": {"commune": "45234", "loyer": 500, "parts": "2.5", "enfants": 2},
    "personnes": [
        {
            "revenu_mensuel": "850.50", "revenu_annuel": 12000, "situation": "etudiant",
            "handicap": False, "date_naissance": "2004-02-29",
        },
        {
            "revenu_mensuel": 1000, "revenu_annuel": 10000, "situation": "autre",
            "handicap": True, "date_naissance": "1960-01-31",
        },
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("revenu_mensuel + 0.25 EUR/mois", "850.75"),
        ("revenu_mensuel - foyer.loyer * 2", "-149.50"),
        ("- revenu_mensuel × 2", "-1701.00"),
        ("1_000 EUR/an en EUR/trimestre", "250"),
        ("par_mois(revenu_annuel) en EUR/an", "12000"),
        ("arrondi(par_mois(10000 EUR/an), 0.01, proche)", "833.33"),
        ("arrondi(par_mois(10000 EUR/an), 0.01, haut)", "833.34"),
        ("arrondi(2.5, 1, pair)", "2"),
        ("arrondi(-2.5, 1, proche)", "-3"),
        ("arrondi(-2.5, 1, bas)", "-3"),
        ("arrondi(-2.5, 1, haut)", "-2"),
        ("round(7, 5, nearest)", "5"),
        ("arrondi(revenu_mensuel / 7, 0.01, proche)", "121.50"),
        ("revenu_mensuel * 15%", "127.575"),
        ("abs(3 - 5)", "2"),
        ("min(3, 5, 1)", "1"),
        ("max(revenu_mensuel, foyer.loyer)", "850.50"),
        ("somme(membres, revenu_mensuel)", "1850.50"),
        ("sum(members, revenu_mensuel, handicap)", "1000"),
        ("nombre(membres)", "2"),
        ("count(members, not handicap)", "1"),
        ("age(date_naissance)", "21"),
        ("age(date_naissance, 2025-02-28)", "20"),
        ("annee(date_naissance) + mois_de(date_naissance) + jour_de(date_naissance)", "2035"),
        ("jours_entre(2024-02-28, 2024-03-01)", "2"),
        ("mois_entre(2024-01-31, 2024-02-29)", "0"),
        ("mois_entre(2024-01-31, 2024-03-31)", "2"),
        ("2 jours en heures", "48"),
        ("si handicap alors 1 sinon si situation = \"etudiant\" alors 2 sinon 3", "2"),
        ("arrondi(foyer.loyer / foyer.enfants_max, 1, bas)", "125"),
    ],
)  # fmt: skip
def test_a_number_is_exactly_what_it_says(text: str, value: str) -> None:
    if "enfants_max" in text:
        text = "arrondi(si foyer.enfants > 0 alors foyer.loyer / (foyer.enfants + 2) sinon 0, 1, bas)"
    rule = compiled(f"si vrai alors {text} sinon {text}" if "situation" not in text else text)
    assert rule.evaluate(PERSON, as_of=DAY).value("f0") == Decimal(value)


@pytest.mark.parametrize(
    "text",
    [
        "14 ans <= age(date_naissance) <= 30 ans",
        "handicap ou non handicap",
        "foyer.commune = \"45234\"",
        "foyer.commune dans périmètre(\"region\")",
        "situation parmi (\"etudiant\", \"apprenti\")",
        "situation among (\"etudiant\") and true",
        "non (situation = \"apprenti\")",
        "un(membres, handicap) et non tous(membres, handicap)",
        "date_naissance < 2005-01-01",
        "plus_mois(2024-01-31, 1) = 2024-02-29",
        "plus_jours(2024-02-28, 2) = 2024-03-01",
        "plus_ans(date_naissance, 18) = 2022-02-28",
        "jour_fixe(aujourd_hui, 9, 1) = 2025-09-01",
        "revenu_mensuel * 2 / 3 > par_mois(revenu_annuel) / 2   # une remarque",
        "if handicap then faux else vrai",
    ],
)  # fmt: skip
def test_a_condition_is_true_when_it_should_be(text: str) -> None:
    assert compiled(text).evaluate(PERSON, as_of=DAY).value("f0") is True


@pytest.mark.parametrize(
    ("text", "message", "column"),
    [
        ("revenu_annuel < 1000 EUR/mois", "EUR/year et EUR/month ne se mêlent pas : convertissez, par exemple par_mois", 1),
        ("age(date_naissance) > 18", "écrivez par exemple 18 ans", 1),
        ("revenu_mensuel + age(date_naissance)", "EUR/month et year ne se mêlent pas", 1),
        ("si handicap alors 1 EUR sinon 1 EUR/an", "EUR et EUR/year", 1),
        ("si handicap alors 1 sinon vrai", "les deux branches doivent être du même genre", 1),
        ("revenu_mensul > 0", "vouliez-vous dire « revenu_mensuel »", 1),
        ("commune = \"45234\"", "écrivez foyer.commune", 1),
        ("foyer.comune = \"45234\"", "vouliez-vous dire « commune »", 1),
        ("voiture.prix > 0", "« voiture. » ne se dit pas ici", 1),
        ("revenu_mensuel / foyer.parts > 0", "ce diviseur peut valoir 0", 18),
        ("si foyer.parts >= 0 alors 1 / foyer.parts sinon 0", "ce diviseur peut valoir 0", 31),
        ("1 / 0 > 2", "ce diviseur peut valoir 0", 5),
        ("situation = \"etudian\"", "vouliez-vous dire « etudiant »", 1),
        ("situation parmi (\"x\")", "n'est pas un des choix", 1),
        ("situation < \"x\"", "seuls = et !=", 1),
        ("foyer.commune = \"Orléans\"", "n'est pas un code commune", 17),
        ("foyer.commune dans perimetre(\"regoin\")", "vouliez-vous dire « region »", 1),
        ("handicap dans perimetre(\"region\")", "une commune est attendue", 1),
        ("somme(membres, foyer.loyer, revenu_mensuel) > 0", "une condition est attendue", 29),
        ("somme(revenu_mensuel) > 0", "écrivez somme(membres", 1),
        ("somme(membres, somme(membres, revenu_mensuel)) > 0", "n'en contient pas un autre", 16),
        ("som(membres) > 0", "vouliez-vous dire « somme »", 1),
        ("arrondi(revenu_mensuel, 0.01)", "écrivez arrondi(x, 0.01, proche)", 1),
        ("arrondi(revenu_mensuel, 0, proche)", "le pas d'un arrondi", 25),
        ("arrondi(revenu_mensuel, 0.01, mieux)", "le mode d'un arrondi", 31),
        ("revenu_mensuel et handicap", "une condition est attendue", 1),
        ("handicap + 1", "un nombre est attendu", 1),
        ("date_naissance + 3 jours", "une date ne s'ajoute", 1),
        ("age(revenu_mensuel) > 3 ans", "une date est attendue", 5),
        ("2025-02-30 < aujourd_hui", "date impossible", 1),
        ("jour_fixe(aujourd_hui, 2, 29) < aujourd_hui", "n'existe pas chaque année", 1),
        ("revenu_mensuel en km", "pas de conversion exacte", 1),
        ("30 jours en mois", "pas de conversion exacte de day en month", 1),
        ("par_mois(3)", "s'applique à ce qui est par mois", 1),
        ("max(0,5)", "se lit de deux façons", 5),
        ("f0 > 3", "se renvoient l'une à l'autre", 0),
        ("revenu_mensuel " + "* revenu_mensuel " * 4, "peut dépasser 10^37", 1),
        ("0.000000001 " + "* 0.000000001 " * 2, "trop de décimales", 1),
        ("revenu_mensuel / 7", "est une division : arrondissez-la", 0),
    ],
)  # fmt: skip
def test_what_does_not_hold_together_is_said_with_what_to_write(text: str, message: str, column: int) -> None:
    problem = refused(text)
    assert message in problem.text.fr, problem.text.fr
    assert problem.text.en
    assert problem.column == column


def test_a_guard_makes_a_division_possible_in_its_branch_only() -> None:
    assert compiled("arrondi(si foyer.parts > 0 alors 1 / foyer.parts sinon 0, 0.1, proche)")
    assert compiled("foyer.parts > 0 et 1 / foyer.parts < 2")
    assert compiled("foyer.parts <= 0 ou 1 / foyer.parts < 2")
    assert compiled("si foyer.parts = 0 alors faux sinon 1 / foyer.parts < 2")
    assert "diviseur" in refused("si foyer.parts > 0 alors faux sinon 1 / foyer.parts < 2").text.fr


def test_problems_of_all_formulas_are_found_at_once_and_not_repeated_downstream() -> None:
    _, problems = compile_rule(
        small("inconnu > 1", "f0 et handicap", "autre_inconnu > 2"), [vocabulary()], perimeters=PERIMETERS
    )
    assert [(p.place, p.line, p.column) for p in problems] == [
        (("formulas", 0, "formula"), 1, 1),
        (("formulas", 2, "formula"), 1, 1),
    ]


def test_a_cycle_is_told_whole() -> None:
    _, problems = compile_rule(small("f1", "f2", "f0"), [vocabulary()], perimeters=PERIMETERS)
    assert [p.text.fr for p in problems] == ["ces formules se renvoient l'une à l'autre : f0 → f1 → f2 → f0"]


def test_three_hundred_formulas_each_on_the_one_before_are_evaluated() -> None:
    rule = compiled("handicap", *(f"f{rank} et non handicap ou f{rank}" for rank in range(299)))
    assert rule.evaluate(PERSON, as_of=DAY).value("f299") is False


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"uses": ["comun"]}, "vocabulaire inconnu : comun ; vouliez-vous dire « commun »"),
        ({"entity": "persone"}, "vouliez-vous dire « personne »"),
        ({"outputs": [{"name": "montan"}]}, "vouliez-vous dire « montant »"),
        ({"outputs": [{"name": "montant", "role": "eligible"}]}, "eligible est vrai ou faux"),
        ({"outputs": [{"name": "est_eligible", "role": "amount"}]}, "amount est un nombre"),
        ({"outputs": [{"name": "montant", "role": "amount", "unit": "EUR/year"}]}, "EUR/month et EUR/year"),
        ({"outputs": [{"name": "par_tete"}]}, "arrondissez-la"),
        ({"applies": {"from": "2020-01-01"}}, "n'a pas de valeur du 2020-01-01 au 2022-01-01"),
        ({"reasons": {"rien": words("x")}}, "aucune formule ne s'appelle rien"),
    ],
)
def test_what_the_document_gets_wrong_is_said(change: dict[str, Any], message: str) -> None:
    rule, problems = compile_rule(document(**change), [vocabulary()], perimeters=PERIMETERS)
    assert rule is None
    assert any(message in p.text.fr for p in problems), problems


def test_a_parameter_that_ends_before_the_rule_is_refused() -> None:
    ended = parameter("plafond", 3, until="2024-12-31")
    problem = refused("plafond > 3", parameters=(ended,))
    assert "n'a plus de valeur après le 2024-12-31" in problem.text.fr


def test_a_declared_unit_is_verified() -> None:
    problem = refused(formula("total", "revenu_mensuel * 2", unit="EUR/year"))
    assert "EUR/month et EUR/year" in problem.text.fr
    assert problem.place == ("formulas", 0, "unit")


def test_a_name_cannot_be_a_word_of_the_language_nor_be_taken_twice() -> None:
    for name in ("alors", "membres", "today"):
        _, problems = compile_rule(small(formula(name, "vrai")), [vocabulary()], perimeters=PERIMETERS)
        assert any("mot de la langue" in p.text.fr for p in problems)
    _, problems = compile_rule(small(formula("handicap", "vrai")), [vocabulary()], perimeters=PERIMETERS)
    assert any("déjà une donnée du vocabulaire" in p.text.fr for p in problems)


def test_bounds_and_scales_are_those_of_the_declarations() -> None:
    type_ = compiled("revenu_mensuel * 2 + foyer.loyer").tree.formulas["f0"].expr.type
    assert (type_.scale, type_.low, type_.high, type_.bits) == (2, 0, 202000000, 64)  # type: ignore[union-attr]


def test_a_ceiling_per_year_against_an_income_per_month_converts_exactly() -> None:
    rule = compiled("par_an(revenu_mensuel) <= plafond", parameters=(parameter("plafond", "10205.99", "EUR/year"),))
    assert rule.evaluate({"personnes": [{"revenu_mensuel": "850.50"}]}, as_of=DAY).value("f0") is False
    assert rule.evaluate({"personnes": [{"revenu_mensuel": "850.49"}]}, as_of=DAY).value("f0") is True


def test_a_rule_about_one_thing_alone_reads_its_block() -> None:
    project = {
        "code": "projets",
        "entities": [{"name": "projet", "kind": "project"}],
        "inputs": [
            question("cout", "le coût", "the cost", entity="projet", type="number", unit="EUR", min=0, max=10**7)
        ],
    }
    rule, problems = compile_rule(
        small("arrondi(cout * 20%, 1, bas)", entity="projet", uses=["projets"]),
        [vocabulary(**project)],
        perimeters={},
    )  # fmt: skip
    assert rule is not None, problems
    assert rule.evaluate({"projet": {"cout": 999}}, as_of=DAY).value("f0") == 199


def test_evaluation_cannot_repeat_but_over_members() -> None:
    """Why it always ends: formulas only refer to earlier ones, and the one repetition is over members, never nested."""
    rule = compiled("somme(membres, revenu_mensuel)", "f0 > 0 EUR/mois et un(membres, handicap)", entity="personne")
    seen: list[str] = []
    for name, typed in rule.tree.formulas.items():
        for node in walk(typed.expr):
            if type(node).__name__ == "FormulaRef":
                assert node.name in seen  # type: ignore[union-attr]
        seen.append(name)


# Text that is no formula


def check_no_other_exception(text: str) -> None:
    """A tree, or an error in both languages at a place; anything else fails the test by itself."""
    found: Ast | FormulaError
    try:
        found = parse(text)
    except FormulaError as error:
        found = error
    if isinstance(found, FormulaError):
        assert found.text.fr
        assert found.text.en
    assert found.span.line >= 1


TOKENS = st.sampled_from(
    [word for words_ in KEYWORDS.values() for word in words_]
    + ["(", ")", ",", ".", "+", "-", "*", "/", "<", "<=", "=", "!=", "1", "0.5", "3 EUR/mois", "12%", '"x"', "x", "foyer.y",
       "2025-01-01", "membres", "somme", "min", "arrondi", "en EUR/an", "#", "\n", "«", "é", "\x00", "é"]
)  # fmt: skip


@given(st.text(max_size=200))
def test_any_text_is_a_formula_or_a_clear_error(text: str) -> None:
    check_no_other_exception(text)


@given(st.lists(TOKENS, max_size=60).map(" ".join))
def test_any_words_of_the_language_are_a_formula_or_a_clear_error(text: str) -> None:
    check_no_other_exception(text)


@given(st.lists(TOKENS, max_size=30).map(" ".join))
def test_any_formula_is_compiled_or_refused_in_words(text: str) -> None:
    if not text.strip():
        return
    rule, problems = compile_rule(small(text), [vocabulary()], perimeters=PERIMETERS)
    assert (rule is None) == bool(problems)
    assert all(isinstance(problem, RuleProblem) and problem.text.fr and str(problem) for problem in problems)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 9_000 + "1" + ")" * 9_000,
        "-" * 19_000 + "1",
        "non " * 4_000 + "vrai",
        "si vrai alors 1 sinon " * 800 + "1",
        "abs(" * 4_000 + "1" + ")" * 4_000,
        "1 * " * 4_000 + "1",
        "foyer." * 3_000,
        "9" * 19_000,
        "1 + " * 50_000 + "1",
        "x" * 200_000,
        '"' + "x" * 19_000,
        "1 en EUR " + "en EUR " * 2_000,
    ],
)
def test_deep_and_long_formulas_are_refused_or_read_quickly(text: str) -> None:
    check_no_other_exception(text)


def test_a_long_flat_sum_is_read_and_worth_its_terms() -> None:
    rule = compiled(" + ".join(["1"] * 2_000))
    assert rule.evaluate({}, as_of=DAY).value("f0") == 2_000


def test_dates_of_a_document_reach_the_day_before_a_change() -> None:
    assert compiled("aujourd_hui = 2024-02-29").evaluate({}, as_of=dt.date(2024, 2, 29)).value("f0") is True
