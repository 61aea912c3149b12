"""The trial programme with one process of four consultations, a few communes and accounts that joined it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.utils import translation

from mandat.apps.accounts import access
from mandat.apps.accounts.models import RoleGrant, User
from mandat.apps.consultations.held import Held, held
from mandat.apps.participation import definitions
from mandat.apps.participation.schema.contributions import Drafting, Observations, OpinionMap, Survey
from mandat.apps.participation.services.joining import participant_join
from mandat.apps.programme import published
from mandat.apps.programme.services import programme_load
from mandat.apps.territory.services import territory_import
from mandat.definitions.folder import read_texts
from tests.apps.consultations.examples import PROCESSES
from tests.apps.territory.conftest import small
from tests.programmes_folder import texts

NOW = dt.datetime(2026, 11, 2, 9, 0, tzinfo=dt.UTC)
ORLEANS = "45234"


@pytest.fixture(autouse=True)
def french() -> Iterator[None]:
    """A page asked in English leaves the language behind it."""
    with translation.override("fr"):
        yield


@pytest.fixture(autouse=True)
def monday_of_november() -> Iterator[Any]:
    """While everything is open."""
    cache.clear()
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


SECOND_FACTOR = access.second_factor


@pytest.fixture(autouse=True)
def second_factor_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sessions of these tests have proved one; the test that asks puts ``SECOND_FACTOR`` back."""
    monkeypatch.setattr(access, "second_factor", lambda _request: None)


@pytest.fixture
def programme(db: None, settings: Any) -> published.Published:
    settings.MANDAT_PROGRAMME = "essai"
    published._read.cache_clear()
    definitions._read.cache_clear()
    programme_load(folder=read_texts(texts() | {name: text.encode() for name, text in PROCESSES.items()}))
    territory_import(reference=small())
    return published.published()


@pytest.fixture
def person(db: None) -> Callable[..., User]:
    """Make an account with roles: ``person("agent")``."""

    def make(*roles: str) -> User:
        user = User.objects.create_user(f"{'-'.join(roles) or 'nobody'}{User.objects.count()}@example.org")
        User.objects.filter(pk=user.pk).update(date_joined=NOW - dt.timedelta(days=90))
        user.refresh_from_db()
        for role in roles:
            RoleGrant.objects.create(user=user, role=role)
        return user

    return make


@pytest.fixture
def joined(programme: published.Published, person: Callable[..., User]) -> Callable[..., User]:
    """Make an account that takes part in the process."""

    def make(*roles: str, name: str = "", **given: Any) -> User:
        user = person(*roles)
        values: dict[str, Any] = {"commune": ORLEANS, "age_band": "25-39", "pseudonym": name}
        participant_join(user=user, process="ensemble", **(values | given))
        return user

    return make


@pytest.fixture
def agent(person: Callable[..., User]) -> User:
    return person("agent")


@pytest.fixture
def charter(programme: published.Published) -> Held[Drafting]:
    return held("ensemble", "charte", Drafting)


@pytest.fixture
def survey(programme: published.Published) -> Held[Survey]:
    return held("ensemble", "enquete", Survey)


@pytest.fixture
def opinions(programme: published.Published) -> Held[OpinionMap]:
    return held("ensemble", "carte", OpinionMap)


@pytest.fixture
def inventory(programme: published.Published) -> Held[Observations]:
    return held("ensemble", "inventaire", Observations)
