"""The trial programme with its two processes, a few communes and accounts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.utils import translation

from mandat.apps.accounts.models import RoleGrant, User
from mandat.apps.participation import definitions
from mandat.apps.participation.models import Participant
from mandat.apps.participation.services.joining import participant_join
from mandat.apps.programme import published
from mandat.apps.programme.services import programme_load
from mandat.apps.territory.services import territory_import
from mandat.definitions.folder import read_texts
from tests.apps.participation.examples import PROCESSES
from tests.apps.territory.conftest import small
from tests.programmes_folder import texts

NOW = dt.datetime(2026, 11, 2, 9, 0, tzinfo=dt.UTC)
ORLEANS, TOURS = "45234", "37261"


@pytest.fixture(autouse=True)
def french() -> Iterator[None]:
    """A page asked in English leaves the language behind it."""
    with translation.override("fr"):
        yield


@pytest.fixture(autouse=True)
def monday_of_november() -> Iterator[Any]:
    """While ideas are gathered."""
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def load(**changes: str) -> None:
    """Publish the programme, with other texts of its processes: ``load(mobilites=…)``."""
    files = PROCESSES | {f"processes/{name}.yaml": text for name, text in changes.items()}
    programme_load(folder=read_texts(texts() | {name: text.encode() for name, text in files.items() if text}))


@pytest.fixture
def programme(db: None, settings: Any) -> published.Published:
    settings.MANDAT_PROGRAMME = "essai"
    published._read.cache_clear()
    definitions._read.cache_clear()
    load()
    return published.published()


@pytest.fixture
def territory(programme: published.Published) -> None:
    """A small region: its communes are looked up."""
    territory_import(reference=small())


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
def elected(person: Callable[..., User]) -> User:
    return person("elected")


@pytest.fixture
def participant(territory: None, person: Callable[..., User]) -> Callable[..., Participant]:
    """Make an account that has joined ``mobilites``: ``participant("Ada")``."""

    def make(name: str = "", *, user: User | None = None, **given: Any) -> Participant:
        values: dict[str, Any] = {"commune": ORLEANS, "birth": dt.date(1990, 5, 4), "pseudonym": name}
        return participant_join(user=user or person(), process="mobilites", **(values | given))

    return make
