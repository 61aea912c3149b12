"""The facts this app appends: what they share, and the batches that tell of purchases without telling of anyone."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.conf import settings

from mandat import journal
from mandat.apps.programme.published import published
from mandat.apps.wallets.definitions import Kind
from mandat.facts import Fact
from mandat.journal import Entry


def region() -> str:
    """The area of the whole programme."""
    return f"region:{published().programme.region}"


def area_of(departement: str) -> str:
    return f"departement:{departement}" if departement else region()


def append(
    kind: Kind,
    name: str,
    *,
    on: dt.date,
    area: str,
    quantity: Decimal,
    unit: str = "",
    subject: str = "",
    source: str = "",
    **data: Any,
) -> Entry:
    """Append ``wallets.<name>.v1`` for a wallet, in the caller's transaction."""
    unit = unit or kind.unit
    [entry] = journal.append(
        [
            Fact(
                kind=f"wallets.{name}.v1",
                occurred_on=on,
                programme=kind.programme,
                measures=kind.definition.measures,
                commitments=kind.definition.commitments,
                area=area,
                quantity=quantity,
                unit=unit,
                amount=quantity if unit == "EUR" else None,
                definition=kind.ref,
                subject=subject or kind.code,
                source=source,
                data={"wallet": kind.code, "title": kind.definition.title.fr, **data},
                synthetic=settings.MANDAT_DEMO,
            )
        ]
    )
    return entry
