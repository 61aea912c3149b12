"""What kept pages depend on besides facts: contents that were held with no fact on the way, and events that were told."""

from __future__ import annotations

from django.db.models import Max

from mandat.apps.community.models import Event, ModerationCase, State


def stamp() -> str:
    """Two short statements, a second at most."""
    out = ModerationCase.objects.exclude(state=State.VISIBLE).count()
    return f"m{out}e{Event.objects.aggregate(last=Max('pk'))['last'] or 0}"
