"""Hand messages over, one at a time, entering before and after: a crash loses none and repeats none unmarked.

``begun_at`` is committed before a message is handed over, ``sent_at`` after. What was begun and never finished is
handed over again under the same Message-ID. Two runs never take the same delivery.
"""

from __future__ import annotations

import datetime as dt
import logging
import smtplib
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone, translation

from mandat.apps.publications.alerts.services import stop_token
from mandat.apps.publications.alerts.writing import STOP
from mandat.apps.publications.models import Delivery, Mailing

log = logging.getLogger(__name__)

BATCH = 200
#: What was begun longer ago than this was interrupted.
INTERRUPTED = dt.timedelta(minutes=10)
#: Waits after each failure; after the last the delivery is given up.
WAITS = tuple(dt.timedelta(minutes=minutes) for minutes in (5, 30, 120, 600, 1440))


def deliver(*, most: int | None = None) -> int:
    """Send what waits. Returns how many were sent. One address that fails never holds up the others."""
    sent = 0
    mailings: dict[int, Mailing] = {}
    with get_connection() as connection:
        while most is None or sent < most:
            size = BATCH if most is None else min(BATCH, most - sent)
            batch = list(_waiting().select_related("user").order_by("mailing_id", "pk")[:size])
            if not batch:
                break
            for delivery in batch:
                if delivery.mailing_id not in mailings:
                    mailings = {delivery.mailing_id: delivery.mailing}
                if _take(delivery):
                    sent += _hand_over(delivery, mailings[delivery.mailing_id], connection)
    return sent


def _waiting(now: dt.datetime | None = None) -> QuerySet[Delivery]:
    now = now or timezone.now()
    return Delivery.objects.filter(sent_at__isnull=True, given_up=False, not_before__lte=now).filter(
        Q(begun_at__isnull=True) | Q(begun_at__lt=now - INTERRUPTED)
    )


def _take(delivery: Delivery) -> bool:
    """The first entry, committed at once; False where another run took it, or the account left meanwhile."""
    now = timezone.now()
    taken = Delivery.objects.filter(pk=delivery.pk, sent_at__isnull=True, begun_at=delivery.begun_at)
    return bool(taken.update(begun_at=now))


def _hand_over(delivery: Delivery, mailing: Mailing, connection: BaseEmailBackend) -> int:
    try:
        connection.send_messages([message(delivery, mailing)])
    except (OSError, smtplib.SMTPException, ValueError) as error:
        # The address itself is no matter for a log.
        log.warning("alert %s not sent: %s", delivery.pk, type(error).__name__)
        failures = delivery.failures + 1
        gone = failures > len(WAITS)
        wait = WAITS[min(failures, len(WAITS)) - 1]
        Delivery.objects.filter(pk=delivery.pk).update(
            begun_at=None, failures=failures, given_up=gone, not_before=timezone.now() + wait
        )
        return 0
    Delivery.objects.filter(pk=delivery.pk).update(sent_at=timezone.now())
    return 1


def message(delivery: Delivery, mailing: Mailing) -> EmailMultiAlternatives:
    """The message of one person: that of all, with their own link to stop."""
    with translation.override(mailing.language):
        stop = settings.SITE_URL + reverse("publications:alerts_stop", args=[stop_token(delivery.user_id)])
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    made = EmailMultiAlternatives(
        mailing.subject,
        mailing.text.replace(STOP, stop),
        to=[delivery.user.email],
        headers={
            "Message-ID": f"<alert-{delivery.mailing_id}-{delivery.pk}@{host}>",
            "List-Unsubscribe": f"<{stop}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "List-Id": f"Mandat <alerts.{host}>",
            "Auto-Submitted": "auto-generated",
            "Content-Language": mailing.language,
        },
    )
    made.attach_alternative(mailing.html.replace(STOP, stop), "text/html")
    return made
