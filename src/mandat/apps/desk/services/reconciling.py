"""Reconcile a carnet, entry by entry: taken, refused with why, or set aside for an agent to settle with a reason.

Each entry is a transaction of its own, and its row is locked: stopped anywhere, the rest goes on later; done twice, nothing is taken twice.
What an entry said is erased as soon as it is settled.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.desk.adapters import Adapter, Conflict, Context, Refusal, adapter_of
from mandat.apps.desk.models import Act, Carnet, Entry, Section
from mandat.apps.desk.services.preparing import act, locked
from mandat.kernel.errors import InputError, MandatError
from mandat.kernel.text import Text
from mandat.web import formats


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What would become of an entry now, and why. Nothing is written."""

    entry: Entry
    outcome: Literal["take", "refuse", "conflict"]
    why: Text | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many entries were taken, refused, set aside."""

    taken: int = 0
    refused: int = 0
    conflicts: int = 0


def in_time(adapter: Adapter, section: Section, entry: Entry, now: dt.datetime) -> None:
    """Raise InputError where an entry was not collected, or is not brought back, in time: to the second."""
    carnet = entry.carnet
    if entry.collected_at < carnet.prepared_at - dt.timedelta(minutes=10):
        raise Conflict(
            Text(
                "recueilli avant la préparation du carnet, dit l'appareil : son horloge était-elle juste ?",
                "collected before the carnet was prepared, says the device: was its clock right?",
            ),
            may_take=True,
        )
    window = adapter.window(section.target)
    if window.opens is not None and entry.collected_at < window.opens:
        raise InputError(
            Text(f"recueilli avant l'ouverture ({formats.moment(window.opens)})", f"collected before the opening ({formats.moment(window.opens)})")
        )  # fmt: skip
    if window.closes is None:
        return
    if entry.collected_at >= window.closes:
        raise InputError(
            Text(f"recueilli après la clôture ({formats.moment(window.closes)})", f"collected after the closing ({formats.moment(window.closes)})")
        )  # fmt: skip
    grace = window.grace or dt.timedelta()
    if now >= window.closes + grace:
        limit = formats.moment(window.closes + grace)
        raise InputError(
            Text(f"recueilli à temps, mais rapporté trop tard : il fallait le faire avant le {limit}", f"collected in time but brought back too late: it had to be before {limit}")
        )  # fmt: skip


def _context(actor: User, section: Section, entry: Entry, settled: str = "") -> Context:
    carnet = entry.carnet
    return Context(actor, carnet.code, entry.number, entry.collected_at, carnet.place, section.memory, settled)


def foreseen(*, actor: User, carnet: Carnet) -> Iterator[Foreseen]:
    """What reconciling would do now, entry by entry, without doing it."""
    now = timezone.now()
    rows = carnet.entries.filter(state=Entry.State.RECEIVED).select_related("section", "carnet__holder")
    for entry in rows.order_by("number"):
        try:
            adapter = adapter_of(entry.section.kind)
            in_time(adapter, entry.section, entry, now)
            adapter.check(entry.section.target, entry.data or {}, _context(actor, entry.section, entry))
        except Conflict as error:
            yield Foreseen(entry, "conflict", error.text)
        except MandatError as error:
            yield Foreseen(entry, "refuse", error.text)
        else:
            yield Foreseen(entry, "take")


def carnet_reconcile(*, actor: User, carnet: Carnet, sworn: bool) -> Outcome:
    """Take what may be taken. ``sworn``: the agent declares on their honour that the moments are those of collection.

    Raises PermissionDenied; InputError without that, or for a closed carnet.
    """
    require(actor, "desk.collect")
    if not sworn:
        raise InputError(
            Text("attestez sur l'honneur les moments de recueil", "declare on your honour the moments of collection")
        )
    with transaction.atomic():
        found = locked(carnet)
        begun = _begin(actor, found)
    counts = {"taken": 0, "refused": 0, "conflict": 0}
    for pk in list(found.entries.filter(state=Entry.State.RECEIVED).order_by("number").values_list("pk", flat=True)):
        state = _settle(actor, pk)
        if state in counts:
            counts[state] += 1
    outcome = Outcome(counts["taken"], counts["refused"], counts["conflict"])
    _end(actor, begun)
    with transaction.atomic():
        act(
            found, Act.What.RECONCILED, actor, taken=outcome.taken, refused=outcome.refused, conflicts=outcome.conflicts
        )
    return outcome


def _begin(actor: User, carnet: Carnet, settling: int = 0) -> list[int]:
    """Have each section that has entries to take begun by its adapter: a sheet, an urn. ``settling``: the section of a conflict being settled."""
    begun = []
    for section in carnet.sections.select_for_update().order_by("first"):
        count = section.entries.filter(state=Entry.State.RECEIVED).count()
        if settling:
            count = 1 if section.pk == settling else 0
        if not count:
            continue
        try:
            with transaction.atomic():
                memory = adapter_of(section.kind).begin(
                    actor, section.target, count, carnet.event_on, f"{carnet.place} ({carnet.code})", section.memory
                )
        except (MandatError, PermissionDenied):
            # Each entry says why when it is looked at: what cannot begin takes nothing.
            continue
        Section.objects.filter(pk=section.pk).update(memory=dict(memory))
        begun.append(section.pk)
    return begun


def _end(actor: User, sections: list[int]) -> None:
    """Tell adapters that their entries are taken; what cannot end now is left to whoever keeps that register."""
    for section in Section.objects.filter(pk__in=sections).order_by("first"):
        with suppress(MandatError, PermissionDenied), transaction.atomic():
            adapter_of(section.kind).end(actor, section.memory)


def _settle(actor: User, pk: int) -> str:
    """Settle one entry in its own transaction; gives its state."""
    with transaction.atomic():
        entry = _locked(pk)
        if entry.state != Entry.State.RECEIVED:
            return ""
        section = entry.section
        try:
            adapter = adapter_of(section.kind)
            in_time(adapter, section, entry, timezone.now())
            with transaction.atomic():
                made = adapter.take(section.target, entry.data or {}, _context(actor, section, entry))
        except Conflict as error:
            entry.state, entry.conflicted, entry.may_take = Entry.State.CONFLICT, True, error.may_take
            _said(entry, error.text)
        except (MandatError, IntegrityError, KeyError) as error:
            entry.state, entry.data, entry.other = Entry.State.REFUSED, None, None
            _said(entry, error.text if isinstance(error, MandatError) else _NOT_BEGUN)
        else:
            refused = isinstance(made, Refusal)
            entry.state = Entry.State.REFUSED if refused else Entry.State.TAKEN
            entry.data = entry.other = None
            _said(entry, made.why if isinstance(made, Refusal) else Text("", ""))
        entry.settled_by = actor if entry.state != Entry.State.CONFLICT else None
        entry.settled_at = timezone.now() if entry.state != Entry.State.CONFLICT else None
        entry.save()
        return str(entry.state)


_NOT_BEGUN = Text("ceci ne pouvait pas être pris : voyez l'agent qui tient ce registre", "this could not be taken")


def _locked(pk: int) -> Entry:
    rows = Entry.objects.select_for_update(of=("self",)).select_related("section", "carnet__holder")
    return rows.get(pk=pk)


def _said(entry: Entry, why: Text) -> None:
    entry.reason_fr, entry.reason_en = why.fr[:500], why.en[:500]


@transaction.atomic
def conflict_settle(
    *, actor: User, entry: Entry, choice: Literal["take", "take-other", "refuse"], reason: str
) -> Entry:
    """Settle a conflict with a reason that is kept: take the entry (or its other content), or refuse it.

    Raises PermissionDenied; InputError without a reason, or where it may not be taken.
    """
    require(actor, "desk.collect")
    locked(entry.carnet)
    row = _locked(entry.pk)
    if row.state != Entry.State.CONFLICT:
        raise InputError(Text("ce feuillet est déjà réglé", "this blank is settled already"))
    said = " ".join(reason.split())
    if not 5 <= len(said) <= 500:
        raise InputError(Text("dites pourquoi, en 5 à 500 caractères", "say why, in 5 to 500 characters"))
    if choice not in ("take", "take-other", "refuse"):
        raise InputError(Text("choisissez", "choose"))
    if choice == "refuse":
        row.state = Entry.State.REFUSED
    else:
        if not row.may_take or (choice == "take-other" and row.other is None):
            raise InputError(Text("ce feuillet ne peut qu'être refusé", "this blank can only be refused"))
        section = row.section
        data = row.other if choice == "take-other" else row.data
        adapter = adapter_of(section.kind)
        if row.other is not None:
            # Which content is right is settled; whether it may be taken is looked at anew.
            in_time(adapter, section, row, timezone.now())
        begun = _begin(actor, row.carnet, settling=section.pk)
        section.refresh_from_db()
        context = _context(actor, section, row, said if row.other is None else "")
        made = adapter.take(section.target, data or {}, context)
        if isinstance(made, Refusal):
            raise InputError(made.why)
        _end(actor, begun)
        row.state = Entry.State.TAKEN
    row.data = row.other = None
    row.settled_why, row.settled_by, row.settled_at = said, actor, timezone.now()
    row.save()
    act(row.carnet, Act.What.SETTLED, actor, number=row.number, choice=choice)
    return row
