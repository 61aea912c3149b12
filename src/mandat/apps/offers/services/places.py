"""Establishments, places, who is assigned to them, and their slots."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterator, Sequence
from typing import BinaryIO

from django.db import transaction
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.offers.definitions import published_offer
from mandat.apps.offers.models import Appointment, Assignment, Establishment, Place, Slot
from mandat.apps.territory import selectors as territory
from mandat.engines.opendata import decoding, delimited
from mandat.engines.opendata.delimited import Column
from mandat.kernel.errors import InputError
from mandat.kernel.periods import PARIS
from mandat.kernel.text import Text

_COLUMNS = (
    Column("code", ("uai", "numero_uai", "etablissement"), required=True),
    Column("nom", ("name", "appellation_officielle", "nom_etablissement"), required=True),
    Column("commune", ("code_commune", "code_insee"), required=True),
)
#: A generation makes at most so many slots: beyond, the days are mistaken.
MOST_SLOTS = 20_000


@transaction.atomic
def establishments_import(
    *, actor: User, kind: str, stream: BinaryIO, own_place: bool = True
) -> tuple[int, list[tuple[int, Text]]]:
    """Read establishments of a kind (columns ``code``, ``nom``, ``commune``: the INSEE code); known codes are updated.

    ``own_place`` makes a place of each new one, that serves it. Returns how many lines were kept, and the lines refused with why.
    Raises PermissionDenied, InputError.
    """
    require(actor, "offers.manage")
    kept, refused = 0, []
    for row in delimited.rows(decoding.lines(stream), _COLUMNS):
        if isinstance(row, tuple):
            refused.append(row)
            continue
        code, name, commune = row.cells["code"].upper(), row.cells["nom"], row.cells["commune"].upper()
        why = _wrong(code, name, commune)
        if why is not None:
            refused.append((row.line, why))
            continue
        school, _ = Establishment.objects.update_or_create(
            code=code, defaults={"kind": kind, "name": name, "commune": commune, "department": department_of(commune)}
        )
        kept += 1
        if own_place and not school.places.exists():
            place, _ = Place.objects.get_or_create(
                code=f"lieu-{code.lower()}", defaults={"name": name, "commune": commune}
            )
            place.serves.add(school)
    return kept, refused


def _wrong(code: str, name: str, commune: str) -> Text | None:
    if not re.fullmatch(r"[0-9A-Z]{4,12}", code):
        return Text("code d'établissement mal formé", "badly formed establishment code")
    if not 2 <= len(name) <= 150:
        return Text("nom absent ou trop long", "name missing or too long")
    if not re.fullmatch(r"[0-9][0-9AB][0-9]{3}", commune):
        return Text("code commune mal formé", "badly formed commune code")
    return None


def department_of(commune: str) -> str:
    """The département of a commune's code."""
    place = territory.reference().places.get(commune)
    return place.departement if place else commune[: 3 if commune.startswith("97") else 2]


@transaction.atomic
def place_save(*, actor: User, code: str, name: str, commune: str, serves: Collection[str], address: str = "") -> Place:
    """Make or change a place and the establishments it serves. Raises PermissionDenied, InputError."""
    require(actor, "offers.manage")
    schools = list(Establishment.objects.filter(code__in=serves).order_by("pk"))
    unknown = sorted(set(serves) - {school.code for school in schools})
    if unknown:
        raise InputError(Text(f"établissement inconnu : {unknown[0]}", f"unknown establishment: {unknown[0]}"))
    place, _ = Place.objects.update_or_create(
        code=code, defaults={"name": name, "commune": commune, "address": address}
    )
    place.serves.set(schools)
    return place


@transaction.atomic
def assignment_give(
    *, actor: User, user: User, establishment: Establishment | None = None, place: Place | None = None
) -> Assignment:
    """Let an account see the names of an establishment, or who comes to a place. Raises PermissionDenied, InputError."""
    require(actor, "offers.assign")
    if (establishment is None) == (place is None):
        raise InputError(Text("un établissement ou un lieu", "an establishment or a place"))
    given, _ = Assignment.objects.get_or_create(user=user, establishment=establishment, place=place)
    return given


@transaction.atomic
def assignment_withdraw(*, actor: User, assignment: Assignment) -> None:
    """Take an assignment back. Raises PermissionDenied."""
    require(actor, "offers.assign")
    assignment.delete()


def times(
    first: dt.date,
    last: dt.date,
    *,
    weekdays: Collection[int],
    begins: dt.time,
    ends: dt.time,
    minutes: int,
    without: Collection[dt.date] = (),
) -> Iterator[tuple[dt.datetime, dt.datetime]]:
    """Beginnings and ends of slots, in UTC: the clock of Paris on each day, whatever the season.

    ``weekdays`` 0 for Monday; a slot that would run past ``ends`` is left out, as is an hour that the change of clock skips.
    An hour that comes twice is the first one.
    """
    day = first
    while day <= last:
        if day.weekday() in weekdays and day not in without:
            at = begins.hour * 60 + begins.minute
            while at + minutes <= ends.hour * 60 + ends.minute:
                start = dt.datetime.combine(day, dt.time(at // 60, at % 60), PARIS).astimezone(dt.UTC)
                if (start.astimezone(PARIS).hour, start.astimezone(PARIS).minute) == divmod(at, 60):
                    yield start, start + dt.timedelta(minutes=minutes)
                at += minutes
        day += dt.timedelta(days=1)


@transaction.atomic
def slots_generate(
    *,
    actor: User,
    offer: str,
    round: str,
    place: Place,
    first: dt.date,
    last: dt.date,
    weekdays: Collection[int],
    begins: dt.time,
    ends: dt.time,
    capacity: int | None = None,
    without: Sequence[dt.date] = (),
) -> int:
    """Make the slots of a place; those that are there already stay as they are. Returns how many are new.

    Raises PermissionDenied; InputError for days outside the round, hours the wrong way, or too many slots.
    """
    require(actor, "offers.manage")
    published = published_offer(offer)
    period = published.round(round)
    if last < first or first < period.opens or last > period.closes:
        raise InputError(
            Text(
                f"les jours vont du {period.opens:%d/%m/%Y} au {period.closes:%d/%m/%Y}",
                f"days go from {period.opens:%d/%m/%Y} to {period.closes:%d/%m/%Y}",
            )
        )
    minutes = published.offer.slots.minutes
    if ends.hour * 60 + ends.minute - begins.hour * 60 - begins.minute < minutes:
        raise InputError(
            Text(f"aucun créneau de {minutes} minutes dans ces heures", f"no slot of {minutes} minutes in these hours")
        )
    found = list(times(first, last, weekdays=weekdays, begins=begins, ends=ends, minutes=minutes, without=set(without)))
    if not found or len(found) > MOST_SLOTS:
        raise InputError(
            Text(f"{len(found)} créneaux : revoyez jours et heures", f"{len(found)} slots: check days and hours")
        )
    before = Slot.objects.filter(offer=offer, place=place).count()
    Slot.objects.bulk_create(
        [
            Slot(
                offer=offer,
                round=round,
                place=place,
                starts_at=start,
                ends_at=end,
                capacity=capacity or published.offer.slots.capacity,
            )
            for start, end in found
        ],
        batch_size=500,
        ignore_conflicts=True,
    )
    return Slot.objects.filter(offer=offer, place=place).count() - before


@transaction.atomic
def slots_withdraw(*, actor: User, place: Place, offer: str, day: dt.date) -> tuple[int, int]:
    """Withdraw the free slots of a day to come. Returns how many were withdrawn, how many stay for they are taken.

    Raises PermissionDenied.
    """
    require(actor, "offers.manage")
    start = dt.datetime.combine(day, dt.time.min, PARIS)
    end = dt.datetime.combine(day + dt.timedelta(days=1), dt.time.min, PARIS)
    of_day = Slot.objects.filter(
        place=place, offer=offer, starts_at__gte=max(start, timezone.now()), starts_at__lt=end, withdrawn=False
    )
    gone = of_day.filter(taken=0).update(withdrawn=True)
    return gone, of_day.count()


def appointments_of(place: Place, day: dt.date) -> list[Appointment]:
    """Appointments that stand at a place on a day, in order, with what their list needs."""
    start = dt.datetime.combine(day, dt.time.min, PARIS)
    end = dt.datetime.combine(day + dt.timedelta(days=1), dt.time.min, PARIS)
    rows = Appointment.objects.filter(
        slot__place=place, slot__starts_at__gte=start, slot__starts_at__lt=end, state=Appointment.State.BOOKED
    )
    return list(
        rows.select_related(
            "slot", "attendance", "invitation__member__identity", "invitation__member__establishment"
        ).order_by("slot__starts_at", "pk")
    )
