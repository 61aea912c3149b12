"""One line of the journal as it is read back: its place, its moment, its fact. No framework."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from decimal import Decimal
from functools import cached_property
from typing import Any

from mandat.facts.base import DefinitionRef, Fact, fact_types
from mandat.journal.merkle import leaf_hash

#: Kind of the facts that take another back.
WITHDRAWN = "journal.withdrawn.v1"

_OWN = frozenset({"format", "index", "recorded_at"})


class Entry:
    """A fact at its place in the log.

    - ``index``: from 0, without gap; ``recorded_at``: aware, never before that of the entry before;
    - ``text``: the canonical JSON that is hashed and published; ``leaf``: its RFC 9162 leaf hash;
    - ``replaced_by``: index of the fact that corrects or withdraws this one, None where it stands, and None when not looked up;
    - ``new``: False where ``append`` found the fact already recorded (same ``source``).
    """

    def __init__(
        self,
        index: int,
        recorded_at: dt.datetime,
        text: str,
        leaf: bytes,
        *,
        fact: Fact | None = None,
        replaced_by: int | None = None,
        new: bool = True,
    ) -> None:
        self.index = index
        self.recorded_at = recorded_at
        self.text = text
        self.leaf = leaf
        self.replaced_by = replaced_by
        self.new = new
        if fact is not None:
            self.__dict__["fact"] = fact

    @cached_property
    def fact(self) -> Fact:
        return parse(self.text)

    @property
    def canonical(self) -> bytes:
        """The bytes the tree is built on."""
        return self.text.encode()

    @property
    def intact(self) -> bool:
        """Whether ``leaf`` is the hash of ``text``."""
        return leaf_hash(self.canonical) == self.leaf

    @property
    def effective(self) -> bool:
        """Whether the fact counts: neither replaced nor withdrawn, nor itself a withdrawal."""
        return self.replaced_by is None and self.fact.kind != WITHDRAWN

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Entry) and (self.index, self.text) == (other.index, other.text)

    def __hash__(self) -> int:
        return hash((self.index, self.leaf))

    def __repr__(self) -> str:
        return f"<Entry {self.index} {self.text[:80]}>"


def parse(text: str | bytes) -> Fact:
    """The fact of a canonical line. Raises InputError or ValueError where the line is no fact."""
    return from_plain(json.loads(text))


def from_plain(line: Mapping[str, Any]) -> Fact:
    """The fact of a decoded canonical line."""
    values = {name: value for name, value in line.items() if name not in _OWN}
    values["occurred_on"] = dt.date.fromisoformat(values["occurred_on"])
    for name in ("quantity", "amount"):
        if name in values:
            values[name] = Decimal(values[name])
    for name in ("measures", "commitments"):
        if name in values:
            values[name] = tuple(values[name])
    if "definition" in values:
        values["definition"] = DefinitionRef(**values["definition"])
    known = fact_types().get(values["kind"])
    if known is not None and values.get("data"):
        values["data"] = known.data.model_validate(values["data"]).model_dump(exclude_unset=True)
    return Fact(**values)
