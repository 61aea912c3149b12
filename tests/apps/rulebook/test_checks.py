"""What `mandat check` says of the rules of a folder: file, line, column and what to write instead."""

from __future__ import annotations

from mandat.definitions.folder import Folder, read_texts
from tests.apps.rulebook.conftest import RULE, VOCABULARY, folder_texts


def said(**changed: str) -> list[str]:
    return [str(problem) for problem in read_texts(folder_texts(**changed)).problems]


def line_of(text: str, words: str) -> int:
    return text[: text.index(words)].count("\n") + 1


def test_rules_that_hold_together_and_keep_their_golden_cases_are_said_nothing_of() -> None:
    folder: Folder = read_texts(folder_texts())
    assert folder.problems == []
    assert [definition.code for definition in folder.of("rule")] == ["bourse", "famille"]


def test_a_misspelt_name_is_found_at_its_line_and_column_with_what_to_write() -> None:
    text = RULE.replace('"revenu_mensuel < plafond"', '"revenu_mensuel < plafon"')
    problems = said(bourse=text)
    assert len(problems) == 1
    assert problems[0].startswith(f"rules/bourse.yaml:{line_of(text, '< plafon')}: ")
    assert "colonne 18" in problems[0]
    assert "plafond" in problems[0].split("colonne 18")[1]


def test_a_monthly_income_against_a_yearly_ceiling_is_an_error() -> None:
    text = RULE.replace("unit: EUR/month", "unit: EUR/year", 1)
    problems = said(bourse=text)
    assert len(problems) == 1
    assert "EUR/year" in problems[0]
    assert "EUR/month" in problems[0]


def test_a_golden_case_that_fails_is_said_at_its_line_with_both_answers() -> None:
    text = RULE.replace("montant: 100}", "montant: 101}")
    problems = said(bourse=text)
    assert len(problems) == 1
    assert problems[0].startswith(f"rules/bourse.yaml:{line_of(text, 'montant: 101')}: ")
    assert "101" in problems[0]
    assert "100" in problems[0]


def test_unknown_vocabularies_and_measures_are_said_once_and_nothing_more_of_that_rule() -> None:
    text = RULE.replace("uses: [commun]", "uses: [comun]").replace("measures: [1]", "measures: [77]")
    problems = said(bourse=text)
    assert [problem.partition(": ")[2] for problem in problems] == [
        "mesure inconnue : 77",
        "vocabulaire inconnu : comun",
    ]


def test_what_is_wrong_in_a_vocabulary_is_said_once_whatever_the_rules_that_use_it() -> None:
    text = VOCABULARY + (
        'checks:\n  - {name: pas_de_revenu, entity: personne, formula: "revenu_mensuel >= zero", message: {fr: Non., en: No.}}\n'
    )
    problems = said(commun=text)
    assert len(problems) == 1
    assert problems[0].startswith(f"rules/commun.yaml:{line_of(text, 'pas_de_revenu')}: ")


def test_what_the_schema_refuses_is_said_in_words() -> None:
    text = RULE.replace("unit: EUR/month", "unit: francs/month", 1)
    problems = said(bourse=text)
    assert any("unité inconnue : francs" in problem for problem in problems)
