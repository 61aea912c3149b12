"""What pages of budgets depend on besides facts: studies are written without one."""

from __future__ import annotations

from django.db.models import Max

from mandat.apps.budgeting.models import Note


def stamp() -> str:
    """A short text that changes whenever the history of any project does."""
    return f"b{Note.objects.aggregate(last=Max('pk'))['last'] or 0}"
