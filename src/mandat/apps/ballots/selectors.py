"""Questions about polls that tell nothing of a vote under way."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet
from django.utils import timezone

from mandat.apps.ballots.models import Poll, Result


def polls_of(source: str) -> QuerySet[Poll]:
    """The polls of a source (``process:code/component``), first to last."""
    return Poll.objects.filter(source=source).select_related("roll").order_by("opens_at", "pk")


def result_of(poll: Poll) -> Result | None:
    """The result, once it is counted."""
    return Result.objects.filter(poll=poll).first()


def stage(poll: Poll) -> str:
    """``before``, ``open``, ``closed`` (and not counted yet), ``counted``, ``cancelled``."""
    if poll.state != Poll.State.OPEN:
        return poll.state
    if not poll.begun():
        return "before"
    return "closed" if poll.over() else "open"


def grouped(most: int = 100) -> dict[str, Sequence[Poll]]:
    """Polls for a list: under way (first to end first), to come, and over."""
    now = timezone.now()
    open_ = Poll.objects.filter(state=Poll.State.OPEN)
    return {
        "open": list(open_.filter(opens_at__lte=now, closes_at__gt=now).order_by("closes_at", "pk")[:most]),
        "before": list(open_.filter(opens_at__gt=now).order_by("opens_at", "pk")[:most]),
        "over": list(
            Poll.objects.filter(closes_at__lte=now)
            .exclude(state=Poll.State.CANCELLED)
            .order_by("-closes_at", "pk")[:most]
        ),
    }
