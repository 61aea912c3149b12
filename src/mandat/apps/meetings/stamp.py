"""A short text that changes whenever what public pages show of meetings may have changed."""

from __future__ import annotations

from django.db.models import Count, Sum

from mandat.apps.meetings.models import Meeting


def stamp() -> str:
    """Bookings append no fact and change the places left: they are followed here. One query over few rows."""
    found = Meeting.objects.aggregate(n=Count("pk"), moves=Sum("moves"))
    return f"{found['n']}.{found['moves'] or 0}"
