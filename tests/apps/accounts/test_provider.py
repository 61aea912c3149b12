"""Signing in through an OpenID Connect provider, against one that runs here for the test."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client
from django.urls import reverse

from mandat.apps.accounts.models import User
from mandat.config import oidc

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Provider(ThreadingHTTPServer):
    """Answers discovery, token and user information; remembers the challenge it was asked."""

    claims: dict[str, Any]
    challenge = ""
    asked: dict[str, list[str]]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Provider

    def _send(self, value: Any) -> None:
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        url = self.server.url
        if "well-known" in self.path:
            self._send(
                {
                    "issuer": url,
                    "authorization_endpoint": f"{url}/authorize",
                    "token_endpoint": f"{url}/token",
                    "userinfo_endpoint": f"{url}/userinfo",
                    "jwks_uri": f"{url}/jwks",
                    "token_endpoint_auth_methods_supported": ["client_secret_post"],
                }
            )
        else:
            self._send(self.server.claims)

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.server.asked = form
        digest = hashlib.sha256(form["code_verifier"][0].encode()).digest()
        if base64.urlsafe_b64encode(digest).decode().rstrip("=") != self.server.challenge:
            self.send_error(400)
            return
        import time

        token = {"iss": self.server.url, "aud": "mandat", "exp": int(time.time()) + 60, "iat": int(time.time())}
        signed = jwt.encode({**token, **self.server.claims}, KEY, algorithm="RS256", headers={"kid": "1"})
        self._send({"access_token": "a", "token_type": "Bearer", "id_token": signed})

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    server = Provider(("127.0.0.1", 0), Handler)
    server.claims = {"sub": "42", "email": "elue@region.example", "email_verified": True, "name": "Une élue"}
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    environment = {
        "MANDAT_OIDC_URL": server.url,
        "MANDAT_OIDC_ID": "mandat",
        "MANDAT_OIDC_SECRET": "secret",
        "MANDAT_OIDC_NAME": "ProConnect d’essai",
        "MANDAT_OIDC_LEVEL": "eidas1",
    }
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": oidc.apps(environment)}}
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def come_back(client: Client, provider: Provider) -> Any:
    """Leave for the provider and come back with its code."""
    start = client.post(reverse("openid_connect_login", kwargs={"provider_id": "oidc"}))
    asked = {name: values[0] for name, values in parse_qs(urlsplit(start.url).query).items()}
    provider.challenge = asked["code_challenge"]
    assert set(asked["scope"].split()) == {"openid", "email"}
    assert asked["acr_values"] == "eidas1"
    back = reverse("openid_connect_callback", kwargs={"provider_id": "oidc"})
    return client.get(back, {"code": "c", "state": asked["state"]})


def test_a_provider_opens_an_account_and_the_same_one_again(client: Client, db: None, provider: Provider) -> None:
    assert "ProConnect d’essai" in client.get(reverse("account_login")).content.decode()
    response = come_back(client, provider)
    assert response.status_code == 302
    user = User.objects.get()
    assert (user.email, user.name) == ("elue@region.example", "Une élue")
    assert SocialAccount.objects.get().uid == "42"
    assert client.get(reverse("accounts:home")).status_code == 200
    again = Client()
    come_back(again, provider)
    assert User.objects.count() == 1
    assert again.get(reverse("accounts:home")).status_code == 200


def test_an_address_the_provider_did_not_check_is_checked_by_code(client: Client, db: None, provider: Provider) -> None:
    provider.claims["email_verified"] = False
    response = come_back(client, provider)
    assert response.url == reverse("account_email_verification_sent")
    assert "_auth_user_id" not in client.session


def test_a_provider_does_not_take_over_an_account_that_was_there(client: Client, db: None, provider: Provider) -> None:
    User.objects.create_user("elue@region.example")
    come_back(client, provider)
    assert not SocialAccount.objects.exists()
    assert "_auth_user_id" not in client.session


def test_an_answer_that_was_not_asked_for_opens_nothing(client: Client, db: None, provider: Provider) -> None:
    back = reverse("openid_connect_callback", kwargs={"provider_id": "oidc"})
    page = client.get(back, {"code": "c", "state": "forged"})
    assert "_auth_user_id" not in client.session
    assert "mandat/site.css" in page.content.decode()


def test_without_a_provider_no_button_is_shown(client: Client, db: None) -> None:
    assert oidc.apps({}) == []
    assert "openid_connect" not in client.get(reverse("account_login")).content.decode()
