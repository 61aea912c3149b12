"""People and an organisation read in the bundled register."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import translation

from mandat.apps.accounts.models import RoleGrant, User
from mandat.apps.organisations import services
from mandat.apps.organisations.models import Organisation
from mandat.apps.organisations.registers import fake, register

SIRET = fake.siret_of(1)


@pytest.fixture(autouse=True)
def french() -> Iterator[None]:
    with translation.override("fr"):
        yield


@pytest.fixture(autouse=True)
def fresh_register(settings: Any) -> None:
    cache.clear()


@pytest.fixture
def person(db: None) -> Callable[..., User]:
    def make(name: str, role: str = "") -> User:
        user = User.objects.create_user(f"{name}@example.org")
        if role:
            RoleGrant.objects.create(user=user, role=role)
        return user

    return make


def written(siret: str = SIRET) -> dict[str, str]:
    """What a form would send for a register's entry left as it is."""
    entry = register().by_siret(siret).entry
    assert entry is not None
    return {name: getattr(entry, name) for name in services.WRITTEN}


@pytest.fixture
def ada(person: Callable[..., User]) -> User:
    return person("ada")


@pytest.fixture
def rives(ada: User) -> Organisation:
    """The first invented organisation, owned by Ada."""
    entry = register().by_siret(SIRET).entry
    return services.organisation_create(
        actor=ada, siret=SIRET, values=written(), entry=entry, email="contact@example.org"
    )
