"""Pages of panels: what everyone checks, what those invited do without an account, what the service does."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from mandat.apps.accounts.models import User
from mandat.apps.panels.models import Letter, Panel, Volunteer
from mandat.apps.panels.services import draws
from mandat.apps.panels.services.common import panel_of
from mandat.apps.panels.services.inviting import letters_draw
from tests.apps.panels.conftest import AFTER, EVENT, account, people

OPEN = ("ouvert", "panel")
BY_LETTER = ("lettres", "panel")
GIVEN = {"f-genre": "femme", "f-age": "jeune", "name": "Camille Essai", "email": "camille@example.org", "consent": "on"}


def body(response: Any) -> str:
    return b"".join(response).decode() if response.streaming else response.content.decode()


@pytest.fixture
def codes(agent: User) -> list[str]:
    addresses = {name: [f"{n} rue {name}" for n in range(100)] for name in ("nord", "sud")}
    return [one.code for one in letters_draw(actor=agent, process="lettres", component="panel", addresses=addresses)]


def test_pages_open_before_anything_happened(programme: Any, client: Client) -> None:
    assert "Panel ouvert" in body(client.get(reverse("panels:panels"))) or "Le panel" in body(
        client.get(reverse("panels:panels"))
    )
    assert client.get(reverse("panels:panel", args=OPEN)).status_code == 200
    assert client.get(reverse("panels:pool", args=OPEN)).status_code == 404
    assert client.get(reverse("panels:panel", args=["rien", "panel"])).status_code == 404
    assert "category,feature,min,max" in body(client.get(reverse("panels:quotas", args=OPEN)))


def test_a_letter_is_answered_without_an_account(codes: list[str], client: Client) -> None:
    url = reverse("panels:volunteer", args=BY_LETTER)
    assert "code" in body(client.get(url))
    assert client.post(url, {"code": "AAAA-BBBB-CCCC"}).status_code == 422
    page = body(client.post(url, {"code": codes[0]}))
    assert "f-genre" in page
    wrong = client.post(url, {"code": codes[0], "act": "yes", **GIVEN, "consent": ""})
    assert wrong.status_code == 422
    assert not Volunteer.objects.exists()
    assert client.post(url, {"code": codes[0], "act": "yes", **GIVEN}).status_code == 200
    assert Volunteer.objects.count() == 1
    again = client.post(url, {"code": codes[0], "act": "yes", **GIVEN})
    assert again.status_code == 422
    assert client.post(url, {"code": codes[1], "act": "no"}).status_code == 302
    assert Letter.objects.filter(declined_on__isnull=False).count() == 1
    assert "no-store" in client.get(url).headers["Cache-Control"]


def test_guessing_codes_is_slowed_down(codes: list[str], client: Client) -> None:
    url = reverse("panels:seat", args=BY_LETTER)
    answers = [body(client.post(url, {"code": f"AAAA-BBBB-{n:04d}"})) for n in range(32)]
    assert "réessayez" in answers[-1]
    assert "réessayez" not in answers[0]


def test_an_account_volunteers_where_no_letter_is_sent(programme: Any, client: Client) -> None:
    url = reverse("panels:volunteer", args=OPEN)
    assert client.get(url).status_code == 302
    client.force_login(account())
    assert client.get(url).status_code == 200
    # Who has not joined the process is told what to do.
    assert client.post(url, {"act": "yes", **GIVEN}).status_code == 422
    assert not Volunteer.objects.exists()


def test_someone_drawn_takes_or_leaves_their_seat_by_their_code(
    agent: User, codes: list[str], client: Client, clock: Any
) -> None:
    url = reverse("panels:volunteer", args=BY_LETTER)
    for number, code in enumerate(codes[:20]):
        given = GIVEN | {"f-genre": ("femme", "homme")[number % 2], "f-age": ("jeune", "autre")[number // 2 % 2]}
        client.post(url, {"code": code, "act": "yes", **given}, REMOTE_ADDR=f"192.0.2.{number}")
    panel = Panel.objects.get()
    clock.move_to(AFTER)
    draws.pool_close(actor=agent, panel=panel)
    draws.draw_announce(actor=agent, panel=panel, event="Loterie", event_on=EVENT.date())
    seat = reverse("panels:seat", args=BY_LETTER)
    page = body(client.post(seat, {"code": codes[0]}))
    assert re.search(r"Votre chance au tirage\W+\d", page)
    clock.move_to(EVENT)
    draws.draw_hold(actor=agent, panel=panel, number="417", proof="https://exemple.fr/417")
    drawn = next(
        code
        for code in codes[:20]
        if "Je prends ma place" in body(client.post(seat, {"code": code}, REMOTE_ADDR="198.51.100.7"))
    )
    assert "membre du panel" in body(client.post(seat, {"code": drawn, "act": "accept"}))
    assert "a quitté le panel" in body(client.post(seat, {"code": drawn, "act": "decline"}))
    assert client.post(seat, {"code": drawn, "act": "accept"}).status_code == 200
    assert Volunteer.objects.filter(state="member").count() == 0


def test_the_page_of_a_panel_shows_the_draw_and_its_files_in_bounded_queries(
    seated: Panel, client: Client, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    url = reverse("panels:panel", args=OPEN)
    client.get(url)
    with django_assert_max_num_queries(22):
        page = body(client.get(url))
    assert seated.digest in page
    assert "7 12 23 31 44" in page
    assert "mandat draw vivier.csv" in page
    assert body(client.get(reverse("panels:pool", args=OPEN))) == seated.pool
    assert '"pool_hash"' in body(client.get(reverse("panels:lottery", args=[*OPEN, 1])))
    assert client.get(reverse("panels:lottery", args=[*OPEN, 2])).status_code == 404
    assert client.get("/en" + url).status_code == 200


@pytest.mark.parametrize("role", ["", "member", "elected", "auditor"])
def test_the_back_office_is_for_those_who_run_panels(programme: Any, client: Client, role: str) -> None:
    for url in (reverse("panels:bureau"), reverse("panels:bureau_panel", args=OPEN)):
        client.logout()
        assert client.get(url).status_code == 302
        client.force_login(account(*([role] if role else [])))
        assert client.get(url).status_code == 403


def test_the_service_draws_letters_from_a_file(agent: User, client: Client) -> None:
    client.force_login(agent)
    url = reverse("panels:bureau_panel", args=BY_LETTER)
    lines = ["stratum,address"] + [f"{name},=cmd {n}" for name in ("nord", "sud") for n in range(100)]
    file = SimpleUploadedFile("adresses.csv", "\n".join(lines).encode())
    answer = client.post(url, {"act": "lettres", "file": file, "seed": "graine"})
    text = body(answer)
    assert text.startswith("\ufeffstrate,adresse,code")
    assert "'=cmd" in text
    assert "no-store" in answer.headers["Cache-Control"]
    assert Letter.objects.count() == text.count("\n") - 1
    assert client.get(url).status_code == 200


def test_the_service_runs_a_panel_form_by_form(agent: User, client: Client, clock: Any) -> None:
    client.force_login(agent)
    panel = panel_of("ouvert", "panel")
    people(panel, 40)
    url = reverse("panels:bureau_panel", args=OPEN)
    assert client.post(url, {"act": "clore"}).status_code == 422
    clock.move_to(AFTER)
    client.force_login(agent)  # weeks later, the session is over
    assert client.post(url, {"act": "clore"}).status_code == 302
    assert client.post(url, {"act": "annoncer", "event": "Loterie", "event_on": "2026-03-02"}).status_code == 422
    assert client.post(url, {"act": "annoncer", "event": "Loterie", "event_on": "2026-03-10"}).status_code == 302
    clock.move_to(EVENT)
    assert client.post(url, {"act": "tirer", "number": "12", "proof": "https://exemple.fr"}).status_code == 302
    for one in Volunteer.objects.filter(state="drawn").order_by("number"):
        draws.seat_answer(volunteer=one, accepted=True)
    sitting = {
        "act": "seance",
        "title_fr": "Un",
        "title_en": "One",
        "held_on": "2026-03-10",
        "place": "Orléans",
        "commune": "45234",
        "days": "1",
    }
    assert client.post(url, sitting).status_code == 302
    members = list(Volunteer.objects.filter(state="member").order_by("number").values_list("number", flat=True))
    assert client.post(url, {"act": "presences", "present": members}).status_code == 302
    assert client.post(url, {"act": "payer", "on": "2026-03-10", "reference": "M1"}).status_code == 302
    assert "Volontaire" in body(client.post(url, {"act": "contacts"}))
    opinion = {
        "act": "avis",
        "text_fr": "Notre avis.",
        "text_en": "Our opinion.",
        "on": "2026-03-10",
        "lines": "Faire ; Do ; 8 ; x ; 1",
    }
    assert client.post(url, opinion).status_code == 422
    assert client.post(url, opinion | {"lines": "Faire ; Do ; 8 ; 1 ; 1"}).status_code == 302
    page = body(client.get(reverse("panels:panel", args=OPEN)))
    assert "Notre avis." in page
    assert client.get(reverse("panels:bureau")).status_code == 200
