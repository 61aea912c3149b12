"""What a register answers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Outcome(StrEnum):
    FOUND = "found"
    UNKNOWN = "unknown"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Entry:
    """An establishment (or an association) as a register describes it; what it does not say is empty.

    ``active`` None where it is not said. An entry that may not be diffused has its numbers and its state, no more.
    """

    siret: str = ""
    siren: str = ""
    rna: str = ""
    name: str = ""
    short_name: str = ""
    legal_category: str = ""
    naf: str = ""
    address: str = ""
    postcode: str = ""
    commune: str = ""
    commune_name: str = ""
    headcount: str = ""
    active: bool | None = None
    closed_on: dt.date | None = None
    head_office: bool = False
    diffusible: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """An outcome, the entry where there is one, and why there is none (for the log, never for the page)."""

    outcome: Outcome
    entry: Entry | None = None
    reason: str = ""
    retry_after: int = 0


class Register(Protocol):
    """Numbers are given clean (``categories.clean_siret``)."""

    def by_siret(self, siret: str) -> Answer:
        """An establishment."""

    def by_rna(self, rna: str) -> Answer:
        """An association."""
