"""What the acts of consultations share: the row of a component, its moment, the line it appends."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from mandat import journal
from mandat.apps.consultations.held import Held
from mandat.apps.consultations.models import Consultation
from mandat.apps.consultations.services import following
from mandat.facts import Fact
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text
from mandat.web import formats


def line(
    kind: str,
    held: Held[Any],
    *,
    on: dt.date | None = None,
    area: str = "",
    quantity: int | None = None,
    unit: str = "",
    source: str = "",
    synthetic: bool = False,
    data: dict[str, Any] | None = None,
) -> Fact:
    """A fact of a consultation, under the version of its process in force."""
    process = held.process.process
    return Fact(
        kind=kind,
        occurred_on=on or timezone.localdate(),
        programme=held.programme,
        measures=process.measures,
        commitments=process.commitments,
        area=area,
        quantity=None if quantity is None else Decimal(quantity),
        unit=unit,
        definition=held.process.ref,
        subject=f"process:{process.code}/{held.code}",
        source=source,
        synthetic=synthetic,
        data={
            "process": process.code, "component": held.code, "type": held.document.type, "title": held.document.title.fr,
            **(data or {}),
        },
    )  # fmt: skip


def check_open(held: Held[Any], at: dt.datetime, *, moment: str = "") -> None:
    """Raise InputError, with when it was or will be, unless one may act at this instant."""
    if held.is_open(at, moment=moment):
        return
    opens, closes = held.opens_at(), held.closes_at()
    if opens is not None and at < opens:
        told = formats.moment(opens)
        raise InputError(Text(f"cela n'ouvre que le {told}", f"this opens only on {told}"))
    if closes is not None and at >= closes:
        told = formats.moment(closes)
        raise InputError(Text(f"c'est clos depuis le {told}", f"this closed on {told}"))
    raise InputError(Text("ce n'est pas le moment : voyez le calendrier", "this is not the time: see the calendar"))


def open_row(held: Held[Any], at: dt.datetime, *, synthetic: bool | None = None) -> Consultation:
    """The row of a component, made with its fact at the first act. In the act's transaction."""
    synthetic = settings.MANDAT_DEMO if synthetic is None else synthetic
    row, made = Consultation.objects.get_or_create(
        programme=held.programme,
        process=held.process.code,
        component=held.code,
        defaults={"type": held.document.type, "opened_at": at, "synthetic": synthetic, "changed_at": at},
    )
    if made:
        closes = held.closes_at()
        journal.append(
            [
                line(
                    "consultations.opened.v1",
                    held,
                    on=timezone.localdate(at),
                    source=f"consultations-opened:{held.process.code}/{held.code}",
                    synthetic=row.synthetic,
                    data={"closes_on": timezone.localdate(closes - dt.timedelta(seconds=1))} if closes else {},
                )
            ]
        )
        following.told_opened(held, at)
    if row.closed_at is not None:
        raise InputError(Text("cette consultation est close", "this consultation is closed"))
    return row


def touched(row: Consultation, at: dt.datetime, *, people: int = 0, items: int = 0, waiting: int = 0) -> None:
    """Move the counters of a row, and the moment its pages last changed."""
    Consultation.objects.filter(pk=row.pk).update(
        people=F("people") + people, items=F("items") + items, waiting=F("waiting") + waiting, changed_at=at
    )
