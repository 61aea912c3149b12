"""A trial body of two colleges, its members with accounts, and sessions at any stage."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import time_machine

from mandat.apps.accounts.models import User
from mandat.apps.bodies.models import Item, Session, Term
from mandat.apps.bodies.services import agenda, attendance, sessions, terms, voting
from mandat.apps.programme import geography, published
from mandat.apps.programme.services import programme_load
from mandat.definitions.folder import read_texts
from mandat.engines.indicators.value import Geography
from mandat.kernel.periods import PARIS
from mandat.kernel.text import Text
from tests.apps.programme.conftest import person
from tests.programmes_folder import BODIES, PROGRAMME, texts

__all__ = ["person"]

COMMITTEE = """\
  - code: comite
    type: committee
    parent: conseil
    title: {fr: Comité d'essai, en: Trial committee}
    summary: {fr: Le comité des tests de ce dépôt., en: The committee of the tests of this repository.}
    mandate: {fr: Donne son avis sur les essais., en: Gives its opinion on the trials.}
    powers: [advises, decides]
    colleges:
      - code: usagers
        title: {fr: Usagères et usagers, en: Users}
        seats: 3
        named_by: {fr: Associations d'usagers, en: Associations of users}
      - code: elus
        title: {fr: Membres élus, en: Elected members}
        seats: 2
        named_by: {fr: Conseil régional, en: Regional council}
      - code: experts
        title: {fr: Expertise, en: Experts}
        seats: 1
        votes: false
        named_by: {fr: Conseil régional, en: Regional council}
    named_by: {fr: Conseil régional, en: Regional council}
    term_months: 24
    parity: true
    quorum: {more_than: 50}
    voting: {majority: simple, tie: president, proxies: 1}
    sessions_a_year: 4
    interests: true
    delays: {notice: 10, agenda: 5, requests: 20, minutes: 15}
    measures: [1]
    commitments: ["1.1"]
    milestones: {created: convention}
"""
NOW = dt.datetime(2026, 3, 2, 10, tzinfo=PARIS)
MEETS = dt.datetime(2026, 3, 20, 14, tzinfo=PARIS)


def folder_texts(body: str = COMMITTEE, **changes: str) -> dict[str, bytes]:
    owner = PROGRAMME.replace("region_name:", 'siret: "23450002300028"\nregion_name:')
    return texts(**{"programme": owner, "bodies": BODIES + body, **changes})


@pytest.fixture
def clock() -> Any:
    """The hour, which tests move."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def programme(db: None, settings: Any, monkeypatch: pytest.MonkeyPatch, clock: Any) -> published.Published:
    settings.MANDAT_PROGRAMME = "essai"
    published._read.cache_clear()
    monkeypatch.setattr(geography, "_geography", lambda over, region, stamp: Geography(lambda area: {}, 100))
    programme_load(folder=read_texts(folder_texts()))
    return published.published()


@pytest.fixture
def agent(programme: object, person: Callable[..., User]) -> User:
    return person("agent")


@pytest.fixture
def admin(programme: object, person: Callable[..., User]) -> User:
    return person("administrator")


@pytest.fixture
def seated(admin: User, person: Callable[..., User]) -> list[Term]:
    """Three users, two elected members (the first presides), one expert who does not vote; each with an account."""
    wanted = [
        ("usagers", "Membre 1", "women", False), ("usagers", "Membre 2", "men", False), ("usagers", "Membre 3", "", False),
        ("elus", "Membre 4", "women", True), ("elus", "Membre 5", "men", False), ("experts", "Membre 6", "women", False),
    ]  # fmt: skip
    given = [
        terms.Given(name=name, college=college, gender=gender, president=president, user=person("member"))
        for college, name, gender, president in wanted
    ]
    return terms.terms_give(actor=admin, body="comite", given=given)


@pytest.fixture
def session(agent: User, seated: list[Term]) -> Session:
    return sessions.session_convene(actor=agent, body="comite", starts_at=MEETS, place="Salle des essais")


def item(agent: User, session: Session, title: str = "Un point", **said: Any) -> Item:
    said = {"text": "Le comité donne un avis favorable.", **said}
    return agenda.item_add(actor=agent, session=session, title=Text(title, title), **said)


def opened(agent: User, session: Session, seated: list[Term], clock: Any, **statuses: str) -> Session:
    """The session, open on its day with its first five members there, but as ``m2="excused"`` says otherwise."""
    clock.move_to(session.starts_at)
    came = {term.pk: statuses.get(f"m{rank}", "present") for rank, term in enumerate(seated, 1)}
    attendance.attendance_set(actor=agent, session=session, statuses=came)
    return sessions.session_open(actor=agent, session=session)


def voted(agent: User, one: Item, seated: list[Term], choices: str, **said: Any) -> Any:
    """A roll call, closed: ``choices`` are letters (f, a, b for abstention, n) of the first members in their order; a dot: did not vote."""
    words = {"f": "for", "a": "against", "b": "abstain", "n": "none"}
    division = voting.division_open(actor=agent, item=one, **said)
    wanted = {term.pk: words[letter] for term, letter in zip(seated, choices, strict=False) if letter != "."}
    voting.votes_cast(actor=agent, division=division, choices=wanted)
    return voting.division_close(actor=agent, division=division)
