"""Parts of the applicant's page of a case that other modules fill: the decision, payments, reports, conditions.

A module adds its own when the app starts (``GrantsConfig.ready``)::

    parts.add("grants/applicant/parts/decision.html", values=decision_part, order=30)

``values(case, user)`` gives what the template reads as ``part``, or None where there is nothing to show. Parts come in their order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mandat.apps.accounts.models import User
from mandat.apps.grants.models import Case

Values = Callable[[Case, User], dict[str, Any] | None]


@dataclass(frozen=True, slots=True)
class Part:
    """A template and what it reads."""

    template: str
    values: Values
    order: int


_PARTS: dict[str, Part] = {}


def add(template: str, *, values: Values, order: int = 50) -> None:
    """Add a part, once. What is asked of the applicant comes before 20, what was decided from 30, money from 40."""
    _PARTS[template] = Part(template, values, order)


def shown(case: Case, user: User) -> list[tuple[str, dict[str, Any]]]:
    """Templates and values of the parts there are for a case, in their order."""
    found = []
    for part in sorted(_PARTS.values(), key=lambda one: (one.order, one.template)):
        values = part.values(case, user)
        if values is not None:
            found.append((part.template, values))
    return found
