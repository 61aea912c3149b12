"""Append facts: checked, numbered without gap, hashed into the tree, in the caller's transaction.

One writer at a time: the log is locked until the transaction ends (an advisory lock on PostgreSQL; on SQLite the
IMMEDIATE transaction holds the database's only writer's place). That is what makes the numbers gapless and the
order of the log the order of commits.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from mandat.facts.base import Fact
from mandat.journal import checking, storing
from mandat.journal.record import WITHDRAWN, Entry
from mandat.journal.selectors import current
from mandat.kernel.errors import MandatError
from mandat.kernel.text import Text

#: Any number, the same in every process: the name of the log's lock on PostgreSQL.
_LOCK = 0x6D616E646174

Callback = Callable[[Sequence[Entry]], None]
_callbacks: list[Callback] = []


class NotInTransactionError(RuntimeError):
    """``append`` was called outside the act's transaction: the act could commit without its fact."""


@dataclass(frozen=True, slots=True)
class Appended:
    """What ``append_many`` did: how many facts are new, how many were already recorded."""

    new: int
    known: int


def on_append(callback: Callback) -> Callback:
    """Have ``callback`` called with the new entries of every append, in the same transaction. Usable as a decorator."""
    if callback not in _callbacks:
        _callbacks.append(callback)
    return callback


def lock() -> None:
    """Take the log's lock until the transaction ends: what is read from the log afterwards is its end."""
    if not connection.in_atomic_block:
        raise NotInTransactionError("facts are appended inside the transaction of their act")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def append(facts: Sequence[Fact], *, recorded_at: dt.datetime | None = None) -> list[Entry]:
    """Append ``facts`` in their order, inside the caller's transaction. Returns one entry a fact, in the same order.

    A fact whose ``source`` is already recorded in its programme, and which corrects nothing, is not appended again:
    its entry is the recorded one with ``new`` False (in the version that stands, where it was corrected since).
    All new entries share one ``recorded_at``: the one given, else now; never before the log's last.

    Raises NotInTransactionError outside a transaction; InputError for data its type refuses, a fact dated after its
    recording, a moment before the log's last (back-dating), a correction of a fact that does not exist, is of
    another programme or kind, or does not stand any more. Nothing is appended then.
    """
    lock()
    if not facts:
        return []
    state = storing.state()
    moment = checking.moment(recorded_at, last=state.recorded_at, now=timezone.now())
    checked = [checking.fact(item, recorded_at=moment) for item in facts]
    corrected = checking.corrections(checked)

    known = _known(checked)
    entries: list[Entry] = []
    fresh: list[Entry] = []
    seen: dict[tuple[str, str], Entry] = {}
    for item in checked:
        key = (item.programme, item.source)
        if item.source and item.corrects is None:
            before = seen.get(key) or known.get(key)
            if before is not None:
                entries.append(_already(before))
                continue
        entry = storing.entry_of(item, index=state.size + len(fresh), recorded_at=moment)
        if item.source:
            seen[key] = entry
        fresh.append(entry)
        entries.append(entry)
    if fresh:
        storing.store(state, fresh, corrected=corrected, recorded_at=moment)
        for callback in _callbacks:
            callback(fresh)
    return entries


def append_many(
    facts: Iterable[Fact],
    *,
    batch: int = 5000,
    recorded_at: dt.datetime | None = None,
    each: Callable[[Sequence[Entry]], None] | None = None,
) -> Appended:
    """Append a stream of facts, a transaction for each ``batch``: memory stays flat, and what is done stays done.

    ``each`` receives the entries of a batch inside its transaction (to keep an import's place with its facts).
    Called inside a transaction, every batch is part of it. Same checks and errors as ``append``.
    """
    if batch < 1:
        raise ValueError("a batch holds at least one fact")
    new = known = 0
    stream = iter(facts)
    while chunk := list(islice(stream, batch)):
        with transaction.atomic():
            entries = append(chunk, recorded_at=recorded_at)
            if each is not None:
                each(entries)
        added = sum(entry.new for entry in entries)
        new += added
        known += len(entries) - added
    return Appended(new, known)


def correction(entry: Entry, **changes: Any) -> Fact:
    """The fact that replaces ``entry``: the same with ``changes``."""
    return replace(entry.fact, **changes, corrects=entry.index)


def withdrawal(entry: Entry, *, reason: str, occurred_on: dt.date) -> Fact:
    """The fact that takes ``entry`` back, for the public ``reason``. It is shown wherever the fact was."""
    if not reason.strip():
        raise MandatError(Text("un retrait dit pourquoi", "a withdrawal says why"))
    fact = entry.fact
    return Fact(
        kind=WITHDRAWN,
        occurred_on=occurred_on,
        programme=fact.programme,
        data={"reason": reason.strip()},
        measures=fact.measures,
        commitments=fact.commitments,
        area=fact.area,
        subject=fact.subject,
        corrects=entry.index,
        synthetic=fact.synthetic,
    )


def _known(facts: Sequence[Fact]) -> Mapping[tuple[str, str], Entry]:
    wanted: dict[str, list[str]] = {}
    for fact in facts:
        if fact.source and fact.corrects is None:
            wanted.setdefault(fact.programme, []).append(fact.source)
    return {
        (programme, source): entry
        for programme, sources in wanted.items()
        for source, entry in current(programme, sources).items()
    }


def _already(entry: Entry) -> Entry:
    return Entry(
        entry.index,
        entry.recorded_at,
        entry.text,
        entry.leaf,
        fact=entry.__dict__.get("fact"),
        replaced_by=entry.replaced_by,
        new=False,
    )
