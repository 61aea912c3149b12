"""« Participer » : what is open and until when, in few statements, and every list within two clicks from the home page."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.answers.services import duties
from mandat.apps.ballots.choices import Option
from mandat.apps.ballots.models import Poll, Roll
from mandat.apps.ballots.services import polls, rolls
from mandat.apps.bodies.models import Session
from mandat.apps.meetings.services.meetings import meeting_create
from mandat.apps.participation import openings
from mandat.apps.petitions.machine import State
from mandat.apps.petitions.models import Petition
from mandat.kernel.text import Text
from tests.apps.ballots import examples
from tests.apps.participation.conftest import load
from tests.apps.participation.examples import MOBILITY
from tests.apps.participation.test_pages import text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("territory")]

DAY = dt.timedelta(days=1)
#: Every public list of participation.
LISTS = (
    "participation:list", "ballots:list", "petitions:list", "petitions:referendums", "budgeting:budgets", "panels:panels", "meetings:list",
    "meetings:all_series", "answers:duties", "bodies:bodies", "mediation:about", "community:charter",
)  # fmt: skip


def hub(client: Client) -> str:
    return text(client.get("/participer/"))


def section(page: str, name: str) -> str:
    """The words of one section, or nothing where it is not there."""
    found = re.search(rf'<section class="section" aria-labelledby="{name}">(.*?)</section>', page, re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", found[1]).split()) if found else ""


@pytest.fixture
def roll() -> Roll:
    return rolls.roll_open(process="ailleurs", title=Text("Le plan vélo", "The bicycle plan"), programme="essai")


def poll(roll: Roll, actor: User, code: str, *, opens: dt.timedelta, closes: dt.timedelta) -> Poll:
    at = timezone.now()
    return polls.poll_open(
        actor=actor, roll=roll, code=code, title=Text(f"Vote {code}", f"Vote {code}"), question=Text("Que choisir ?", "What?"),
        rules=examples.rules("single"), options=examples.options("single"), opens_at=at + opens, closes_at=at + closes, source=f"essai:{code}",
    )  # fmt: skip


def petition(title: str, *, closes: dt.timedelta = 9 * DAY, **changes: Any) -> Petition:
    at = timezone.now()
    values: dict[str, Any] = {
        "programme": "essai", "process": "droit", "component": "petitions", "process_version": 1, "basis": "house", "title": title,
        "state": State.OPEN, "created_at": at, "saved_at": at, "opened_at": at - DAY, "closes_at": at + closes, "total": 1234,
    }  # fmt: skip
    return Petition.objects.create(**(values | changes))


def meeting(actor: User, title: str, *, at: dt.timedelta = 3 * DAY) -> Any:
    begins = timezone.now() + at
    return meeting_create(
        actor=actor, title=Text(title, title), kind="meeting", starts_at=begins, ends_at=begins + dt.timedelta(hours=2),
        place="Salle des fêtes", commune="45234", places=20,
    )  # fmt: skip


def session(number: int, *, public: bool = True) -> Session:
    at = timezone.now()
    return Session.objects.create(
        programme="essai", body="conseil", year=2026, number=number, starts_at=at + 5 * DAY, place="Hôtel de région", public=public, convened_at=at
    )  # fmt: skip


def test_what_a_process_opens_is_there_with_its_last_day(client: Client) -> None:
    said = section(hub(client), "act-propose")
    assert said.startswith("Proposer et débattre Tous les processus")
    assert "Jusqu’au 30 novembre 2026 Nos mobilités – Vos propositions Proposer et soutenir" in said
    assert said.index("– Débat") < said.index("– Idées"), "what has no end comes last"
    assert "À tout moment Parole des jeunes – Idées" in said


def test_a_vote_of_a_later_phase_is_announced_and_leads_to_its_page(client: Client, monday_of_november: Any) -> None:
    page = hub(client)
    assert "Ouvre le 15 janvier 2027 Nos mobilités – Vote" in section(page, "coming")
    assert 'href="/participer/mobilites/vote/"' in page
    assert not section(page, "act-vote")
    monday_of_november.move_to(dt.datetime(2027, 1, 20, tzinfo=dt.UTC))
    page = hub(client)
    assert not section(page, "coming"), "once open, the vote is said by the app that holds it"
    assert "Nos mobilités" not in section(page, "act-propose")


def test_a_phase_of_next_year_is_not_announced_yet(client: Client) -> None:
    load(mobilites=MOBILITY.replace("2027-01-", "2028-01-"))
    assert not section(hub(client), "coming")


def test_votes_are_told_by_their_end_and_say_nothing_of_what_was_voted(client: Client, roll: Roll, agent: User) -> None:
    poll(roll, agent, "long", opens=-DAY, closes=40 * DAY)
    poll(roll, agent, "court", opens=-DAY, closes=DAY)
    poll(roll, agent, "demain", opens=DAY, closes=3 * DAY)
    poll(roll, agent, "fini", opens=-9 * DAY, closes=-DAY)
    page = hub(client)
    said = section(page, "act-vote")
    assert said.index("Vote court") < said.index("Vote long")
    assert "Jusqu’au 3 novembre 2026 à 10 h 00 encore 1 jour Vote court Le plan vélo · Que choisir ?" in said
    assert "encore" not in said.split("Vote court")[1], "five weeks are not a hurry"
    assert "Vote demain" in section(page, "coming")
    assert "Vote fini" not in page
    assert "votant" not in said


def test_a_poll_made_ahead_of_its_phase_is_announced_once(client: Client, roll: Roll, agent: User) -> None:
    at = dt.datetime(2027, 1, 15, tzinfo=dt.UTC)
    polls.poll_open(
        actor=agent, roll=roll, code="vote", title=Text("Le choix", "The choice"), question=None, rules=examples.rules("single"),
        options=[Option("a", Text("A", "A")), Option("b", Text("B", "B"))], opens_at=at, closes_at=at + DAY, source="process:mobilites/vote",
    )  # fmt: skip
    said = section(hub(client), "coming")
    assert "Le choix" in said
    assert "Nos mobilités" not in said


def test_petitions_to_sign_are_there_and_no_others(client: Client) -> None:
    petition("Des cars le dimanche", closes=2 * DAY)
    petition("Déjà close", closes=-DAY)
    petition("Cachée", hidden=True)
    petition("En examen", state=State.EXAMINATION, opened_at=None, closes_at=None)
    said = section(hub(client), "act-sign")
    assert "Des cars le dimanche 1 234 signatures" in said
    assert "encore 2 jours" in said
    assert not re.search("close |Cachée|examen", said)


def test_meetings_and_public_sessions_are_told_by_their_hour(client: Client, agent: User) -> None:
    meeting(agent, "Atelier du rail")
    session(1)
    session(2, public=False)
    said = section(hub(client), "act-come")
    assert "5 novembre 2026 à 10 h 00 Atelier du rail Salle des fêtes, Orléans" in said
    assert said.count("Séance publique") == 1


def test_the_last_day_is_said(client: Client, monday_of_november: Any) -> None:
    monday_of_november.move_to(dt.datetime(2026, 11, 30, 20, tzinfo=dt.UTC))
    assert "dernier jour Nos mobilités – Vos propositions" in section(hub(client), "act-propose")
    monday_of_november.move_to(dt.datetime(2026, 11, 30, 23, tzinfo=dt.UTC))
    assert "Vos propositions" not in section(hub(client), "act-propose"), "midnight of Paris"


def test_nothing_open_says_so_and_lists_stay(client: Client) -> None:
    from mandat.apps.programme.services import programme_load
    from mandat.definitions.folder import read_texts
    from tests.programmes_folder import texts

    programme_load(folder=read_texts(texts()))
    page = hub(client)
    assert "Rien n’est ouvert aujourd’hui" in page
    assert "Tout retrouver" in page


def test_the_page_reads_in_english(client: Client) -> None:
    page = text(client.get("/en/participer/"))
    assert "Propose and debate" in page
    assert "until 30 November 2026" in page.lower().replace("november", "November")
    assert "Ouvert" not in page


def test_statements_do_not_grow_with_what_there_is(client: Client, roll: Roll, agent: User) -> None:
    def fill(first: int, count: int) -> None:
        for n in range(first, first + count):
            poll(roll, agent, f"v{n}", opens=-DAY, closes=(n + 1) * DAY)
            petition(f"Pétition {n}")
            meeting(agent, f"Rencontre {n}")
            session(n + 1)

    def statements() -> int:
        hub(client)
        with CaptureQueriesContext(connection) as queries:
            hub(client)
        return len(queries)

    fill(0, 2)
    few = statements()
    fill(2, 10)
    assert statements() == few
    assert few <= 12
    assert section(hub(client), "act-vote").count("Vote v") == 6, "at most six of each"


def test_a_visitor_may_be_shown_the_page_of_another_shortly_and_an_account_may_not(client: Client, agent: User) -> None:
    assert "s-maxage=30" in client.get("/participer/")["Cache-Control"]
    client.force_login(agent)
    assert "s-maxage" not in client.get("/participer/").get("Cache-Control", "")


def links(page: str) -> set[str]:
    return {one.split("#")[0].split("?")[0] for one in re.findall(r'href="(/[^"]*)"', page)}


def test_every_list_is_two_clicks_from_the_home_page(client: Client) -> None:
    home = links(text(client.get("/")))
    assert "/participer/" in home
    within = home | links(hub(client))
    for name in LISTS:
        url = reverse(name)
        assert url in within, name
        page = client.get(url)
        assert page.status_code == 200, name
        current = re.search(r'<a href="([^"]+)" aria-current="(?:true|page)"', page.content.decode())
        assert current, f"{name}: the menu says where one is"


def test_overdue_answers_are_on_the_home_page_and_counted_here(client: Client) -> None:
    assert "en retard" not in section(hub(client), "everything")
    for n in range(7):
        duties.owe(
            kind="proposal", source=f"proposal:{n}", title=Text(f"Demande {n}", f"Request {n}"), url="/participer/", body="conseil",
            due_on=timezone.localdate() - (n + 1) * DAY, owed_on=timezone.localdate() - 40 * DAY,
        )  # fmt: skip
    assert "7 réponses en retard" in section(hub(client), "everything")
    said = section(text(client.get("/")), "overdue")
    assert said.startswith("7 réponses")
    assert said.index("Demande 6") < said.index("Demande 5"), "the oldest first"
    assert "Demande 1" not in said, "five at most"
    assert "Request 6" in section(text(client.get("/en/")), "overdue")


@pytest.mark.parametrize(
    ("whole", "part", "said"),
    [
        ("Ma solution pour le climat", "Les idées", "Ma solution pour le climat – Les idées"),
        ("Réécrire la charte des engagements", "La charte des engagements", "Réécrire la charte des engagements"),
        ("Nos mobilités", "Nos mobilités en carte", "Nos mobilités en carte"),
        (
            "L'enveloppe participative de la culture, 2026",
            "L'enveloppe",
            "L'enveloppe participative de la culture, 2026",
        ),
    ],
)
def test_a_component_is_named_with_its_process_and_no_word_twice(whole: str, part: str, said: str) -> None:
    assert openings._named(whole, part) == said
