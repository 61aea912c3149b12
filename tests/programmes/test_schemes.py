"""The schemes of the region: each rests on a rule with cases on both sides, and says what it assumes."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from mandat.definitions.folder import Folder, read_folder

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
