"""The trial programme with its series, accounts, and a meeting of three places."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.utils import translation

from mandat.apps.accounts.models import RoleGrant, User
from mandat.apps.meetings.models import Meeting
from mandat.apps.meetings.services.meetings import meeting_create
from mandat.apps.programme import published
from mandat.apps.programme.services import programme_load
from mandat.definitions.folder import read_texts
from mandat.kernel.text import Text
from tests.apps.meetings.examples import SERIES
from tests.programmes_folder import texts

NOW = dt.datetime(2026, 11, 2, 9, 0, tzinfo=dt.UTC)
STARTS = NOW + dt.timedelta(days=10)


@pytest.fixture(autouse=True)
def french() -> Iterator[None]:
    with translation.override("fr"):
        yield


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    """Ten days before the meeting; ``clock.move_to`` goes on."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def programme(db: None, settings: Any) -> published.Published:
    settings.MANDAT_PROGRAMME = "essai"
    programme_load(folder=read_texts(texts() | {name: text.encode() for name, text in SERIES.items()}))
    return published.published()


@pytest.fixture
def person(db: None) -> Callable[..., User]:
    """Make an account with roles: ``person("agent")``."""

    def make(*roles: str) -> User:
        user = User.objects.create_user(f"{'-'.join(roles) or 'nobody'}{User.objects.count()}@example.org")
        for role in roles:
            RoleGrant.objects.create(user=user, role=role)
        return user

    return make


@pytest.fixture
def agent(person: Callable[..., User]) -> User:
    return person("agent")


@pytest.fixture
def announce(programme: published.Published, agent: User) -> Callable[..., Meeting]:
    """Announce a meeting: a training session of three places in Bourges unless said otherwise."""

    def make(**given: Any) -> Meeting:
        values: dict[str, Any] = {
            "actor": agent, "title": Text("Débattre sans se fâcher", "Debating without anger"), "kind": "training", "series": "debat",
            "starts_at": STARTS, "ends_at": STARTS + dt.timedelta(hours=3), "place": "Maison commune", "commune": "18033", "places": 3,
        }  # fmt: skip
        return meeting_create(**(values | given))

    return make
