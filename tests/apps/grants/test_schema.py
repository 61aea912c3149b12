"""Documents of schemes: what they may say, and what they may not."""

from __future__ import annotations

from textwrap import dedent

import pytest
from pydantic import ValidationError

from mandat.apps.grants.schema.scheme import Applicants, Plan, Scheme
from mandat.apps.rulebook.checks import perimeters_of
from mandat.definitions.folder import Folder, read_texts
from tests.apps.grants.samples import CONDITION, FILES, SCHEME
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


#: What changes, then a text that stands on the line where the error must be said.
TOGETHER = [
    ("opens: 2022-01-01}\nrules", "opens: 2022-01-01, closes: 2022-03-31, committee_on: [2022-03-30]}\nrules", "committee_on", "avant la clôture"),
    ("opens: 2022-01-01}\nrules", "opens: 2021-12-31}\nrules", "opens: 2021", "avant que la règle s'applique (2022-01-01)"),
    ("opens: 2022-01-01}\nrules", "opens: 2028-04-01}\nrules", "opens: 2028", "après la fin du mandat"),
    ("applies: {from: 2022-01-01}", "applies: {from: 2022-01-01, until: 2024-12-31}", "code: permanent", "la règle ne s'applique plus après le 2024-12-31"),
    ("opens: 2022-01-01}\nrules", "opens: 2022-01-01, rounds: [{code: second, opens: 2022-02-01, closes: 2022-03-01}]}\nrules", "rounds:", "tous les tours"),
    ('areas: ["region:24"]', 'areas: ["commune:45234"], excluding: ["departement:45"]', "excluding", "exclut tout"),
    ('areas: ["region:24"]', 'areas: ["region:24"], excluding: ["region:24"]', "excluding", "exclut tout"),
    ('areas: ["region:24"]', 'areas: ["perimeter:inconnu"]', "perimeter:inconnu", "périmètre inconnu : perimeter:inconnu"),
    ("pattern: committee", "pattern: desk\n  experts: 1", "experts: 1", "des avis d'experts"),
    ("own_of_cost: 20", "own_of_cost: 20, aid_rate: 81", "aid_rate", "dépassent 100 %"),
    ("own_of_cost: 20", "cases: [{applicants: [farm], own_of_cost: 20}]", "cases", "aucun des demandeurs"),
    ("own_of_cost: 20", "cases: [{own_of_cost: 20}, {applicants: [commune], own_of_public: 20}]", "cases", "l'emporte toujours"),
    ("own_of_cost: 20", "cases: [{applicants: [association], own_of_public: 20}]", "cases", "own_of_public vaut pour les collectivités"),
    ("own_of_cost: 20", "cases: [{when: jamais, own_of_cost: 20}]", "cases", "formule inconnue : jamais"),
    ("invoices}, stage: balance", "invoices}, stage: instalment", "stage: instalment", "aucun versement à l'étape instalment"),
    ("invoices}, stage: balance", "invoices}, optional: true, stage: balance", "optional", "un versement l'attend"),
    ("share: 50, stage: advance}", "share: 50, stage: advance, of: spent}", "stage: advance, of: spent", "sur ce qui est dépensé"),
    ("{name: intitule, type: text,", "{name: intitule, type: text, when: eligible,", "when: eligible", "attend une réponse qui vient plus loin : cout"),
    ("{code: devis,", "{code: devis, when: montant,", "when: montant", "montant ne dit pas oui ou non"),
    ("arrondi(cout * taux, 0.01, bas)", "cout * taux", "outputs: {", "dites l'arrondi"),
    ("en: Your project}\n", "en: Your project}\n      repeats: 3\n", "{name: cout, input: cout}", "section répétée"),
    ("en: Your project}\n", "en: Your project}\n      round: second\n", "round: second", "tour inconnu : second"),
    ("{code: devis,", "{code: devis, round: second,", "round: second", "tour inconnu : second"),
    ("        - {name: siege, input: siege, reused: true}\n", "", "form:", "aucun champ du formulaire ne donne siege"),
    ("input: siege, reused: true}", "input: cout, reused: true}", "input: cout, reused", "déjà demandé"),
    ("kinds: [association, commune]", "kinds: [association, commune]\n  parties: [1, 3]\n  roles: [{code: labo, kinds: [research-body], leads: true}]", "roles", "qui mène la demande peut la déposer"),
    ("kinds: [association, commune]", "kinds: [association, commune]\n  roles: [association, commune]", "applicants:", "nombre de parties"),
    ("committee: {body: conseil, quorum: 3}", "committee: {body: conseil, quorum: 3}\nscoring: {blind: true, criteria: [{code: un, label: {fr: Qualité, en: Quality}, most: 5}]}", "blind: true", "quels champs cacher"),
    ("conditions: [charte]", "conditions: [fermes]", "conditions: [fermes]", "la condition fermes ne vise aucun des demandeurs"),
    ("conditions: [charte]", "conditions: [calculee]", "conditions: [calculee]", "que la règle n'a pas"),
]  # fmt: skip
OTHERS = {
    "conditions/fermes.yaml": CONDITION.replace("code: charte", "code: fermes") + "scope: {applicants: [farm]}\n",
    "conditions/calculee.yaml": CONDITION.replace("code: charte", "code: calculee").replace(
        "by: declared,", "by: computed, formula: absente,"
    ),
}


@pytest.mark.parametrize(("old", "new", "at", "said"), TOGETHER)
def test_what_holds_alone_and_not_together_is_refused_at_its_line(old: str, new: str, at: str, said: str) -> None:
    # A scheme reads its committee where there is one: what is refused here must be the contradiction alone.
    text = SCHEME.replace(old, new)
    if "pattern: desk" in new:
        text = text.replace("committee: {body: conseil, quorum: 3}\n", "")
    assert text != SCHEME
    line = next(n for n, one in enumerate(text.splitlines(), 1) if at in one)
    found = folder(**OTHERS, **{"schemes/fonds-essai.yaml": text}).problems
    assert any(problem.line == line and said in problem.message for problem in found), found
    assert all(problem.file == "schemes/fonds-essai.yaml" for problem in found), found


def test_a_scoring_grid_that_nobody_uses_is_refused() -> None:
    text = SCHEME.replace("pattern: committee", "pattern: desk").replace(
        "committee: {body: conseil, quorum: 3}",
        "scoring: {criteria: [{code: un, label: {fr: Qualité, en: Quality}, most: 5}]}",
    )
    (found,) = folder(**{"schemes/fonds-essai.yaml": text}).problems
    assert "ne sert à personne" in found.message
    assert text.splitlines()[found.line - 1].startswith("scoring:")


def test_a_coverage_due_after_the_commitment_it_serves_is_refused() -> None:
    label = SCHEME.replace("type: subsidy", "type: label").replace("pattern: committee", "pattern: visit")
    label = label.replace("committee: {body: conseil, quorum: 3}\n", "").replace(", stage: balance}", "}")
    label = label[: label.index("payments:")] + (
        "label: {visit: true, valid_months: 36, covers: farmland, share: 7, by: 2027-01-01, mark: {fr: Label, en: Label}}\n"
    )
    dated = {name: text.replace("expected_every_months: 12\n", "expected_every_months: 12\n        due: 2026-12-31\n", 1) for name, text in TRIAL.items()}  # fmt: skip
    assert dated != TRIAL
    assert folder(**{"schemes/fonds-essai.yaml": label}).problems == []
    (found,) = folder(**dated, **{"schemes/fonds-essai.yaml": label}).problems
    assert "après l'échéance de l'engagement 1.1 (2026-12-31)" in found.message
    assert label.splitlines()[found.line - 1].startswith("label:")


TWO_ROUNDS = SCHEME.replace(
    "opens: 2022-01-01}\nrules",
    "opens: 2022-01-01, closes: 2022-02-28T17:00:00, rounds: [{code: complet, opens: 2022-04-01, closes: 2022-06-30, committee_on: [2022-09-15]}]}\n"
    "rounds:\n  - {code: complet, title: {fr: Dossier complet, en: Full application}}\nrules",
).replace("{code: devis,", "{code: devis, round: complet,")


def test_a_call_may_have_two_rounds_each_with_its_dates_and_documents() -> None:
    found = folder(**{"schemes/fonds-essai.yaml": TWO_ROUNDS})
    assert found.problems == []
    scheme = found.of("scheme")[0].model
    assert isinstance(scheme, Scheme)
    assert [one.code for one in scheme.calls[0].rounds] == ["complet"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("closes: 2022-06-30", "closes: 2022-03-31", "ce tour ferme avant d'ouvrir"),
        ("opens: 2022-04-01", "opens: 2022-02-01", "avant la fin du précédent"),
        ("committee_on: [2022-09-15]", "committee_on: [2022-06-29]", "avant la clôture"),
        ("closes: 2022-02-28T17:00:00, ", "", "se clôt"),
        ("round: complet, ", "round: complet, stage: advance, ", "se joint à la demande"),
    ],
)
def test_rounds_follow_one_another(old: str, new: str, said: str) -> None:
    found = folder(**{"schemes/fonds-essai.yaml": TWO_ROUNDS.replace(old, new)}).problems
    assert any(said in problem.message for problem in found), found


def test_a_plan_asks_of_each_kind_of_applicant_what_the_first_case_that_holds_says() -> None:
    plan = Plan.model_validate(
        {
            "aid_rate": 80,
            "cases": [
                {"applicants": ["commune"], "when": "transition", "own_of_public": 30},
                {"applicants": ["commune", "epci"], "own_of_public": 20},
                {"when": "marchand", "de_minimis": "general"},
            ],
        }
    )
    assert plan.terms("commune", {"transition": True}).own_of_public == 30
    assert plan.terms("commune", {"transition": False}).own_of_public == 20
    assert plan.terms("commune").own_of_public == 20
    assert plan.terms("association", {"marchand": True}).de_minimis == "general"
    # What is not known does not hold, and a case replaces the plan's own figures rather than adding to them.
    assert plan.terms("association", {"marchand": None}).aid_rate == 80
    assert plan.terms("association", {"marchand": True}).aid_rate is None


def test_a_role_of_a_joint_application_is_a_kind_or_one_of_several() -> None:
    given = {"kinds": ["association"], "who": {"fr": "Toutes et tous.", "en": "Everyone there."}, "parties": [2, 4]}
    roles = ["association", {"code": "laboratoire", "kinds": ["research-body", "higher-education"], "least": 2}]
    found = Applicants.model_validate({**given, "roles": roles}).roles
    assert [(role.code, role.kinds, role.least) for role in found] == [
        ("association", ("association",), 1),
        ("laboratoire", ("research-body", "higher-education"), 2),
    ]
    with pytest.raises(ValidationError, match="deux rôles"):
        Applicants.model_validate({**given, "roles": ["association", "association"]})


PERIMETER = dedent("""\
    kind: perimeter
    code: hors-metropoles
    title: {fr: Hors des deux métropoles, en: Outside both metropolises}
    summary: {fr: Toute la région sauf deux métropoles., en: The whole region but two metropolises.}
    areas: ["region:24"]
    excluding: ["epci:243700754", "epci:244500468"]
    references: [{text: Délibération d'essai}]
    """)


def test_a_perimeter_is_written_once_and_named_by_schemes_and_rules() -> None:
    text = SCHEME.replace('areas: ["region:24"]', 'areas: ["perimeter:hors-metropoles"]')
    text = text.replace('perimetre("region")', 'perimetre("perimeter:hors-metropoles")')
    found = folder(**{"schemes/fonds-essai.yaml": text, "perimeters/hors-metropoles.yaml": PERIMETER})
    assert found.problems == []
    places = perimeters_of(found)
    assert {"37261", "45234"} <= places["region"]
    assert not {"37261", "45234"} & places["perimeter:hors-metropoles"]
    assert "18033" in places["perimeter:hors-metropoles"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('areas: ["region:24"]', 'areas: ["epci:999999999"]', "territoire inconnu : epci:999999999"),
        ('areas: ["region:24"]', 'areas: ["epci:243700754"]', "ne contient aucune commune"),
        ('areas: ["region:24"]', 'areas: ["perimeter:autre"]', "forme inattendue"),
    ],
)
def test_a_perimeter_of_nowhere_is_refused(old: str, new: str, said: str) -> None:
    found = folder(**{"perimeters/hors-metropoles.yaml": PERIMETER.replace(old, new)}).problems
    assert any(said in problem.message for problem in found), found
