"""People see everything held about them in one file, and have it erased."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from mandat.apps.accounts.models import Draft, RoleGrant, User
from mandat.apps.custody import exporting, personal, services
from mandat.apps.custody.models import PersonalRequest, Subject
from mandat.apps.custody.personal import HeldFile, Kept
from mandat.apps.custody.subjects import subject_erase, subject_open
from mandat.apps.programme.models import Declaration

pytestmark = pytest.mark.django_db


@pytest.fixture
def user(db: None) -> User:
    found = User.objects.create_user("ada@example.org", name="Ada <b>", language="fr")
    Draft.objects.create(user=found, form="claim", data={"revenu": "812,50", "enfants": [1, 2]})
    return found


@pytest.fixture
def site(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


@pytest.fixture
def holding(samples: SimpleNamespace, user: User) -> Iterator[SimpleNamespace]:
    """A holding with sealed rows and files, registered for one test."""
    kept = dict(personal._HOLDINGS)
    model = samples.PersonalSample

    def mine(person: User) -> Any:
        return model.objects.filter(person__user=person).order_by("pk")

    stays: list[Kept] = []
    personal.register(
        code="essai.notes", title="Vos notes", models=("custody.PersonalSample",),
        export=lambda person: [personal.record(row, "note", title="Note") for row in mine(person)],
        erase=lambda person: mine(person).delete() and None,
        stays=lambda person: stays,
        files=lambda person: [
            HeldFile("../avis.pdf", lambda: io.BytesIO(b"x" * 200_000)), HeldFile("avis.pdf", lambda: [b"y", b"z"]),
        ],
    )  # fmt: skip
    yield SimpleNamespace(model=model, stays=stays, subject=subject_open(user=user))
    personal._HOLDINGS.clear()
    personal._HOLDINGS.update(kept)


def opened(response: Any) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content)))


def test_the_file_holds_everything_for_machines_and_for_people(site: Client, holding: SimpleNamespace) -> None:
    holding.model.objects.create(person=holding.subject, note="diabète & asthme")
    response = site.post(reverse("custody:download"))
    assert response["Content-Type"] == "application/zip"
    assert "attachment" in response["Content-Disposition"]
    assert "no-store" in response["Cache-Control"]
    packed = opened(response)
    assert packed.testzip() is None
    assert packed.namelist()[:2] == ["donnees.json", "lisez-moi.html"]
    held = json.loads(packed.read("donnees.json"))["held"]
    assert held["accounts.account"]["records"][0]["email"] == "ada@example.org"
    assert held["accounts.drafts"]["records"][0]["data"] == {"revenu": "812,50", "enfants": [1, 2]}
    assert held["essai.notes"]["records"] == [{"title": "Note", "note": "diabète & asthme"}]
    page = packed.read("lisez-moi.html").decode()
    assert "diabète &amp; asthme" in page
    assert "Ada &lt;b&gt;" in page
    assert "<script" not in page
    files = [name for name in packed.namelist() if name.startswith("fichiers/")]
    assert len(files) == 2
    assert all(".." not in name.split("/") for name in files)
    assert sorted(len(packed.read(name)) for name in files) == [2, 200_000]


def test_the_file_is_made_as_it_is_sent(user: User, holding: SimpleNamespace) -> None:
    pieces = list(exporting.archive(user))
    assert len(pieces) > 3


def test_erased_values_are_said_to_be(user: User, holding: SimpleNamespace) -> None:
    row = holding.model.objects.create(person=holding.subject, note="x")
    subject_erase(subject=holding.subject)
    shown = personal.record(holding.model.objects.get(pk=row.pk), "note")
    assert [value.value for value in shown.values] == ["effacé"]


def test_the_page_shows_what_the_file_holds(site: Client, holding: SimpleNamespace) -> None:
    holding.model.objects.create(person=holding.subject, note="visible ici")
    text = site.get(reverse("custody:mine")).content.decode()
    assert "visible ici" in text
    assert "ada@example.org" in text
    assert "812,50" in text


@pytest.mark.parametrize("name", ["mine", "download", "erase"])
def test_nobody_sees_the_data_of_another(client: Client, name: str) -> None:
    method = client.post if name == "download" else client.get
    response = method(reverse(f"custody:{name}"))
    assert response.status_code == 302
    assert reverse("account_login") in response["Location"]


def test_a_copy_is_asked_for_by_a_form_only(site: Client) -> None:
    assert site.get(reverse("custody:download")).status_code == 405


def test_choosing_nothing_erases_nothing(site: Client, user: User) -> None:
    response = site.post(reverse("custody:erase"), {"sure": "on"})
    assert response.status_code == 422
    assert user.drafts.exists()
    assert site.post(reverse("custody:erase"), {"what": ["accounts.drafts"]}).status_code == 422
    assert site.post(reverse("custody:erase"), {"what": ["accounts.account"], "sure": "on"}).status_code == 422


def test_what_is_chosen_goes_and_the_rest_stays(
    site: Client, user: User, holding: SimpleNamespace, django_capture_on_commit_callbacks: Any
) -> None:
    holding.model.objects.create(person=holding.subject, note="x")
    with django_capture_on_commit_callbacks(execute=True):
        response = site.post(reverse("custody:erase"), {"what": ["accounts.drafts"], "sure": "on"})
    assert response.status_code == 302
    assert not user.drafts.exists()
    assert holding.model.objects.count() == 1
    assert User.objects.filter(pk=user.pk, is_active=True).exists()
    [message] = mail.outbox
    assert message.to == ["ada@example.org"]
    request = PersonalRequest.objects.get()
    assert (request.kind, request.holdings, request.closes_account) == ("erasure", ["accounts.drafts"], False)


def test_closing_the_account_erases_everything_and_destroys_the_key(
    site: Client, user: User, holding: SimpleNamespace, django_capture_on_commit_callbacks: Any
) -> None:
    holding.model.objects.create(person=holding.subject, note="x")
    with django_capture_on_commit_callbacks(execute=True):
        site.post(reverse("custody:erase"), {"close_account": "on", "sure": "on"})
    assert not User.objects.filter(pk=user.pk).exists()
    assert not holding.model.objects.exists()
    assert Subject.objects.get(pk=holding.subject.pk).erased_at is not None
    assert PersonalRequest.objects.get().user is None
    assert "ada@example.org" in mail.outbox[0].to
    assert site.get(reverse("custody:mine")).status_code == 302


def test_deleting_an_account_from_its_page_erases_as_much(site: Client, user: User, holding: SimpleNamespace) -> None:
    holding.model.objects.create(person=holding.subject, note="x")
    site.post(reverse("accounts:delete"), {"sure": "on"})
    assert not User.objects.filter(pk=user.pk).exists()
    assert not holding.model.objects.exists()
    assert Subject.objects.get(pk=holding.subject.pk).erased_at is not None


def test_what_must_stay_is_said_and_keeps_its_key(
    site: Client, user: User, holding: SimpleNamespace, django_capture_on_commit_callbacks: Any
) -> None:
    holding.stays.append(Kept("votre décision", "les comptes publics", "dix ans", sealed=True))
    assert "votre décision" in site.get(reverse("custody:erase")).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        site.post(reverse("custody:erase"), {"close_account": "on", "sure": "on"})
    assert Subject.objects.get(pk=holding.subject.pk).erased_at is None
    assert "votre décision" in mail.outbox[0].body


def test_an_agent_who_declared_leaves_an_emptied_account(user: User) -> None:
    from django.utils import timezone

    Declaration.objects.create(
        programme="x",
        commitment="1.1",
        fact_index=1,
        kind="k",
        payload={},
        declared_by=user,
        declared_at=timezone.now(),
    )
    kept = services.personal_erase(user=user, close_account=True)
    assert any("vidé" in str(item.what) for item in kept)
    user.refresh_from_db()
    assert user.email.endswith("@deleted.invalid")


def test_the_last_administrator_is_told_and_nothing_is_erased(site: Client, user: User) -> None:
    RoleGrant.objects.create(user=user, role="administrator")
    response = site.post(reverse("custody:erase"), {"close_account": "on", "sure": "on"})
    assert response.status_code == 422
    assert user.drafts.exists()
    assert not PersonalRequest.objects.exists()
    assert mail.outbox == []


def test_a_holding_is_registered_once() -> None:
    with pytest.raises(ValueError, match="twice"):
        personal.register(code="accounts.account", title="", models=(), export=lambda user: [], erase=lambda user: None)
