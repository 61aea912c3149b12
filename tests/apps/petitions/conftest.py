"""The trial rights to petition, a small region, accounts, and petitions at any stage."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.utils import translation

from mandat.apps.accounts.models import RoleGrant, User
from mandat.apps.ballots.services import rolls as ballot_rolls
from mandat.apps.participation import definitions
from mandat.apps.petitions import rolls
from mandat.apps.petitions.models import Petition, Signature
from mandat.apps.petitions.services import drafting, examining, signing, thresholds
from mandat.apps.petitions.services.signing import Signer, band_of
from mandat.apps.programme import published
from mandat.apps.programme.services import programme_load
from mandat.apps.territory.services import territory_import
from mandat.definitions.folder import read_texts
from tests.apps.petitions import examples
from tests.apps.territory.conftest import small

NOON = dt.datetime(2026, 11, 10, 11, 0, tzinfo=dt.UTC)
ORLEANS, TOURS = "45234", "37261"
WORDS = {
    "title": "Rouvrir la gare de Bourg-Neuf",
    "request_text": "La Région rouvre la gare de Bourg-Neuf aux trains du quotidien avant 2028.",
    "text": "Trois villages n'ont plus de train depuis dix ans.",
}


@pytest.fixture(autouse=True)
def french() -> Iterator[None]:
    with translation.override("fr"):
        yield


@pytest.fixture(autouse=True)
def memories_are_forgotten() -> None:
    """Each test has its own rolls and petitions under the same numbers."""
    ballot_rolls._salts.clear()
    thresholds._looked.clear()


@pytest.fixture
def clock() -> Iterator[Any]:
    """Noon in Paris on Tuesday 10 November 2026, until it is moved."""
    with time_machine.travel(NOON, tick=False) as travelled:
        yield travelled


@pytest.fixture
def programme(db: None, settings: Any, clock: Any) -> published.Published:
    settings.MANDAT_PROGRAMME = "essai"
    settings.MANDAT_DEMO = True  # pages of the back office without a second factor
    published._read.cache_clear()
    definitions._read.cache_clear()
    territory_import(reference=small())
    folder = read_texts(examples.files())
    assert not folder.problems, folder.problems
    programme_load(folder=folder)
    return published.published()


@pytest.fixture
def person(programme: Any) -> Callable[..., User]:
    """Make an account with roles: ``person("agent")``."""

    def make(*roles: str, name: str = "") -> User:
        user = User.objects.create_user(f"{'-'.join(roles) or 'nobody'}{User.objects.count()}@example.org", name=name)
        for role in roles:
            RoleGrant.objects.create(user=user, role=role)
        return user

    return make


@pytest.fixture
def agent(person: Callable[..., User]) -> User:
    return person("agent")


@pytest.fixture
def other_agent(person: Callable[..., User]) -> User:
    return person("agent")


@pytest.fixture
def author(person: Callable[..., User]) -> User:
    return person(name="Ada")


@pytest.fixture
def drafted(author: User) -> Callable[..., Petition]:
    """A draft: ``drafted(process="demandes-des-electeurs", component="demandes", request="consultation")``."""

    def make(**given: Any) -> Petition:
        values: dict[str, Any] = {"actor": author, "process": "droit-de-petition", "component": "petitions", **WORDS}
        return drafting.petition_start(**(values | given))

    return make


@pytest.fixture
def sent(drafted: Callable[..., Petition], person: Callable[..., User]) -> Callable[..., Petition]:
    """A petition that waits to be examined."""

    def make(**given: Any) -> Petition:
        petition = drafted(**given)
        actor = given.get("actor") or petition.author
        if drafting.sponsors_missing(petition):
            drafting.sponsors_ask(actor=actor, petition=petition)
            for _ in range(2):
                drafting.petition_back(actor=person(), petition=petition)
        return drafting.petition_submit(actor=actor, petition=petition)

    return make


@pytest.fixture
def opened(sent: Callable[..., Petition], agent: User) -> Callable[..., Petition]:
    """A petition open for signatures."""

    def make(**given: Any) -> Petition:
        return examining.petition_publish(actor=agent, petition=sent(**given))

    return make


@pytest.fixture
def law(opened: Callable[..., Petition]) -> Callable[..., Petition]:
    """A request of the law, open for signatures."""

    def make(**given: Any) -> Petition:
        values = {"process": "demandes-des-electeurs", "component": "demandes", "request": "consultation"}
        return opened(**(values | given))

    return make


def signer_of(
    petition: Petition, known_as: str, *, commune: str = ORLEANS, age: int = 30, channel: str = "account"
) -> Signer:
    """Someone known in one way."""
    person, elector = rolls.persons_known(
        petition, channel=channel, known_as=[known_as], commune=commune, band=band_of(age)
    )
    return Signer(person=person, elector=elector, commune=commune, age=age, band=band_of(age), channel=channel)


@pytest.fixture
def sign(programme: Any) -> Callable[..., Signature]:
    """``sign(petition, "account:7", commune=TOURS, name="Ada")``."""

    def make(petition: Petition, known_as: str, *, name: str = "", **given: Any) -> Signature:
        with transaction.atomic():
            return signing.sign(petition=petition, signer=signer_of(petition, known_as, **given), name=name)

    return make


@pytest.fixture
def signed(sign: Callable[..., Signature]) -> Callable[..., int | None]:
    """Have ``n`` people sign, by turns in two départements, then look at the thresholds."""

    def make(petition: Petition, n: int, *, begin: int = 0, **given: Any) -> int | None:
        for number in range(begin, begin + n):
            sign(petition, f"account:{900_000 + number}", **({"commune": (ORLEANS, TOURS)[number % 2]} | given))
        left = thresholds.look(petition=petition)
        petition.refresh_from_db()
        return left

    return make
