"""Documents of schemes: what they may say, and what they may not."""

from __future__ import annotations

import pytest

from mandat.definitions.folder import Folder, read_texts
from tests.apps.grants.samples import FILES, SCHEME
from tests.programmes_folder import FILES as TRIAL


def folder(**changed: str) -> Folder:
    return read_texts({name: text.encode() for name, text in {**TRIAL, **FILES, **changed}.items()})


def problems(old: str, new: str) -> list[str]:
    assert old in SCHEME
    changed = {**TRIAL, **FILES, "schemes/fonds-essai.yaml": SCHEME.replace(old, new)}
    found = read_texts({name: text.encode() for name, text in changed.items()}).problems
    return [f"{problem.line}: {problem.message}" for problem in found if problem.file == "schemes/fonds-essai.yaml"]


def test_the_sample_is_right_and_its_rule_is_a_definition_of_its_own() -> None:
    found = folder()
    assert found.problems == []
    assert [one.code for one in found.of("scheme")] == ["fonds-essai"]
    assert [(one.code, one.parent) for one in found.of("rule")] == [("fonds-essai", "fonds-essai")]
    assert found.of("scheme")[0].body["rules"] == ["fonds-essai"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("measures: [1]", "measures: [1, 77]", "mesure inconnue : 77"),
        ('commitments: ["1.1"]', 'commitments: ["2.1"]', "2.1"),
        ("service: conseil", "service: personne", "service inconnu : personne"),
        ("body: conseil", "body: comite", "instance inconnue : comite"),
        ("conditions: [charte]", "conditions: [autre]", "condition inconnue : autre"),
        ("conditions: [charte]", "conditions: [charte, charte]", "deux fois"),
        ("rule: fonds-essai\n", "rule: inconnue\n", "règle inconnue : inconnue"),
        ("amount: montant}", "amount: eligible}", "rôle amount"),
        ("role: amount, unit: EUR", "role: amount, unit: EUR/month", "en EUR"),
        ("input: cout}", "input: prix}", "ne demande pas : prix"),
        ("- {name: cout, input: cout}", "- {name: lieu, type: commune, label: {fr: Lieu, en: Place}}", "aucun champ"),
        ("pattern: committee", "pattern: desk", "committee"),
        ("share: 50, stage: advance", "share: 40, stage: advance", "100 %"),
        ("needs: [factures]", "needs: [photos]", "pièce inconnue : photos"),
        ("share: 50, stage: advance}", "share: 50, stage: advance, needs: [factures]}", "vient après le versement"),
        ("amount: montant}", "amount: null}", "outputs.amount"),
        ("type: subsidy", "type: loan", "repayment"),
        ("type: subsidy", "type: label", "label"),
        ("pattern: committee", "pattern: committee\n  silence: acceptance", "L231-4"),
        ("opens: 2022-01-01}", "opens: 2022-01-01, closes: 2021-12-31}", "ferme avant d'ouvrir"),
        ("{code: devis,", "{code: devis, when: inconnue,", "formule inconnue : inconnue"),
        ("{name: intitule, type: text,", "{name: cout, type: text,", "en double : cout"),
        ("type: text, label", "type: choice, label", "un choix, et lui seul"),
        ("type: text, label", "type: text, least: 3, label", "pour les nombres"),
        ("input: cout}", "input: cout, type: money}", "viennent d'elle"),
        ("own_of_cost: 20", "own_of_cost: 120", "100"),
        ("quorum: 3", "quorum: 0", "1"),
    ],
)  # fmt: skip
def test_a_scheme_that_contradicts_itself_is_refused_where_it_does(old: str, new: str, said: str) -> None:
    found = problems(old, new)
    assert any(said in problem for problem in found), found
