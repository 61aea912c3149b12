"""The trial programme with schemes that a committee and an agent decide, over a region of three communes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import translation

from mandat.apps.programme import published
from mandat.apps.programme.services import programme_load
from mandat.apps.rulebook import published as rulebook
from mandat.definitions.folder import read_texts
from tests.apps.grants.committee import world
from tests.programmes_folder import texts


@pytest.fixture(autouse=True)
def french() -> Iterator[None]:
    with translation.override("fr"):
        yield


@pytest.fixture
def programme(db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> published.Published:
    settings.MANDAT_PROGRAMME = "essai"
    # Agents sign in without a second factor.
    settings.MANDAT_DEMO = True
    published._read.cache_clear()
    monkeypatch.setattr(rulebook, "perimeters", lambda programme: world.PLACES)
    folder = read_texts(texts() | world.files())
    assert not folder.problems, folder.problems
    programme_load(folder=folder)
    return published.published()
