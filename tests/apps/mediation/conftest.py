"""The trial mediation, accounts, and cases at any stage."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from textwrap import dedent
from typing import Any

import pytest
import time_machine
from django.utils import translation

from mandat.apps.accounts.models import RoleGrant, User
from mandat.apps.mediation.models import Case, Party
from mandat.apps.mediation.services import cases
from mandat.apps.participation import definitions
from mandat.apps.programme import published
from mandat.apps.programme.services import programme_load
from mandat.definitions.folder import read_texts
from tests.programmes_folder import BODIES, texts

NOON = dt.datetime(2026, 11, 10, 11, 0, tzinfo=dt.UTC)
WORDS = {
    "title": "Une haie coupée sans être prévenus",
    "account": "Le service a coupé la haie que nous avions plantée avec l'école.",
    "wanted": "Qu'elle soit replantée.",
    "called": "Collectif de la haie",
}
MEDIATION = dedent("""\
    kind: process
    code: mediation
    title: {fr: Médiation, en: Mediation}
    summary: {fr: Trouver une issue avec un service de la Région., en: Find a way out with a service of the Region.}
    stakes: {fr: "Rien n'est imposé à personne.", en: "Nothing is forced on anybody."}
    measures: [1]
    owner: conseil
    area: region:24
    scope: consult
    participants:
      text: {fr: Toute personne et tout collectif., en: Any person and any group.}
      verification:
        why: {fr: "Un compte suffit.", en: "An account is enough."}
    phases:
      - {code: toujours, title: {fr: Toute l'année, en: All year}, opens: 2026-01-01, does: [mediation]}
    components:
      - type: mediation
        code: mediation
        title: {fr: Médiation citoyenne, en: Citizens' mediation}
        mediators: {mediators}
        subjects: {fr: "Les différends avec un service.", en: "Differences with a service."}
        services:
          - {code: routes, label: {fr: Routes, en: Roads}}
        take_up_days: 15
        urgent_days: 2
        lasts_months: 6
        retention_months: 12
    """)
MEDIATORS = """\
  - code: service-mediation
    type: service
    title: {fr: Service de la médiation, en: Mediation service}
    summary: {fr: Le service qui mène les médiations., en: The service that leads mediations.}
  - code: comite-mediation
    type: committee
    parent: conseil
    title: {fr: Comité de médiation, en: Mediation committee}
    summary: {fr: Le comité qui mène les médiations., en: The committee that leads mediations.}
    mandate: {fr: Mène les médiations., en: Leads mediations.}
    powers: [proposes]
    colleges:
      - {code: habitants, title: {fr: Habitants, en: Inhabitants}, seats: 3, named_by: {fr: Tirage au sort, en: Drawn by lot}}
    named_by: {fr: Conseil, en: Council}
    term_months: 24
    quorum: {more_than: 50}
    voting: {majority: simple, tie: president, proxies: 1}
    sessions_a_year: 2
    delays: {notice: 10, agenda: 5, requests: 20, minutes: 15}
    measures: [1]
"""


@pytest.fixture(autouse=True)
def french() -> Iterator[None]:
    with translation.override("fr"):
        yield


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as travelled:
        yield travelled


@pytest.fixture
def mediators() -> str:
    """The body that mediates; a test may name another."""
    return "service-mediation"


@pytest.fixture
def programme(db: None, settings: Any, clock: Any, mediators: str) -> published.Published:
    settings.MANDAT_PROGRAMME = "essai"
    settings.MANDAT_DEMO = True  # pages of mediators without a second factor
    published._read.cache_clear()
    definitions._read.cache_clear()
    process = MEDIATION.replace("{mediators}", mediators)
    folder = read_texts(texts(bodies=BODIES + MEDIATORS) | {"processes/mediation.yaml": process.encode()})
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
def asked(person: Callable[..., User]) -> Callable[..., Case]:
    def make(**given: Any) -> Case:
        values: dict[str, Any] = {
            "process": "mediation",
            "component": "mediation",
            "service": "routes",
            **WORDS,
        } | given
        return cases.case_ask(actor=values.pop("actor", None) or person(), **values)

    return make


@pytest.fixture
def taken(asked: Callable[..., Case], person: Callable[..., User]) -> Callable[..., Case]:
    def make(**given: Any) -> Case:
        return cases.mediator_name(actor=person("administrator"), case=asked(**given), mediator=person("agent"))

    return make


def joined(case: Case, user: User, *, side: str = "service", called: str = "Service des routes") -> Party:
    """Have someone invited and join."""
    assert case.mediator is not None
    party = cases.party_invite(actor=case.mediator, case=case, side=side, called=called)
    assert party.invitation is not None
    return cases.invitation_answer(actor=user, invitation=party.invitation, accept=True)


@pytest.fixture
def running(taken: Callable[..., Case], person: Callable[..., User]) -> Callable[..., Case]:
    """A case with its mediator and a service."""

    def make(**given: Any) -> Case:
        case = taken(**given)
        joined(case, person("agent"))
        case.refresh_from_db()
        return case

    return make
