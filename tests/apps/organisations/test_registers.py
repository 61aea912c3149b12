"""Registers answer, or do not, and nothing they say is believed untested. One contract: bundled, and over HTTP."""

from __future__ import annotations

import datetime as dt
import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st

from mandat.apps.organisations import categories
from mandat.apps.organisations.registers import Outcome, fake, register, transport
from mandat.apps.organisations.registers.configured import base
from mandat.apps.organisations.registers.reading import AssociationRegister, EnterpriseRegister
from mandat.apps.organisations.registers.transport import Reply, UnreachableError, over_http
from mandat.kernel.errors import InputError

SIRET = fake.siret_of(1)


class Handler(BaseHTTPRequestHandler):
    """Serves what the bundled register answers, and a few ways to misbehave."""

    def do_GET(self) -> None:
        if self.path.startswith("/elsewhere"):
            self.send_response(302)
            self.send_header("Location", "http://127.0.0.1:9/search")
            self.end_headers()
            return
        if self.path.startswith("/slow"):
            time.sleep(1)
        if self.path.startswith("/long"):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b" " * (transport.LARGEST + 10))
            return
        try:
            reply = fake.answer(f"http://localhost{self.path}")
        except UnreachableError:
            self.connection.close()
            return
        self.send_response(reply.status)
        if reply.retry_after:
            self.send_header("Retry-After", str(reply.retry_after))
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    def log_message(self, *_: Any) -> None:
        return


class Server(ThreadingHTTPServer):
    def handle_error(self, *_: Any) -> None:
        """Those who ask leave early: that is what is tested."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    held = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=held.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{held.server_port}"
    held.shutdown()
    held.server_close()


@pytest.fixture(params=["bundled", "http"])
def enterprises(request: pytest.FixtureRequest, server: str, socket_enabled: None) -> EnterpriseRegister:
    if request.param == "bundled":
        return EnterpriseRegister("http://localhost", fake.answer)
    return EnterpriseRegister(server, over_http)


@pytest.fixture(params=["bundled", "http"])
def associations(request: pytest.FixtureRequest, server: str, socket_enabled: None) -> AssociationRegister:
    if request.param == "bundled":
        return AssociationRegister("http://localhost", fake.answer)
    return AssociationRegister(server, over_http)


def said(*results: Any) -> EnterpriseRegister:
    body = json.dumps({"results": list(results)}).encode()
    return EnterpriseRegister("http://localhost", lambda url: Reply(200, body))


# -- the contract


def test_an_establishment_is_read_whole(enterprises: EnterpriseRegister) -> None:
    answer = enterprises.by_siret(SIRET)
    assert answer.outcome is Outcome.FOUND
    entry = answer.entry
    assert entry is not None
    assert (entry.siret, entry.siren, entry.rna) == (SIRET, SIRET[:9], "W451000001")
    assert (entry.name, entry.legal_category, entry.naf) == ("Les Rives vives", "9220", "94.99Z")
    assert (entry.postcode, entry.commune, entry.headcount) == ("45000", "45234", "02")
    assert (entry.active, entry.head_office, entry.diffusible) == (True, True, True)


@pytest.mark.parametrize("siret", fake.ordinary())
def test_every_invented_organisation_answers_and_has_a_valid_number(siret: str) -> None:
    assert categories.clean_siret(siret) == siret
    assert siret.startswith("0000")
    answer = EnterpriseRegister("http://localhost", fake.answer).by_siret(siret)
    assert answer.entry is not None
    assert categories.legal_label(answer.entry.legal_category) is not None
    assert answer.entry.headcount in categories.HEADCOUNT


@pytest.mark.parametrize(
    ("trouble", "outcome", "reason"),
    [
        ("unlisted", Outcome.UNKNOWN, "establishment"),
        ("empty", Outcome.UNKNOWN, ""),
        ("wrong", Outcome.UNAVAILABLE, "another enterprise"),
        ("malformed", Outcome.UNAVAILABLE, "JSONDecodeError"),
        ("busy", Outcome.UNAVAILABLE, "429"),
        ("error", Outcome.UNAVAILABLE, "503"),
        ("slow", Outcome.UNAVAILABLE, ""),
    ],
)
def test_each_way_to_fail_is_an_answer(
    enterprises: EnterpriseRegister, trouble: str, outcome: Outcome, reason: str
) -> None:
    answer = enterprises.by_siret(fake.trouble(trouble))
    assert answer.outcome is outcome
    assert answer.entry is None
    assert reason in answer.reason


def test_a_busy_register_says_how_long(enterprises: EnterpriseRegister) -> None:
    assert enterprises.by_siret(fake.trouble("busy")).retry_after == 2


@pytest.mark.parametrize(
    ("trouble", "day"), [("closed", dt.date(2024, 12, 31)), ("enterprise_closed", dt.date(2023, 6, 30))]
)
def test_a_closed_establishment_is_said_to_be(enterprises: EnterpriseRegister, trouble: str, day: dt.date) -> None:
    entry = enterprises.by_siret(fake.trouble(trouble)).entry
    assert entry is not None
    assert (entry.active, entry.closed_on) == (False, day)


def test_an_entry_that_may_not_be_diffused_shows_only_its_state(enterprises: EnterpriseRegister) -> None:
    entry = enterprises.by_siret(fake.trouble("hidden")).entry
    assert entry is not None
    assert (entry.diffusible, entry.active) == (False, True)
    assert entry.name == entry.address == entry.commune_name == ""


def test_a_partial_entry_keeps_what_is_sound(enterprises: EnterpriseRegister) -> None:
    entry = enterprises.by_siret(fake.trouble("partial")).entry
    assert entry is not None
    assert entry.name == "ORGANISATION À TROUS"
    assert (entry.legal_category, entry.naf, entry.commune, entry.active) == ("", "", "", None)


def test_an_association_is_read_by_its_number(associations: AssociationRegister) -> None:
    entry = associations.by_rna("W451000001").entry
    assert entry is not None
    assert (entry.rna, entry.siret, entry.name, entry.commune) == ("W451000001", SIRET, "Les Rives vives", "45234")
    assert associations.by_rna("W999999999").outcome is Outcome.UNKNOWN


# -- over HTTP


def test_a_redirection_is_not_followed(server: str, socket_enabled: None) -> None:
    answer = EnterpriseRegister(f"{server}/elsewhere", over_http).by_siret(SIRET)
    assert (answer.outcome, answer.reason) == (Outcome.UNAVAILABLE, "status 302")


def test_an_endless_answer_is_left(server: str, socket_enabled: None) -> None:
    answer = EnterpriseRegister(f"{server}/long", over_http).by_siret(SIRET)
    assert (answer.outcome, answer.reason) == (Outcome.UNAVAILABLE, "too long")


def test_a_slow_answer_is_left(server: str, socket_enabled: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "TIMEOUT", 0.1)
    answer = EnterpriseRegister(f"{server}/slow", over_http).by_siret(SIRET)
    assert (answer.outcome, answer.reason) == (Outcome.UNAVAILABLE, "TimeoutError")


def test_nobody_listening_is_an_answer(socket_enabled: None) -> None:
    assert EnterpriseRegister("http://127.0.0.1:9", over_http).by_siret(SIRET).outcome is Outcome.UNAVAILABLE


# -- nothing is believed


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "results",
                        "siren",
                        "siege",
                        "siret",
                        "matching_etablissements",
                        "complements",
                        "nom_complet",
                        "etat_administratif",
                    ]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_any_json_is_an_answer(body: Any) -> None:
    held = EnterpriseRegister("http://localhost", lambda url: Reply(200, json.dumps(body).encode()))
    assert held.by_siret(SIRET).outcome in Outcome
    assert (
        AssociationRegister("http://localhost", lambda url: Reply(200, json.dumps(body).encode())).by_rna("W1").outcome
    )


@given(st.binary(max_size=200), st.sampled_from([200, 204, 301, 400, 401, 404, 418, 500]))
def test_any_bytes_and_status_are_an_answer(body: bytes, status: int) -> None:
    answer = EnterpriseRegister("http://localhost", lambda url: Reply(status, body)).by_siret(SIRET)
    assert answer.outcome is not Outcome.FOUND


def test_deep_nesting_is_an_answer() -> None:
    body = b'{"results":' * 1 + b"[" * 100_000 + b"]" * 100_000 + b"}"
    assert EnterpriseRegister("http://x", lambda url: Reply(200, body)).by_siret(SIRET).outcome is Outcome.UNAVAILABLE


def test_texts_are_put_on_one_line_and_cut() -> None:
    unit = {"siren": SIRET[:9], "nom_complet": "a\nb\u202ec" + "x" * 500, "siege": {"siret": SIRET, "adresse": ["x"]}}
    entry = said(unit).by_siret(SIRET).entry
    assert entry is not None
    assert entry.name.startswith("a b c")
    assert len(entry.name) == 200
    assert entry.address == ""


# -- set up


def test_answers_are_remembered_and_a_busy_register_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    original = fake.answer

    def counting(url: str) -> Reply:
        asked.append(url)
        return original(url)

    monkeypatch.setattr(fake, "answer", counting)
    assert register().by_siret(SIRET) == register().by_siret(SIRET)
    assert len(asked) == 1
    assert register().by_siret(fake.trouble("busy")).reason == "status 429"
    assert register().by_siret(fake.siret_of(2)).reason == "paused"
    assert len(asked) == 2
    assert register().by_siret(SIRET).outcome is Outcome.FOUND


def test_one_wrong_answer_pauses_nothing() -> None:
    assert register().by_siret(fake.trouble("wrong")).outcome is Outcome.UNAVAILABLE
    assert register().by_siret(SIRET).outcome is Outcome.FOUND


def test_without_a_register_nothing_is_asked(settings: Any) -> None:
    settings.MANDAT_REGISTER = settings.MANDAT_RNA = "none"
    assert register().by_siret(SIRET).outcome is Outcome.UNAVAILABLE
    assert register().by_rna("W451000001").outcome is Outcome.UNAVAILABLE


@pytest.mark.parametrize("text", ["http://register.example", "ftp://localhost", "register.example", "https://"])
def test_only_https_or_this_machine_is_asked(text: str, settings: Any) -> None:
    with pytest.raises(ImproperlyConfigured):
        base(text, "MANDAT_REGISTER")
    settings.MANDAT_REGISTER = text
    assert "organisations.E001" in [error.id for error in checks.run_checks()]


def test_addresses_that_may_be_asked() -> None:
    for text in ("https://register.example/v1", "http://127.0.0.1:8000", "http://localhost"):
        assert base(text, "MANDAT_REGISTER") == text


# -- numbers


@pytest.mark.parametrize(
    ("clean", "text", "said"),
    [
        (categories.clean_siret, "73282932000075", "14 chiffres"),
        (categories.clean_siret, "732829320", "SIREN"),
        (categories.clean_siret, "", "14 chiffres"),
        (categories.clean_siret, "7328293200007a", "14 chiffres"),
        (categories.clean_siret, "٧٣٢٨٢٩٣٢٠٠٠٠٧٤", "14 chiffres"),
        (categories.clean_siren, "732829321", "9 chiffres"),
        (categories.clean_rna, "W12345678", "W"),
        (categories.clean_rna, "123456789", "W"),
    ],
)
def test_wrong_numbers_are_refused_in_plain_words(clean: Callable[[str], str], text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        clean(text)


def test_numbers_are_taken_as_people_write_them() -> None:
    assert categories.clean_siret(" 732\u00a0829\u202f320 000-74 ") == "73282932000074"
    assert categories.clean_siren("732 829 320") == "732829320"
    assert categories.clean_rna("w 451 000 001") == "W451000001"
    # La Poste's establishments have a key of their own.
    assert categories.clean_siret("35600000049837") == "35600000049837"
