"""What the staff of a place record: who came, who did not, who comes another day."""

from __future__ import annotations

from typing import Literal

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.offers import telling
from mandat.apps.offers.access import require_place
from mandat.apps.offers.definitions import published_offer
from mandat.apps.offers.models import Appointment, Attendance, Invitation, Tally
from mandat.apps.offers.services.answering import _take
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

Outcome = Literal["present", "missed"]
_COUNTED = {"present": "attended", "missed": "missed"}


@transaction.atomic
def attendance_record(*, actor: User, appointment: Appointment, outcome: Outcome) -> Attendance:
    """Record that the person came or did not; said again otherwise, it is corrected. Sealed: only counts leave the place.

    Raises PermissionDenied to staff of another place; InputError for an appointment to come, or that does not stand.
    """
    require_place(actor, appointment.slot.place_id)
    if outcome not in _COUNTED:
        raise InputError(Text("présent ou absent est attendu", "present or missed is expected"))
    found = (
        Appointment.objects.select_for_update(of=("self",))
        .select_related("slot", "invitation__member")
        .get(pk=appointment.pk)
    )
    if found.state != Appointment.State.BOOKED:
        raise InputError(Text("ce rendez-vous ne tient plus", "this appointment no longer stands"))
    if found.slot.starts_at > timezone.now():
        raise InputError(Text("ce rendez-vous est à venir", "this appointment is to come"))
    member = found.invitation.member
    before = Attendance.objects.filter(appointment=found).first()
    if before is not None and before.outcome == outcome:
        return before
    kept = telling.tallies(member.offer, member.round, [member.establishment_id])
    tally = Tally.objects.filter(pk=kept[member.establishment_id].pk)
    if before is not None:
        was = _COUNTED[before.outcome]
        tally.update(**{was: F(was) - member.size})
    now = _COUNTED[outcome]
    tally.update(**{now: F(now) + member.size})
    row = before or Attendance(appointment=found)
    row.outcome = outcome
    row.save()
    # Once the person came, the code has served. After a miss, the second invitation brings another where there is one.
    again = published_offer(member.offer).offer.second_invitation is not None
    closed = outcome == "present" or again or found.invitation.rank == 2
    Invitation.objects.filter(pk=found.invitation_id).update(closed=closed)
    return row


@transaction.atomic
def appointment_move(*, actor: User, appointment: Appointment, slot: str) -> Appointment:
    """Staff move an appointment to another slot of their place, without notice. Raises PermissionDenied, InputError."""
    require_place(actor, appointment.slot.place_id)
    invitation = (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("member__establishment")
        .get(pk=appointment.invitation_id)
    )
    fresh = Appointment.objects.select_related("slot").get(pk=appointment.pk)
    if fresh.state != Appointment.State.BOOKED:
        raise InputError(Text("ce rendez-vous ne tient plus", "this appointment no longer stands"))
    moved = _take(invitation, published_offer(invitation.member.offer), slot, notice=False)
    require_place(actor, moved.slot.place_id)
    return moved
