"""Pages of envelopes: who may see them, what they show, what they refuse."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from mandat.apps.accounts.models import User
from mandat.apps.funds import services
from mandat.apps.funds.models import Envelope
from mandat.apps.funds.selectors import standings
from tests.apps.accounts.entering import enter


def entered(user: User) -> Client:
    return enter(Client(), user)


VOTE = {
    "on": "2026-02-12", "decision": "DM 1", "stage": "amending", "commitment": "1 500,50", "year": "2026", "payment": "200",
}  # fmt: skip


def test_the_board_shows_each_euro_voted_in_one_place(client: Client, envelope: Envelope) -> None:
    held = services.reserve(envelope=envelope, case="D-1", amount=Decimal(400), key="r")
    held = services.award(allocation=held, amount=Decimal(400), key="a")
    held = services.engage(allocation=held, amount=Decimal(400), key="e")
    services.pay(allocation=held, amount=Decimal(150), year=2026, key="p")
    text = client.get("/argent/").content.decode().replace("\u202f", " ").replace("\xa0", " ")
    for amount in ("1 000 €", "400 €", "150 €"):
        assert amount in text
    text = client.get("/argent/?par=versement").content.decode().replace("\u202f", " ").replace("\xa0", " ")
    assert "600 €" in text


def test_an_empty_board_says_so(client: Client, programme: object) -> None:
    assert "Aucune enveloppe" in client.get("/argent/").content.decode()


@pytest.mark.parametrize(
    ("role", "reads", "votes"),
    [("agent", True, True), ("administrator", True, True), ("elected", True, False), ("auditor", True, False), ("inhabitant", False, False)],
)  # fmt: skip
def test_who_may_read_envelopes_and_who_may_record_votes(
    role: str, reads: bool, votes: bool, person: Callable[..., User], envelope: Envelope
) -> None:
    client = entered(person(*([] if role == "inhabitant" else [role])))
    assert (client.get("/bureau/enveloppes/").status_code == 200) is reads
    page = client.get("/bureau/enveloppes/fonds-2026/")
    assert (page.status_code == 200) is reads
    assert ("Inscrire ce vote" in page.content.decode()) is votes
    client.post("/bureau/enveloppes/fonds-2026/", VOTE)
    assert (standings([envelope])[0].voted == Decimal("2500.50")) is votes


def test_a_stranger_is_asked_to_sign_in(client: Client, envelope: Envelope) -> None:
    answer = client.get("/bureau/enveloppes/")
    assert answer.status_code == 302
    assert "/compte/" in answer["Location"]


@pytest.mark.parametrize(
    "wrong", [{"commitment": "-5"}, {"commitment": "mille"}, {"decision": ""}, {"on": "2026-02-30"}, {"year": "1999"}]
)
def test_a_vote_that_cannot_be_read_is_shown_again_with_why(
    wrong: dict[str, str], agent: User, envelope: Envelope
) -> None:
    answer = entered(agent).post("/bureau/enveloppes/fonds-2026/", {**VOTE, **wrong})
    assert answer.status_code == 422
    assert "error" in answer.content.decode()


def test_more_than_is_left_cannot_be_taken_away(agent: User, envelope: Envelope) -> None:
    answer = entered(agent).post("/bureau/enveloppes/fonds-2026/", {**VOTE, "less": "on"})
    assert answer.status_code == 422
    assert "fonds-2026" in answer.content.decode()


def test_an_envelope_is_opened_from_the_page(agent: User, programme: Any) -> None:
    client = entered(agent)
    given = {"code": "neuve", "title": "Neuve", "line": "1", "section": "operating", "year": "2026", "measure": "2", "commitments": "2.1"}  # fmt: skip
    assert client.post("/bureau/enveloppes/nouvelle/", {**given, "commitments": "9.9"}).status_code == 422
    assert client.post("/bureau/enveloppes/nouvelle/", given).status_code == 302
    assert Envelope.objects.get(code="neuve").commitments == ["2.1"]
    assert client.get("/bureau/enveloppes/").status_code == 200
