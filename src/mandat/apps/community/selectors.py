"""What one follows, what is to be moderated, and the figures of moderation."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db.models import QuerySet

from mandat.apps.accounts.models import User
from mandat.apps.community.models import Event, Follow, ModerationCase, ModerationDecision, State


def followed(user: User) -> QuerySet[Follow]:
    """What a person follows, oldest first."""
    return Follow.objects.filter(user=user, programme=settings.MANDAT_PROGRAMME).order_by("since", "pk")


def followers(target: str) -> set[int]:
    """The accounts that follow a target, at whatever pace."""
    found = Follow.objects.filter(programme=settings.MANDAT_PROGRAMME, target=target)
    return set(found.order_by().values_list("user_id", flat=True))


def events_of(target: str) -> QuerySet[Event]:
    """What happened to a target, the latest first; what was withdrawn is left out."""
    found = Event.objects.filter(programme=settings.MANDAT_PROGRAMME, target=target, withdrawn_at__isnull=True)
    return found.order_by("-at", "-pk")


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a content stands, and the last decision about it."""

    case: ModerationCase
    decision: ModerationDecision | None

    @property
    def shown(self) -> bool:
        return self.case.state == State.VISIBLE


def standing_of(kind: str, content: str) -> Standing | None:
    """How a content stands in moderation; None where nobody ever looked at it."""
    case = ModerationCase.objects.filter(programme=settings.MANDAT_PROGRAMME, kind=kind, content=content).first()
    return None if case is None else Standing(case, case.decisions.order_by("-rank").first())
