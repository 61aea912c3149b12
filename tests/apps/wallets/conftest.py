"""The trial programme with two wallets, three communes, an agent, a holder, and a shop approved for the organic basket."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.utils import translation

from mandat.apps.accounts.models import RoleGrant, User
from mandat.apps.programme import published
from mandat.apps.programme.services import programme_load
from mandat.apps.territory.models import Commune, Departement, Region
from mandat.apps.territory.selectors import fold
from mandat.apps.wallets.models import Approval, Wallet
from mandat.apps.wallets.services import credit, member_add, partner_apply, partner_decide
from mandat.definitions.folder import read_texts
from tests.apps.wallets.folder import WALLETS
from tests.programmes_folder import texts

IBANS = (
    "FR1420041010050500013M02606", "DE89370400440532013000", "BE71096123456769", "NL91ABNA0417164300", "ES9121000418450200051332",
)  # fmt: skip
#: Numbers that are right by their key and belong to nobody in the tests.
SIRETS = ("73282932000074", "55203253400646", "44306184100047", "78467169500087", "38012986646850")
NOON = dt.datetime(2026, 11, 10, 12, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def french() -> Iterator[None]:
    with translation.override("fr"):
        yield


@pytest.fixture
def clock() -> Iterator[Any]:
    """Noon on Tuesday 10 November 2026, until it is moved."""
    with time_machine.travel(NOON, tick=False) as travelled:
        yield travelled


@pytest.fixture
def programme(db: None, settings: Any, clock: Any) -> published.Published:
    settings.MANDAT_PROGRAMME = "essai"
    settings.MANDAT_PAYER = {"name": "Région d'essai", "iban": "FR7630006000011234567890189"}
    published._read.cache_clear()
    programme_load(folder=read_texts(texts() | {name: text.encode() for name, text in WALLETS.items()}))
    region = Region.objects.create(code="24", name="Centre-Val de Loire", vintage=dt.date(2026, 1, 1), digest="")
    for departement, commune, name in (
        ("37", "37261", "Tours"),
        ("45", "45234", "Orléans"),
        ("18", "18033", "Bourges"),
    ):
        Departement.objects.create(code=departement, name=f"Département {departement}", region=region)
        Commune.objects.create(
            code=commune, name=name, departement_id=departement, population=1000, search=f" {fold(name)} | {commune} "
        )
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
def holder(person: Callable[..., User]) -> User:
    return person()


@pytest.fixture
def manager(person: Callable[..., User]) -> User:
    return person()


@pytest.fixture
def shop(programme: Any, agent: User, manager: User) -> Approval:
    """An organic shop in Tours."""
    return approved(agent, manager, 0)


@pytest.fixture
def till(shop: Approval, manager: User, person: Callable[..., User]) -> User:
    """Who stands at the shop's till."""
    user = person()
    member_add(actor=manager, partner=shop.partner, email=user.email, role="till")
    return user


def approved(
    agent: User,
    manager: User,
    rank: int,
    *,
    wallet: str = "panier",
    category: str = "magasin-bio",
    commune: str = "37261",
) -> Approval:
    """A partner of its own SIRET and bank account, approved."""
    asked = partner_apply(
        actor=manager, wallet=wallet, category=category, name=f"Boutique {rank} de l'Œuf", siret=SIRETS[rank], commune=commune,
        iban=IBANS[rank], address="1 rue de l'Essai",
    )  # fmt: skip
    return partner_decide(actor=agent, approval=asked, decision="approve")


@pytest.fixture
def wallet(programme: Any, holder: User) -> Wallet:
    """The holder's organic basket, with €100."""
    return credit(wallet="panier", holder=holder, amount=Decimal(100), key="right:1:2026-11", departement="37").wallet
