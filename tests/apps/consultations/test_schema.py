"""What a definition of a consultation must say, and what it may not."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from mandat.apps.participation.schema import Process
from mandat.apps.participation.schema.contributions import OpinionMap, Survey
from mandat.definitions.folder import read_texts
from tests.apps.consultations.examples import PROCESS
from tests.programmes_folder import texts


def problems(old: str, new: str) -> list[str]:
    assert old in PROCESS
    files = texts() | {"processes/ensemble.yaml": PROCESS.replace(old, new).encode()}
    return [problem.message for problem in read_texts(files).problems]


def process() -> Process:
    found = read_texts(texts() | {"processes/ensemble.yaml": PROCESS.encode()})
    assert found.problems == []
    model = found.of("process")[0].model
    assert isinstance(model, Process)
    return model


def test_a_day_stays_a_day_once_published() -> None:
    """Else a phase would close as its last day begins."""
    again = Process.model_validate(process().model_dump(mode="json"))
    assert again == process()
    assert again.phases[1].closes == dt.date(2026, 12, 15)
    assert again.phases[0].closes == dt.datetime(2026, 11, 30, 12, 0)  # noqa: DTZ001 - a definition writes the hour of Paris


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("when: {mode: [voiture]}", "when: {mode: [fusée]}", "mode"),
        ("when: {mode: [voiture]}", "when: {mode: [avion]}", "when"),
        ("when: {mode: [voiture]}", "when: {note: [un]}", "when"),
        ("{code: pourquoi, type: paragraph", "{code: mode, type: paragraph", "en double"),
        ("type: scale, most: 5", "type: scale", "échelle"),
        ("least: 0, most: 50", "least: 60, most: 50", "dépasse"),
        ("type: choices, label: {fr: Ce qui compte, en: What matters}, most: 2", "type: choices, label: {fr: Ce qui compte, en: What matters}, most: 9", "tant de réponses"),
        ("{code: revenir, type: boolean", "{code: revenir, type: choice", "choices"),
        ("cross: [mode]", "cross: [note]", "cross"),
        ("sensitive_blur_km: 10", "sensitive_blur_km: 1\n    blur_km_: 5", "blur_km_"),
        ("blur_km: 1\n", "blur_km: 20\n", "sensitive_blur_km"),
        ('fr: "Les voitures doivent payer."', 'fr: "Il faut plus de trains."', "en double"),
        ("- code: duree", "- code: objet", "en double"),
        ("type: choice, label", "type: text, label", "choices"),
    ],
)  # fmt: skip
def test_what_cannot_work_is_refused_where_it_is_written(old: str, new: str, said: str) -> None:
    assert any(said in problem for problem in problems(old, new)), problems(old, new)


def test_the_first_questions_are_in_their_order() -> None:
    survey: Any = process().component("enquete")
    assert isinstance(survey, Survey)
    assert [one.code for one in survey.questions][:2] == ["mode", "pourquoi"]
    assert isinstance(process().component("carte"), OpinionMap)
