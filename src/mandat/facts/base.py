"""The line every fact is, its canonical bytes, and the registry of fact types.

A fact says what happened (``kind``, ``data``), when (``occurred_on``), where (``area``),
how much (``quantity`` with ``unit``, ``amount`` in euros), for whom (``breakdowns``), for which
measures and commitments, and under which version of which definition. The journal
adds its place in the log (``index``) and the moment of recording.

Canonical bytes are JSON with sorted keys, no spaces, UTF-8, numbers as decimal
strings: the Merkle tree is built on them, so their form never changes within a version
of ``FORMAT``.
"""

from __future__ import annotations

import datetime as dt
import importlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel, ConfigDict

from mandat.kernel.errors import InputError
from mandat.kernel.text import Text
from mandat.kernel.units import UNITS

FORMAT = 1
#: Quantities have at most this many decimals, so that sums are exact in whole millionths.
DECIMALS = 6
LARGEST = Decimal(10) ** 12

#: Modules of fact types, imported when the registry is first read.
DOMAINS = (
    "programme",
    "journal",
    "grants",
    "procurement",
    "budget",
    "statistics",
    "rights",
    "wallets",
    "offers",
    "following",
    "instruction",
    "funds",
    "labels",
    "contracts",
    "participation",
    "bodies",
    "ballots",
    "community",
    "answers",
    "meetings",
    "desk",
    "consultations",
    "petitions",
    "mediation",
    "budgeting",
    "panels",
)

KIND = re.compile(r"^[a-z_]+\.[a-z_]+\.v[1-9][0-9]*\Z")
AREA = re.compile(
    r"^(?:commune:[0-9AB]{5}|epci:[0-9]{9}|departement:[0-9AB]{2,3}|region:[0-9]{2}|bassin:[0-9A-Z]{4,6})\Z"
)
COMMITMENT = re.compile(r"^[1-9][0-9]{0,3}\.[1-9][0-9]?\Z")
DIMENSIONS = ("gender", "age", "disability")
CATEGORIES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "gender": ("women", "men", "other", "unknown"),
        "age": ("0-13", "14-17", "18-24", "25-39", "40-59", "60-74", "75+", "unknown"),
        "disability": ("yes", "no", "unknown"),
    }
)

#: Counts of persons by dimension and category: {"gender": {"women": 12, "men": 9}}.
Breakdown = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class DefinitionRef:
    """The version of a definition that governed the act."""

    kind: str
    code: str
    version: int
    digest: str


class Data(BaseModel):
    """Base of every type's own fields: frozen, nothing unknown accepted."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One line of the journal, before it is given its place there.

    ``subject`` is the public identifier of the thing acted on (an award, a contract, a site);
    ``source`` identifies the line of an import so that it is never appended twice;
    ``corrects`` is the index of the fact this one replaces.
    """

    kind: str
    occurred_on: dt.date
    programme: str
    data: Mapping[str, Any] = field(default_factory=dict)
    measures: tuple[int, ...] = ()
    commitments: tuple[str, ...] = ()
    area: str = ""
    quantity: Decimal | None = None
    unit: str = ""
    amount: Decimal | None = None
    breakdowns: Breakdown = field(default_factory=dict)
    definition: DefinitionRef | None = None
    subject: str = ""
    source: str = ""
    corrects: int | None = None
    synthetic: bool = False

    def __post_init__(self) -> None:
        if self.kind not in fact_types():
            raise InputError(Text(f"genre de fait inconnu : {self.kind}", f"unknown fact kind: {self.kind}"))
        if self.area and not AREA.fullmatch(self.area):
            raise InputError(Text(f"code de territoire invalide : {self.area}", f"invalid area code: {self.area}"))
        if (self.quantity is None) == bool(self.unit):
            raise InputError(Text("une quantité va avec son unité", "a quantity goes with its unit"))
        if self.unit and self.unit not in UNITS:
            raise InputError(Text(f"unité inconnue : {self.unit}", f"unknown unit: {self.unit}"))
        for number in (self.quantity, self.amount):
            if number is not None and (not isinstance(number, Decimal) or not number.is_finite()):
                raise InputError(Text("les nombres d'un fait sont décimaux", "the numbers of a fact are decimal"))
        if not (_fits(self.quantity, DECIMALS) and _fits(self.amount, 2)):
            message = Text(
                f"au plus {DECIMALS} décimales pour une quantité, 2 pour un montant, sous mille milliards",
                f"at most {DECIMALS} decimals for a quantity, 2 for an amount, under a million million",
            )
            raise InputError(message)
        for commitment in self.commitments:
            if not COMMITMENT.fullmatch(commitment):
                raise InputError(Text(f"engagement invalide : {commitment}", f"invalid commitment: {commitment}"))
        check_breakdowns(self.breakdowns)

    @property
    def type(self) -> FactType:
        return fact_types()[self.kind]


def _fits(value: Decimal | None, decimals: int) -> bool:
    if value is None:
        return True
    exponent = value.normalize().as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -decimals and abs(value) < LARGEST


def check_breakdowns(breakdowns: Breakdown) -> None:
    """Raise InputError for a dimension or category that is not known, or a count that is not a whole number from 0."""
    for dimension, counts in breakdowns.items():
        known = CATEGORIES.get(dimension)
        if known is None or not set(counts) <= set(known):
            raise InputError(Text(f"ventilation inconnue : {dimension}", f"unknown breakdown: {dimension}"))
        if any(isinstance(n, bool) or not isinstance(n, int) or n < 0 for n in counts.values()):
            raise InputError(Text("un effectif est un entier positif", "a head count is a whole number from 0"))


@dataclass(frozen=True, slots=True)
class FactType:
    """A registered, versioned type of fact.

    ``sentence`` is one human sentence with ``{fields}`` of the fact and of its data;
    ``page`` names the public page the fact links to; ``counts`` says whether it moves indicators
    or only tells a story.
    """

    kind: str
    label: Text
    sentence: Text
    data: type[Data]
    page: str = "measure"
    counts: bool = True


_TYPES: dict[str, FactType] = {}


def fact_type(kind: str, *, label: Text, sentence: Text, page: str = "measure", counts: bool = True) -> Any:
    """Class decorator: register a Data class as the type ``kind`` (``domain.past_participle.v1``)."""
    if not KIND.fullmatch(kind):
        raise ValueError(f"not a fact kind: {kind}")

    def register(data: type[Data]) -> type[Data]:
        known = _TYPES.get(kind)
        if known is not None and known.data.__qualname__ != data.__qualname__:
            raise ValueError(f"fact kind {kind} is registered twice")
        _TYPES[kind] = FactType(kind, label, sentence, data, page, counts)
        return data

    return register


@cache
def fact_types() -> Mapping[str, FactType]:
    """Every registered type by kind."""
    for domain in DOMAINS:
        importlib.import_module(f"mandat.facts.{domain}")
    return MappingProxyType(dict(_TYPES))


def decimal_text(value: Decimal) -> str:
    """The shortest plain writing of a decimal: no exponent, no trailing zeros, no minus zero."""
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, dt.datetime):
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        return value.astimezone(dt.UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, DefinitionRef):
        return {"kind": value.kind, "code": value.code, "version": value.version, "digest": value.digest}
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(inner) for inner in value]
    if isinstance(value, float):
        raise TypeError("a float has no canonical writing")
    return value


_FIELDS = tuple(f.name for f in fields(Fact))


def canonical(fact: Fact, *, index: int, recorded_at: dt.datetime) -> bytes:
    """The bytes of a fact at its place in the log: what the Merkle tree hashes and what is published.

    Empty fields are left out. ``index`` is 0 for the first fact; ``recorded_at`` is aware.
    """
    line: dict[str, Any] = {"format": FORMAT, "index": index, "recorded_at": _plain(recorded_at)}
    for name in _FIELDS:
        value = getattr(fact, name)
        # By type: a quantity of 0 and a correction of fact 0 are no empty fields.
        empty = value is None or value is False or (isinstance(value, str | tuple | Mapping) and not value)
        if not empty:
            line[name] = _plain(value)
    return json.dumps(line, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
