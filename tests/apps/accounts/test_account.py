"""One's account: roles and their log, the second factor of the back office, export, deletion."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from mandat.apps.accounts import services
from mandat.apps.accounts.access import requires
from mandat.apps.accounts.models import AuditLine, Draft, Role, RoleGrant, User
from mandat.apps.accounts.permissions import PERMISSIONS, may
from mandat.kernel.errors import InputError
from tests.apps.accounts.entering import enter

Person = Callable[..., User]


@pytest.mark.parametrize("action", sorted(PERMISSIONS))
@pytest.mark.parametrize("role", [None, *Role])
def test_the_table_of_rights_is_the_one_applied(person: Person, action: str, role: Role | None) -> None:
    user = person(*([] if role in (None, Role.INHABITANT) else [role]))
    held = role or Role.INHABITANT
    assert may(user, action) is (held in PERMISSIONS[action].roles)
    assert user.has_perm(action) is may(user, action)
    user.is_active = False
    assert not may(user, action)


def test_the_table_of_rights_is_shown_to_everyone(client: Client, db: None) -> None:
    page = client.get(reverse("accounts:rights")).content.decode()
    for entry in PERMISSIONS.values():
        assert entry.action in page
        assert str(entry.label) in page or "&#x27;" in page


def test_an_unknown_action_fails_when_the_view_is_written() -> None:
    with pytest.raises(KeyError):
        requires("programme.fly")


def test_who_enters_the_back_office_needs_a_second_factor(client: Client, person: Person, settings: object) -> None:
    admin = person("administrator")
    client.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")
    url = reverse("accounts:roles")
    assert client.get(url).url == reverse("mfa_activate_totp")
    TOTP.activate(admin, "JBSWY3DPEHPK3PXP")
    assert client.get(url).url.startswith(reverse("mfa_reauthenticate"))
    enter_again = Client()
    session_owner = person("administrator")
    enter(enter_again, session_owner)
    assert enter_again.get(url).status_code == 200
    settings.MANDAT_DEMO = True  # type: ignore[attr-defined]
    assert client.get(url).status_code == 200


def test_who_is_signed_out_is_sent_to_sign_in_and_back(rf: RequestFactory, client: Client, db: None) -> None:
    response = client.get(reverse("accounts:roles"))
    assert response.url == f"{reverse('account_login')}?next={reverse('accounts:roles')}"


def test_a_guarded_view_refuses_the_wrong_role(rf: RequestFactory, person: Person) -> None:
    @requires("programme.output_declare")
    def view(request: HttpRequest) -> HttpResponse:
        raise AssertionError("reached")

    request = rf.get("/")
    request.user = person("auditor")
    with pytest.raises(PermissionDenied):
        view(request)


def test_roles_are_given_and_taken_back_and_both_are_logged(client: Client, person: Person) -> None:
    admin, other = person("administrator"), person()
    enter(client, admin)
    client.post(reverse("accounts:roles"), {"email": other.email.upper(), "role": "agent"})
    grant = RoleGrant.objects.get(user=other)
    assert grant.role == "agent"
    client.post(reverse("accounts:role_withdraw", args=[grant.pk]))
    assert not RoleGrant.objects.filter(user=other).exists()
    lines = list(AuditLine.objects.order_by("pk").values_list("what", "detail", "actor", "target"))
    assert lines == [
        ("role_granted", "agent", admin.pk, other.pk),
        ("role_withdrawn", "agent", admin.pk, other.pk),
    ]
    page = client.get(reverse("accounts:roles")).content.decode()
    assert "⟦undefined" not in page


def test_the_last_administrator_stays(client: Client, person: Person) -> None:
    admin = person("administrator")
    enter(client, admin)
    grant = RoleGrant.objects.get(user=admin)
    client.post(reverse("accounts:role_withdraw", args=[grant.pk]))
    assert RoleGrant.objects.filter(pk=grant.pk).exists()
    response = client.post(reverse("accounts:delete"), {"sure": "on"})
    assert response.status_code == 200
    assert User.objects.filter(pk=admin.pk).exists()
    person("administrator")
    services.role_withdraw(actor=admin, user=admin, role="administrator")
    assert not RoleGrant.objects.filter(user=admin).exists()


@pytest.mark.parametrize("role", ["agent", "elected", "auditor", "member"])
def test_only_administrators_give_roles(client: Client, person: Person, role: str) -> None:
    user = person(role)
    enter(client, user)
    assert client.post(reverse("accounts:roles"), {"email": user.email, "role": "administrator"}).status_code == 403
    with pytest.raises(PermissionDenied):
        services.role_grant(actor=user, user=user, role="administrator")
    assert set(user.role_grants.values_list("role", flat=True)) == {role}


def test_the_first_administrator_is_named_on_the_command_line(db: None) -> None:
    call_command("grant_role", "Premiere@example.org", "administrator")
    user = User.objects.get(email="premiere@example.org")
    assert user.roles == {"inhabitant", "administrator"}
    with pytest.raises(CommandError):
        call_command("grant_role", "pas une adresse", "agent")
    with pytest.raises(InputError):
        services.role_grant(actor=None, user=user, role="empereur")


def test_the_export_holds_everything_kept(client: Client, person: Person) -> None:
    user = person("agent")
    services.draft_save(user=user, form="decision", data={"title": "Début"})
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    response = client.get(reverse("accounts:export"))
    data = json.loads(response.content)
    assert response["Content-Disposition"].startswith("attachment")
    assert data["account"]["email"] == user.email
    assert data["account"]["roles"][0]["role"] == "agent"
    assert data["drafts"][0]["data"] == {"title": "Début"}


def test_a_deleted_account_leaves_nothing(client: Client, person: Person) -> None:
    user = person()
    services.draft_save(user=user, form="decision", data={})
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(reverse("accounts:delete"), {}).status_code == 200
    assert User.objects.filter(pk=user.pk).exists()
    client.post(reverse("accounts:delete"), {"sure": "on"})
    assert not User.objects.exists()
    assert not Draft.objects.exists()
    assert AuditLine.objects.get().actor is None


def test_preferences_change_the_language_of_the_next_pages(client: Client, person: Person) -> None:
    user = person()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    response = client.post(reverse("accounts:preferences"), {"name": "A", "language": "en"})
    assert response.url == "/en/compte/"
    user.refresh_from_db()
    assert (user.name, user.language) == ("A", "en")
    assert client.post(reverse("accounts:preferences"), {"name": "", "language": "de"}).status_code == 200


def test_a_draft_is_replaced_and_forgotten(person: Person) -> None:
    user = person()
    services.draft_save(user=user, form="decision", data={"a": 1})
    services.draft_save(user=user, form="decision", data={"a": 2})
    draft = services.draft_of(user, "decision")
    assert draft is not None
    assert draft.data == {"a": 2}
    services.draft_forget(user=user, form="decision")
    assert services.draft_of(user, "decision") is None


def test_the_account_leads_to_wallets_and_tills(client: Client, person: Person) -> None:
    client.force_login(person())
    page = client.get("/compte/").content.decode()
    assert f'href="{reverse("wallets:mine")}"' in page
    assert f'href="{reverse("wallets:tills")}"' in page
