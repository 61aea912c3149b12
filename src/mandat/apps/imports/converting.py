"""Turn a record into a fact, and give it the identity by which it is recognised when it comes again."""

from __future__ import annotations

import datetime as dt
from array import array
from hashlib import sha256
from typing import Any

from mandat.apps.imports.binding import Binder
from mandat.apps.imports.schema import ImportMapping
from mandat.engines.opendata import BudgetLine, Contract, Deliberation, Grant, Modification, Record
from mandat.facts import DefinitionRef, Fact
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text


class Converter:
    """Makes facts for one file. Keep one a file: lines that resemble each other are told apart by their order in it."""

    def __init__(
        self, mapping: ImportMapping, *, definition: DefinitionRef, programme: str, as_of: dt.date, synthetic: bool
    ) -> None:
        self.mapping = mapping
        self._binder = Binder(mapping)
        self._definition = definition
        self._programme = programme
        self._as_of = as_of
        self._synthetic = synthetic
        self._seen = Seen()
        self._publishers = {number[:9] for number in mapping.publishers}

    def fact(self, record: Record) -> Fact | None:
        """The fact of a record; None for a line of the file already seen. Raises InputError for one that cannot be a fact."""
        source = self.source(record)
        if source is None:
            return None
        publisher = _publisher(record)
        if self._publishers and publisher[:9] not in self._publishers:
            shown = publisher or "?"
            raise InputError(Text(f"autre collectivité : {shown}", f"another authority: {shown}"))
        kind, day, data, amount = _content(record, self.mapping)
        if day > self._as_of:
            raise InputError(Text(f"date dans le futur : {day}", f"date in the future: {day}"))
        measures, commitments = self._binder.bind(record)
        return Fact(
            kind=kind,
            occurred_on=day,
            programme=self._programme,
            data=data,
            measures=measures,
            commitments=commitments,
            area=getattr(record, "area", "") or self.mapping.area,
            amount=amount,
            definition=self._definition,
            subject=_subject(record),
            source=source,
            synthetic=self._synthetic,
        )

    def skip(self, record: Record) -> None:
        """Read past a record whose outcome is already kept: what follows depends on it."""
        self.source(record)
        self._binder.bind(record)

    def source(self, record: Record) -> str | None:
        """The identity of a record, the same in every file it comes in; None where the same line stands earlier in this file."""
        parts = (self.mapping.format, *map(str, _identity(record)))
        digest = sha256("\x1f".join(parts).encode()).digest()
        rank = self._seen.rank(int.from_bytes(digest[:8], "big"), record.digest)
        if rank is None:
            return None
        return f"{self.mapping.format}:{digest[:15].hex()}" + (f":{rank}" if rank else "")


class Seen:
    """Which identities a file has shown, and by which lines: a table of 16 bytes an entry, not Python objects.

    Two lines may share an identity and differ (two instalments on one day): the second is rank 1. The same line
    written twice is one fact. Persons' names, left out of facts and identities, still tell lines apart here.
    """

    def __init__(self) -> None:
        self._keys = array("Q", bytes(8 * 1024))
        self._lines = array("Q", bytes(8 * 1024))
        self._count = 0

    def rank(self, identity: int, line: int) -> int | None:
        """How many different lines showed ``identity`` before this one; None where one of them was this very line."""
        rank = 0
        while True:
            key = (identity + rank * 0x9E3779B97F4A7C15) & 0xFFFFFFFFFFFFFFFF or 1
            place = self._place(key)
            if not self._keys[place]:
                self._keys[place], self._lines[place] = key, line
                self._count += 1
                if self._count * 3 > len(self._keys) * 2:
                    self._grow()
                return rank
            if self._lines[place] == line:
                return None
            rank += 1

    def _place(self, key: int) -> int:
        mask = len(self._keys) - 1
        place = (key ^ key >> 32) & mask
        while self._keys[place] not in (0, key):
            place = (place + 1) & mask
        return place

    def _grow(self) -> None:
        keys, lines = self._keys, self._lines
        self._keys, self._lines = array("Q", bytes(16 * len(keys))), array("Q", bytes(16 * len(keys)))
        for key, line in zip(keys, lines, strict=True):
            if key:
                place = self._place(key)
                self._keys[place], self._lines[place] = key, line


def _publisher(record: Record) -> str:
    match record:
        case Grant():
            return record.awarder_siret
        case Contract() | Modification():
            return record.buyer
        case Deliberation() | BudgetLine():
            return record.body_siret


def _identity(record: Record) -> tuple[object, ...]:
    """What makes a line this line, even once amended. Never a person's name."""
    match record:
        case Grant():
            who = record.beneficiary_id or record.beneficiary
            return (record.awarder_siret, record.day, record.reference, who, record.purpose)
        case Deliberation():
            return (record.body_siret, record.number)
        case BudgetLine():
            return (
                record.body_siret, record.body, record.year, record.stage, record.section, record.direction,
                record.account, record.nature, record.function, record.operation,
            )  # fmt: skip
        case Contract():
            return (record.buyer, record.reference)
        case Modification():
            return (record.buyer, record.reference, "modification", record.number)


def _subject(record: Record) -> str:
    match record:
        case Grant():
            return f"{record.awarder_siret}:{record.reference}"[:200] if record.reference else ""
        case Deliberation():
            return f"{record.body_siret}:{record.number}"[:200]
        case BudgetLine():
            return f"{record.body_siret}:{record.year}:{record.stage}"
        case Contract() | Modification():
            return f"{record.buyer}:{record.reference}"[:200]


def _content(record: Record, mapping: ImportMapping) -> tuple[str, dt.date, dict[str, Any], Any]:
    """Kind, day, data and amount of the fact of a record."""
    match record:
        case Grant():
            return "grants.awarded.v1", record.day, _award(record), record.amount if mapping.split else record.total
        case Deliberation():
            return "programme.decision_recorded.v1", record.day, _decision(record, mapping), None
        case BudgetLine():
            # A vote is known from the year's first day, an account for its last.
            day = dt.date(record.year, 12, 31) if record.executed else dt.date(record.year, 1, 1)
            kind = "budget.line_executed.v1" if record.executed else "budget.line_voted.v1"
            return kind, day, _budget(record), record.amount
        case Contract():
            return "procurement.awarded.v1", record.day, _contract(record), record.amount
        case Modification():
            data = {
                "buyer": record.buyer,
                "reference": record.reference,
                "modification": record.number,
                "purpose": record.purpose,
            }
            return "procurement.modified.v1", record.day, _filled({**data, "months": record.months}), record.amount


def _filled(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if value not in (None, "", ())}


def _award(record: Grant) -> dict[str, Any]:
    return _filled(
        {
            "awarder": record.awarder,
            "awarder_siret": record.awarder_siret,
            "beneficiary": record.beneficiary,
            "beneficiary_siret": "" if record.beneficiary_id.startswith("W") else record.beneficiary_id,
            "purpose": record.purpose,
            "nature": record.nature,
            "terms": record.terms,
            "reference": record.reference,
            "de_minimis": record.de_minimis,
            "budget_year": record.day.year if "date:year" in record.notes else None,
        }
    )


def _decision(record: Deliberation, mapping: ImportMapping) -> dict[str, Any]:
    return _filled(
        {
            "form": "deliberation",
            "number": record.number,
            "title": record.title,
            "body": mapping.body or record.body,
            "document_url": record.url,
            "votes_for": record.votes_for,
            "votes_against": record.votes_against,
            "abstentions": record.abstentions,
        }
    )


def _budget(record: BudgetLine) -> dict[str, Any]:
    data: dict[str, Any] = {
        "year": record.year,
        "purpose": record.purpose,
        "nature": record.account or record.nature,
        "function": record.function,
        "section": record.section,
        "direction": record.direction,
    }
    return _filled(data if record.executed else {**data, "stage": record.stage})


def _contract(record: Contract) -> dict[str, Any]:
    return _filled(
        {
            "buyer": record.buyer,
            "reference": record.reference,
            "purpose": record.purpose,
            "form": record.form,
            "nature": record.nature,
            "procedure": record.procedure,
            "cpv": record.cpv,
            "holders": record.holders,
            "months": record.months,
            "social": record.social,
            "environmental": record.environmental,
        }
    )
