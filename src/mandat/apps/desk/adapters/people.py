"""What is asked of whoever gives something: what the process needs to know, and no more."""

from __future__ import annotations

import datetime as dt
from typing import Any

from mandat.apps.desk.adapters.registry import Data, Field
from mandat.apps.participation import standing
from mandat.apps.participation.definitions import PublishedProcess
from mandat.apps.programme.areas import area_of
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

#: Names no question of a survey can bear.
BIRTH = Field(
    "who__birth", Text("Date de naissance", "Date of birth"), type="date",
    help=Text("Regardée pour l'âge demandé, jamais gardée.", "Looked at for the age asked, never kept."),
)  # fmt: skip
HOME = Field("who__home", Text("Commune où l'on habite", "Commune where one lives"))


def fields(published: PublishedProcess) -> tuple[Field, ...]:
    """Age and residence, where the process depends on them."""
    asked = [BIRTH] if standing.asks_birth(published) else []
    return tuple([*asked, HOME] if published.process.participants.areas else asked)


def commune(said: Any) -> str:
    """The INSEE code of a commune written by name or code; empty for nothing. Raises InputError."""
    text = str(said or "").strip()
    if not text:
        return ""
    area = area_of(text)
    if not area.startswith("commune:"):
        raise InputError(Text(f"commune inconnue : {text[:60]}", f"unknown commune: {text[:60]}"))
    return area.partition(":")[2]


def who(data: Data) -> dict[str, Any]:
    """What ``participation.services.collected.someone`` takes. Raises InputError."""
    birth = str(data.get("who__birth") or "")
    try:
        born = dt.date.fromisoformat(birth) if birth else None
    except ValueError:
        raise InputError(Text("date de naissance illisible", "unreadable date of birth")) from None
    return {"commune": commune(data.get("who__home")), "birth": born}
