"""The few statements every posting sends, written out: at the till, building queries cost more than running them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from mandat.apps.ledger.models import Posting, Transaction, major

#: Rows of one statement: far under any database's limit on parameters.
CHUNK = 80

_POSTING = "ledger_posting (transaction_id, account_id, amount)"
_TRANSACTION = "ledger_transaction (id, book, key, unit, moment, day, reason, actor, reverses_id)"


@dataclass(slots=True)
class Held:
    """An account whose row is locked until the transaction ends; ``balance`` follows what is posted meanwhile."""

    pk: int
    book: str
    code: str
    unit: str
    floor: int | None
    balance: int
    closed: bool

    @property
    def available(self) -> Decimal:
        """What it can still give."""
        return major(self.balance - (self.floor or 0), self.unit)


def identity(value: uuid.UUID | None) -> Any:
    """A UUID as the database's driver takes it."""
    return value if value is None or connection.features.has_native_uuid_field else value.hex


def moment(value: dt.datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(value)


def day(value: dt.date) -> Any:
    return connection.ops.adapt_datefield_value(value)


def locking(rows: str = "") -> str:
    """What ends a SELECT whose rows are to be held; nothing where the whole database is (SQLite)."""
    return f" FOR NO KEY UPDATE{f' OF {rows}' if rows else ''}" if connection.vendor == "postgresql" else ""


def lock(keys: Sequence[int]) -> dict[int, Held]:
    """The accounts of these keys, locked in their order."""
    found: dict[int, Held] = {}
    with connection.cursor() as cursor:
        for start in range(0, len(keys), 500):
            chunk = keys[start : start + 500]
            cursor.execute(
                "SELECT id, book, code, unit, floor, balance, closed_at IS NOT NULL FROM ledger_account WHERE id IN "  # noqa: S608 - marks only
                f"({', '.join(['%s'] * len(chunk))}) ORDER BY id{locking()}",
                chunk,
            )
            for row in cursor.fetchall():
                found[row[0]] = Held(row[0], row[1], row[2], row[3], row[4], row[5], bool(row[6]))
    return found


def known(book: str, keys: Sequence[str]) -> dict[str, uuid.UUID]:
    """The transactions already posted under these keys."""
    found: dict[str, uuid.UUID] = {}
    with connection.cursor() as cursor:
        for start in range(0, len(keys), 500):
            chunk = keys[start : start + 500]
            cursor.execute(
                "SELECT key, id FROM ledger_transaction WHERE book = %s AND key IN "  # noqa: S608 - marks only
                f"({', '.join(['%s'] * len(chunk))})",
                [book, *chunk],
            )
            for key, pk in cursor.fetchall():
                found[key] = pk if isinstance(pk, uuid.UUID) else uuid.UUID(pk)
    return found


def insert(headers: Sequence[Transaction], lines: Sequence[Posting]) -> None:
    """Postings, then the transactions that seal them: in one statement where the database allows it."""
    posted = [(identity(line.transaction_id), line.account_id, line.amount) for line in lines]
    sealed = [
        (
            identity(one.id), one.book, one.key, one.unit, moment(one.moment), day(one.day), one.reason, one.actor,
            identity(one.reverses_id),
        )
        for one in headers
    ]  # fmt: skip
    if connection.vendor == "postgresql" and len(posted) <= CHUNK:
        first, second = _statement(_POSTING, posted), _statement(_TRANSACTION, sealed)
        with connection.cursor() as cursor:
            cursor.execute(f"WITH posted AS ({first}) {second}", _flat([*posted, *sealed]))
        return
    for into, values in ((_POSTING, posted), (_TRANSACTION, sealed)):
        with connection.cursor() as cursor:
            for start in range(0, len(values), CHUNK):
                chunk = values[start : start + CHUNK]
                cursor.execute(_statement(into, chunk), _flat(chunk))


def _statement(into: str, rows: Sequence[tuple[Any, ...]]) -> str:
    marks = f"({', '.join(['%s'] * len(rows[0]))})"
    return f"INSERT INTO {into} VALUES {', '.join([marks] * len(rows))}"  # noqa: S608 - marks only


def _flat(rows: Iterable[tuple[Any, ...]]) -> list[Any]:
    return [value for row in rows for value in row]
