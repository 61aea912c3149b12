"""The trial programme, an agent, and an envelope of 1,000 € to promise and 600 € to pay in 2026."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest

from mandat.apps.accounts.models import User
from mandat.apps.custody.subjects import subject_open
from mandat.apps.funds import services
from mandat.apps.funds.models import Allocation, Envelope
from mandat.apps.organisations.models import Organisation
from mandat.apps.organisations.registers import fake
from tests.apps.programme.conftest import person, programme

__all__ = ["person", "programme"]


@pytest.fixture
def agent(programme: object, person: Callable[..., User]) -> User:
    return person("agent")


@pytest.fixture
def envelope(agent: User) -> Envelope:
    opened = services.envelope_open(
        actor=agent, code="fonds-2026", title="Fonds d'essai 2026", line="65748", section="operating",
        year=2026, measure=2, commitments=["2.1"],
    )  # fmt: skip
    services.vote(
        actor=agent, envelope=opened, on=dt.date(2025, 12, 18), decision="DAP 25.12", stage="primary",
        commitment=Decimal(1000), payments={2026: Decimal(600)},
    )  # fmt: skip
    return opened


def organisation(rank: int = 1, **said: object) -> Organisation:
    """An invented legal person."""
    values = {"siret": fake.siret_of(rank), "siren": fake.siren_of(rank), "name": f"Coopérative {rank}", "legal_category": "5458", "commune": "37261"}  # fmt: skip
    return Organisation.objects.create(subject=subject_open(), **{**values, **said})


def engaged(envelope: Envelope, case: str, amount: int, **said: str) -> Allocation:
    """An allocation whose whole amount is engaged."""
    held = services.reserve(envelope=envelope, case=case, amount=Decimal(amount), key="r", **said)
    held = services.award(allocation=held, amount=Decimal(amount), key="a")
    return services.engage(allocation=held, amount=Decimal(amount), key="e")


@pytest.fixture
def rich(agent: User) -> Envelope:
    """A million to promise, and to pay in 2024, 2025 and 2026."""
    opened = services.envelope_open(
        actor=agent, code="prets", title="Prêts d'essai", line="2764", section="investment",
        year=2024, measure=2, commitments=["2.1"], scheme="pret-essai",
    )  # fmt: skip
    services.vote(
        actor=agent, envelope=opened, on=dt.date(2023, 12, 14), decision="DAP 23.12", stage="primary",
        commitment=Decimal(1_000_000), payments=dict.fromkeys((2024, 2025, 2026), Decimal(1_000_000)),
    )  # fmt: skip
    return opened


@pytest.fixture
def elected(programme: object, person: Callable[..., User]) -> User:
    return person("elected")
