"""Mediations of the demonstration, made by the real services: nobody lived them, and no word of them says anything of anyone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from mandat.apps.accounts.models import User
from mandat.apps.demonstration.claims import Act, moment
from mandat.apps.mediation.services import cases as services

PROCESS = "mediation-citoyenne"
CASES: tuple[tuple[dt.date, bool, str | None], ...] = (
    (dt.date(2024, 2, 5), False, "agreement"),
    (dt.date(2024, 5, 13), False, "partial"),
    (dt.date(2024, 9, 2), True, "agreement"),
    (dt.date(2025, 1, 20), False, "none"),
    (dt.date(2025, 4, 7), False, "agreement"),
    (dt.date(2025, 9, 15), False, "agreement"),
    (dt.date(2026, 2, 9), False, "partial"),
    (dt.date(2026, 7, 6), False, None),
    (dt.date(2026, 11, 16), True, None),
)


@dataclass(slots=True)
class _Staff:
    """Who acts, and the cases begun."""

    first: User
    second: User
    admin: User
    people: Sequence[User]
    cases: dict[int, Any] = field(default_factory=dict)


def _act(day: dt.date, hour: int, name: str, do: Callable[[], object]) -> Act:
    return Act(moment(day, hour), f"petitions:{name}", do)


def acts(first: User, second: User, admin: User, people: Sequence[User]) -> Iterator[Act]:
    """Every act on the cases, in no order; one is asked for and not taken up yet."""
    staff = _Staff(first, second, admin, people)
    for n, (day, urgent, outcome) in enumerate(CASES):
        yield _act(day, 9, f"mediation:{n}:0", lambda n=n, urgent=urgent: _asked(staff, n, urgent))  # type: ignore[misc]
        if n + 1 == len(CASES):
            continue
        taken = day + dt.timedelta(days=1 if urgent else 9)
        yield _act(taken, 10, f"mediation:{n}:1", lambda n=n: _taken(staff, n))  # type: ignore[misc]
        yield _act(taken + dt.timedelta(days=10), 10, f"mediation:{n}:2", lambda n=n: _joined(staff, n))  # type: ignore[misc]
        if outcome is not None:
            yield _act(taken + dt.timedelta(days=80), 10, f"mediation:{n}:3", partial(_closed, staff, n, outcome))


def _asked(staff: _Staff, n: int, urgent: bool) -> None:
    staff.cases[n] = services.case_ask(
        actor=staff.people[n], process=PROCESS, component="mediation", title="Un différend d'essai avec un service",
        account="Ce texte est inventé pour la démonstration : il ne raconte l'histoire de personne.", service="autre", urgent=urgent,
        called=f"Collectif d'essai {n + 1}",
    )  # fmt: skip


def _taken(staff: _Staff, n: int) -> None:
    staff.cases[n] = services.mediator_name(actor=staff.admin, case=staff.cases[n], mediator=staff.second)


def _joined(staff: _Staff, n: int) -> None:
    party = services.party_invite(actor=staff.second, case=staff.cases[n], side="service", called="Service d'essai")
    assert party.invitation is not None
    services.invitation_answer(actor=staff.first, invitation=party.invitation, accept=True)


def _closed(staff: _Staff, n: int, outcome: str) -> None:
    services.case_close(
        actor=staff.second,
        case=staff.cases[n],
        outcome=outcome,
        summary="Ce qui a été convenu, inventé pour la démonstration.",
    )
