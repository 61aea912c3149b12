"""Proposals and answers to surveys gathered without network: on the site they are what they would have been, without an account."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.consultations.models import AnswerSet, Consultation, FreeText, SurveyMark
from mandat.apps.consultations.services.day import day_pass
from mandat.apps.desk.adapters import adapter_of
from mandat.apps.desk.models import Carnet, Entry
from mandat.apps.desk.services import bringing, preparing, reconciling
from mandat.apps.desk.services.preparing import Wanted, carnet_prepare
from mandat.apps.participation import definitions
from mandat.apps.participation.models import Participant, Proposal, Support
from mandat.apps.participation.services.supports import support_give
from mandat.apps.programme import published
from mandat.apps.programme.services import programme_load
from mandat.apps.territory.services import territory_import
from mandat.definitions.folder import read_texts
from mandat.kernel.errors import InputError
from tests.apps.consultations.examples import PROCESSES as CONSULTATIONS
from tests.apps.desk.conftest import entry, file_of
from tests.apps.meetings.conftest import STARTS
from tests.apps.participation.examples import PROCESSES
from tests.apps.territory.conftest import small
from tests.programmes_folder import texts

DURING, AFTER = STARTS + dt.timedelta(hours=1), STARTS + dt.timedelta(hours=20)
IDEAS, SURVEY = "mobilites/propositions", "ensemble/enquete"
WORDS = {
    "title": "Un car le dimanche", "text": "Un car le dimanche matin entre le bourg et la gare, toute l'année.", "category": "trains",
    "called": "Odette", "who__birth": "1950-02-03", "who__home": "Orléans",
}  # fmt: skip


@pytest.fixture
def programme(db: None, settings: Any) -> published.Published:
    settings.MANDAT_PROGRAMME = "essai"
    published._read.cache_clear()
    definitions._read.cache_clear()
    files = PROCESSES | CONSULTATIONS
    programme_load(folder=read_texts(texts() | {name: text.encode() for name, text in files.items()}))
    territory_import(reference=small())
    return published.published()


def prepared(agent: User, kind: str, target: str, blanks: int = 10) -> Carnet:
    process = target.partition("/")[0]
    return carnet_prepare(
        actor=agent, title="Marché", place="Place Cujas", event_on=STARTS.date(), process=process,
        sections=[Wanted(kind, target, blanks)],
    )  # fmt: skip


def full(carnet: Carnet, **said: Any) -> dict[str, Any]:
    """What a device writes: every field of the blank, those left alone empty."""
    section = carnet.sections.get()
    fields = adapter_of(section.kind).fields(section.target)
    assert not set(said) - {one.name for one in fields}
    return {one.name: said.get(one.name, False if one.type == "check" else "") for one in fields}


def brought(agent: User, carnet: Carnet, *rows: dict[str, Any], at: dt.datetime = DURING) -> reconciling.Outcome:
    raw = file_of(carnet, *(entry(n, data=full(carnet, **row), at=at) for n, row in enumerate(rows, start=1)))
    upload = bringing.file_bring(actor=agent, carnet=carnet, raw=raw)
    assert upload.wrong == []
    return reconciling.carnet_reconcile(actor=agent, carnet=carnet, sworn=True)


def why(carnet: Carnet) -> list[str]:
    return [one.reason.fr for one in Entry.objects.filter(carnet=carnet).exclude(state="taken").order_by("number")]


def test_a_proposal_of_a_stall_is_published_under_the_name_chosen_without_an_account(
    programme: Any, agent: User, person: Callable[..., User], clock: Any
) -> None:
    carnet = prepared(agent, "proposal", IDEAS)
    clock.move_to(AFTER)
    assert brought(agent, carnet, WORDS) == reconciling.Outcome(1, 0, 0)
    proposal = Proposal.objects.select_related("author").get()
    assert (proposal.title, proposal.category, proposal.state, proposal.author.shown) == (
        "Un car le dimanche", "trains", "published", "Odette",
    )  # fmt: skip
    place = proposal.author
    assert (place.user, place.proof, place.area, place.age_band, place.age_known) == (
        None, "desk", "commune:45234", "75+", 16,
    )  # fmt: skip
    assert Entry.objects.get(carnet=carnet).state == "taken"


def test_two_people_of_a_stall_are_two_participants_and_others_may_support_them(
    programme: Any, agent: User, person: Callable[..., User], clock: Any
) -> None:
    from mandat.apps.participation.services.joining import participant_join

    carnet = prepared(agent, "proposal", IDEAS)
    clock.move_to(AFTER)
    assert brought(agent, carnet, WORDS, {**WORDS, "title": "Un abri à vélos", "category": "velos"}).taken == 2
    assert Participant.objects.filter(user=None).count() == 2
    user = person()
    participant_join(user=user, process="mobilites", commune="45234", birth=dt.date(1990, 5, 4))
    support_give(user=user, reference=Proposal.objects.order_by("pk")[0].reference)
    assert Support.objects.count() == 1


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"who__birth": "2015-01-01"}, "16 ans"),
        ({"who__home": "Atlantis"}, "commune inconnue"),
        ({"text": "Court."}, "il manque"),
        ({"title": "Car"}, "il manque"),
    ],
)
def test_what_the_rules_refuse_on_the_site_is_refused_from_a_carnet(
    programme: Any, agent: User, clock: Any, changed: dict[str, str], said: str
) -> None:
    carnet = prepared(agent, "proposal", IDEAS)
    clock.move_to(AFTER)
    assert brought(agent, carnet, {**WORDS, **changed}) == reconciling.Outcome(0, 1, 0)
    assert said in why(carnet)[0]
    assert not Proposal.objects.exists()
    assert not Participant.objects.exists()


def test_a_title_there_already_and_words_to_be_read_are_settled_by_an_agent(
    programme: Any, agent: User, clock: Any
) -> None:
    carnet = prepared(agent, "proposal", IDEAS)
    clock.move_to(AFTER)
    links = " ".join(f"https://exemple.org/{n}" for n in range(12))
    linked = {**WORDS, "title": "Voyez ces sites", "text": f"Tout est dit là, lisez-le : {links}"}
    outcome = brought(agent, carnet, WORDS, {**WORDS, "title": "UN CAR le dimanche"}, linked)
    assert (outcome.taken, outcome.refused, outcome.conflicts) == (1, 0, 2)
    same, read = why(carnet)
    assert "porte déjà ce titre" in same
    assert "à lire d'abord" in read
    assert Proposal.objects.count() == 1
    last = Entry.objects.get(carnet=carnet, number=3)
    reconciling.conflict_settle(actor=agent, entry=last, choice="take", reason="Lu : les liens sont ceux de la mairie.")
    assert Proposal.objects.get(title="Voyez ces sites").state == "published"


def test_a_proposal_out_of_time_is_refused(programme: Any, agent: User, clock: Any) -> None:
    carnet = prepared(agent, "proposal", IDEAS)
    clock.move_to(dt.datetime(2026, 12, 3, 9, 0, tzinfo=dt.UTC))
    late = dt.datetime(2026, 12, 2, 9, 0, tzinfo=dt.UTC)
    assert brought(agent, carnet, WORDS, at=late).refused == 1
    assert "après la clôture" in why(carnet)[0]


ANSWERS = {
    "mode": "voiture", "pourquoi": "Pas de car le soir.", "raisons__temps": True, "raisons__prix": True, "ordre__c": "1", "ordre__a": "2",
    "note": "4", "avis__gare": "bien", "avis__bus": "mal", "nombre": "12", "commune": "Orléans", "jour": "2026-10-03", "revenir": "yes",
}  # fmt: skip


def test_a_survey_on_paper_goes_in_the_box_as_one_of_the_site_would(programme: Any, agent: User, clock: Any) -> None:
    carnet = prepared(agent, "survey", SURVEY)
    assert "courriel" not in str(carnet.package), "personal questions are asked on the site alone"
    clock.move_to(AFTER)
    assert brought(agent, carnet, ANSWERS, {"mode": "train"}) == reconciling.Outcome(2, 0, 0)
    whole = next(one for one in AnswerSet.objects.order_by("key") if one.answers["mode"] == "voiture")
    assert whole.answers == {
        "mode": "voiture", "pourquoi": "Pas de car le soir.", "raisons": ["prix", "temps"], "ordre": ["c", "a"], "note": 4,
        "avis": {"gare": "bien", "bus": "mal"}, "nombre": 12, "commune": "45234", "jour": "2026-10-03", "revenir": "yes",
    }  # fmt: skip
    assert whole.author is None
    assert not SurveyMark.objects.exists()
    assert FreeText.objects.get().shown == "waiting"
    clock.move_to(dt.datetime(2026, 11, 30, 12, 0, tzinfo=dt.UTC))
    day_pass()
    assert Consultation.objects.get(component="enquete").people == 2
    assert any(one.fact.kind == "consultations.closed.v1" for one in journal.iterate(programme="essai"))


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"note": "4"}, "il manque une réponse"),
        ({"mode": "train", "nombre": "51"}, "de 0 à 50"),
        ({"mode": "train", "ordre__a": "1", "ordre__b": "1"}, "deux fois le même rang"),
        (
            {"mode": "train", "raisons__prix": True, "raisons__temps": True, "raisons__confort": True},
            "2 réponses au plus",
        ),
        ({"mode": "train", "commune": "Nulle part"}, "commune inconnue"),
        ({"mode": "train", "pourquoi": "La voiture me plaît."}, ""),
    ],
)
def test_answers_are_checked_as_the_site_checks_them(
    programme: Any, agent: User, clock: Any, row: dict[str, Any], said: str
) -> None:
    carnet = prepared(agent, "survey", SURVEY)
    clock.move_to(AFTER)
    outcome = brought(agent, carnet, row)
    if said:
        assert (outcome.taken, outcome.refused) == (0, 1)
        assert said in why(carnet)[0]
        assert not AnswerSet.objects.exists()
    else:
        # An answer to a question that was not to be asked is left out, the others stay.
        assert AnswerSet.objects.get().answers == {"mode": "train"}


def test_a_file_brought_twice_fills_the_box_once(programme: Any, agent: User, clock: Any) -> None:
    carnet = prepared(agent, "survey", SURVEY)
    clock.move_to(AFTER)
    raw = file_of(carnet, entry(1, data=full(carnet, mode="train")))
    for _ in range(2):
        bringing.file_bring(actor=agent, carnet=carnet, raw=raw)
        reconciling.carnet_reconcile(actor=agent, carnet=carnet, sworn=True)
    assert AnswerSet.objects.count() == 1


def test_only_what_is_open_is_offered_and_only_those_of_the_process(programme: Any, agent: User, clock: Any) -> None:
    offered = {kind: [one.code for one in targets] for kind, _, targets in preparing.offered("", "")}
    assert IDEAS in offered["proposal"]
    assert offered["survey"] == [SURVEY]
    assert "survey" not in {kind for kind, _, _ in preparing.offered("mobilites", "")}
    clock.move_to(dt.datetime(2027, 3, 1, 9, 0, tzinfo=dt.UTC))
    assert IDEAS not in [one.code for kind, _, targets in preparing.offered("", "") for one in targets]


def test_a_blank_of_a_component_that_is_gone_is_refused(programme: Any, agent: User) -> None:
    with pytest.raises(InputError, match="ne se recueille pas ici"):
        prepared(agent, "proposal", "mobilites/debat")
    with pytest.raises(InputError, match="n'existe plus"):
        adapter_of("proposal").fields("mobilites/debat")
