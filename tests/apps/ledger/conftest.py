"""A small book: a fund that may go below zero, two purses that may not."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from mandat.apps.ledger.models import Account
from mandat.apps.ledger.services import account_open


@pytest.fixture
def book(db: Any) -> dict[str, Account]:
    return {
        "fund": account_open(book="essai", code="fund", kind="fund", unit="EUR"),
        "a": account_open(book="essai", code="purse:a", kind="purse", unit="EUR", floor=Decimal(0)),
        "b": account_open(book="essai", code="purse:b", kind="purse", unit="EUR", floor=Decimal(0)),
    }
