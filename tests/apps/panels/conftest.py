"""The trial programme with two panels, an agent, and a clock that begins while volunteers are called."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.utils import translation

from mandat.apps.accounts.models import RoleGrant, User
from mandat.apps.panels.codes import hashed, new_code
from mandat.apps.panels.models import Panel, Volunteer
from mandat.apps.panels.services.common import panel_of
from mandat.apps.panels.services.draws import draw_announce, draw_hold, pool_close, seat_answer
from mandat.apps.participation import definitions
from mandat.apps.programme import published
from mandat.apps.programme.services import programme_load
from mandat.apps.territory.services import territory_import
from mandat.definitions.folder import read_texts
from tests.apps.panels.examples import PROCESSES
from tests.apps.territory.conftest import small
from tests.programmes_folder import texts

CALL = dt.datetime(2026, 2, 10, 9, 0, tzinfo=dt.UTC)
AFTER = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
EVENT = dt.datetime(2026, 3, 10, 9, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def french() -> Iterator[None]:
    with translation.override("fr"):
        yield


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(CALL, tick=False) as travelled:
        yield travelled


@pytest.fixture
def programme(db: None, settings: Any, clock: Any) -> published.Published:
    settings.MANDAT_PROGRAMME = "essai"
    settings.MANDAT_DEMO = True
    definitions._read.cache_clear()
    programme_load(folder=read_texts(texts() | {name: text.encode() for name, text in PROCESSES.items()}))
    territory_import(reference=small())
    return published.published()


def account(*roles: str) -> User:
    user = User.objects.create_user(f"{'-'.join(roles) or 'nobody'}{User.objects.count()}@example.org")
    for role in roles:
        RoleGrant.objects.create(user=user, role=role)
    return user


@pytest.fixture
def agent(programme: published.Published) -> User:
    return account("agent")


def people(panel: Panel, count: int) -> list[Volunteer]:
    """Volunteers of every kind, one after the other."""
    made = []
    for number in range(count):
        features = {"genre": ("femme", "homme")[number % 2], "age": ("jeune", "autre")[number // 2 % 2]}
        made.append(
            Volunteer.objects.create(
                panel=panel, code=hashed(new_code()), features=features, contact={"name": f"Volontaire {number}"},
                joined_on=CALL.date(),
            )
        )  # fmt: skip
    return made


@pytest.fixture
def pool(agent: User, clock: Any) -> Panel:
    """A pool of forty, closed."""
    panel = panel_of("ouvert", "panel")
    people(panel, 40)
    clock.move_to(AFTER)
    return pool_close(actor=agent, panel=panel)


@pytest.fixture
def seated(agent: User, pool: Panel, clock: Any) -> Panel:
    """A panel of ten, all seated."""
    draw_announce(actor=agent, panel=pool, event="Loterie nationale", event_on=EVENT.date())
    clock.move_to(EVENT)
    draw_hold(actor=agent, panel=pool, number="7 12 23 31 44", proof="https://exemple.fr/tirage")
    for one in Volunteer.objects.filter(panel=pool, state="drawn").order_by("number"):
        seat_answer(volunteer=one, accepted=True)
    pool.refresh_from_db()
    return pool


Make = Callable[..., Any]
