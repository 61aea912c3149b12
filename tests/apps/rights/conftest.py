"""A small published programme with three rights, claimants and agents."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.utils import translation

from mandat.apps.accounts.models import RoleGrant, User
from mandat.apps.programme import published
from mandat.apps.programme.services import programme_load
from mandat.apps.rights import services
from mandat.apps.rights.models import Claim
from mandat.apps.rulebook import published as rulebook
from mandat.definitions.folder import read_texts
from tests.apps.rights import samples
from tests.programmes_folder import texts

PLACES = {"region": frozenset({"45234", "37261", "18033"})}


@pytest.fixture(autouse=True)
def french() -> Iterator[None]:
    with translation.override("fr"):
        yield


@pytest.fixture
def programme(db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> published.Published:
    """The trial programme with its rights, published, over a region of three communes."""
    settings.MANDAT_PROGRAMME = "essai"
    monkeypatch.setattr(rulebook, "perimeters", lambda programme: PLACES)
    load(samples.rights_texts())
    return published.published()


def load(more: dict[str, bytes]) -> None:
    """Publish the trial programme with ``more`` files."""
    folder = read_texts(texts() | more)
    assert not folder.problems, folder.problems
    programme_load(folder=folder)


@pytest.fixture
def person(db: None) -> Callable[..., User]:
    """Make an account with roles: ``person("agent")``."""

    def make(*roles: str) -> User:
        user = User.objects.create_user(f"{'-'.join(roles) or 'nobody'}{User.objects.count()}@example.org")
        user.name = f"Personne {user.pk}"
        user.save()
        for role in roles:
            RoleGrant.objects.create(user=user, role=role)
        return user

    return make


@pytest.fixture
def draft(programme: published.Published, person: Callable[..., User]) -> Callable[..., Claim]:
    """A draft, complete unless ``answers`` say otherwise."""

    def make(
        right: str = "tarif-solidaire", *, user: User | None = None, answers: Any = None, **identity: str
    ) -> Claim:
        user = user or person()
        given = samples.situation() if answers is None else answers
        claim = services.claim_start(actor=user, right=right, answers=given)
        return services.claim_save(actor=user, claim=claim, identity={**samples.IDENTITY, **identity})

    return make


@pytest.fixture
def sent(draft: Callable[..., Claim]) -> Callable[..., Claim]:
    """A claim sent; what it lacks is left to be asked for."""

    def make(right: str = "prime", **given: Any) -> Claim:
        claim = draft(right, **given)
        return services.claim_submit(actor=claim.claimant, claim=claim, incomplete=True)

    return make
