"""What a person does with a code: book, move, cancel, wait, decline, think better of it. No account, no reason asked.

Locks are always taken in the same order (invitation, then slots by number, then the place's queue), so that two people who want each
other's slot wait and do not block one another. Nothing here appends a fact: a single person is never told.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.offers import reading
from mandat.apps.offers.access import require_establishment
from mandat.apps.offers.definitions import PublishedOffer, published_offer
from mandat.apps.offers.models import (
    Appointment,
    Attendance,
    Identity,
    Invitation,
    Member,
    PendingCode,
    Place,
    Slot,
    Standing,
    Tally,
    Waiting,
)
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

Answering = Literal["self", "guardian", "group"]


class FullError(InputError):
    """The last place was just taken."""


def _open_invitation(invitation: int) -> tuple[Invitation, PublishedOffer]:
    """The invitation, locked and still open. Raises InputError."""
    found = (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("member__establishment")
        .filter(pk=invitation)
        .first()
    )
    if found is None:
        raise InputError(Text("cette invitation n'existe plus", "this invitation no longer exists"))
    published = published_offer(found.member.offer)
    if found.closed or timezone.localdate() > published.round(found.member.round).closes:
        raise InputError(Text("cette invitation n'est plus en cours", "this invitation is no longer open"))
    return found, published


def _invited(invitation: int) -> tuple[Invitation, PublishedOffer]:
    found, published = _open_invitation(invitation)
    if found.member.standing != Standing.INVITED or not found.member.present:
        raise InputError(Text("cette invitation n'est plus en cours", "this invitation is no longer open"))
    return found, published


def latest(published: PublishedOffer) -> dt.datetime:
    """Slots that begin before this moment can no longer be booked, moved or cancelled."""
    return timezone.now() + dt.timedelta(hours=published.offer.slots.notice_hours)


@transaction.atomic
def slot_book(*, invitation: int, slot: str) -> Appointment:
    """Book the slot of this reference, or move to it the appointment that stands. The same slot again changes nothing.

    Raises FullError; InputError where the invitation or the slot is not open, or it is too late.
    """
    found, published = _invited(invitation)
    return _take(found, published, slot, notice=True)


def _take(
    found: Invitation, published: PublishedOffer, slot: str, *, notice: bool, from_waiting: bool = False
) -> Appointment:
    standing = Appointment.objects.filter(invitation=found, state=Appointment.State.BOOKED).first()
    before = standing.slot_id if standing else 0
    wanted = Slot.objects.filter(reference=slot).values_list("pk", flat=True).first()
    rows = {row.pk: row for row in Slot.objects.select_for_update().filter(pk__in=[wanted, before]).order_by("pk")}
    chosen = rows.get(wanted or 0)
    if chosen is None or not _offered(chosen, found):
        raise InputError(Text("ce créneau n'est pas proposé ici", "this slot is not offered here"))
    if standing is not None and standing.slot_id == chosen.pk:
        return standing
    if standing is not None and Attendance.objects.filter(appointment=standing).exists():
        raise InputError(Text("ce rendez-vous a déjà eu lieu", "this appointment has already taken place"))
    if chosen.starts_at < (latest(published) if notice else timezone.now()):
        raise InputError(Text("il est trop tard pour ce créneau", "it is too late for this slot"))
    if standing is not None and notice and rows[before].starts_at < latest(published):
        raise InputError(
            Text("il est trop tard pour déplacer ce rendez-vous", "it is too late to move this appointment")
        )
    if not Slot.objects.filter(pk=chosen.pk, withdrawn=False, taken__lt=F("capacity")).update(taken=F("taken") + 1):
        raise FullError(Text("ce créneau vient d'être pris", "this slot has just been taken"))
    if standing is not None:
        _end(standing, Appointment.State.MOVED)
    Waiting.objects.filter(invitation=found).delete()
    return Appointment.objects.create(invitation=found, slot=chosen, from_waiting=from_waiting)


def _offered(slot: Slot, found: Invitation) -> bool:
    member = found.member
    return (
        not slot.withdrawn
        and (slot.offer, slot.round) == (member.offer, member.round)
        and Place.objects.filter(pk=slot.place_id, serves=member.establishment_id).exists()
    )


def _end(appointment: Appointment, state: Appointment.State) -> None:
    """Free the slot of an appointment whose row is locked; another may then be given it."""
    Appointment.objects.filter(pk=appointment.pk).update(state=state, ended_at=timezone.now())
    Slot.objects.filter(pk=appointment.slot_id, taken__gt=0).update(taken=F("taken") - 1)
    freed = appointment.slot_id
    transaction.on_commit(lambda: slot_fill(slot=freed))


@transaction.atomic
def slot_cancel(*, invitation: int) -> None:
    """Cancel the appointment that stands. Raises InputError where there is none, or it is too late."""
    found, published = _invited(invitation)
    standing = (
        Appointment.objects.select_related("slot").filter(invitation=found, state=Appointment.State.BOOKED).first()
    )
    if standing is None:
        raise InputError(Text("il n'y a pas de rendez-vous à annuler", "there is no appointment to cancel"))
    if standing.slot.starts_at < latest(published):
        raise InputError(
            Text("il est trop tard pour annuler ce rendez-vous", "it is too late to cancel this appointment")
        )
    Slot.objects.select_for_update().get(pk=standing.slot_id)
    _end(standing, Appointment.State.CANCELLED)


@transaction.atomic
def slot_wait(*, invitation: int, place: int) -> Waiting:
    """Wait for a slot at a place that has none left. Raises InputError."""
    found, published = _invited(invitation)
    if not published.offer.slots.waiting_list:
        raise InputError(Text("cette offre n'a pas de liste d'attente", "this offer has no waiting list"))
    if not Place.objects.filter(pk=place, serves=found.member.establishment_id).exists():
        raise InputError(Text("ce lieu n'est pas proposé ici", "this place is not offered here"))
    if Appointment.objects.filter(invitation=found, state=Appointment.State.BOOKED).exists():
        raise InputError(Text("un rendez-vous est déjà pris", "an appointment is already booked"))
    waiting, _ = Waiting.objects.update_or_create(invitation=found, defaults={"place_id": place})
    return waiting


def slot_fill(*, slot: int) -> int:
    """Give the free places of a slot to those who wait for it, first come first served. Returns how many."""
    given = 0
    while _fill_once(slot):
        given += 1
    return given


@transaction.atomic
def _fill_once(slot: int) -> bool:
    chosen = Slot.objects.filter(pk=slot, withdrawn=False, taken__lt=F("capacity")).first()
    if chosen is None:
        return False
    queue = Waiting.objects.select_for_update(skip_locked=True, of=("self",)) if _skips() else Waiting.objects
    first = (
        queue.filter(
            place=chosen.place_id,
            invitation__member__offer=chosen.offer,
            invitation__member__round=chosen.round,
            invitation__member__present=True,
            invitation__member__standing=Standing.INVITED,
            invitation__closed=False,
        )
        .order_by("since", "pk")
        .first()
    )
    if first is None:
        return False
    published = published_offer(chosen.offer)
    if chosen.starts_at < latest(published):
        return False
    try:
        found, published = _invited(first.invitation_id)
        _take(found, published, str(chosen.reference), notice=True, from_waiting=True)
    except FullError:
        return False
    except InputError:
        # The invitation closed meanwhile: it waits for nothing any more.
        first.delete()
    return True


def _skips() -> bool:
    from django.db import connection  # the vendor is known only where a database is

    return connection.features.has_select_for_update_skip_locked


@transaction.atomic
def offer_decline(*, invitation: int, by: Answering) -> None:
    """Decline for this round: no reason asked, the appointment is cancelled, the name is erased at once.

    Raises InputError where the rule of the offer leaves the answer to a legal guardian.
    """
    found, published = _open_invitation(invitation)
    member = Member.objects.select_for_update().get(pk=found.member_id)
    alone = published.offer.opt_out.alone_from_age
    if by == "self" and alone is not None and not answers_alone(member, alone):
        raise InputError(
            Text(
                f"avant {alone} ans, c'est un responsable légal qui répond",
                f"under {alone}, a legal guardian answers",
            )
        )
    _decline(member)


def answers_alone(member: Member, age: int) -> bool:
    """Whether the person is of an age to answer alone today. Who is no longer named is believed."""
    identity = Identity.objects.filter(member=member).first()
    born = (identity.person or {}).get("born_on", "") if identity else ""
    return not born or reading.age_on(dt.date.fromisoformat(born), timezone.localdate()) >= age


@transaction.atomic
def member_decline(*, actor: User, member: Member) -> None:
    """A refusal told to the establishment, before the invitation or after it. Raises PermissionDenied."""
    require_establishment(actor, member.establishment)
    _decline(Member.objects.select_for_update().get(pk=member.pk))


def _decline(member: Member) -> None:
    if member.standing == Standing.DECLINED:
        return
    for appointment in Appointment.objects.filter(
        invitation__member=member, state=Appointment.State.BOOKED, attendance=None
    ).order_by("slot_id"):
        Slot.objects.select_for_update().get(pk=appointment.slot_id)
        _end(appointment, Appointment.State.CANCELLED)
    Waiting.objects.filter(invitation__member=member).delete()
    Identity.objects.filter(member=member).delete()
    PendingCode.objects.filter(invitation__member=member).delete()
    Member.objects.filter(pk=member.pk).update(standing=Standing.DECLINED, declined_at=timezone.now())
    if member.present:
        _count(member, member.size, waited=member.standing == Standing.WAITING)


@transaction.atomic
def offer_accept_again(*, invitation: int) -> None:
    """Who declined thinks better of it, while the round is open. Raises InputError."""
    found, _ = _open_invitation(invitation)
    member = Member.objects.select_for_update().get(pk=found.member_id)
    if member.standing != Standing.DECLINED:
        return
    Member.objects.filter(pk=member.pk).update(standing=Standing.INVITED, declined_at=None)
    if member.present:
        _count(member, -member.size)


def _count(member: Member, pupils: int, *, waited: bool = False) -> None:
    tally = Tally.objects.filter(offer=member.offer, round=member.round, establishment=member.establishment_id)
    tally.update(declined=F("declined") + pupils, waiting=F("waiting") - (pupils if waited else 0))
