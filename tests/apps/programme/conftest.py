"""A small published programme, two agents and the other roles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mandat.apps.accounts.models import RoleGrant, User
from mandat.apps.programme import geography, published
from mandat.apps.programme.services import programme_load
from mandat.definitions.folder import read_texts
from mandat.engines.indicators.value import Geography
from tests.programmes_folder import texts

COMMUNES = {
    "commune:18033": {"18033": 10},
    "commune:37261": {"37261": 30},
    "epci:243700754": {"37261": 30, "37262": 60},
}


@pytest.fixture
def programme(db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> published.Published:
    """The trial programme, published, over a region of 100 inhabitants."""
    settings.MANDAT_PROGRAMME = "essai"
    published._read.cache_clear()
    weights = Geography(lambda area: COMMUNES.get(area, {}), 100)
    monkeypatch.setattr(geography, "_geography", lambda over, region, stamp: weights)
    programme_load(folder=read_texts(texts()))
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
