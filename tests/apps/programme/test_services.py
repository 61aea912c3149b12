"""Acts check who acts and what they say, append their facts, and move the figures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.programme import rollups, services
from mandat.apps.programme.models import DecisionDocument, Declaration, Figure
from mandat.apps.programme.published import Published
from mandat.apps.programme.standing import course, measure_standing, standings
from mandat.engines.indicators.status import Status
from mandat.kernel.errors import InputError

DAY = dt.date(2024, 5, 13)
Person = Callable[..., User]


def declare(actor: User, **changes: Any) -> Declaration:
    values: dict[str, Any] = {
        "actor": actor,
        "on": DAY,
        "commitment": "1.1",
        "title": "Promotion 2024",
        "quantity": Decimal(40),
        "unit": "doctor",
        "area": "commune:37261",
        "evidence_url": "https://example.org/preuve",
    }
    return services.output_declare(**{**values, **changes})


def test_a_declared_output_counts_only_once_another_agent_confirms_it(programme: Published, person: Person) -> None:
    first, second = person("agent"), person("agent")
    declaration = declare(first)
    assert measure_standing(programme, 1).commitments[0].value.value is None
    with pytest.raises(InputError, match="autre personne"):
        services.output_confirm(actor=first, declaration=declaration)
    entry = services.output_confirm(actor=second, declaration=declaration)
    assert entry.fact.data["declared"] == declaration.fact_index
    assert entry.fact.definition == programme.ref("commitment", "1.1")
    assert measure_standing(programme, 1).commitments[0].value.value == 40
    with pytest.raises(InputError, match="déjà traitée"):
        services.output_confirm(actor=second, declaration=declaration)


def test_a_refused_output_never_counts_and_says_why(programme: Published, person: Person) -> None:
    declaration = declare(person("agent"))
    second = person("agent")
    with pytest.raises(InputError, match="motivé"):
        services.output_refuse(actor=second, declaration=declaration, reason=" ")
    entry = services.output_refuse(actor=second, declaration=declaration, reason="Preuve illisible")
    assert entry.fact.data["reason"] == "Preuve illisible"
    assert measure_standing(programme, 1).commitments[0].value.value is None


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"on": dt.date(2999, 1, 1)}, "futur"),
        ({"on": dt.date(2020, 1, 1)}, "précède le mandat"),
        ({"commitment": "9.9"}, "engagement inconnu"),
        ({"quantity": Decimal(-1)}, "négative"),
        ({"unit": "docteur"}, "unité inconnue"),
        ({"area": "Tours"}, "territoire invalide"),
        ({"title": " "}, "réalisé"),
        ({"evidence_url": ""}, "preuve"),
        ({"breakdowns": {"gender": {"women": -1}}}, "effectif"),
    ],
)
def test_a_bad_declaration_is_refused_and_leaves_nothing(
    programme: Published, person: Person, changes: dict[str, Any], word: str
) -> None:
    before = journal.count(programme="essai")
    with pytest.raises(InputError, match=word):
        declare(person("agent"), **changes)
    assert journal.count(programme="essai") == before
    assert not Declaration.objects.exists()


@pytest.mark.parametrize("role", ["inhabitant", "member", "elected", "auditor"])
def test_who_is_no_agent_declares_nothing(programme: Published, person: Person, role: str) -> None:
    with pytest.raises(PermissionDenied):
        declare(person(role))


def test_a_decision_is_recorded_once_with_its_document(programme: Published, person: Person) -> None:
    agent = person("agent")
    document = SimpleUploadedFile("deliberation.pdf", b"%PDF-1.7 essai")
    values: dict[str, Any] = {
        "actor": agent,
        "on": DAY,
        "form": "deliberation",
        "number": "24.01.02",
        "title": "Convention",
        "commitments": ("1.1",),
    }
    entry = services.decision_record(**values, document=document)
    assert entry.fact.measures == (1,)
    assert DecisionDocument.objects.get().sha256 == entry.fact.data["document_sha256"]
    with pytest.raises(InputError, match="déjà enregistré"):
        services.decision_record(**values)


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("a.pdf", b"", "vide"),
        ("a.exe", b"MZ", "refusé"),
        ("a.pdf", b"<script>alert(1)</script>", "refusé"),
        ("a.png", b"%PDF-1.7", "refusé"),
    ],
)
def test_a_document_that_is_not_what_it_says_is_refused(
    programme: Published, person: Person, name: str, content: bytes, word: str
) -> None:
    with pytest.raises(InputError, match=word):
        declare(person("agent"), evidence=SimpleUploadedFile(name, content))


def test_a_milestone_is_reached_once(programme: Published, person: Person) -> None:
    agent = person("agent")
    services.milestone_reach(actor=agent, on=DAY, commitment="1.1", milestone="convention")
    assert course(programme, "1.1").milestones == {"convention": DAY}
    assert measure_standing(programme, 1).commitments[0].milestones == {"convention": DAY}
    with pytest.raises(InputError, match="déjà enregistré"):
        services.milestone_reach(actor=agent, on=DAY, commitment="1.1", milestone="convention")
    with pytest.raises(InputError, match="jalon inconnu"):
        services.milestone_reach(actor=agent, on=DAY, commitment="1.1", milestone="autre")


def test_a_commitment_is_suspended_with_a_reason_and_resumed(programme: Published, person: Person) -> None:
    elected = person("elected")
    with pytest.raises(InputError, match="motif"):
        services.commitment_suspend(actor=elected, commitment="1.1", on=DAY, reason="non")
    services.commitment_suspend(actor=elected, commitment="1.1", on=DAY, reason="Le financement manque cette année.")
    assert standings(programme)[1].commitments[0].status is Status.SUSPENDED
    services.commitment_resume(
        actor=elected, commitment="1.1", on=DAY + dt.timedelta(days=30), reason="Le financement est revenu."
    )
    assert standings(programme)[1].commitments[0].status is not Status.SUSPENDED


def test_a_withdrawn_fact_no_longer_counts_and_stays_readable(programme: Published, person: Person) -> None:
    agent = person("agent")
    entry = services.output_confirm(actor=person("agent"), declaration=declare(agent))
    services.fact_withdraw(actor=agent, index=entry.index, reason="Comptée deux fois par erreur.")
    assert measure_standing(programme, 1).commitments[0].value.value is None
    kept = journal.entry(entry.index)
    assert kept is not None
    assert kept.replaced_by is not None
    with pytest.raises(InputError):
        services.fact_withdraw(actor=agent, index=entry.index, reason="Une seconde fois par erreur.")
    with pytest.raises(InputError, match="pas de fait"):
        services.fact_withdraw(actor=agent, index=10**9, reason="Ce fait n'existe pas du tout.")


def test_coverage_weighs_the_population_of_the_areas(programme: Published, person: Person) -> None:
    agent, other = person("agent"), person("agent")
    for area in ("commune:37261", "epci:243700754"):
        services.output_confirm(
            actor=other,
            declaration=declare(agent, commitment="1.2", unit="site", output="house", area=area, quantity=Decimal(1)),
        )
    part = measure_standing(programme, 1).commitments[1]
    assert part.value.value == 90
    assert [value for _, value in course(programme, "1.2").value.series] == [90]


def test_figures_kept_up_are_those_rebuilt(programme: Published, person: Person) -> None:
    agent, other = person("agent"), person("agent")
    for quantity in (1, 2, 3):
        entry = services.output_confirm(actor=other, declaration=declare(agent, quantity=Decimal(quantity)))
    services.fact_withdraw(actor=agent, index=entry.index, reason="Comptée deux fois par erreur.")
    before = measure_standing(programme, 1).commitments[0].value
    assert rollups.verify("essai") == []
    rollups.rebuild("essai")
    assert measure_standing(programme, 1).commitments[0].value == before
    assert before.value == 3


def test_a_new_indicator_is_computed_from_the_facts_already_there(programme: Published, person: Person) -> None:
    from mandat.definitions.folder import read_texts
    from tests.programmes_folder import CHAPTER, texts

    services.output_confirm(actor=person("agent"), declaration=declare(person("agent")))
    changed = CHAPTER.replace("aggregate: sum\n          of: quantity", "aggregate: count", 1)
    assert changed != CHAPTER
    services.programme_load(folder=read_texts(texts(chapter=changed)))
    from mandat.apps.programme.published import published

    assert measure_standing(published(), 1).commitments[0].value.value == 1


@pytest.mark.parametrize("changes", [{"value": 41_000_000}, {"facts": 2}, {"years": {"2024": 1}}])
def test_a_figure_that_is_not_that_of_its_facts_is_named(
    programme: Published, person: Person, changes: dict[str, Any]
) -> None:
    services.output_confirm(actor=person("agent"), declaration=declare(person("agent")))
    assert rollups.verify("essai") == []
    Figure.objects.filter(commitment="1.1").update(**changes)
    assert rollups.verify("essai") == ["1.1"]
    rollups.rebuild("essai")
    assert rollups.verify("essai") == []


def test_a_milestone_withdrawn_by_mistake_is_reached_again(programme: Published, person: Person) -> None:
    agent = person("agent")
    values: dict[str, Any] = {"actor": agent, "on": DAY, "commitment": "1.1", "milestone": "convention"}
    first = services.milestone_reach(**values)
    services.fact_withdraw(actor=agent, index=first.index, reason="Signée plus tard en vérité.")
    assert course(programme, "1.1").milestones == {}
    services.milestone_reach(**values)
    assert course(programme, "1.1").milestones == {"convention": DAY}
    with pytest.raises(InputError, match="déjà enregistré"):
        services.milestone_reach(**values)


@pytest.mark.parametrize("window", ["all", "year"])
def test_the_course_of_different_values_is_that_of_the_cells(programme: Published, person: Person, window: str) -> None:
    from mandat.apps.programme.published import published
    from mandat.apps.programme.rollups import cells_of
    from mandat.definitions.folder import read_texts
    from mandat.engines.indicators.value import read
    from tests.programmes_folder import CHAPTER, texts

    changed = CHAPTER.replace(
        "aggregate: sum\n          of: quantity",
        f"aggregate: distinct\n          of: area\n          window: {window}",
        1,
    )
    if window == "year":
        changed = changed.replace("promised: true, baseline: 0}", "promised: true, each: year}", 1)
    services.programme_load(folder=read_texts(texts(chapter=changed)))
    agent, other = person("agent"), person("agent")
    for day, area in ((1, "commune:37261"), (3, "commune:18033"), (9, "commune:37261"), (400, "commune:37261")):
        services.output_confirm(
            actor=other, declaration=declare(agent, on=dt.date(2022, 3, 1) + dt.timedelta(days=day), area=area)
        )
    current = published()
    for as_of in (dt.date(2022, 3, 3), dt.date(2022, 12, 31), dt.date(2023, 6, 1)):
        found = course(current, "1.1", as_of=as_of).value
        assert found == read(current.commitments["1.1"].indicator, cells_of("essai", "1.1"), as_of=as_of)
