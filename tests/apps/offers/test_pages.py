"""The pages: for everyone, for who holds a code, for the back office, for the staff assigned; and who may open which."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mandat.apps.accounts.models import User
from mandat.apps.offers import services
from mandat.apps.offers.models import (
    Appointment,
    Assignment,
    Batch,
    Establishment,
    Identity,
    Invitation,
    Member,
    PendingCode,
    Place,
    RollImport,
    Slot,
    Standing,
    Waiting,
)
from tests.apps.offers.conftest import HEAD, NOW, ROUND, lines

Enrol = Callable[..., RollImport]
A, B = "0450001A", "0450002B"
Person = Callable[..., User]


@pytest.fixture(autouse=True)
def demonstration(settings: Any) -> None:
    """A second factor is only offered there; wrong codes of other tests are forgotten."""
    settings.MANDAT_DEMO = True
    cache.clear()


@pytest.fixture
def batch(enrol: Enrol, agent: User) -> Batch:
    enrol(*lines(A, 8), *lines(B, 6, first=8))
    found = services.batch_open(actor=agent, offer="consultation", round=ROUND)
    services.batch_carry_out(batch=found)
    return found


@pytest.fixture
def slots(agent: User, schools: Sequence[Establishment]) -> list[Slot]:
    """Three slots a week from now at the first lycée, one of them in the afternoon of the next day."""
    place = Place.objects.get(serves=schools[0])
    start = NOW + dt.timedelta(days=7)
    return [
        Slot.objects.create(
            offer="consultation", round=ROUND, place=place, starts_at=at, ends_at=at + dt.timedelta(minutes=45), capacity=1
        )
        for at in (start, start + dt.timedelta(hours=1), start + dt.timedelta(hours=28))
    ]  # fmt: skip


def first_code(school: str = A) -> str:
    return PendingCode.objects.filter(invitation__member__establishment__code=school).order_by("pk")[0].code


@pytest.fixture
def holder(client: Client, batch: Batch, slots: list[Slot]) -> Client:
    """A visitor who typed the first code of the first lycée."""
    assert client.post("/invitation/", {"code": first_code()}).url == "/invitation/rendez-vous/"
    return client


def text(response: Any) -> str:
    return re.sub(r"[ \n\t]+", " ", response.content.decode())


# -- for everyone


def test_the_offers_and_their_explanation_are_public(client: Client, programme: Any) -> None:
    assert "Consultation de santé au lycée" in text(client.get("/offres/"))
    page = text(client.get("/offres/consultation/"))
    assert "Les élèves de lycée de 14 à 20\u00a0ans." in page
    assert "À partir de 15\u00a0ans l’élève répond seul" in page
    assert "Rien n’est encore publié" in page
    assert "La durée de 45 minutes est une hypothèse." in page
    assert client.get("/offres/inconnue/").status_code == 404
    assert client.get("/offres/consultation/?tour=jamais").status_code == 404


def test_the_public_page_shows_what_was_published_and_no_small_count(client: Client, enrol: Enrol, agent: User) -> None:
    enrol(*lines(A, 8), *lines(B, 3, first=8))
    services.batch_carry_out(batch=services.batch_open(actor=agent, offer="consultation", round=ROUND))
    services.coverage_publish(actor=agent, offer="consultation", round=ROUND)
    page = text(client.get("/offres/consultation/"))
    rows = re.findall(r"<tr>(.*?)</tr>", page)
    of = {
        name: re.findall(r"<td[^>]*>(.*?)</td>", row) for row in rows for name in ("du Pont", "des Prés") if name in row
    }
    assert of["du Pont"][1:] == ["8", "8", "100\u202f%", "moins de 5", "moins de 5"]
    assert of["des Prés"][1:] == ["moins de 5", "moins de 5", "–", "moins de 5", "moins de 5"]
    assert "100\u202f%" in page
    assert ">3<" not in page


def test_an_english_page_is_its_equal(client: Client, programme: Any) -> None:
    page = text(client.get("/en/offres/consultation/"))
    assert "Health consultation at the lycée" in page
    assert "You may decline" in page


# -- with a code


def test_a_code_opens_the_invitation_without_account_nor_script(holder: Client) -> None:
    page = holder.get("/invitation/rendez-vous/")
    assert "private, no-store" in page["Cache-Control"]
    assert "Rendez-vous au lycée" in text(page)
    assert "10\u00a0h\u00a000" in text(page)
    assert "11\u00a0h\u00a000" in text(page)
    # Nothing says why, not even the title of the window.
    for word in ("santé", "médic", "psycho", "consultation"):
        assert word not in text(page).lower().split("<main")[1].split("</main")[0]


def test_without_a_code_every_page_asks_for_it(client: Client, batch: Batch) -> None:
    for name in ("invitation", "calendar", "decline", "own", "own_file"):
        assert client.get(reverse(f"offers:{name}")).url == "/invitation/"
    for name in ("choose", "cancel", "wait", "decline", "come_back"):
        assert client.post(reverse(f"offers:{name}")).url == "/invitation/"


def test_a_wrong_code_is_said_and_many_are_slowed(client: Client, batch: Batch) -> None:
    assert client.post("/invitation/", {"code": "court"}).status_code == 422
    for _ in range(60):
        assert client.post("/invitation/", {"code": "AAAAA-AAAAA"}).status_code == 422
    assert client.post("/invitation/", {"code": "AAAAA-AAAAA"}).status_code == 429
    assert client.post("/invitation/", {"code": first_code()}).status_code == 429


def test_booking_moving_cancelling_by_hand(holder: Client, slots: list[Slot]) -> None:
    page = text(holder.get("/invitation/rendez-vous/"))
    assert str(slots[0].reference) in page
    assert str(slots[2].reference) not in page
    booked = holder.post("/invitation/choisir/", {"slot": slots[0].reference}, follow=True)
    assert "Votre rendez-vous est pris." in text(booked)
    assert "9 novembre 2026 à 10" in text(booked).replace("\u00a0", " ")
    calendar = holder.get("/invitation/rendez-vous.ics")
    assert b"SUMMARY:Rendez-vous au lyc" in calendar.content
    next_day = text(holder.get("/invitation/rendez-vous/?jour=2026-11-10"))
    assert str(slots[2].reference) in next_day
    holder.post("/invitation/choisir/", {"slot": slots[2].reference})
    assert [slot.taken for slot in Slot.objects.order_by("pk")] == [0, 0, 1]
    holder.post("/invitation/annuler/")
    assert [slot.taken for slot in Slot.objects.order_by("pk")] == [0, 0, 0]
    assert holder.get("/invitation/rendez-vous.ics").status_code == 404
    for wrong in ({}, {"slot": "x"}, {"slot": "00000000-0000-4000-8000-000000000000"}):
        assert holder.post("/invitation/choisir/", wrong).status_code == 302
    assert not Appointment.objects.filter(state="booked").exists()
    assert holder.get("/invitation/rendez-vous/?jour=demain").status_code == 404


def test_where_all_is_taken_one_can_wait(holder: Client, slots: list[Slot]) -> None:
    Slot.objects.update(taken=1)
    page = text(holder.get("/invitation/rendez-vous/"))
    assert "Attendre un horaire" in page
    holder.post("/invitation/attendre/", {"place": slots[0].place_id})
    assert Waiting.objects.count() == 1
    assert "Vous êtes sur la liste d’attente" in text(holder.get("/invitation/rendez-vous/"))


def test_declining_and_thinking_better_of_it(holder: Client) -> None:
    assert holder.post("/invitation/decliner/", {}).status_code == 422
    done = holder.post("/invitation/decliner/", {"by": "guardian"}, follow=True)
    assert "Vous avez décliné" in text(done)
    assert Member.objects.filter(standing=Standing.DECLINED).count() == 1
    holder.post("/invitation/revenir/")
    assert not Member.objects.filter(standing=Standing.DECLINED).exists()


def test_a_pupil_under_age_is_led_to_a_guardian(client: Client, enrol: Enrol, agent: User) -> None:
    enrol(f"{A};1;JEUNE;Lou;2012-01-03;F;")
    services.batch_carry_out(batch=services.batch_open(actor=agent, offer="consultation", round=ROUND))
    client.post("/invitation/", {"code": first_code()})
    refused = client.post("/invitation/decliner/", {"by": "self"})
    assert refused.status_code == 422
    assert "c’est un responsable légal qui répond" in text(refused)


def test_what_is_kept_about_me_is_shown_and_taken_away(holder: Client) -> None:
    page = text(holder.get("/invitation/mes-donnees/"))
    assert "NOMAA" in page
    kept = holder.get("/invitation/mes-donnees.json").json()["kept"]
    assert {"what": "surname", "value": "NOMAA"} in kept
    # Another pupil's are not among them.
    assert "NOMAB" not in page


def test_a_code_left_or_renewed_opens_nothing_more(holder: Client, monday_of_november: Any) -> None:
    Invitation.objects.filter(pk=Invitation.objects.order_by("pk")[0].pk).update(code="renewed")
    assert holder.get("/invitation/rendez-vous/").status_code == 302


def test_the_device_forgets_the_code_when_told_or_after_half_an_hour(holder: Client, monday_of_november: Any) -> None:
    monday_of_november.shift(31 * 60)
    assert holder.get("/invitation/rendez-vous/").status_code == 302
    holder.post("/invitation/", {"code": first_code()})
    assert holder.get("/invitation/rendez-vous/").status_code == 200
    holder.post("/invitation/quitter/")
    assert holder.get("/invitation/rendez-vous/").status_code == 302


# -- back office


def test_a_list_is_tried_then_recorded_by_hand(client: Client, agent: User, schools: Any) -> None:
    client.force_login(agent)
    content = "\n".join([HEAD, *lines(A, 6), f"{A};1;;;;;"]).encode()

    def send(**more: str) -> Any:
        file = SimpleUploadedFile("liste.csv", content)
        data = {"round": ROUND, "file": file, "complete": "on", **more}
        return client.post("/bureau/offres/o/consultation/listes/", data, follow=True)

    assert "Essai\u00a0: rien n’a changé." in text(send(trial="on"))
    assert not Member.objects.exists()
    page = send()
    assert "Enregistré." in text(page)
    assert Member.objects.count() == 6
    refused = client.get(reverse("offers:refused", args=[RollImport.objects.all()[0].pk]))
    assert b"".join(refused.streaming_content).decode() == "\ufeffligne;motif\r\n8;nom ou prénom absent\r\n"
    empty = client.post(
        "/bureau/offres/o/consultation/listes/", {"round": ROUND, "file": SimpleUploadedFile("vide.csv", b"")}
    )
    assert empty.status_code == 422
    wrong = client.post(
        "/bureau/offres/o/consultation/listes/", {"round": ROUND, "file": SimpleUploadedFile("x.csv", b"a;b\n1;2\n")}
    )
    assert "ne nomme pas les colonnes attendues" in text(wrong)


def test_rolls_are_closed_invited_published_and_proved_by_hand(client: Client, enrol: Enrol, agent: User) -> None:
    enrol(*lines(A, 8), *lines(B, 6, first=8))
    client.force_login(agent)
    base = "/bureau/offres/o/consultation"
    assert "Clore ces 2 listes" in text(client.get(f"{base}/rapprochement/"))
    client.post(f"{base}/clore/", {"round": ROUND})
    assert "14 membres de listes closes attendent encore" in text(client.get(f"{base}/rapprochement/"))
    sent = client.post(f"{base}/invitations/", {"round": ROUND, "rank": "1", "establishments": A}, follow=True)
    assert "Les invitations se préparent" in text(sent)
    assert Invitation.objects.count() == 8
    client.post(f"{base}/invitations/", {"round": ROUND, "rank": "1", "establishments": ""})
    again = client.post(f"{base}/invitations/", {"round": ROUND, "rank": "1", "establishments": ""})
    assert "Personne n’attend d’invitation ici" in text(again)
    unknown = client.post(f"{base}/invitations/", {"round": ROUND, "rank": "1", "establishments": "9999999Z"})
    assert "Établissement inconnu" in text(unknown)
    page = text(client.get(f"{base}/rapprochement/"))
    assert "Personne deux fois, le compte est juste" in page
    assert "Aucun membre d’une liste close n’est oublié." in page
    published = client.post(f"{base}/publier/", {"round": ROUND}, follow=True)
    assert "1 fait publié." in text(published)
    assert "Rien de nouveau" in text(client.post(f"{base}/publier/", {"round": ROUND}, follow=True))
    assert "Lycée du Pont" in text(client.get(f"{base}/"))


def test_slots_are_made_by_hand(client: Client, agent: User, schools: Any) -> None:
    client.force_login(agent)
    place = Place.objects.order_by("pk")[0]
    data = {
        "round": ROUND, "place": place.pk, "first": "2026-11-09", "last": "2026-11-13", "weekdays": ["0", "1"],
        "begins": "09:00", "ends": "12:00", "capacity": "", "without": "2026-11-10",
    }  # fmt: skip
    assert "4 créneaux créés" in text(client.post("/bureau/offres/o/consultation/creneaux/", data, follow=True))
    wrong = client.post("/bureau/offres/o/consultation/creneaux/", data | {"without": "demain"})
    assert wrong.status_code == 422


def test_establishments_and_assignments_by_hand(client: Client, person: Person, programme: Any) -> None:
    admin = person("administrator")
    nurse = person("member")
    client.force_login(admin)
    content = "code;nom;commune\n0450001A;Lycée du Pont;45234\nxx;Nom;45234\n".encode()
    file = SimpleUploadedFile("lycees.csv", content)
    page = client.post("/bureau/offres/etablissements/", {"kind": "lycee", "file": file})
    assert "code d’établissement mal formé" in text(page).replace("&#x27;", "’")
    for email, code, status in (
        (nurse.email, "0450001A", 302), (nurse.email, "lieu-0450001a", 302), ("x@example.org", "0450001A", 422), (nurse.email, "?", 422),
    ):  # fmt: skip
        assert client.post("/bureau/offres/affectations/", {"email": email, "code": code}).status_code == status
    assert Assignment.objects.count() == 2
    client.post(reverse("offers:unassign", args=[Assignment.objects.order_by("pk")[0].pk]))
    assert Assignment.objects.count() == 1


def test_the_staff_of_a_school_print_hand_over_and_record_refusals(
    client: Client, batch: Batch, person: Person, schools: Sequence[Establishment]
) -> None:
    secretary = person("member")
    Assignment.objects.create(user=secretary, establishment=schools[0])
    client.force_login(secretary)
    base = f"/bureau/offres/o/consultation/e/{A}/"
    assert "8 sur la liste" in text(client.get(base))
    names = client.get(f"{base}?classe=2nde+1")
    assert "NOMAA Prénom" in text(names)
    assert "private, no-store" in names["Cache-Control"]
    pdf = client.get(f"{base}lettres/{batch.pk}/?classe=2nde+1")
    assert pdf["Content-Type"] == "application/pdf"
    member = Member.objects.filter(establishment=schools[0]).order_by("pk")[0]
    renewed = client.post(f"{base}eleve/", {"member": member.reference, "renew": "1"}, follow=True)
    assert "Le nouveau code est" in text(renewed)
    client.post(f"{base}eleve/", {"member": member.reference, "decline": "1"})
    assert not Identity.objects.filter(member=member).exists()
    assert client.post(f"{base}eleve/", {"member": "x"}).status_code == 404
    other = Member.objects.filter(establishment=schools[1]).order_by("pk")[0]
    assert client.post(f"{base}eleve/", {"member": other.reference, "decline": "1"}).status_code == 404
    client.post(f"{base}lettres/{batch.pk}/remises/", {"classe": ""})
    assert not PendingCode.objects.filter(invitation__member__establishment=schools[0]).exists()


def test_the_staff_of_a_place_record_who_comes_and_move(
    client: Client, batch: Batch, slots: list[Slot], person: Person, monday_of_november: Any
) -> None:
    nurse = person("member")
    Assignment.objects.create(user=nurse, place=slots[0].place)
    client.force_login(nurse)
    one = batch.invitations.order_by("pk")[0]
    services.slot_book(invitation=one.pk, slot=str(slots[0].reference))
    base = f"/bureau/offres/lieux/{slots[0].place.code}/"
    assert "Personne n’est attendu ce jour-là" in text(client.get(base))
    page = text(client.get(f"{base}?jour=2026-11-09"))
    assert "NOMAA Prénom" in page
    moved = {"appointment": Appointment.objects.get(state="booked").pk, "slot": slots[1].reference}
    client.post(f"{base}presence/", moved)
    standing = Appointment.objects.get(state="booked")
    assert standing.slot == slots[1]
    monday_of_november.shift(dt.timedelta(days=7, hours=3))
    client.post(f"{base}presence/", {"appointment": standing.pk, "outcome": "present"})
    assert standing.attendance.outcome == "present"
    assert client.get(f"{base}?jour=hier").status_code == 404
    assert "Lycée du Pont" in text(client.get("/bureau/offres/mes-lieux/"))


def test_small_answers_are_exact_for_the_staff_concerned_alone(
    client: Client, batch: Batch, person: Person, schools: Sequence[Establishment]
) -> None:
    services.offer_decline(invitation=batch.invitations.order_by("pk")[0].pk, by="guardian")

    def row(user: User, page: str) -> list[str]:
        client.force_login(user)
        shown = text(client.get(f"/bureau/offres/o/consultation/{page}"))
        (found,) = [one for one in re.findall(r"<tr>(.*?)</tr>", shown) if "Lycée du Pont" in one]
        return re.findall(r"<td[^>]*>(.*?)</td>", found)

    auditor, agent = person("auditor"), person("agent")
    assert row(auditor, "")[4] == row(agent, "")[4] == "moins de 5"
    assert row(auditor, "rapprochement/")[2] == "moins de 5"
    assert row(agent, "rapprochement/")[2] == "1"
    Assignment.objects.create(user=agent, place=Place.objects.get(serves=schools[0]))
    assert row(agent, "")[4] == "1"


# -- who may open what

ROLES = ("inhabitant", "member", "agent", "elected", "auditor", "administrator")
COUNTS = {"agent", "elected", "auditor", "administrator"}
STAFF = {"member", "agent", "administrator"}
PAGES: dict[str, tuple[str, set[str]]] = {
    "/bureau/offres/": ("get", COUNTS),
    "/bureau/offres/o/consultation/": ("get", COUNTS),
    "/bureau/offres/o/consultation/listes/": ("get", COUNTS),
    "/bureau/offres/o/consultation/rapprochement/": ("get", COUNTS),
    "/bureau/offres/o/consultation/invitations/": ("get", COUNTS),
    "/bureau/offres/o/consultation/creneaux/": ("get", COUNTS),
    "/bureau/offres/etablissements/": ("get", {"agent", "administrator"}),
    "/bureau/offres/o/consultation/clore/": ("post", {"agent", "administrator"}),
    "/bureau/offres/o/consultation/publier/": ("post", {"agent", "administrator"}),
    "/bureau/offres/affectations/": ("get", {"administrator"}),
    "/bureau/offres/mes-lieux/": ("get", STAFF),
    # With names: no role opens them; the assignment to that very place or establishment does.
    f"/bureau/offres/lieux/lieu-{A.lower()}/": ("get", set()),
    f"/bureau/offres/o/consultation/e/{A}/": ("get", set()),
    f"/bureau/offres/o/consultation/e/{A}/lettres/1/": ("get", set()),
    f"/bureau/offres/o/consultation/e/{A}/eleve/": ("post", set()),
    f"/bureau/offres/o/consultation/e/{A}/lettres/1/remises/": ("post", set()),
}


@pytest.mark.parametrize("role", ROLES)
def test_each_page_opens_to_its_roles_and_no_other(client: Client, batch: Batch, person: Person, role: str) -> None:
    client.force_login(person(role))
    for address, (method, roles) in PAGES.items():
        response = getattr(client, method)(address)
        opened = response.status_code in (200, 302)
        assert opened == (role in roles), (address, response.status_code)
        if not opened:
            assert response.status_code == 403
        assert "NOMAA" not in response.content.decode(errors="replace"), address


def test_more_pupils_and_schools_need_no_more_statements(
    client: Client, enrol: Enrol, agent: User, person: Person
) -> None:
    client.force_login(person("agent"))

    def statements() -> dict[str, int]:
        found = {}
        for address in [
            *(a for a, (m, roles) in PAGES.items() if m == "get" and roles == COUNTS),
            "/offres/consultation/",
        ]:
            client.get(address)
            with CaptureQueriesContext(connection) as seen:
                assert client.get(address).status_code == 200
            found[address] = len(seen)
        return found

    def round_of(*rows: str) -> None:
        enrol(*rows, complete=False)
        services.batch_carry_out(batch=services.batch_open(actor=agent, offer="consultation", round=ROUND))
        services.coverage_publish(actor=agent, offer="consultation", round=ROUND)

    round_of(*lines(A, 6))
    few = statements()
    round_of(*lines(A, 40, first=6), *lines(B, 30, first=46), *lines("0180003C", 9, first=76))
    assert statements() == few


@pytest.mark.parametrize("role", ["member", "agent", "administrator"])
def test_an_assignment_opens_that_place_and_no_other(
    client: Client, batch: Batch, person: Person, schools: Sequence[Establishment], role: str
) -> None:
    user = person(role)
    Assignment.objects.create(user=user, establishment=schools[0])
    Assignment.objects.create(user=user, place=Place.objects.get(serves=schools[0]))
    client.force_login(user)
    for code, status in ((A, 200), (B, 403)):
        assert client.get(f"/bureau/offres/lieux/lieu-{code.lower()}/").status_code == status
        assert client.get(f"/bureau/offres/o/consultation/e/{code}/?classe=2nde 1").status_code == status


@pytest.mark.parametrize("role", ["inhabitant", "elected", "auditor"])
def test_an_assignment_opens_nothing_to_roles_that_may_not_see_names(
    client: Client, batch: Batch, person: Person, schools: Sequence[Establishment], role: str
) -> None:
    user = person(role)
    Assignment.objects.create(user=user, establishment=schools[0])
    Assignment.objects.create(user=user, place=Place.objects.get(serves=schools[0]))
    client.force_login(user)
    assert client.get(f"/bureau/offres/lieux/lieu-{A.lower()}/").status_code == 403
    assert client.get(f"/bureau/offres/o/consultation/e/{A}/?classe=2nde 1").status_code == 403


def test_signed_out_one_is_sent_to_sign_in(client: Client, batch: Batch) -> None:
    for address, (method, _) in PAGES.items():
        response = getattr(client, method)(address)
        assert response.status_code == 302, address
        assert "/compte/" in response.url


def test_no_identity_column_is_ever_read_by_pages_of_counts(client: Client, batch: Batch, person: Person) -> None:
    client.force_login(person("auditor"))
    for address, (method, roles) in PAGES.items():
        if method == "get" and roles == COUNTS:
            with CaptureQueriesContext(connection) as seen:
                client.get(address)
            assert not any("offers_identity" in query["sql"] or "offers_attendance" in query["sql"] for query in seen)
            assert len(seen) <= 30, (address, len(seen))
