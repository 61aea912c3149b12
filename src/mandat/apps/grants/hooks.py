"""What apps above do when a case is decided or its agreement is in force: in the same transaction, so that either all is done or nothing.

They register in ``AppConfig.ready``; ``services.deciding`` and ``services.agreements`` call them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mandat.apps.grants.models import Case, Decision

_DECIDED: list[Callable[[Case, Decision], None]] = []
_IN_FORCE: list[Callable[[Case, dt.date], None]] = []


def on_decided(function: Callable[[Case, Decision], None]) -> None:
    """Have ``function(case, decision)`` called once a decision is written, whatever it is."""
    if function not in _DECIDED:
        _DECIDED.append(function)


def on_in_force(function: Callable[[Case, dt.date], None]) -> None:
    """Have ``function(case, day)`` called once the agreement of a case is in force."""
    if function not in _IN_FORCE:
        _IN_FORCE.append(function)


def decided(case: Case, decision: Decision) -> None:
    """Tell that a decision is written."""
    for function in _DECIDED:
        function(case, decision)


def in_force(case: Case, day: dt.date) -> None:
    """Tell that an agreement is in force since ``day``."""
    for function in _IN_FORCE:
        function(case, day)
