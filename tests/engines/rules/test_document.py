"""Documents: what they refuse, in one sentence, and what units say."""

from __future__ import annotations

import copy
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from pydantic import ValidationError

from mandat.engines.rules import RuleDocument, VocabularyDocument
from mandat.engines.rules.units import Unit, conversion, parse_unit, per
from tests.engines.rules.samples import TARIFF, VOCABULARY, question, words

Change = Callable[[dict[str, Any]], object]


def first_error(model: type[RuleDocument | VocabularyDocument], data: dict[str, Any]) -> str:
    with pytest.raises(ValidationError) as caught:
        model.model_validate(data)
    return str(caught.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: d["parameters"][0].update(unit="EUR/lustre"), "unité inconnue : lustre"),
        (lambda d: d["parameters"][0]["values"][0].update(value=1.5), "décimal exact"),
        (lambda d: d["parameters"][0]["values"][0].update(value=True), "décimal exact"),
        (lambda d: d["parameters"][0]["values"][0].update(value="abc"), "un nombre ou une date est attendu"),
        (lambda d: d["parameters"][0]["values"][0].update(value="NaN"), "décimales"),
        (lambda d: d["parameters"][0]["values"][0].update(value="1e99"), "10^15"),
        (lambda d: d["parameters"][0]["values"][0].update(value="2025-02-30"), "date impossible"),
        (lambda d: d["parameters"][0]["values"][0].update(value="2025-02-03"), "value est une date si kind"),
        (lambda d: d["parameters"][0]["values"].reverse(), "de la plus ancienne"),
        (lambda d: d["parameters"][0].update(max=900), "hors de min et max"),
        (lambda d: d["parameters"][3]["values"][0]["brackets"][0].update(rate=3), "un rate ou un amount"),
        (lambda d: d["parameters"][3]["values"][0]["brackets"].reverse(), "vont en montant"),
        (lambda d: d["parameters"][3].update(method="marginal"), "rate"),
        (lambda d: d["parameters"][3].update(of="percent"), "pas percent"),
        (lambda d: d["parameters"][3].pop("of"), "un barème, et lui seul"),
        (lambda d: d["formulas"][0].update(name="Élan"), "minuscules sans accent"),
        (lambda d: d["formulas"][0].update(name="mois"), "est une unité"),
        (lambda d: d["formulas"].append(d["formulas"][0]), "nom en double : habitant"),
        (lambda d: d["outputs"].append({"name": "jeune", "role": "eligible"}), "un seul résultat a le rôle eligible"),
        (lambda d: d.update(applies={"from": "2022-01-01", "until": "2021-01-01"}), "until est avant from"),
        (lambda d: d.update(inconnu=3), "Extra inputs"),
    ],
)
def test_a_rule_document_refuses_what_cannot_be(change: Change, message: str) -> None:
    data = copy.deepcopy(TARIFF)
    change(data)
    assert message in first_error(RuleDocument, data)


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ({"type": "number"}, "min et max"),
        ({"type": "number", "min": 3, "max": 2}, "min dépasse max"),
        ({"type": "number", "min": "0.5", "max": 2}, "plus de 0 décimales"),
        ({"type": "number", "min": "2020-01-01", "max": "2021-01-01"}, "min et max"),
        ({"type": "integer", "min": 0, "max": 2, "decimals": 1}, "seul un nombre a des décimales"),
        ({"type": "boolean", "unit": "EUR"}, "seul un nombre a une unité"),
        ({"type": "boolean", "min": 0}, "nombres et les dates"),
        ({"type": "boolean", "past": True}, "past est pour les dates"),
        ({"type": "date", "min": 0}, "bornes d'une date"),
        ({"type": "choice"}, "a des choices"),
        ({"type": "boolean", "choices": [{"code": "a", "label": words("a")}]}, "a des choices"),
        ({"type": "choice", "choices": [{"code": "a", "label": words("a")}] * 2}, "nom en double"),
    ],
)
def test_an_input_refuses_what_cannot_be(item: dict[str, Any], message: str) -> None:
    data = {**VOCABULARY, "inputs": [question("x", "x", "x", entity="personne", **item)]}
    assert message in first_error(VocabularyDocument, data)


def test_units_multiply_divide_and_are_said() -> None:
    euros = parse_unit("€/mois").unit
    assert str(euros) == "EUR/month"
    assert str(euros * parse_unit("month").unit) == "EUR"
    assert str(parse_unit("EUR/person/year").unit / parse_unit("EUR").unit) == "1/person/year"
    assert euros / euros == Unit()
    assert euros.words().fr == "€ par mois"
    assert parse_unit("percent").percent
    assert euros.period == "month"
    assert euros.money


def test_only_exact_conversions_exist() -> None:
    month, year, day = (parse_unit(text).unit for text in ("EUR/month", "EUR/year", "EUR/day"))
    assert conversion(month, year) == 12
    assert conversion(year, month) == Fraction(1, 12)
    assert conversion(parse_unit("month").unit, parse_unit("year").unit) == Fraction(1, 12)
    assert conversion(month, day) is None
    assert conversion(month, parse_unit("month").unit) is None
    assert conversion(month, month) == 1
    assert per(year, "month") == month
    assert per(parse_unit("EUR").unit, "month") is None
