"""A round played with made-up pupils, for demonstrations: nobody in it exists, and every fact says that it is synthetic.

Pupils are called "ÉLÈVE 0012": no name is invented. The same seed plays the same round.
"""

from __future__ import annotations

import datetime as dt
import io
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.offers import services
from mandat.apps.offers.definitions import published_offer
from mandat.apps.offers.models import Appointment, Assignment, Establishment, Place, Slot
from mandat.apps.offers.services.attending import attendance_record
from mandat.apps.offers.services.places import department_of
from mandat.kernel.errors import MandatError
from mandat.kernel.text import Text


@dataclass(frozen=True, slots=True)
class School:
    """An establishment of the demonstration: code, name, INSEE code of its commune, pupils (or classes)."""

    code: str
    name: str
    commune: str
    members: int


def play_round(*, actor: User, offer: str, schools: Sequence[School], seed: int = 1) -> None:
    """List, invite, book, hold and publish the present round of an offer. ``actor`` is an administrator, assigned everywhere.

    Appointments of the last days are held, others are to come. Raises MandatError outside a demonstration.
    """
    if not settings.MANDAT_DEMO:
        raise MandatError(Text("réservé aux démonstrations", "for demonstrations only"))
    chance = random.Random(seed)
    published = published_offer(offer)
    period = published.offer.current_round(timezone.localdate())
    for one in schools:
        school, _ = Establishment.objects.update_or_create(
            code=one.code,
            defaults={
                "kind": published.offer.target.establishments,
                "name": one.name,
                "commune": one.commune,
                "department": department_of(one.commune),
            },
        )
        place, _ = Place.objects.get_or_create(
            code=f"lieu-{one.code.lower()}", defaults={"name": one.name, "commune": one.commune}
        )
        place.serves.add(school)
        Assignment.objects.get_or_create(user=actor, establishment=school, place=None)
        Assignment.objects.get_or_create(user=actor, establishment=None, place=place)
    content = _list(schools, group=published.offer.unit == "group", opens=period.opens, chance=chance)
    given: dict[str, Any] = {"actor": actor, "offer": offer, "round": period.code}
    services.roll_import(stream=io.BytesIO(content), filename="demonstration.csv", complete=True, **given)
    services.roll_close(**given)
    batch = services.batch_open(**given)
    services.batch_carry_out(batch=batch)
    invitations = list(batch.invitations.select_related("member").order_by("pk"))
    chance.shuffle(invitations)
    for invitation in invitations[: len(invitations) // 40]:
        services.offer_decline(invitation=invitation.pk, by="guardian")
    rest = invitations[len(invitations) // 40 :]
    _hold(actor, offer, period.code, rest[: len(rest) // 3], chance)
    services.coverage_publish(**given)


def _list(schools: Sequence[School], *, group: bool, opens: dt.date, chance: random.Random) -> bytes:
    rows = [
        "etablissement;classe;effectif" if group else "etablissement;classe;nom;prenom;date_naissance;sexe;identifiant"
    ]
    number = 0
    for school in schools:
        for rank in range(school.members):
            number += 1
            if group:
                rows.append(f"{school.code};Classe {rank + 1};{chance.randint(12, 29)}")
                continue
            born = opens - dt.timedelta(days=chance.randint(15 * 366, 18 * 365))
            group_name = f"{('2nde', '1re', 'Tle')[rank // 30 % 3]} {rank // 90 + 1}"
            rows.append(f"{school.code};{group_name};ÉLÈVE;{number:05d};{born};{chance.choice('FM')};DEMO{number:07d}")
    return "\n".join(rows).encode()


def _hold(actor: User, offer: str, round: str, invitations: Sequence[object], chance: random.Random) -> None:
    """Half of these appointments were held in the last days, the other half are to come."""
    now = timezone.now()
    slots_of = published_offer(offer).offer.slots
    for rank, invitation in enumerate(invitations):
        member = invitation.member  # type: ignore[attr-defined]
        place = Place.objects.filter(serves=member.establishment_id).order_by("pk")[0]
        days = -(1 + rank % 20) if rank % 2 else 8 + rank % 20
        start = (now + dt.timedelta(days=days)).replace(hour=8, minute=0, second=0, microsecond=0)
        while timezone.localtime(start).weekday() > 4:
            start += dt.timedelta(days=1 if days > 0 else -1)
        start += dt.timedelta(minutes=slots_of.minutes * (rank // 40 % 10))
        slot, _ = Slot.objects.get_or_create(
            offer=offer,
            place=place,
            starts_at=start,
            defaults={
                "round": round,
                "ends_at": start + dt.timedelta(minutes=slots_of.minutes),
                "capacity": slots_of.capacity + 2,
            },
        )
        if slot.taken >= slot.capacity:
            continue
        Slot.objects.filter(pk=slot.pk).update(taken=slot.taken + 1)
        appointment = Appointment.objects.create(invitation_id=invitation.pk, slot=slot)  # type: ignore[attr-defined]
        if days < 0:
            outcome = "present" if chance.random() < 0.9 else "missed"
            attendance_record(
                actor=actor, appointment=appointment, outcome="present" if outcome == "present" else "missed"
            )
