"""Pages of the offline desk and of kits."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from mandat.apps.accounts.models import User
from mandat.apps.desk.models import Carnet, Entry
from mandat.apps.meetings.models import Meeting
from tests.apps.desk.conftest import AFTER, entry, file_of

pytestmark = pytest.mark.django_db
PROBE = re.compile(rb"<script(?![^>]*src=)", re.IGNORECASE)


@pytest.fixture(autouse=True)
def demo(settings: Any) -> None:
    settings.MANDAT_DEMO = True


def signed(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_an_agent_prepares_leaves_brings_back_reconciles_settles_and_closes(
    meeting: Meeting, agent: User, clock: Any
) -> None:
    client = signed(agent)
    assert "Préparer un carnet" in client.get("/bureau/carnets/").content.decode()
    url = f"/bureau/carnets/nouveau/?meeting={meeting.code}"
    assert "présences à une rencontre" in client.get(url).content.decode()
    response = client.post(url, {"title": "Marché", "place": "Bourges", "event_on": "2026-11-12", "n-0": "20"})
    assert response.status_code == 302, response.content.decode()[-2000:]
    carnet = Carnet.objects.get()
    page = reverse("desk:carnet", args=[carnet.code])
    shell = client.get(f"{page}hors-ligne/")
    assert carnet.code in shell.content.decode()
    assert str(carnet.secret) not in shell.content.decode()
    given = client.post(f"{page}paquet.json").json()
    assert given["digest"] == carnet.digest
    assert given["secret"] == carnet.secret
    assert client.post(f"{page}feuillets.pdf").content.startswith(b"%PDF")
    assert client.post(f"{page}feuillets.csv").content.decode("utf-8-sig").startswith("feuillet;controle")
    clock.move_to(AFTER)
    raw = file_of(
        carnet, entry(1, "Jeanne <b>Martin</b>"), entry(2, "Jeanne <b>Martin</b>"), {**entry(3, "x"), "n": 99}
    )
    client.post(f"{page}rapporter/", {"file": SimpleUploadedFile("carnet.json", raw)})
    said = client.get(page).content.decode()
    assert "Ce que deviendra chaque entrée" in said
    assert "99 n&#x27;est pas du carnet" in said
    assert client.post(f"{page}rapprocher/", {}).status_code == 422
    client.post(f"{page}rapprocher/", {"sworn": "on"})
    said = client.get(page).content.decode()
    assert "À régler à la main" in said
    assert "<b>Martin" not in said
    assert client.post(f"{page}regler/2/", {"choice": "refuse", "reason": "non"}).status_code == 422
    client.post(f"{page}regler/2/", {"choice": "refuse", "reason": "Inscrite deux fois par erreur."})
    client.post(f"{page}clore/")
    carnet.refresh_from_db()
    assert carnet.state == "closed"
    assert client.get(page).status_code == 200
    assert client.get(f"{page}hors-ligne/").status_code == 404
    assert sorted(Entry.objects.values_list("state", flat=True)) == ["refused", "taken"]


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"{}", b"\xff\xfe\x00", b"<html>", b'{"format":"mandat-carnet-1","carnet":"x"}']
)
def test_a_hostile_file_is_refused_beside_its_field(carnet: Carnet, agent: User, raw: bytes) -> None:
    response = signed(agent).post(
        reverse("desk:bring", args=[carnet.code]), {"file": SimpleUploadedFile("carnet.json", raw)}
    )
    assert response.status_code == 422
    assert not Entry.objects.exists()


ROUTES = (
    ("GET", ""), ("GET", "hors-ligne/"), ("POST", "paquet.json"), ("POST", "feuillets.csv"), ("POST", "feuillets.pdf"), ("POST", "rapporter/"),
    ("POST", "rapprocher/"), ("POST", "regler/1/"), ("POST", "clore/"), ("POST", "perdu/"),
)  # fmt: skip


@pytest.mark.parametrize("role", ["", "inhabitant", "member", "elected", "auditor", "administrator", "agent"])
def test_the_offline_desk_opens_to_agents_alone(carnet: Carnet, person: Callable[..., User], role: str) -> None:
    client = signed(person(role)) if role else Client()
    for method, route in (("GET", "../"), ("GET", "../nouveau/"), *ROUTES):
        url = {"../": "/bureau/carnets/", "../nouveau/": "/bureau/carnets/nouveau/"}.get(
            route, f"/bureau/carnets/{carnet.code}/{route}"
        )
        status = client.generic(method, url).status_code
        if not role:
            assert status == 302, url
        elif role == "agent":
            assert status in (200, 302, 404, 422), url
        else:
            assert status == 403, url


def test_the_worker_is_a_script_for_everyone_and_says_nothing(client: Client) -> None:
    response = client.get("/bureau/carnets/service.js")
    assert response["Content-Type"].startswith("text/javascript")


@pytest.mark.parametrize("language", ["", "/en"])
@pytest.mark.parametrize("sheet", ["poster-a4", "poster-a3", "attendance"])
def test_the_kit_of_a_meeting_is_typeset_in_both_languages(meeting: Meeting, sheet: str, language: str) -> None:
    client = Client()
    kit = client.get(f"{language}/kit/meeting/{meeting.code}/").content.decode()
    assert f"{sheet}.pdf" in kit
    made = client.get(f"{language}/kit/meeting/{meeting.code}/{sheet}.pdf")
    assert made.content.startswith(b"%PDF")
    assert b"pdfuaid" in made.content


def test_no_kit_without_a_subject_or_for_a_sheet_it_has_not(meeting: Meeting) -> None:
    for url in (
        "/kit/meeting/rinconnu/",
        "/kit/chose/x/",
        "/kit/poll/x/",
        "/kit/petition/x/",
        "/kit/process/x/",
        f"/kit/meeting/{meeting.code}/ballot.pdf",
    ):
        assert Client().get(url).status_code == 404
