"""A region of four communes, a label and a contract of the trial programme, and cases decided without their forms."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone, translation

from mandat.apps.accounts.models import RoleGrant, User
from mandat.apps.custody.models import Subject
from mandat.apps.grants import hooks
from mandat.apps.grants.machine import State
from mandat.apps.grants.models import Case, Decision, Post
from mandat.apps.organisations.models import Member, Organisation
from mandat.apps.programme import published
from mandat.apps.programme.services import programme_load
from mandat.apps.territory.services import territory_import
from mandat.definitions.folder import read_texts
from tests.apps.grants import samples
from tests.apps.territory.conftest import small
from tests.programmes_folder import texts

NOON = dt.datetime(2026, 11, 10, 11, 0, tzinfo=dt.UTC)
SIRETS = {"Tours": "21370261800011", "Orléans": "21450234800019", "Chambray": "21370050500010"}


def scheme(code: str, type_: str, **changes: Any) -> bytes:
    """A scheme without money that shares the rule of ``fonds-essai``."""
    body = samples.scheme_body()
    for name in ("rules", "committee", "payments", "plan"):
        body.pop(name)
    body |= {"code": code, "type": type_, "title": {"fr": f"Le {code}", "en": f"The {code}"}}
    body |= {"outputs": {"eligible": "eligible"}, "evidence": body["evidence"][:1]}
    body |= {"workflow": {"pattern": "desk", "silence_reference": {"text": "CRPA L231-4"}}, **changes}
    return json.dumps(body).encode()


@pytest.fixture(autouse=True)
def french() -> Iterator[None]:
    with translation.override("fr"):
        yield


@pytest.fixture
def clock() -> Iterator[Any]:
    """Noon in Paris on Tuesday 10 November 2026, until it is moved."""
    with time_machine.travel(NOON, tick=False) as travelled:
        yield travelled


@pytest.fixture
def programme(db: None, settings: Any, clock: Any) -> published.Published:
    settings.MANDAT_PROGRAMME = "essai"
    settings.MANDAT_DEMO = True  # pages of the back office without a second factor
    published._read.cache_clear()
    files = {name: text.encode() for name, text in samples.FILES.items()}
    files["schemes/label-vert.yaml"] = scheme(
        "label-vert", "label", label={"valid_months": 12, "mark": {"fr": "Label vert", "en": "Green label"}}
    )
    files["schemes/contrat-eau.yaml"] = scheme(
        "contrat-eau", "contract",
        contract={"years": 3, "review_months": 12, "covers": "population", "share": 80, "by": "2027-06-30"},
    )  # fmt: skip
    territory_import(reference=small())
    folder = read_texts(texts() | files)
    assert not folder.problems, folder.problems
    programme_load(folder=folder)
    return published.published()


@pytest.fixture
def person(programme: Any) -> Callable[..., User]:
    def make(*roles: str) -> User:
        user = User.objects.create_user(f"{'-'.join(roles) or 'nobody'}{User.objects.count()}@example.org")
        for role in roles:
            RoleGrant.objects.create(user=user, role=role)
        return user

    return make


@pytest.fixture
def agent(person: Callable[..., User]) -> User:
    """An agent who examines every scheme."""
    user = person("agent")
    Post.objects.create(programme="essai", duty="instruct", user=user, since=dt.date(2020, 1, 1))
    return user


@pytest.fixture
def other_agent(person: Callable[..., User]) -> User:
    user = person("agent")
    Post.objects.create(programme="essai", duty="instruct", user=user, since=dt.date(2020, 1, 1))
    return user


@pytest.fixture
def tours(programme: Any) -> Organisation:
    return organisation("Ville de Tours", "37261", SIRETS["Tours"])


@pytest.fixture
def orleans(programme: Any) -> Organisation:
    return organisation("Ville d'Orléans", "45234", SIRETS["Orléans"])


@pytest.fixture
def member(person: Callable[..., User], tours: Organisation) -> User:
    """Who speaks for Tours."""
    user = person()
    Member.objects.create(organisation=tours, user=user, rank="owner")
    return user


def organisation(name: str, commune: str, siret: str, **values: Any) -> Organisation:
    subject = Subject.objects.create(**Subject.fresh())
    return Organisation.objects.create(name=name, subject=subject, commune=commune, siret=siret, **values)


def case(applicant: Organisation | None, scheme: str = "label-vert", **values: Any) -> Case:
    """A case ready for its decision, sent today."""
    opener = values.pop("opened_by", None) or User.objects.create_user(f"o{User.objects.count()}@example.org")
    now = timezone.now()
    defaults: dict[str, Any] = {
        "programme": "essai", "scheme": scheme, "scheme_version": 1, "rule_version": 1, "call": "permanent", "measure": 1,
        "applicant": applicant, "opened_by": opener, "subject": Subject.objects.create(**Subject.fresh()),
        "state": State.READY, "title": "Un projet", "answers": {"cout": "5000", "siege": "37261"},
        "area": applicant.commune if applicant else "", "created_at": now, "saved_at": now, "submitted_at": now,
    }  # fmt: skip
    return Case.objects.create(**(defaults | values))


def decide(found: Case, outcome: str = "awarded") -> Decision:
    """What the end of an examination writes: the decision, and what apps do with it."""
    with transaction.atomic():
        day = timezone.localdate()
        decision = Decision.objects.create(
            case=found, rank=found.decisions.count() + 1, outcome=outcome, by="authority", motive="Bon projet.",
            decided_at=timezone.now(), decided_on=day, appeal_until=day, record="{}", sha256="0" * 64, fact_index=0,
        )  # fmt: skip
        found.state = State.AWARDED if outcome == "awarded" else State.REFUSED
        found.save()
        hooks.decided(found, decision)
    return decision
