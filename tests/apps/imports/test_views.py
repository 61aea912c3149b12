"""The back office's imports, from the form to the report."""

from __future__ import annotations

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from mandat import journal
from mandat.apps.accounts.models import RoleGrant, User
from mandat.apps.imports import services, tasks
from mandat.apps.imports.models import Run, State
from tests.apps.imports.test_running import HEADER, LINES

pytestmark = pytest.mark.django_db

CONTENT = "\n".join([HEADER, *LINES, "trop,court"]).encode()


def send(site: Client, content: bytes = CONTENT, name: str = "essai.csv", mapping: str = "subventions"):
    return site.post(reverse("imports:new"), {"mapping": mapping, "file": SimpleUploadedFile(name, content)})


def test_a_file_is_tried_then_recorded_then_forgotten(site):
    before = journal.head().size
    answer = send(site)
    trial = Run.objects.get()
    assert answer.url == reverse("imports:run", args=[trial.pk])
    page = site.get(answer.url).content.decode()
    assert "Essai" in page
    assert "cellules" in page
    assert "refus.csv" in page
    assert journal.head().size == before
    answer = site.post(reverse("imports:record", args=[trial.pk]), follow=True)
    recorded = Run.objects.get(dry_run=False)
    assert (recorded.state, recorded.new, recorded.refused) == (State.DONE, 4, 1)
    assert journal.head().size == before + 4
    assert recorded.file == ""
    assert not default_storage.exists(trial.file)
    assert "4" in answer.content.decode()
    assert (
        reverse("imports:record", args=[trial.pk])
        not in site.get(reverse("imports:run", args=[trial.pk])).content.decode()
    )


def test_the_list_shows_every_import(site):
    assert "essai.csv" not in site.get(reverse("imports:list")).content.decode()
    send(site)
    assert "essai.csv" in site.get(reverse("imports:list")).content.decode()
    assert site.get(reverse("imports:list") + "?before=x").status_code == 200


def test_every_refused_line_is_downloaded_as_csv(site):
    send(site)
    answer = site.get(reverse("imports:refused", args=[Run.objects.get().pk]))
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").split("\r\n")
    assert lines[:2] == ["ligne;motif", "6;2 cellules au lieu de 9"]
    assert "attachment" in answer.headers["Content-Disposition"]


def test_pages_speak_english_too(site):
    send(site)
    page = site.get("/en" + reverse("imports:run", args=[Run.objects.get().pk])).content.decode()
    assert "2 cells instead of 9" in page


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"%PDF-1.7 ...", "PDF"),
        (b"PK\x03\x04zip", "classeur"),
        (b"a,b\n1,2\n", "ne nomme pas"),
        (b"\x00\x01\x02" * 50, ""),
    ],
)
def test_a_file_of_the_wrong_type_says_so_and_is_forgotten(site, content, words):
    answer = send(site, content)
    run = Run.objects.get()
    page = site.get(answer.url).content.decode()
    assert run.state == State.FAILED
    assert words in page
    assert run.file == ""


def test_an_empty_or_missing_file_is_refused_in_the_form(site):
    answer = send(site, b"")
    assert answer.status_code == 422
    assert "vide" in answer.content.decode()
    answer = site.post(reverse("imports:new"), {"mapping": "subventions"})
    assert answer.status_code == 422
    answer = site.post(reverse("imports:new"), {"mapping": "autre", "file": SimpleUploadedFile("a.csv", CONTENT)})
    assert answer.status_code == 422
    assert not Run.objects.exists()


def test_a_file_too_large_for_the_form_is_refused_with_what_to_do(site, monkeypatch):
    monkeypatch.setattr("mandat.apps.imports.forms.LARGEST_UPLOAD", 100)
    answer = send(site)
    assert answer.status_code == 422
    assert "mandat import" in answer.content.decode()


def test_scripts_in_a_file_name_and_in_cells_stay_text(site):
    answer = send(site, CONTENT.replace(b"Recherche", b"<script>alert(1)</script>"), name="<script>x<.csv")
    page = site.get(answer.url).content.decode()
    assert "<script>" not in page
    assert "balise" in page


def test_a_large_file_is_left_to_a_worker(site, monkeypatch):
    asked = []
    monkeypatch.setattr(services, "READ_AT_ONCE", 10)
    monkeypatch.setattr(tasks.carry_out.__class__, "enqueue", lambda self, run: asked.append(run))
    answer = send(site)
    run = Run.objects.get()
    assert asked == [run.pk]
    assert run.state == State.WAITING
    assert "en cours de lecture" in site.get(answer.url).content.decode().lower()
    services.import_carry_out(run)
    assert Run.objects.get().state == State.DONE


def test_a_trial_is_recorded_once(site):
    send(site)
    trial = Run.objects.get()
    site.post(reverse("imports:record", args=[trial.pk]))
    answer = site.post(reverse("imports:record", args=[trial.pk]), follow=True)
    assert "ne peut pas être enregistré" in answer.content.decode()
    assert Run.objects.filter(dry_run=False).count() == 1


def test_a_trial_can_be_forgotten(site):
    send(site)
    trial = Run.objects.get()
    file = trial.file
    site.post(reverse("imports:discard", args=[trial.pk]))
    assert not Run.objects.exists()
    assert not default_storage.exists(file)


def test_a_recorded_import_stays(site):
    send(site)
    site.post(reverse("imports:record", args=[Run.objects.get().pk]))
    recorded = Run.objects.get(dry_run=False)
    site.post(reverse("imports:discard", args=[recorded.pk]))
    assert Run.objects.filter(pk=recorded.pk).exists()


@pytest.mark.parametrize(
    ("role", "read", "write"),
    [
        ("agent", 200, 200),
        ("administrator", 200, 200),
        ("auditor", 200, 403),
        ("elected", 200, 403),
        ("inhabitant", 403, 403),
        ("member", 403, 403),
    ],
)
def test_only_agents_import_and_the_back_office_reads(client, programme, role, read, write):
    user = User.objects.create_user(f"{role}@example.org")
    RoleGrant.objects.create(user=user, role=role)
    client.force_login(user)
    assert client.get(reverse("imports:list")).status_code == read
    assert client.get(reverse("imports:new")).status_code == write


def test_visitors_are_led_to_sign_in(client, programme):
    for name in ("imports:list", "imports:new"):
        assert client.get(reverse(name)).status_code == 302
    assert client.get(reverse("imports:record", args=[1])).status_code == 405
