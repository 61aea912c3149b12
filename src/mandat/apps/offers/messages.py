"""E-mails to those whose address is known. A message is written down before it is sent: a crash may lose one, never repeat it.

The letter remains the invitation that counts: it reaches everyone. Messages bear the neutral name of the offer and never say why.
"""

from __future__ import annotations

import datetime as dt
import logging
import smtplib
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import IntegrityError, transaction
from django.db.models import F
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from mandat.apps.offers import ics
from mandat.apps.offers.definitions import PublishedOffer, published_offer, published_offers
from mandat.apps.offers.models import Appointment, Batch, Delivery, Identity, Invitation, Slot, Standing
from mandat.apps.offers.services.answering import slot_fill
from mandat.apps.programme.published import say

log = logging.getLogger(__name__)


def booking_url() -> str:
    """Where a code is typed: the same for every offer, so that the address says nothing."""
    return settings.SITE_URL + reverse("offers:enter")


def send_invitations(batch: Batch) -> int:
    """Send the invitations of a batch whose letter was not handed over yet. Returns how many."""
    published = published_offer(batch.offer, batch.programme)
    rows = (
        Invitation.objects.filter(batch=batch, pending__isnull=False, deliveries__isnull=True)
        .select_related("member__identity", "pending")
        .order_by("pk")
    )
    sent = 0
    with get_connection() as connection:
        for invitation in rows.iterator(chunk_size=500):
            address = _address(invitation)
            if address and _claim(invitation, "invitation"):
                values = {"code": invitation.pending.code}
                sent += _send(connection, published, invitation, address, "invitation", "invitation", values)
    return sent


def send_reminders(today: dt.date | None = None) -> int:
    """Send what is due today: before appointments, and after invitations left without an answer. Returns how many."""
    day = today or timezone.localdate()
    sent = 0
    with get_connection() as connection:
        for published in published_offers().values():
            for what, template, invitation, values in _due(published, day):
                address = _address(invitation)
                if address and _claim(invitation, what):
                    sent += _send(connection, published, invitation, address, what, template, values)
    return sent


def fill_free_slots() -> int:
    """Give slots that are free to those who wait: what a stop may have left undone. Returns how many."""
    free = Slot.objects.filter(
        starts_at__gte=timezone.now(), withdrawn=False, taken__lt=F("capacity"), place__waiting__isnull=False
    )
    pks = list(free.order_by("starts_at", "pk").values_list("pk", flat=True).distinct())
    return sum(slot_fill(slot=pk) for pk in pks)


def _due(published: PublishedOffer, day: dt.date) -> Iterable[tuple[str, str, Invitation, dict[str, Any]]]:
    reminders = published.offer.reminders
    for days in reminders.days_before:
        on = day + dt.timedelta(days=days)
        rows = Appointment.objects.filter(
            invitation__member__offer=published.code,
            state=Appointment.State.BOOKED,
            slot__starts_at__date=on,
        ).select_related("slot__place", "invitation__member__identity")
        for row in rows.order_by("pk"):
            values = {"slot": row.slot, "starts": timezone.localtime(row.slot.starts_at), "appointment": row}
            yield f"before-{days}-{row.reference}", "reminder", row.invitation, values
    after = reminders.unanswered_after_days
    period = published.offer.current_round(day)
    if after is None or not period.opens <= day <= period.closes:
        return
    silent = Invitation.objects.filter(
        member__offer=published.code,
        member__round=period.code,
        member__standing=Standing.INVITED,
        member__present=True,
        closed=False,
        created_at__date__lte=day - dt.timedelta(days=after),
        appointments__isnull=True,
        waiting__isnull=True,
    )
    for invitation in silent.select_related("member__identity").order_by("pk"):
        yield "unanswered", "unanswered", invitation, {}


def _address(invitation: Invitation) -> str:
    try:
        return str(invitation.member.identity.person.get("email", ""))
    except Identity.DoesNotExist:
        return ""


def _claim(invitation: Invitation, what: str) -> bool:
    """Write down that this message goes; False where it went already, or another process takes it."""
    try:
        with transaction.atomic():
            Delivery.objects.create(invitation=invitation, what=what)
    except IntegrityError:
        return False
    return True


def _send(
    connection: Any,
    published: PublishedOffer,
    invitation: Invitation,
    address: str,
    what: str,
    template: str,
    values: dict[str, Any],
) -> int:
    name = say(published.offer.spoken_name)
    shared = {
        "name": name,
        "url": booking_url(),
        "rule": say(published.offer.opt_out.rule),
        "notice": published.offer.slots.notice_hours,
    }
    text = render_to_string(f"offers/mail/{template}.txt", {**shared, **values})
    subjects = {
        "invitation": _("%(name)s: your invitation"),
        "reminder": _("%(name)s: reminder of your appointment"),
        "unanswered": _("%(name)s: you can still choose a time"),
    }
    message = EmailMessage(
        subjects[template] % {"name": name},
        text,
        to=[address],
        connection=connection,
        headers={"Auto-Submitted": "auto-generated"},
    )
    appointment = values.get("appointment")
    if isinstance(appointment, Appointment):
        message.attach("rendez-vous.ics", ics.calendar(published, appointment), "text/calendar")
    try:
        message.send()
    except (OSError, smtplib.SMTPException, ValueError) as error:
        # The address itself is no matter for a log; the letter still reaches the person.
        log.warning("message of invitation %s not sent: %s", invitation.pk, type(error).__name__)
        return 0
    Delivery.objects.filter(invitation=invitation, what=what).update(sent=True)
    return 1
