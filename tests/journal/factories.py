"""Facts for tests."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from mandat.facts import Fact

DAY = dt.date(2025, 3, 14)
NOON = dt.datetime(2025, 6, 1, 12, tzinfo=dt.UTC)


def award(number: int = 1, **changes: Any) -> Fact:
    """A grant awarded, distinct for each ``number``."""
    values: dict[str, Any] = {
        "kind": "grants.awarded.v1",
        "occurred_on": DAY,
        "programme": "essai",
        "data": {"beneficiary": f"Association n° {number}", "purpose": "Fermes pédagogiques et forêts-écoles"},
        "measures": (12,),
        "commitments": ("12.1",),
        "area": "commune:45234",
        "amount": Decimal("1500.50") + number,
        "subject": f"aide-{number}",
        "source": f"essai:{number}",
        "synthetic": True,
    }
    return Fact(**(values | changes))
