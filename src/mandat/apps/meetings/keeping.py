"""What meetings tell the registers of personal data: what is kept, why, until when, and what an account holds here."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mandat.apps.accounts.permissions import may
from mandat.apps.custody import content, personal, retention, uploads
from mandat.apps.custody.retention import Basis
from mandat.apps.meetings.models import Booking, Trainee
from mandat.apps.meetings.services import places
from mandat.apps.meetings.services.meetings import PAPER
from mandat.kernel.errors import InputError


def declare() -> None:
    """Register treatments, holdings and files; called once, when the application starts."""
    uploads.purpose(
        PAPER,
        title=_("Paper of a meeting"),
        kinds=content.EVIDENCE,
        may_read=lambda user, stored: may(user, "bureau.enter"),
        erasable=lambda stored: False,
    )
    retention.register(
        code="meetings.bookings",
        title=_("Bookings of meetings and trainings, and who came"),
        purpose=_("hold the places, remind, note who came, give certificates"),
        data=_(
            "the account, or the name given to an agent (sealed); age band where said; what would help (sealed); came or not"
        ),
        people=_("people who book a place or come"),
        after=_("the time each training states after a meeting; three months for others"),
        models=("meetings.Booking",),
        due=_bookings_due,
        recipients=_("agents who hold the meeting"),
        basis=Basis.PUBLIC_TASK,
    )
    retention.register(
        code="meetings.trainees",
        title=_("People trained, each counted once"),
        purpose=_("count each person once for a training"),
        data=_("a keyed hash of who it is, how many sessions, young or not; neither name nor account"),
        people=_("people who attend a training"),
        after=_("the time the training states after their last session"),
        models=("meetings.Trainee",),
        due=_trainees_due,
        basis=Basis.PUBLIC_TASK,
    )
    personal.register(
        code="meetings.bookings",
        title=_("Your places at meetings and trainings"),
        models=("meetings.Booking",),
        export=lambda user: [
            personal.record(row, "state", "queued_at", "needs", "age", "source", title=str(row.meeting.title))
            for row in _rows(user)
        ],
        erase=_erase,
    )
    personal.exempt("meetings.Meeting", "an act of office: who announced it is let go of when the account is closed")


def _bookings_due(now: dt.datetime) -> QuerySet[Booking]:
    return Booking.objects.filter(meeting__keep_until__lt=now).order_by("pk")


def _trainees_due(now: dt.datetime) -> QuerySet[Trainee]:
    """Those not told yet stay until they are, for nobody would ever be counted."""
    return Trainee.objects.filter(keep_until__lt=now).exclude(told=False, trained_on__isnull=False).order_by("pk")


def _rows(user: Any) -> QuerySet[Booking]:
    return Booking.objects.filter(user=user).select_related("meeting").order_by("pk")


def _erase(user: Any) -> None:
    """Places to come are given back; what is past is let go of, so that counts not told yet stay right."""
    live = _rows(user).filter(state__in=("waiting", "offered", "booked"), meeting__starts_at__gt=timezone.now())
    for row in live:
        try:
            places.cancel(actor=user, booking=row)
        except InputError:
            # Too late to cancel on the site: the place stays booked, by nobody.
            continue
    Booking.objects.filter(user=user).update(user=None, needs=None, certificate=None)
