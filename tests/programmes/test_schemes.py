"""The schemes of the region: each rests on a rule with cases on both sides, and says what it assumes."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from mandat.apps.grants.schema.scheme import MONEY
from mandat.apps.grants.vocabulary import RULE_KINDS
from mandat.apps.rulebook.checks import perimeters_of
from mandat.definitions.folder import Folder, read_folder
from mandat.engines.rules import Rule, compile_rule

FOLDER = Path(__file__).resolve().parents[2] / "programmes" / "centre-val-de-loire"


@cache
def folder() -> Folder:
    return read_folder(FOLDER)


def models(kind: str) -> dict[str, Any]:
    return {definition.code: definition.model for definition in folder().of(kind)}


CODES = sorted(models("scheme"))


@pytest.mark.parametrize("code", CODES)
def test_a_scheme_has_golden_cases_that_open_it_and_close_it(code: str) -> None:
    rule = models("rule")[models("scheme")[code].rule]
    name = models("scheme")[code].outputs.eligible
    assert len(rule.cases) >= 3
    assert {True, False} <= {case.expect.get(name) for case in rule.cases}


@pytest.mark.parametrize("code", CODES)
def test_a_figure_nobody_gave_is_said_to_be_an_assumption_of_the_scheme(code: str) -> None:
    scheme = models("scheme")[code]
    dated = [value for parameter in models("rule")[scheme.rule].parameters for value in parameter.values]
    if any(value.assumption for value in dated):
        assert scheme.assumptions


@pytest.mark.parametrize("code", CODES)
def test_what_a_scheme_pays_waits_for_something(code: str) -> None:
    """An advance may come with the signature alone; no balance is paid on trust."""
    scheme = models("scheme")[code]
    assert all(payment.needs for payment in scheme.payments if payment.stage == "balance")


def test_conditions_of_the_programme_are_all_there() -> None:
    assert {
        "charte-engagements", "contrat-engagement-republicain", "egalite-salariale", "code-du-travail", "sans-travail-detache",
        "criteres-ecologiques", "democratie-interne", "un-pour-cent-art", "bien-etre-animal", "egalite-culture",
    } <= set(models("condition"))  # fmt: skip


def test_an_input_of_one_name_asks_one_thing_whatever_the_rule() -> None:
    """An answer is kept by its name: two questions under one name would answer one another."""
    asked: dict[str, dict[str, list[str]]] = {}
    for code, rule in models("rule").items():
        for given in rule.inputs:
            meaning = given.model_dump_json(include={"entity", "type", "unit", "question", "label"})
            asked.setdefault(given.name, {}).setdefault(meaning, []).append(code)
    shared = {given.name for words in models("rule-vocabulary").values() for given in words.inputs}
    assert {name: list(found.values()) for name, found in asked.items() if len(found) > 1} == {}
    assert shared.isdisjoint(asked)


#: Instruments of commitments that this app carries, and what carries each.
CODES_HERE = {"grant", "label", "contract", "cond", "budget"}
#: A subsidy that is itself an agreement of several years, and the labels the Region obtains for itself.
MULTI_YEAR, OBTAINED = {"cap-asso"}, {"labels-employeur"}


def served_by(code: str) -> dict[str, set[str]]:
    """What serves a commitment, by instrument: schemes, conditions, and rights where a grant is one."""
    schemes = [one for one in models("scheme").values() if code in one.commitments]
    found = {
        "grant": {one.code for one in schemes if one.type in MONEY},
        "label": {one.code for one in schemes if one.type == "label" or one.code in OBTAINED},
        "contract": {one.code for one in schemes if one.type == "contract" or one.code in MULTI_YEAR},
        "cond": {one.code for one in models("condition").values() if code in one.commitments},
        "budget": {one.code for one in schemes if one.type in MONEY},
    }
    commitment = models("commitment")[code]
    if "rights.granted.v1" in commitment.indicator.facts:
        found["grant"] |= {one.code for one in models("right").values() if code in one.commitments}
    return found


COMMITMENTS = sorted(
    (code for code, one in models("commitment").items() if CODES_HERE & set(one.instruments)),
    key=lambda code: [int(part) for part in code.split(".")],
)


@pytest.mark.parametrize("code", COMMITMENTS)
def test_what_a_commitment_relies_on_is_there_with_the_right_instrument(code: str) -> None:
    wanted = CODES_HERE & set(models("commitment")[code].instruments)
    found = served_by(code)
    assert {instrument for instrument in wanted if not found[instrument]} == set()


def test_the_measures_that_promise_aids_labels_contracts_or_conditions_are_two_in_three() -> None:
    assert len({code.split(".")[0] for code in COMMITMENTS}) >= 65


@pytest.mark.parametrize("code", CODES)
def test_a_scheme_is_a_whole_form_with_its_evidence_its_account_and_its_grid(code: str) -> None:
    scheme = models("scheme")[code]
    stages = {one.stage for one in scheme.evidence}
    label = scheme.type == "label"
    assert len(scheme.form.questions) >= (6 if label else 8)
    assert len(scheme.form.sections) >= 2
    assert len(scheme.evidence) >= (2 if label else 3)
    assert "application" in stages
    assert label or "balance" in stages
    if scheme.committee is not None:
        assert scheme.scoring is not None
        assert len(scheme.scoring.criteria) >= 3


#: Schemes of measures 67 to 99, once thin: repeated groups, reports and evidence through the life of the case.
LATE = sorted(code for code, one in models("scheme").items() if max(one.measures) >= 67 and one.type != "label")


@pytest.mark.parametrize("code", LATE)
def test_a_scheme_of_the_last_chapters_asks_for_a_budget_and_follows_the_case_to_its_end(code: str) -> None:
    scheme = models("scheme")[code]
    assert any(section.repeats for section in scheme.form.sections)
    assert {one.stage for one in scheme.evidence} >= {"application", "agreement", "balance"}
    assert len(scheme.reports) >= 2
    assert len(scheme.form.questions) >= 15


@cache
def rule(code: str) -> Rule:
    document = models("rule")[code]
    words = [one for one in models("rule-vocabulary").values() if one.code in document.uses]
    found, problems = compile_rule(document, words, perimeters=perimeters_of(folder()), run_cases=False)
    assert found is not None, problems
    return found


@pytest.mark.parametrize("code", CODES)
def test_the_rule_admits_exactly_the_applicants_the_scheme_names(code: str) -> None:
    scheme = models("scheme")[code]
    admitted = set()
    for kind, answer in RULE_KINDS.items():
        given = {"organisme": {"type_organisme": answer}, "projet": {}}
        if rule(scheme.rule).evaluate(given, as_of=dt.date(2025, 3, 1)).value(scheme.outputs.eligible) is not False:
            admitted.add(kind)
    assert admitted == set(scheme.applicants.kinds)


@pytest.mark.parametrize("code", CODES)
def test_the_rule_refuses_a_place_outside_the_perimeter(code: str) -> None:
    scheme = models("scheme")[code]
    for field in ({"commune_projet": "75056"}, {"siege": "75056"}):
        inside = "projet" if "commune_projet" in field else "organisme"
        given = {"organisme": {}, "projet": {}, inside: field}
        value = rule(scheme.rule).evaluate(given, as_of=dt.date(2025, 3, 1)).value(scheme.outputs.eligible)
        if value is False:
            return
    raise AssertionError("a place outside is not refused")


def test_bonuses_add_up_or_exclude_each_other_and_the_cases_show_both() -> None:
    cases = {case.title.fr: case.expect for case in models("rule")["sejours-solidaires"].cases}
    exclude = next(found for title, found in cases.items() if "s'excluent" in title)
    together = next(found for title, found in cases.items() if "s'ajoutent" in title)
    stopped = next(found for title, found in cases.items() if "arrête la somme" in title)
    assert exclude["taux_retenu"] == Decimal("0.5")  # 30 + max(20, 10), not 30 + 20 + 10
    assert together["taux_retenu"] == Decimal("0.5")  # 30 + 10 + 10
    assert stopped["taux_retenu"] == Decimal("0.55")  # 30 + 20 + 10, stopped at 55


def test_calls_in_two_rounds_joint_roles_and_shared_perimeters_are_used_for_real() -> None:
    picri = models("scheme")["picri"]
    assert [one.code for one in picri.rounds] == ["dossier"]
    assert all(len(call.rounds) == 1 for call in picri.calls)
    assert {section.round for section in picri.form.sections} == {None, "dossier"}
    assert any(len(role.kinds) > 1 for role in picri.applicants.roles)
    named = {area for one in models("scheme").values() for area in one.perimeter.areas if area.startswith("perimeter:")}
    inside = {
        name
        for one in CODES
        for name in rule(models("scheme")[one].rule).tree.perimeters
        if name.startswith("perimeter:")
    }
    assert {one.removeprefix("perimeter:") for one in named | inside} == set(models("perimeter"))


def test_the_law_on_own_shares_and_de_minimis_follows_the_applicant() -> None:
    climate = models("scheme")["projets-energie-climat"].plan
    assert climate.terms("commune").own_of_public == 30
    assert climate.terms("company").own_of_public is None
    place = models("scheme")["tiers-lieux-transitions"].plan
    assert place.terms("association", {"activite_economique_exercee": True}).de_minimis == "general"
    assert place.terms("association", {"activite_economique_exercee": False}).de_minimis is None
    assert place.terms("epci").own_of_public == 20
    for scheme in models("scheme").values():
        for kind in scheme.applicants.kinds:
            terms = scheme.plan.terms(kind)
            assert terms.own_of_public is None or kind in ("commune", "epci", "public-body"), scheme.code
            assert terms.de_minimis is None or kind in ("company", "sole-trader", "cooperative", "farm"), scheme.code
