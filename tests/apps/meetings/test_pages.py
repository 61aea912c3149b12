"""Pages of meetings: found, booked, run, and closed to whoever may not."""

from __future__ import annotations

import datetime as dt
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from mandat.apps.accounts.models import User
from mandat.apps.meetings.models import Booking, Meeting
from mandat.apps.meetings.services import attending, places
from mandat.apps.meetings.services.meetings import meeting_cancel
from mandat.kernel.text import Text
from tests.apps.meetings.conftest import STARTS

People = Callable[..., User]
Announce = Callable[..., Meeting]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def demo(settings: Any) -> None:
    """No second factor in the way."""
    settings.MANDAT_DEMO = True


def signed(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(client: Client, url: str, status: int = 200) -> str:
    response = client.get(url)
    assert response.status_code == status, response.content[:300]
    return response.content.decode()


def test_the_calendar_shows_the_month_of_the_next_meeting_day_by_day(announce: Announce) -> None:
    announce()
    said = page(Client(), "/rencontres/")
    assert "Novembre\u00a02026" in said.replace(" 2026", "\u00a02026")
    assert "Débattre sans se fâcher" in said
    assert "3 places libres sur 3" in said
    assert 'datetime="2026-11-12"' in said
    assert "Débattre" not in page(Client(), "/rencontres/?mois=2026-12")


def test_days_past_are_folded_unless_the_whole_month_is_over(announce: Announce, clock: Any) -> None:
    announce()
    announce(
        title=Text("Plus tard", "Later"),
        starts_at=STARTS + dt.timedelta(days=3),
        ends_at=STARTS + dt.timedelta(days=3, hours=2),
    )
    clock.move_to(STARTS + dt.timedelta(days=1))
    said = page(Client(), "/rencontres/").replace("\u00a0", " ")
    assert (
        said.index("Plus tôt ce mois-ci : 1 jour")
        < said.index("Débattre")
        < said.index("</details>")
        < said.index("Plus tard")
    )
    assert re.search(r"[0-9]{1,2} h 00 à [0-9]{1,2} h 00", said)
    clock.move_to(STARTS + dt.timedelta(days=40))
    said = page(Client(), "/rencontres/?mois=2026-11")
    assert "Plus tôt ce mois-ci" not in said
    assert "Débattre" in said


@pytest.mark.parametrize(
    ("query", "found"),
    [("genre=training", True), ("genre=visit", False), ("mesure=1", True), ("mesure=2", False), ("lieu=departement:18", True), ("lieu=departement:45", False)],
)  # fmt: skip
def test_filters_narrow_the_calendar_its_file_and_its_feed(announce: Announce, query: str, found: bool) -> None:
    announce()
    for url in ("/rencontres/", "/rencontres/agenda.ics", "/rencontres/flux.atom"):
        said = page(Client(), f"{url}?{query}&mois=2026-11" if url == "/rencontres/" else f"{url}?{query}")
        assert ("Débattre" in said) is found


@pytest.mark.parametrize(
    "query", ["mois=2026-13", "mois=0000-00", "lieu=%00", "mesure=abc", "genre=<script>", "lieu=" + "x" * 500]
)
def test_nonsense_in_the_address_is_said_and_breaks_nothing(announce: Announce, query: str) -> None:
    announce()
    said = page(Client(), f"/rencontres/?{query}")
    assert "<script>" not in said


def test_the_feed_is_well_formed_and_the_calendar_file_says_what_is_cancelled(announce: Announce, agent: User) -> None:
    meeting = announce(title=Text("Débat <b>& fin</b>\x0b", "Debate"))
    meeting_cancel(actor=agent, meeting=meeting, reason="La salle est inondée depuis hier.")
    root = ET.fromstring(page(Client(), "/rencontres/flux.atom"))
    assert len(root.findall("{http://www.w3.org/2005/Atom}entry")) == 1
    assert "STATUS:CANCELLED" in page(Client(), f"/rencontres/{meeting.code}/agenda.ics")


def test_a_visitor_is_led_to_sign_in_and_an_account_books_in_one_step(announce: Announce, person: People) -> None:
    meeting = announce()
    url = reverse("meetings:meeting", args=[meeting.code])
    visitor = Client()
    said = page(visitor, url)
    assert f"?next={url}" in said
    assert visitor.post(f"{url}reserver/").status_code == 302
    assert not Booking.objects.exists()
    client = signed(person())
    assert "Réserver une place" in page(client, url)
    client.post(f"{url}reserver/", {"age": "25-39", "needs": "une place près de la porte"})
    row = Booking.objects.get()
    assert (row.state, row.age, row.needs) == ("booked", "25-39", "une place près de la porte")
    said = page(client, url)
    assert "Réservée" in said
    assert "CLASS:PRIVATE" in page(client, f"{url}agenda.ics")
    assert "Débattre" in page(client, "/rencontres/mes-places/")
    client.post(f"{url}rendre-ma-place/")
    assert Booking.objects.get().state == "cancelled"


def test_the_last_place_taken_the_page_offers_the_waiting_list_and_then_the_deadline(
    announce: Announce, person: People
) -> None:
    meeting = announce(places=1)
    url = reverse("meetings:meeting", args=[meeting.code])
    first, second = signed(person()), signed(person())
    first.post(f"{url}reserver/")
    assert "Rejoindre la liste d’attente" in page(second, url)
    second.post(f"{url}reserver/")
    assert "rang 1" in page(second, url)
    first.post(f"{url}rendre-ma-place/")
    assert "Confirmer ma place" in page(second, url)
    second.post(f"{url}confirmer/")
    assert Booking.objects.filter(state="booked").count() == 1


def test_hostile_words_are_shown_as_words(announce: Announce, person: People, agent: User) -> None:
    hostile = "<img src=x onerror=alert(1)>\"'</script><script>alert(2)</script>"
    meeting = announce(
        title=Text(hostile, hostile), text=Text(hostile, hostile), access_note=Text(hostile, hostile), address=hostile
    )
    for url in ("/rencontres/?mois=2026-11", f"/rencontres/{meeting.code}/"):
        said = page(Client(), url)
        assert "<script>alert" not in said
        assert "<img src=x" not in said
    places.book_for(actor=agent, meeting=meeting, name="<b>Robert</b>'); DROP TABLE--", needs=hostile)
    assert "<b>Robert" not in page(signed(agent), f"/bureau/rencontres/{meeting.code}/")


def test_an_agent_announces_runs_closes_and_publishes(programme: Any, agent: User, clock: Any) -> None:
    client = signed(agent)
    given = {
        "series": "debat", "kind": "training", "title_fr": "Une séance à Bourges", "starts_at": "2026-11-12T18:30", "ends_at": "2026-11-12T21:30",
        "place": "Maison commune", "commune": "commune:18033", "booking": "open", "places": "20", "waiting_list": "on", "access": ["wheelchair"],
    }  # fmt: skip
    page(client, "/bureau/rencontres/nouvelle/?serie=debat")
    response = client.post("/bureau/rencontres/nouvelle/", given)
    assert response.status_code == 302, response.content.decode()[:3000]
    meeting = Meeting.objects.get()
    assert meeting.starts_at == dt.datetime(2026, 11, 12, 17, 30, tzinfo=dt.UTC)
    url = reverse("meetings:bureau_meeting", args=[meeting.code])
    client.post(f"{url}inscrire/", {"name": "Jeanne Martin"})
    assert "Jeanne Martin" in page(client, url)
    page(client, f"{url}modifier/")
    clock.move_to(meeting.starts_at)
    client.post(f"{url}code/")
    row = Booking.objects.get()
    client.post(f"{url}places/", {f"row-{row.reference}": "came", "row-nonsense": "came"})
    client.post(f"{url}presences/", {"n-18-24": "6", "n-40-59": "2"})
    client.post(f"{url}clore/")
    meeting.refresh_from_db()
    assert (meeting.state, meeting.attended) == ("held", 9)
    client.post(f"{url}publier/", {"what": "minutes", "fr": "On a beaucoup écouté et un peu parlé."})
    paper = SimpleUploadedFile("plan.txt", "Le plan de la séance.".encode(), content_type="text/plain")
    response = client.post(f"{url}publier/", {"what": "paper", "title_fr": "Le plan", "file": paper})
    said = page(Client(), f"/rencontres/{meeting.code}/")
    assert "un peu parlé" in said
    assert "Personnes venues\u202f: 9." in said.replace("\u00a0", "\u202f")
    got = client.post(reverse("meetings:bureau_certificate", args=[meeting.code, row.reference]))
    assert got.content.startswith(b"%PDF")
    code = Booking.objects.get().certificate
    assert "authentique" in page(Client(), f"/attestations/?code={code}")
    assert "Jeanne" not in page(Client(), f"/attestations/?code={code}")


@pytest.mark.parametrize("hour", ["2026-10-25T02:30", "2027-03-28T02:30", "demain", "2026-02-30T10:00"])
def test_an_hour_that_is_missing_or_comes_twice_is_refused(programme: Any, agent: User, hour: str) -> None:
    response = signed(agent).post(
        "/bureau/rencontres/nouvelle/",
        {"kind": "meeting", "title_fr": "Nuit du changement", "starts_at": hour, "ends_at": "2027-03-28T05:00", "place": "Salle", "commune": "commune:18033", "booking": "open"},
    )  # fmt: skip
    assert response.status_code == 422
    assert not Meeting.objects.exists()


ROUTES = (
    ("GET", "/bureau/rencontres/"), ("GET", "/bureau/rencontres/nouvelle/"), ("GET", "/bureau/rencontres/{}/"), ("GET", "/bureau/rencontres/{}/modifier/"),
    ("POST", "/bureau/rencontres/{}/annuler/"), ("POST", "/bureau/rencontres/{}/inscrire/"), ("POST", "/bureau/rencontres/{}/places/"),
    ("POST", "/bureau/rencontres/{}/code/"), ("POST", "/bureau/rencontres/{}/presences/"), ("POST", "/bureau/rencontres/{}/clore/"),
    ("POST", "/bureau/rencontres/{}/publier/"),
)  # fmt: skip


@pytest.mark.parametrize("role", ["", "inhabitant", "member", "elected", "auditor", "agent", "administrator"])
def test_the_back_office_of_meetings_opens_to_agents_and_administrators_alone(
    announce: Announce, person: People, role: str
) -> None:
    meeting = announce()
    client = signed(person(role)) if role else Client()
    for method, route in ROUTES:
        response = client.generic(method, route.format(meeting.code))
        if not role:
            assert response.status_code == 302
            assert "/bureau/" not in response["Location"].split("?")[0]
        elif role in ("agent", "administrator"):
            assert response.status_code in (200, 302, 422), (route, response.status_code)
        else:
            assert response.status_code == 403, route


def test_a_wrong_code_in_the_room_is_counted_even_though_it_is_refused(
    announce: Announce, person: People, agent: User, clock: Any
) -> None:
    meeting, someone = announce(), person()
    places.book(actor=someone, meeting=meeting)
    clock.move_to(STARTS)
    client = signed(someone)
    assert "Je suis là" in page(client, f"/rencontres/{meeting.code}/")
    client.post(f"/rencontres/{meeting.code}/je-suis-la/", {"code": "AAAAAA"})
    assert Booking.objects.get().tries == 1
    attending.meeting_hold(actor=agent, meeting=meeting)
    assert Booking.objects.get().state == "missed"


def test_series_have_their_pages_with_dates_and_figures(announce: Announce) -> None:
    announce()
    assert "Prendre la parole en public" in page(Client(), "/rencontres/series/")
    said = page(Client(), "/rencontres/series/debat/")
    assert "40 rencontres, 120 places" in said
    page(Client(), "/rencontres/series/inconnue/", status=404)


def test_pages_of_meetings_ask_few_questions(announce: Announce, django_assert_max_num_queries: Any) -> None:
    for day in range(20):
        announce(starts_at=STARTS + dt.timedelta(hours=day), ends_at=STARTS + dt.timedelta(hours=day + 1))
    client = Client()
    with django_assert_max_num_queries(12):
        page(client, "/rencontres/?mois=2026-11")
