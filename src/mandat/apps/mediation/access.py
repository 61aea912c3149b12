"""Who may open a case: its parties and its mediator. Nobody else, whatever their role: for them it does not exist."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet

from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import may
from mandat.apps.mediation.models import Case, Message, Party


@dataclass(frozen=True, slots=True)
class Seat:
    """Someone's place in a case: its mediator, or one of its parties."""

    case: Case
    user: User
    party: Party | None

    @property
    def mediates(self) -> bool:
        return self.party is None


def seat_of(user: User, case: Case) -> Seat | None:
    """The place of an account in a case, or None: then it knows nothing of it."""
    if not user.is_active or case.forgotten_at is not None:
        return None
    if case.mediator_id == user.pk and may(user, "mediation.mediate"):
        return Seat(case, user, None)
    party = case.parties.filter(user=user, joined_at__isnull=False, left_at__isnull=True).first()
    return None if party is None else Seat(case, user, party)


def require_seat(user: User, case: Case) -> Seat:
    """Raises PermissionDenied without a place."""
    found = seat_of(user, case)
    if found is None:
        raise PermissionDenied("mediation.case")
    return found


def require_mediator(user: User, case: Case) -> Seat:
    found = require_seat(user, case)
    if not found.mediates:
        raise PermissionDenied("mediation.mediate")
    return found


def cases_of(user: User) -> QuerySet[Case]:
    """The cases in which an account has a place."""
    seated = Q(parties__user=user, parties__joined_at__isnull=False, parties__left_at__isnull=True)
    mine = seated | Q(mediator=user) if may(user, "mediation.mediate") else seated
    return Case.objects.filter(mine, forgotten_at__isnull=True).distinct().order_by("-asked_at", "-pk")


def messages_for(seat: Seat) -> QuerySet[Message]:
    """What someone may read: the mediator all, a party what is said to all and what is said aside with them."""
    found = seat.case.messages.select_related(
        "party__case__subject", "with_party__case__subject", "case__subject"
    ).order_by("pk")
    return found if seat.mediates else found.filter(Q(with_party=None) | Q(with_party=seat.party))
