"""The trial programme with schemes that ask for everything, and an association with its owner."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.utils import translation

from mandat.apps.accounts.models import User
from mandat.apps.organisations.models import Organisation
from mandat.apps.programme import published
from mandat.apps.programme.services import programme_load
from mandat.apps.rulebook import published as rulebook
from mandat.apps.territory.services import territory_import
from mandat.definitions.folder import read_texts
from tests.apps.grants.intake import world
from tests.apps.territory.conftest import small
from tests.programmes_folder import texts


@pytest.fixture(autouse=True)
def french() -> Iterator[None]:
    with translation.override("fr"):
        yield


@pytest.fixture
def programme(db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> published.Published:
    settings.MANDAT_PROGRAMME = "essai"
    settings.MANDAT_DEMO = True
    published._read.cache_clear()
    monkeypatch.setattr(rulebook, "perimeters", lambda programme: world.PLACES)
    territory_import(reference=small())
    folder = read_texts(texts() | world.files())
    assert not folder.problems, folder.problems
    programme_load(folder=folder)
    return published.published()


@pytest.fixture
def clock() -> Iterator[Any]:
    """A day on which the autumn call is open; the test may move it."""
    with time_machine.travel(world.DURING, tick=False) as travelled:
        yield travelled


@pytest.fixture
def rives(programme: published.Published) -> Organisation:
    return world.organisation(siret=world.SIRET, siren=world.SIRET[:9])


@pytest.fixture
def ada(rives: Organisation) -> User:
    """Its owner."""
    return world.member(rives, "ada")
