"""A person claims what the region promises: granted, refused or paid, and the measure moves."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from mandat import journal
from mandat.apps.accounts.models import Role, RoleGrant, User
from mandat.apps.demonstration.claims import PAPER
from mandat.apps.programme import published as published_module
from mandat.apps.programme.published import Published, published
from mandat.apps.programme.rollups import verify
from mandat.apps.programme.services import programme_load
from mandat.apps.programme.standing import course
from mandat.apps.rights import services
from mandat.apps.rights.models import Claim
from mandat.apps.rulebook import published as rulebook
from mandat.apps.rulebook.places import bundled_perimeters
from mandat.definitions.folder import read_folder

PROGRAMME = Path(__file__).resolve().parents[2] / "programmes" / "centre-val-de-loire"
IDENTITY = {
    "name": "Camille Essai", "birth_date": "2005-03-01", "gender": "women", "address": "1 rue de l'Essai",
    "postcode": "45000", "city": "Orléans", "iban": "FR7630006000011234567890189",
}  # fmt: skip


@pytest.fixture
def region(db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Published:
    """The bundled programme, published."""
    settings.MANDAT_PROGRAMME = PROGRAMME.name
    published_module._read.cache_clear()
    monkeypatch.setattr(rulebook, "perimeters", lambda programme: bundled_perimeters("24"))
    programme_load(folder=read_folder(PROGRAMME))
    return published()


def account(name: str, role: Role) -> User:
    user = User.objects.create_user(f"{name}@example.org", name=name)
    RoleGrant.objects.create(user=user, role=role)
    return user


def sent(user: User, right: str, household: dict[str, Any], person: dict[str, Any]) -> Claim:
    situation = {"foyer": {"commune": "45234", **household}, "personnes": [person], "demandeur": 0}
    claim = services.claim_start(actor=user, right=right, answers=situation)
    claim = services.claim_save(actor=user, claim=claim, identity=IDENTITY)
    for code in ("identite", "projet", "licence", "emploi", "devis"):
        if any(evidence.code == code for evidence in _right(right).evidence):
            services.piece_add(actor=user, claim=claim, code=code, file=ContentFile(PAPER, name="piece.pdf"))
    return services.claim_submit(actor=user, claim=claim)


def _right(code: str) -> Any:
    from mandat.apps.rights.terms import current_terms

    return current_terms(code).document


def test_free_travel_is_granted_at_once_and_measure_50_moves(region: Published, client: Client) -> None:
    traveller = account("voyageuse", Role.INHABITANT)
    assert course(region, "50.3").value.value in (None, 0)
    claim = sent(traveller, "gratuite-transports", {}, {"revenu_mensuel": "999.99"})
    assert claim.state == "granted"

    assert course(region, "50.3").value.value == 1
    assert verify(region.code) == []
    granted = [e for e in journal.iterate() if e.fact.kind == "rights.granted.v1"]
    assert [(e.fact.measures, e.fact.quantity) for e in granted] == [((50,), Decimal(1))]
    # Nothing of the person is told: neither who, nor the income, nor the commune.
    text = granted[0].text
    assert "999" not in text
    assert "voyageuse" not in text
    assert "commune:" not in text
    why = client.get("/engagements/50.3/pourquoi/").content.decode()
    assert f"/faits/{granted[0].index}/" in why
    assert client.get("/mesures/50/").status_code == 200
    assert client.get("/droits/gratuite-transports/").status_code == 200


def test_at_one_thousand_euros_travel_is_refused_with_the_reason_and_nothing_moves(region: Published) -> None:
    claim = sent(account("voyageur", Role.INHABITANT), "gratuite-transports", {}, {"revenu_mensuel": "1000"})
    assert claim.state == "refused"
    assert course(region, "50.3").value.value in (None, 0)


def test_an_agent_grants_athletes_their_aid_and_measure_64_moves(region: Published) -> None:
    person = {"date_naissance": "2005-03-01", "sport": "licence", "prix_licence": "62", "handicap": False}
    claim = sent(account("nageuse", Role.INHABITANT), "aide-licence", {}, person)
    assert claim.state == "submitted"
    services.claim_decide(actor=account("agente", Role.AGENT), claim=claim, outcome="granted")
    assert course(region, "64.4").value.value == 1
    assert course(region, "64.3").value.value in (None, 0)
    paid = [entry.fact.amount for entry in journal.iterate() if entry.fact.kind == "rights.paid.v1"]
    assert paid == [Decimal(40)]
