"""The trial programme, an agent, and an envelope of 1,000 € to promise and 600 € to pay in 2026."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest

from mandat.apps.accounts.models import User
from mandat.apps.funds import services
from mandat.apps.funds.models import Envelope
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
