"""A roll, polls of every type, accounts, and an hour of Paris that stands still."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.utils import translation

from mandat.apps.accounts.models import RoleGrant, User
from mandat.apps.ballots.models import Poll, Roll, Voter
from mandat.apps.ballots.services import casting, rolls
from mandat.apps.ballots.services import polls as services
from mandat.kernel.text import Text
from tests.apps.ballots import examples

NOW = dt.datetime(2027, 3, 10, 9, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def french() -> Iterator[None]:
    """A page asked in English leaves the language behind it."""
    with translation.override("fr"):
        yield


@pytest.fixture(autouse=True)
def salts_are_forgotten() -> None:
    """Each test has its own rolls under the same numbers."""
    rolls._salts.clear()


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    """A Wednesday of March, within the vote."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


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
def roll(db: None) -> Roll:
    return rolls.roll_open(process="budget-essai", title=Text("Budget d'essai", "Trial budget"), programme="essai")


@pytest.fixture
def poll_of(roll: Roll, agent: User) -> Callable[..., Poll]:
    """Open a poll of a type for a week: ``poll_of("ranking")``."""

    def make(type: str = "single", *, code: str = "", roll: Roll = roll, **changes: Any) -> Poll:
        times = {name: changes.pop(name) for name in ("opens_at", "closes_at") if name in changes}
        options = changes.pop("options", examples.options(type))
        return services.poll_open(
            actor=agent,
            roll=roll,
            code=code or type,
            title=Text(f"Vote {type}", f"Vote {type}"),
            question=Text("Que choisir ?", "What to choose?"),
            rules=examples.rules(type, **changes),
            options=options,
            opens_at=times.get("opens_at", NOW - dt.timedelta(days=1)),
            closes_at=times.get("closes_at", NOW + dt.timedelta(days=6)),
            budget=Decimal(100) if type == "knapsack" else None,
            source="test:budget-essai/vote",
            synthetic=True,
        )

    return make


@pytest.fixture
def enrolled(roll: Roll) -> Callable[..., Voter]:
    """Someone on the roll: ``enrolled("a", area="departement:45")``."""

    def make(name: str, **more: Any) -> Voter:
        return rolls.enrol(roll=more.pop("roll", roll), channel="account", identity=f"account:{name}", **more)

    return make


@pytest.fixture
def vote(enrolled: Callable[..., Voter]) -> Callable[..., str]:
    """Someone new votes: gives the receipt."""
    number = iter(range(10**6))

    def make(poll: Poll, ballot: dict[str, Any], channel: str = "account", **more: Any) -> str:
        voter = enrolled(f"somebody-{next(number)}", roll=poll.roll, **more)
        return casting.cast(poll=poll, voter=voter, ballot=ballot, channel=channel)

    return make
