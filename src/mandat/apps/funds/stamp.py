"""A short text that changes whenever what public pages show of the money may have changed."""

from __future__ import annotations

from django.db.models import Count, Sum

from mandat.apps.funds.models import Envelope, Total


def stamp() -> str:
    """Votes of commitment credits and moves of cases append no fact: they are followed here. Two queries over few rows."""
    moves = Total.objects.aggregate(n=Sum("moves"))["n"] or 0
    votes = Envelope.objects.aggregate(n=Count("pk"), voted=Sum("voted"))
    return f"{moves}.{votes['n']}.{votes['voted'] or 0}"
