"""What readers yield: one record a line, or why the line is refused."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from mandat.kernel.text import Text

#: Shown in place of a person's name.
NATURAL_PERSON = "Personne physique"


@dataclass(frozen=True, slots=True)
class Refused:
    """A line that cannot become a fact. ``line`` counts from 1, the header included."""

    line: int
    reason: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """``line``: where the record stands; ``digest``: 60 bits of the line as written, to tell repeated lines; ``notes``: what was repaired."""

    line: int
    digest: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant(Base):
    """A line of SCDL subventions 2.1.1.

    ``amount`` is this beneficiary's part where the file gives a total and a share. ``beneficiary`` is ``NATURAL_PERSON``, and
    ``beneficiary_id`` empty, for a natural person; ``beneficiary_id`` is a SIRET, SIREN or RNA number otherwise.
    """

    awarder: str
    awarder_siret: str
    day: dt.date
    beneficiary: str
    beneficiary_id: str
    purpose: str
    amount: Decimal
    total: Decimal
    share: Decimal
    nature: Literal["money", "in_kind", "both"]
    terms: str
    reference: str
    scheme: str
    de_minimis: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliberation(Base):
    """A line of SCDL délibérations 2.1.5."""

    body: str
    body_siret: str
    number: str
    day: dt.date
    topic_code: str
    topic: str
    title: str
    url: str
    votes_for: int | None
    votes_against: int | None
    abstentions: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetLine(Base):
    """A line of SCDL budget 0.8.3. ``executed`` tells an account from a vote."""

    body: str
    body_siret: str
    year: int
    stage: Literal["primary", "supplementary", "amending", "account"]
    account: str
    nature: str
    function: str
    purpose: str
    section: Literal["operating", "investment"]
    direction: Literal["expense", "revenue"]
    operation: str
    amount: Decimal

    @property
    def executed(self) -> bool:
        return self.stage == "account"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract(Base):
    """A contract or concession of DECP 2.0.3. ``line`` is its rank in the file, from 1. ``area`` is a code of ours, or empty."""

    reference: str
    buyer: str
    purpose: str
    form: str
    nature: str
    procedure: str
    cpv: str
    holders: tuple[str, ...]
    months: int | None
    day: dt.date
    amount: Decimal
    area: str
    social: tuple[str, ...]
    environmental: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Modification(Base):
    """A published modification of a contract; ``amount`` is the new total where it changes."""

    reference: str
    buyer: str
    number: int
    purpose: str
    months: int | None
    day: dt.date
    amount: Decimal | None
    area: str


Record = Grant | Deliberation | BudgetLine | Contract | Modification
