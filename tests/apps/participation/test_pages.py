"""Pages of processes: what everyone reads, and what the rules say in plain words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from mandat.apps.accounts.models import User
from mandat.apps.participation.services.running import processes_run
from tests.apps.participation.conftest import load

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("territory")]


def text(response: Any) -> str:
    assert response.status_code == 200, response.status_code
    return str(response.content.decode()).replace("\u202f", " ").replace("\u00a0", " ").replace("&#x27;", "’")


def test_the_list_shows_what_is_open_first(client: Client, monday_of_november: Any) -> None:
    page = text(client.get("/processus/"))
    assert "Ouvert maintenant" in page
    assert page.index("Nos mobilités") < page.index("Parole des jeunes"), "what ends soonest comes first"
    monday_of_november.move_to(dt.datetime(2027, 3, 1, tzinfo=dt.UTC))
    page = text(client.get("/processus/"))
    assert page.index("Parole des jeunes") < page.index("Nos mobilités"), "closed ones come last"


def test_the_list_is_filtered_by_what_one_can_do_now(client: Client) -> None:
    assert "Parole des jeunes" not in text(client.get("/processus/?faire=debate"))
    assert "Nos mobilités" in text(client.get("/processus/?faire=debate"))
    assert "Nos mobilités" not in text(client.get("/processus/?faire=vote")), "the vote comes later"
    assert "Nos mobilités" in text(client.get("/processus/?quoi=vote"))
    assert "Parole des jeunes" not in text(client.get("/processus/?mesure=1"))
    assert "Nos mobilités" in text(client.get("/processus/?lieu=Orléans"))
    assert "Nos mobilités" not in text(client.get("/processus/?lieu=Nulle-Part"))


def test_a_process_page_says_the_stakes_the_rules_and_the_phases(client: Client) -> None:
    page = text(client.get("/participer/mobilites/"))
    for said in (
        "L’offre de 2028 en dépend", "À partir de 16 ans", "Centre-Val de Loire",
        "Au plus 3 propositions par personne", "À 3 soutiens", "sous 60 jours", "Idées", "Choix", "Conseil",
    ):  # fmt: skip
        assert said in page.replace("&#39;", "’").replace("'", "’"), said
    assert "Put these dates" not in page


def test_a_process_page_reads_in_english(client: Client) -> None:
    page = text(client.get("/en/participer/mobilites/"))
    assert "Our mobility" in page
    assert "What is at stake" in page


def test_an_unknown_process_is_not_found(client: Client) -> None:
    assert client.get("/participer/inconnu/").status_code == 404
    assert client.get("/participer/mobilites/inconnue/").status_code == 404


def test_the_phases_go_to_a_calendar(client: Client) -> None:
    response = client.get("/participer/mobilites/calendrier.ics")
    assert response["Content-Type"].startswith("text/calendar")
    content = response.content.decode()
    assert content.count("BEGIN:VEVENT") == 3
    assert "DTSTART:20260930T220000Z" in content
    assert "DTEND:20270131T110000Z" in content, "the vote ends at noon of Paris"


def test_pages_with_live_figures_are_never_kept_by_shared_caches(client: Client) -> None:
    for path in ("/processus/", "/participer/mobilites/", "/participer/mobilites/regles/"):
        assert "private" in client.get(path)["Cache-Control"]


def test_statements_of_the_process_page_are_bounded(
    client: Client, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    client.get("/participer/mobilites/")
    with django_assert_max_num_queries(14):
        client.get("/participer/mobilites/")
    with django_assert_max_num_queries(9):
        client.get("/processus/")


def test_rules_that_wait_are_shown_old_and_new(client: Client, participant: Callable[..., Any]) -> None:
    from mandat.apps.participation.definitions import published_process
    from mandat.apps.participation.services.running import contributed
    from tests.apps.participation.examples import MOBILITY

    contributed(published_process("mobilites"))
    load(mobilites=MOBILITY.replace("threshold: 3", "threshold: 30"))
    assert published_process("mobilites").ref.version == 1
    page = text(client.get("/participer/mobilites/regles/"))
    assert "supports.threshold" in page
    assert "<del>3</del>" in page
    assert "<ins>30</ins>" in page


def test_joining_asks_once_and_keeps_no_birth_date(client: Client, person: Callable[..., User]) -> None:
    user = person()
    client.force_login(user)
    form = client.get("/participer/mobilites/prendre-part/")
    assert "Date de naissance" in text(form)
    given = {"commune": "Orléans", "birth": "2001-02-03", "pseudonym": "Ada", "gender": "women"}
    answer = client.post("/participer/mobilites/prendre-part/", given)
    assert answer.status_code == 302
    from mandat.apps.participation.models import Participant

    place = Participant.objects.get()
    assert (place.area, place.age_band, place.age_known, place.pseudonym) == ("commune:45234", "25-39", 16, "Ada")
    assert "2001" not in str(place.__dict__)
    assert "Vous participez" in text(client.get("/participer/mobilites/"))


def test_joining_refuses_with_a_reason_and_what_to_do(client: Client, person: Callable[..., User]) -> None:
    client.force_login(person())
    answer = client.post("/participer/mobilites/prendre-part/", {"commune": "Orléans", "birth": "2015-02-03"})
    assert answer.status_code == 422
    assert "16" in answer.content.decode()
    from mandat.apps.participation.models import Participant

    assert not Participant.objects.exists()


def test_processes_run_opens_and_closes_once(monday_of_november: Any) -> None:
    assert processes_run() == {"opened": 2, "phases": 2, "closed": 0}
    assert processes_run() == {"opened": 0, "phases": 0, "closed": 0}
    monday_of_november.move_to(dt.datetime(2027, 1, 31, 10, 59, 59, tzinfo=dt.UTC))
    assert processes_run() == {"opened": 0, "phases": 2, "closed": 0}
    monday_of_november.move_to(dt.datetime(2027, 1, 31, 11, 0, 0, tzinfo=dt.UTC))
    assert processes_run()["closed"] == 1


def test_what_is_open_is_a_button_with_its_last_day_and_what_is_over_says_since_when(
    client: Client, monday_of_november: Any
) -> None:
    page = text(client.get("/participer/mobilites/"))
    card = page.split("Vos propositions</a></h3>")[1].split("</li>")[0]
    assert "jusqu’au 30 novembre 2026" in card
    assert '<a class="button" href="/participer/mobilites/propositions/">Proposer et soutenir</a>' in card
    monday_of_november.move_to(dt.datetime(2026, 12, 3, tzinfo=dt.UTC))
    page = text(client.get("/participer/mobilites/"))
    assert 'class="button" href="/participer/mobilites/propositions/"' not in page
    assert "clos depuis la fin du 30 novembre 2026" in text(client.get("/participer/mobilites/propositions/"))
    assert "Réponse publique sous 90 jours, due par : " in page


def test_a_date_of_birth_that_is_needed_is_not_called_optional(client: Client, person: Callable[..., User]) -> None:
    client.force_login(person())
    form = text(client.get("/participer/mobilites/prendre-part/"))
    label = form.split("Date de naissance")[1].split("</label>")[0]
    assert "facultatif" not in label
    answer = client.post("/participer/mobilites/prendre-part/", {"commune": "Orléans"})
    assert answer.status_code == 422
    assert answer.content.decode().replace("\u00a0", " ").count("ce processus a une condition d’âge") >= 1
