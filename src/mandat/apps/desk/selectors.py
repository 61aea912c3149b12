"""What other apps ask about carnets."""

from __future__ import annotations

from mandat.apps.desk.models import Carnet, Entry
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text


def carnet(code: str) -> Carnet:
    """A carnet by its number. Raises InputError."""
    found = Carnet.objects.filter(code=code).select_related("holder").first()
    if found is None:
        raise InputError(Text(f"carnet inconnu : {code}", f"unknown carnet: {code}"))
    return found


def conflicts(carnet: Carnet) -> list[Entry]:
    """Entries left to settle, by their numbers."""
    rows = carnet.entries.filter(state=Entry.State.CONFLICT).select_related("carnet__holder", "section")
    return list(rows.order_by("number"))
