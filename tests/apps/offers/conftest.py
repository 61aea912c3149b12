"""The trial programme with its two offers, establishments, a roll and accounts."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
import time_machine
from django.utils import translation

from mandat.apps.accounts.models import RoleGrant, User
from mandat.apps.offers import definitions
from mandat.apps.offers.models import Establishment, Place, RollImport
from mandat.apps.offers.services import roll_import
from mandat.apps.programme import published
from mandat.apps.programme.services import programme_load
from mandat.definitions.folder import read_texts
from tests.apps.offers.examples import OFFERS
from tests.programmes_folder import texts

ROUND = "r2026-2027"
HEAD = "etablissement;classe;nom;prenom;date_naissance;sexe;courriel"
NOW = dt.datetime(2026, 11, 2, 9, 0, tzinfo=dt.UTC)


def lines(school: str, count: int, *, first: int = 0, group: str = "2nde 1") -> list[str]:
    """Pupils numbered from ``first``: names of letters, all born in 2010."""
    return [
        f"{school};{group};NOM{chr(65 + n // 26)}{chr(65 + n % 26)};Prénom;2010-{n % 12 + 1:02}-{n % 28 + 1:02};{'FM'[n % 2]};"
        for n in range(first, first + count)
    ]


def roll(*rows: str, head: str = HEAD) -> io.BytesIO:
    return io.BytesIO("\n".join([head, *rows]).encode())


@pytest.fixture(autouse=True)
def french() -> Iterator[None]:
    """A page asked in English leaves the language behind it."""
    with translation.override("fr"):
        yield


@pytest.fixture(autouse=True)
def monday_of_november() -> Iterator[Any]:
    """Within the round r2026-2027."""
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def programme(db: None, settings: Any) -> published.Published:
    settings.MANDAT_PROGRAMME = "essai"
    published._read.cache_clear()
    definitions._read.cache_clear()
    programme_load(folder=read_texts(texts() | {name: text.encode() for name, text in OFFERS.items()}))
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
def schools(programme: published.Published) -> list[Establishment]:
    """Three lycées: two in the Loiret, one in the Cher, each with its own place."""
    found = []
    for code, name, commune, department in (
        ("0450001A", "Lycée du Pont", "45234", "45"),
        ("0450002B", "Lycée des Prés", "45147", "45"),
        ("0180003C", "Lycée du Val", "18033", "18"),
    ):
        school = Establishment.objects.create(
            code=code, kind="lycee", name=name, commune=commune, department=department
        )
        place = Place.objects.create(code=f"lieu-{code.lower()}", name=name, commune=commune)
        place.serves.add(school)
        found.append(school)
    return found


@pytest.fixture
def enrol(agent: User, schools: Sequence[Establishment]) -> Callable[..., RollImport]:
    """Import lines into the round, as a complete list."""

    def run(*rows: str, **options: Any) -> RollImport:
        given = {"offer": "consultation", "round": ROUND, "filename": "liste.csv", "complete": True} | options
        return roll_import(actor=agent, stream=roll(*rows, head=given.pop("head", HEAD)), **given)

    return run
