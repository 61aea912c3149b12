"""Places of a meeting: booked, waited for, confirmed, given back. Never more than there are.

Each act locks the meeting's row: two acts on the same places come one after the other, in every process. Whoever waits is served first:
while someone waits, a free place is theirs, and nobody books past them. Private acts: they append no fact.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import may, require
from mandat.apps.meetings import notices
from mandat.apps.meetings.models import Booking, Meeting, State
from mandat.apps.meetings.models.places import AGES
from mandat.apps.meetings.services.holding import locked, moved, planned
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

#: Live bookings to come of one account at most.
MOST = 30
#: Less than so long before it begins, a freed place is nobody's in particular: whoever comes may take it.
TOO_LATE = dt.timedelta(hours=1)


class FullError(InputError):
    """No place is left, and the meeting keeps no waiting list."""


@transaction.atomic
def book(*, actor: User, meeting: Meeting, age: str = "", needs: str = "") -> Booking:
    """Book a place, or wait for one where none is left. Asked twice, it is the same booking.

    Raises PermissionDenied; InputError where booking is closed; FullError.
    """
    require(actor, "meetings.attend")
    found = planned(locked(meeting))
    if found.booking != Meeting.Booking.OPEN:
        raise InputError(Text("on ne réserve pas sur le site", "places are not booked on the site"))
    _in_time(found)
    known = found.bookings.filter(user=actor, state__in=Booking.LIVE).first()
    if known is not None:
        return known
    coming = Booking.objects.filter(user=actor, state__in=("waiting", "offered", "booked"))
    if coming.filter(meeting__starts_at__gt=timezone.now()).count() >= MOST:
        raise InputError(Text(f"{MOST} réservations à venir au plus", f"{MOST} bookings to come at most"))
    advance(found)
    return _placed(
        found, Booking(meeting=found, user=actor, age=_age(age), needs=_needs(needs), source=Booking.Source.ACCOUNT)
    )


@transaction.atomic
def book_for(
    *, actor: User, meeting: Meeting, name: str, age: str = "", needs: str = "", source: str = Booking.Source.AGENT
) -> Booking:
    """An agent books for someone without account, by the name they give (sealed). Until the end of the meeting.

    Raises PermissionDenied; InputError for a name already there; FullError.
    """
    require(actor, "meetings.manage")
    found = planned(locked(meeting))
    if found.booking == Meeting.Booking.NONE:
        raise InputError(Text("cette rencontre est sans réservation", "this meeting needs no booking"))
    if timezone.now() >= found.ends_at:
        raise InputError(Text("cette rencontre est terminée", "this meeting is over"))
    said = named(name)
    if known_name(found, said) is not None:
        raise InputError(
            Text(
                "ce nom est déjà inscrit : pour une autre personne, ajoutez de quoi la distinguer",
                "this name is already there: for someone else, add what tells them apart",
            )
        )
    advance(found)
    booking = Booking(meeting=found, name=said, age=_age(age), needs=_needs(needs), source=source)
    return _placed(found, booking)


def named(name: str) -> str:
    """A name as it is kept. Raises InputError for what is none."""
    said = " ".join("".join(c for c in name if c.isprintable()).split())
    if not 2 <= len(said) <= 120:
        raise InputError(Text("le nom a de 2 à 120 caractères", "the name has 2 to 120 characters"))
    return said


def known_name(meeting: Meeting, name: str) -> Booking | None:
    """The live booking of a name, None where there is none."""
    field = Booking._meta.get_field("name_index")
    rows = meeting.bookings.filter(name_index__in=field.looked_up(name), state__in=Booking.LIVE)
    return rows.order_by("pk").first()


def _age(age: str) -> str:
    if age and age not in AGES:
        raise InputError(Text("tranche d'âge inconnue", "unknown age band"))
    return age


def _needs(needs: str) -> str | None:
    said = " ".join("".join(c if c.isprintable() else " " for c in needs).split())
    if len(said) > 300:
        raise InputError(Text("300 caractères au plus", "300 characters at most"))
    return said or None


def _in_time(meeting: Meeting) -> None:
    if timezone.now() >= meeting.starts_at:
        raise InputError(Text("cette rencontre a commencé", "this meeting has begun"))


def _placed(meeting: Meeting, booking: Booking) -> Booking:
    """Save a new booking with a place where one is free and nobody waits, else on the waiting list."""
    booking.queued_at = timezone.now()
    free = meeting.places is None or meeting.taken < meeting.places
    if free and not meeting.bookings.filter(state=Booking.State.WAITING).exists():
        booking.state = Booking.State.BOOKED
        moved(meeting, taken=F("taken") + 1)
    elif meeting.waiting_list:
        booking.state = Booking.State.WAITING
    else:
        raise FullError(Text("il n'y a plus de place", "no place is left"))
    booking.save(force_insert=True)
    return booking


@transaction.atomic
def confirm(*, actor: User, booking: Booking) -> Booking:
    """Confirm a place that was kept. Raises PermissionDenied to another; InputError where it is too late."""
    require(actor, "meetings.attend")
    found = planned(locked(booking.meeting_id))
    row = _own(actor, booking, found)
    advance(found)
    row.refresh_from_db()
    if row.state == Booking.State.BOOKED:
        return row
    if row.state != Booking.State.OFFERED:
        raise InputError(Text("cette place n'est plus gardée pour vous", "this place is no longer kept for you"))
    row.state, row.confirm_by = Booking.State.BOOKED, None
    row.save(update_fields=["state", "confirm_by", "updated_at"])
    moved(found)
    return row


@transaction.atomic
def cancel(*, actor: User, booking: Booking) -> Booking:
    """Give a place back, or leave the waiting list: the next person is offered it. An agent may until the meeting begins.

    Raises PermissionDenied to another; InputError where it is too late.
    """
    found = planned(locked(booking.meeting_id))
    row = _own(actor, booking, found)
    if row.state in (Booking.State.CANCELLED, Booking.State.LAPSED):
        return row
    if row.state not in (Booking.State.WAITING, Booking.State.OFFERED, Booking.State.BOOKED):
        raise InputError(Text("cette réservation ne s'annule plus", "this booking can no longer be cancelled"))
    limit = found.starts_at
    if not may(actor, "meetings.manage") and row.state != Booking.State.WAITING:
        limit -= dt.timedelta(hours=found.cancel_hours)
    if timezone.now() >= limit:
        raise InputError(Text("il est trop tard pour annuler sur le site", "it is too late to cancel on the site"))
    _release(found, row, Booking.State.CANCELLED)
    advance(found)
    return row


def _own(actor: User, booking: Booking, meeting: Meeting) -> Booking:
    row = Booking.objects.select_for_update().filter(pk=booking.pk, meeting=meeting).first()
    if row is None:
        raise InputError(Text("cette réservation n'existe plus", "this booking is gone"))
    if row.user_id is None or row.user_id != actor.pk:
        require(actor, "meetings.manage")
    return row


def _release(meeting: Meeting, row: Booking, state: Booking.State) -> None:
    held = row.holds
    row.state, row.confirm_by = state, None
    # A name given to an agent serves no more.
    row.name = row.needs = None
    row.save(update_fields=["state", "confirm_by", "name", "name_index", "needs", "updated_at"])
    moved(meeting, **({"taken": F("taken") - 1} if held else {}))


def advance(meeting: Meeting) -> int:
    """Take back places not confirmed in time, and offer free ones to whoever waits, first come first served. Returns how many were offered.

    The meeting's row is locked by the caller. Names without account are booked at once: an agent calls them.
    """
    now = timezone.now()
    if meeting.state != State.PLANNED or now >= meeting.starts_at:
        return 0
    for row in meeting.bookings.filter(state=Booking.State.OFFERED, confirm_by__lte=now).order_by("confirm_by", "pk"):
        _release(meeting, row, Booking.State.LAPSED)
    limit = meeting.starts_at - dt.timedelta(hours=meeting.cancel_hours)
    offered = 0
    while (meeting.places is None or meeting.taken < meeting.places) and limit - now > TOO_LATE:
        first = meeting.bookings.filter(state=Booking.State.WAITING).order_by("queued_at", "pk").first()
        if first is None:
            break
        if first.user_id is None:
            first.state = Booking.State.BOOKED
        else:
            first.state = Booking.State.OFFERED
            first.confirm_by = min(now + dt.timedelta(hours=meeting.confirm_hours), limit)
        first.save(update_fields=["state", "confirm_by", "updated_at"])
        moved(meeting, taken=F("taken") + 1)
        notices.tell(first, "meetings.offered", "offered")
        offered += 1
    return offered


def places_pass(*, now: dt.datetime | None = None) -> int:
    """What the passing of time brings to every meeting to come: offers that lapse, places that go to the next. Returns how many were offered."""
    moment = now or timezone.now()
    waited = Booking.objects.filter(state__in=("waiting", "offered"), meeting__starts_at__gt=moment)
    offered = 0
    for pk in list(waited.order_by("meeting_id").values_list("meeting_id", flat=True).distinct()):
        with transaction.atomic():
            offered += advance(locked(pk))
    return offered


def reminders_pass(*, now: dt.datetime | None = None) -> int:
    """Remind whoever holds a place, on the days said before the meeting. Returns how many. Running it twice reminds once."""
    moment = now or timezone.now()
    sent = 0
    soon = Meeting.objects.filter(
        state=State.PLANNED, starts_at__gt=moment, starts_at__lt=moment + dt.timedelta(days=61)
    )
    for meeting in soon.order_by("starts_at", "pk"):
        due = [days for days in meeting.reminders if meeting.starts_at - dt.timedelta(days=days) <= moment]
        if not due:
            continue
        nearest = min(due)
        rows = meeting.bookings.filter(state=Booking.State.BOOKED, user__isnull=False).select_related("user")
        for row in rows.order_by("pk"):
            if nearest in row.reminded:
                continue
            with transaction.atomic():
                notices.tell(row, "meetings.reminder", f"{nearest}")
                Booking.objects.filter(pk=row.pk).update(reminded=sorted({*row.reminded, *due}))
            sent += 1
    return sent
