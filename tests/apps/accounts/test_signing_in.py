"""Signing in: by code, without revealing who has an account, with a second factor, through a provider."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, hotp_value
from django.core import mail
from django.test import Client
from django.urls import reverse

from mandat.apps.accounts.models import User

Person = Callable[..., User]
Code = Callable[[], str]


def sign_in(client: Client, address: str, code: Code, *, next_url: str = "") -> Any:
    client.post(
        reverse("account_login") + (f"?next={next_url}" if next_url else ""), {"login": address, "next": next_url}
    )
    return client.post(reverse("account_confirm_login_code"), {"code": code(), "next": next_url})


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def totp_code(secret: str) -> str:
    return f"{hotp_value(secret, int(time.time()) // 30):06}"


def test_the_code_sent_by_e_mail_opens_the_account(client: Client, person: Person, mailed_code: Code) -> None:
    user = person()
    response = sign_in(client, user.email, mailed_code)
    assert response.status_code == 302
    assert response.url == reverse("accounts:home")
    assert signed_in(client)
    page = client.get(reverse("accounts:home"))
    assert page.status_code == 200
    assert user.email in page.content.decode()


def test_a_wrong_code_opens_nothing_and_three_end_the_attempt(
    client: Client, person: Person, mailed_code: Code
) -> None:
    user = person()
    client.post(reverse("account_login"), {"login": user.email})
    for _ in range(3):
        response = client.post(reverse("account_confirm_login_code"), {"code": "ZZZZZZ"})
    client.post(reverse("account_confirm_login_code"), {"code": mailed_code()})
    assert not signed_in(client)
    assert response.status_code in (200, 302)


def test_no_page_asks_for_a_password(client: Client, db: None) -> None:
    for name in ("account_login", "account_signup"):
        page = client.get(reverse(name)).content.decode()
        assert 'type="password"' not in page
    for path in ("password/reset/", "password/change/", "password/set/", "login/code/"):
        response = client.get(f"/compte/{path}")
        assert response.url == reverse("account_login")


def test_known_and_unknown_addresses_get_the_same_answers(client: Client, person: Person) -> None:
    user = person()
    answers = []
    for address in (user.email, "personne@example.org"):
        other = Client()
        first = other.post(reverse("account_login"), {"login": address})
        page = other.get(first.url).content.decode().replace(address, "ADRESSE")
        wrong = other.post(first.url, {"code": "ZZZZZZ"}).content.decode().replace(address, "ADRESSE")
        answers.append((first.status_code, first.url, _without_tokens(page), _without_tokens(wrong)))
    assert answers[0] == answers[1]
    assert len(mail.outbox) == 2
    assert "code" not in mail.outbox[1].body.lower().split("adresse")[0]


def test_signing_up_twice_answers_as_the_first_time(client: Client, person: Person) -> None:
    user = person()
    answers = []
    for address in ("nouvelle@example.org", user.email):
        other = Client()
        response = other.post(reverse("account_signup"), {"email": address})
        page = other.get(response.url).content.decode().replace(address, "ADRESSE")
        answers.append((response.status_code, response.url, _without_tokens(page)))
    assert answers[0] == answers[1]


def _without_tokens(page: str) -> str:
    import re

    return re.sub(r'value="[A-Za-z0-9]{64}"', "", page)


def test_signing_up_checks_the_address_and_keeps_the_language(client: Client, db: None, mailed_code: Code) -> None:
    response = client.post("/en/compte/signup/", {"email": "new@example.org"})
    assert "Type this code" in mail.outbox[-1].body
    client.post(response.url, {"code": mailed_code()})
    assert signed_in(client)
    assert User.objects.get().language == "en"


def test_mail_speaks_the_language_of_the_account(client: Client, person: Person) -> None:
    user = person()
    user.language = "en"
    user.save()
    client.post(reverse("account_login"), {"login": user.email})
    assert "Type this code in the page you left open to sign in" in mail.outbox[-1].body
    assert mail.outbox[-1].subject.startswith("Mandat")


def test_no_address_stands_in_a_url_or_a_log(
    client: Client, person: Person, mailed_code: Code, caplog: pytest.LogCaptureFixture
) -> None:
    user = person()
    caplog.set_level(logging.DEBUG)
    first = client.post(reverse("account_login"), {"login": user.email})
    last = client.post(first.url, {"code": mailed_code()})
    unknown = Client().post(reverse("account_login"), {"login": "inconnue@example.org"})
    links = [line for line in mail.outbox[-1].body.splitlines() if "http" in line]
    for text in (first.url, last.url, unknown.url, *links):
        assert "@" not in text
        assert "%40" not in text
    said = [record.getMessage() for record in caplog.records if not record.name.startswith("django.db")]
    assert not any("example.org" in message for message in said)


def test_codes_asked_too_often_are_refused(client: Client, person: Person) -> None:
    user = person()
    statuses = [Client().post(reverse("account_login"), {"login": user.email}).status_code for _ in range(5)]
    assert statuses[0] == 302
    assert len(mail.outbox) <= 3


def test_a_second_factor_is_asked_where_there_is_one(client: Client, person: Person, mailed_code: Code) -> None:
    user = person("agent")
    TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    response = sign_in(client, user.email, mailed_code)
    assert response.url == reverse("mfa_authenticate")
    assert not signed_in(client)
    page = client.get(response.url).content.decode()
    assert "mfa/js/webauthn.js" in page
    client.post(response.url, {"code": "000000"})
    assert not signed_in(client)
    client.post(response.url, {"code": totp_code("JBSWY3DPEHPK3PXP")})
    assert signed_in(client)


@pytest.mark.django_db(transaction=True)
def test_setting_up_an_application_gives_recovery_codes_once(client: Client, person: Person, mailed_code: Code) -> None:
    user = person("agent")
    sign_in(client, user.email, mailed_code)
    page = client.get(reverse("mfa_activate_totp"))
    assert page.status_code == 200
    secret = page.context["form"].secret
    response = client.post(reverse("mfa_activate_totp"), {"code": totp_code(secret)})
    assert Authenticator.objects.filter(user=user, type="totp").exists()
    assert response.status_code == 302, response.context["form"].errors
    page = client.get(response.url)
    assert page.status_code == 200, (response.url, page.headers)
    codes = page.content.decode()
    assert codes.count("<li>") >= 10
    assert client.get(reverse("mfa_index")).status_code == 200


def test_every_page_of_the_account_wears_our_base(client: Client, person: Person, mailed_code: Code) -> None:
    user = person("administrator")
    names = ["account_login", "account_signup"]
    anonymous = [client.get(reverse(name)) for name in names]
    sign_in(client, user.email, mailed_code)
    names = [
        "accounts:home", "accounts:rights", "accounts:preferences", "accounts:delete", "account_email", "account_logout",
        "mfa_index", "mfa_add_webauthn", "mfa_list_webauthn", "mfa_activate_totp", "usersessions_list",
        "socialaccount_connections",
    ]  # fmt: skip
    for response in anonymous + [client.get(reverse(name)) for name in names]:
        page = response.content.decode()
        assert response.status_code == 200, response.request["PATH_INFO"]
        assert "mandat/site.css" in page
        assert "⟦undefined" not in page, response.request["PATH_INFO"]
        assert " style=" not in page


def test_other_sessions_can_be_ended(person: Person, mailed_code: Code) -> None:
    user = person()
    here, there = Client(), Client()
    sign_in(here, user.email, mailed_code)
    sign_in(there, user.email, mailed_code)
    assert here.get(reverse("usersessions_list")).content.decode().count('<th scope="row">') == 2
    here.post(reverse("usersessions_list"))
    assert there.get(reverse("accounts:home")).status_code == 302
    assert here.get(reverse("accounts:home")).status_code == 200


def test_the_address_changes_once_its_code_is_typed(client: Client, person: Person, mailed_code: Code) -> None:
    user = person()
    sign_in(client, user.email, mailed_code)
    response = client.post(reverse("account_email"), {"email": "neuve@example.org", "action_add": "1"})
    user.refresh_from_db()
    assert user.email != "neuve@example.org"
    code = next(m for m in reversed(mail.outbox) if m.to == ["neuve@example.org"])
    mail.outbox.append(code)
    client.post(response.url, {"code": mailed_code()})
    user.refresh_from_db()
    assert user.email == "neuve@example.org"


def test_demonstration_accounts_enter_with_one_click_only_in_the_demonstration(
    client: Client, db: None, settings: Any
) -> None:
    url = reverse("demonstration:enter")
    assert client.post(url, {"account": "administrator6"}).status_code == 404
    assert "demo-accounts" not in client.get(reverse("account_login")).content.decode()
    assert not User.objects.exists()
    settings.MANDAT_DEMO = True
    page = client.get(reverse("account_login")).content.decode()
    assert "administrator6" in page
    assert client.get(url).status_code == 405
    assert client.post(url, {"account": "quelqu'un"}).status_code == 404
    assert Client(enforce_csrf_checks=True).post(url, {"account": "administrator6"}).status_code == 403
    client.post(url, {"account": "administrator6"})
    assert signed_in(client)
    settings.MANDAT_DEMO = False
    client.logout()
    assert client.post(url, {"account": "administrator6"}).status_code == 404
