"""The synthetic history: the same everywhere, fit for its indicators, nobody's, and never written twice."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from mandat import journal
from mandat.apps.demonstration import course, history
from mandat.apps.demonstration.course import END, Planned
from mandat.apps.programme.published import Published
from mandat.apps.programme.rollups import verify
from mandat.facts import Fact
from mandat.kernel.errors import MandatError
from tests.apps.demonstration.conftest import Plan

ASIDE = {
    "programme.milestone_reached.v1",
    "programme.output_declared.v1",
    "programme.output_refused.v1",
    "programme.commitment_suspended.v1",
    "programme.commitment_resumed.v1",
}


def planned(weeks: list[history.Week]) -> Iterator[Planned]:
    for _, items in weeks:
        yield from items


def facts(plan: Plan) -> list[Fact]:
    return [item.fact if item.fill is None else item.fill(item.fact, 0) for item in planned(plan.first)]


def test_the_history_drawn_twice_is_the_same(plan: Plan) -> None:
    def plain(weeks: list[history.Week]) -> list[Any]:
        return [(moment, item.on, item.name, item.after, item.fact) for moment, items in weeks for item in items]

    assert plain(plan.first) == plain(plan.second)
    assert len(plain(plan.first)) > 5_000


def test_every_fact_that_counts_is_accepted_by_the_indicator_of_its_commitment(plan: Plan) -> None:
    for fact in facts(plan):
        [commitment], [measure] = fact.commitments, fact.measures
        indicator = plan.programme.commitments[commitment].indicator
        if fact.kind in ASIDE and fact.kind not in indicator.facts:
            continue
        assert indicator.accepts(fact, measure=measure, commitment=commitment), fact


def test_every_fact_says_what_its_type_asks_for(plan: Plan) -> None:
    for fact in facts(plan):
        fact.type.data.model_validate(fact.data)


def test_every_fact_is_synthetic_and_lies_within_the_mandate_and_the_history(plan: Plan) -> None:
    mandate = plan.programme.programme.mandate
    for fact in facts(plan):
        assert fact.synthetic
        assert mandate.start <= fact.occurred_on <= min(mandate.end, END)


def test_no_fact_is_recorded_before_it_happened_and_moments_only_go_forward(plan: Plan) -> None:
    moments = [moment for moment, _ in plan.first]
    assert moments == sorted(set(moments))
    for moment, items in plan.first:
        assert all(item.fact.occurred_on <= item.on <= moment.date() for item in items)


def test_what_a_fact_needs_is_recorded_before_it(plan: Plan) -> None:
    seen: set[str] = set()
    for _, items in plan.first:
        assert all(item.after in seen for item in items if item.after), "named in the same week or later"
        seen |= {item.name for item in items if item.name}


def test_no_organisation_is_named_but_synthetic_ones(plan: Plan) -> None:
    for fact in facts(plan):
        data = fact.data
        assert re.fullmatch(r"Association synthétique n° \d+", data.get("beneficiary", "Association synthétique n° 1"))
        assert data.get("publisher", "Série synthétique") == "Série synthétique"
        assert not {"awarder", "awarder_siret", "beneficiary_siret", "buyer", "holders"} & data.keys()
        for name in ("purpose", "reason"):
            if fact.kind != "programme.output_refused.v1":
                assert name not in data or "ynthétique" in data[name]
        if fact.kind.startswith("programme.output_") and "title" in data:
            assert "synthétique" in data["title"]


def test_the_history_shows_every_pace(plan: Plan) -> None:
    paces = Counter(item.pace for item in course.courses(plan.programme))
    assert set(paces) == {name for name, _ in course.PACES}


def test_the_course_of_a_commitment_owes_nothing_to_the_others(plan: Plan) -> None:
    assert course.seed_of("mandat/x/1.1") == course.seed_of("mandat/x/1.1") != course.seed_of("mandat/x/1.2")
    assert [c.pace for c in course.courses(plan.programme)] == [c.pace for c in course.courses(plan.programme)]


def texts() -> list[str]:
    return [entry.text for entry in journal.iterate() if not entry.fact.kind.startswith("programme.definition")]


class Cut:
    """``journal.append`` that is interrupted at its n-th call."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, at: int) -> None:
        self.left = at
        self.append = journal.append
        monkeypatch.setattr(journal, "append", self)

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        self.left -= 1
        if self.left == 0:
            self.append(*arguments, **options)  # the transaction is open: what it holds must not stay
            raise KeyboardInterrupt
        return self.append(*arguments, **options)


@pytest.mark.parametrize("week", [1, 2, 17])
def test_a_history_cut_off_goes_on_to_the_same_end(demo: Published, monkeypatch: pytest.MonkeyPatch, week: int) -> None:
    with transaction.atomic():
        history.write_history()
        whole = texts()
        transaction.set_rollback(True)
    (history.settings.VAR / history.DONE).unlink()
    assert not texts()
    with monkeypatch.context() as patch:
        Cut(patch, at=week)
        with pytest.raises(KeyboardInterrupt):
            history.write_history()
    assert not history.written()
    before = len(texts())
    assert before < len(whole)
    steps: list[tuple[int, int]] = []
    assert history.write_history(progress=lambda done, total: steps.append((done, total))) == len(whole) - before
    assert texts() == whole
    assert history.written()
    assert steps[-1][0] == steps[-1][1] == len(steps)
    assert history.write_history() == 0
    assert texts() == whole
    assert verify(demo.code) == []


def test_a_history_of_another_programme_is_not_gone_on_with(demo: Published, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        Cut(patch, at=20)
        with pytest.raises(KeyboardInterrupt):
            history.write_history()
    before = texts()
    with monkeypatch.context() as patch:
        patch.setattr(course, "seed_of", lambda text: 7)
        with pytest.raises(MandatError, match="make clean"):
            history.write_history()
    assert texts() == before


def test_a_mark_left_by_another_database_does_not_stand_for_a_history(demo: Published) -> None:
    mark = history.settings.VAR / history.DONE
    for left in ("100000", "", "whole"):
        mark.write_text(left)
        assert not history.written()
