"""The trial programme with two budgets, an agent, an author, and a clock that goes from phase to phase."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.utils import timezone, translation

from mandat.apps.accounts.models import RoleGrant, User
from mandat.apps.ballots.models import Poll
from mandat.apps.ballots.services import rolls
from mandat.apps.budgeting.models import Project, ProjectList
from mandat.apps.budgeting.services import studies
from mandat.apps.budgeting.services.ideas import idea_retain
from mandat.apps.budgeting.services.lists import list_freeze
from mandat.apps.budgeting.services.studies import Cost, Sheet
from mandat.apps.funds import services as funds
from mandat.apps.participation import definitions
from mandat.apps.participation.models import Participant
from mandat.apps.programme import published
from mandat.apps.programme.services import programme_load
from mandat.apps.territory.services import territory_import
from mandat.definitions.folder import read_texts
from mandat.kernel.text import Text
from tests.apps.budgeting.examples import PROCESSES, idea
from tests.apps.territory.conftest import small
from tests.programmes_folder import texts

STUDY = dt.datetime(2026, 3, 10, 9, 0, tzinfo=dt.UTC)
VOTE = dt.datetime(2026, 6, 5, 9, 0, tzinfo=dt.UTC)
COUNT = dt.datetime(2026, 6, 16, 9, 0, tzinfo=dt.UTC)
DELIVERY = dt.datetime(2026, 9, 1, 9, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def french() -> Iterator[None]:
    with translation.override("fr"):
        yield


@pytest.fixture(autouse=True)
def salts_are_forgotten() -> None:
    rolls._salts.clear()


@pytest.fixture
def clock() -> Iterator[Any]:
    """While ideas are studied, until it is moved."""
    with time_machine.travel(STUDY, tick=False) as travelled:
        yield travelled


@pytest.fixture
def programme(db: None, settings: Any, clock: Any) -> published.Published:
    settings.MANDAT_PROGRAMME = "essai"
    settings.MANDAT_DEMO = True  # pages of the back office without a second factor
    definitions._read.cache_clear()
    files = texts() | {name: text.encode() for name, text in PROCESSES.items()}
    programme_load(folder=read_texts(files))
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


@pytest.fixture
def author(programme: published.Published) -> Participant:
    """Someone who takes part in the budget for the climate."""
    return Participant.objects.create(
        programme="essai", process="climat", user=account(), pseudonym="Ada", joined_at=timezone.now()
    )


@pytest.fixture
def studied(agent: User, author: Participant) -> Callable[..., Project]:
    """A feasible project of a cost: ``studied("Haies", 20000)``."""

    def make(title: str, cost: int, *, process: str = "climat", part: str = "") -> Project:
        project = idea_retain(
            actor=agent, process=process, component="budget", proposal=idea(author, title, process=process), part=part,
            synthetic=True,
        )  # fmt: skip
        sheet = Sheet(
            title=Text(title, f"{title} (en)"), summary=Text("Ce que c'est.", "What it is."), part=part, area="commune:45234",
            owner="Région", manager="Service", months=6,
        )  # fmt: skip
        studies.sheet_write(actor=agent, project=project, sheet=sheet)
        studies.costs_write(actor=agent, project=project, lines=[Cost("investment", "Travaux", Decimal(cost), "devis")])
        if process == "climat":
            studies.assess(actor=agent, project=project, verdicts={"climat": ("met", "")})
        return studies.study_conclude(actor=agent, project=project, finding="feasible", why="C'est réalisable.")

    return make


@pytest.fixture
def listed(agent: User, studied: Callable[..., Project], clock: Any) -> tuple[ProjectList, list[Project]]:
    """Three projects on a fixed list, on a day of the vote."""
    made = [studied("Haies", 40_000), studied("Toits", 50_000), studied("Ruches", 10_000)]
    found = list_freeze(actor=agent, process="climat", component="budget", synthetic=True)
    clock.move_to(VOTE)
    return found, made


@pytest.fixture
def envelope(agent: User) -> Any:
    """The line the budget draws on."""
    opened = funds.envelope_open(
        actor=agent, code="climat-2026", title="Budget participatif", line="6574", section="investment", year=2026,
        measure=1, synthetic=True,
    )  # fmt: skip
    funds.vote(
        actor=agent, envelope=opened, on=dt.date(2026, 3, 2), decision="D-1", stage="primary",
        commitment=Decimal(100_000), payments={2026: Decimal(100_000)},
    )  # fmt: skip
    return opened


def poll_of(found: ProjectList) -> Poll:
    return Poll.objects.get(reference=found.poll)
