"""The few statements every purchase sends, written out: at the till, building queries cost more than running them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.timezone import is_naive

from mandat.apps.ledger.rows import day, identity, locking, moment
from mandat.apps.wallets.definitions import Kind
from mandat.apps.wallets.models import Credential, Spend, Wallet


@dataclass(frozen=True, slots=True)
class Presented:
    """A code or a card shown at a till, and its wallet. Its row is held until the transaction ends."""

    pk: int
    card: bool
    amount: int | None
    expires_at: dt.datetime | None
    spent: bool
    wallet: uuid.UUID
    account: int
    open: bool
    next_expiry: dt.date | None


def credential(kind: Kind, digest: str) -> Presented | None:
    """The code or card of this digest, for a wallet of this kind; None where there is none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.id, c.kind, c.amount, c.expires_at, c.used_at IS NOT NULL OR c.stopped_at IS NOT NULL, w.id, w.account_id, "  # noqa: S608 - no value in it
            "w.state, w.next_expiry FROM wallets_credential c JOIN wallets_wallet w ON w.id = c.wallet_id "
            f"WHERE c.digest = %s AND w.code = %s AND w.programme = %s{locking('c')}",
            [digest, kind.code, kind.programme],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    pk, what, amount, expires, spent, wallet, account, state, ends = row
    return Presented(
        pk, what == Credential.Kind.CARD, amount, _moment(expires), bool(spent), _uuid(wallet), account,
        state == Wallet.State.OPEN, _day(ends),
    )  # fmt: skip


def spent(wallet: uuid.UUID, since: Sequence[tuple[dt.date, str, tuple[object, ...]]]) -> list[int]:
    """What a wallet spent, refunds taken off, since each of these days under each of these conditions (SQL and its values)."""
    if not since:
        return []
    parts, values = [], []
    for first, condition, own in since:
        parts.append(f"coalesce(sum(CASE WHEN day >= %s {condition} THEN amount - refunded ELSE 0 END), 0)")
        values += [day(first), *own]
    earliest = min(first for first, _, _ in since)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(parts)} FROM wallets_spend WHERE wallet_id = %s AND day >= %s",  # noqa: S608 - conditions of the service
            [*values, identity(wallet), day(earliest)],
        )
        row = cursor.fetchone()
    return [int(total) for total in row or ()]


def role(user: int, partner: uuid.UUID) -> str:
    """What an account is at a partner; empty where it does not work there."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT role FROM wallets_member WHERE partner_id = %s AND user_id = %s", [identity(partner), user]
        )
        row = cursor.fetchone()
    return str(row[0]) if row else ""


def record(made: Spend) -> None:
    """Insert a purchase."""
    row: dict[str, Any] = {
        "id": identity(made.pk),
        "reference": made.reference,
        "wallet_id": identity(made.wallet_id),
        "approval_id": identity(made.approval_id),
        "credential_id": made.credential_id,
        "by_card": made.by_card,
        "key": made.key,
        "category": made.category,
        "departement": made.departement,
        "amount": made.amount,
        "refunded": made.refunded,
        "day": day(made.day),
        "made_at": moment(made.made_at),
        "transaction": identity(made.transaction),
    }
    names = ", ".join(connection.ops.quote_name(name) for name in row)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO wallets_spend ({names}) VALUES ({', '.join(['%s'] * len(row))})",  # noqa: S608 - our own columns
            list(row.values()),
        )
    made._state.adding = False
    made._state.db = connection.alias


def _uuid(value: Any) -> uuid.UUID:
    return value if isinstance(value, uuid.UUID) else uuid.UUID(value)


def _moment(value: Any) -> dt.datetime | None:
    found = parse_datetime(value) if isinstance(value, str) else value
    # SQLite keeps moments in UTC without saying so.
    return found.replace(tzinfo=dt.UTC) if found is not None and is_naive(found) else found


def _day(value: Any) -> dt.date | None:
    return parse_date(value) if isinstance(value, str) else value
