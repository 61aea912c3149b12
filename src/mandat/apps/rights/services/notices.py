"""Tell people by e-mail that something awaits on the site, and nothing more: no right, no name, no reason.

A notice is made in the transaction of what it tells of, and handed over later by a task: what is undone tells nobody, and
``begun_at`` is committed before a message is handed over, so that a crash repeats it under the same Message-ID at worst.
"""

from __future__ import annotations

import datetime as dt
import logging
import smtplib
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from mandat.apps.accounts.models import User
from mandat.apps.rights.models import Notice

log = logging.getLogger(__name__)

INTERRUPTED = dt.timedelta(minutes=10)
WAITS = tuple(dt.timedelta(minutes=minutes) for minutes in (5, 30, 120, 600, 1440))
BATCH = 500


def notify(user: User, kind: str, reference: str, *, key: str) -> None:
    """Have ``user`` told once for ``key``. Accounts that are gone are told nothing."""
    if not user.is_active:
        return
    now = timezone.now()
    Notice.objects.get_or_create(
        key=f"{kind}:{key}"[:80],
        defaults={"user": user, "kind": kind, "reference": reference, "made_at": now, "not_before": now},
    )


def _words(kind: str) -> tuple[str, str]:
    """Subject and sentence of a kind of notice."""
    return {
        "received": (_("Your claim is received"), _("Your claim is received. Its acknowledgement is on the site.")),
        "asked": (_("Something is asked of you"), _("The service asks you for something to go on with your claim.")),
        "message": (_("You have a message"), _("The service has written to you about your claim.")),
        "decided": (_("Your claim is decided"), _("A decision is made on your claim. Its letter is on the site.")),
        "appeal": (_("Your appeal is decided"), _("Your appeal is decided. The letter is on the site.")),
        "reminder": (_("A document is still awaited"), _("The time to send what was asked is nearly over.")),
        "renewal": (_("Time to renew"), _("What you were granted will end soon: you may ask for more.")),
        "ended": (_("A right has ended"), _("What you were granted has ended.")),
        "refund": (_("About a payment"), _("There is news about a payment.")),
    }[kind]


def message(notice: Notice) -> EmailMessage:
    """The message of one notice, in its reader's language."""
    with translation.override(notice.user.language):
        subject, sentence = _words(notice.kind)
        url = settings.SITE_URL + reverse("rights:claim", args=[notice.reference])
        body = "\n\n".join(
            [
                sentence,
                _("Reference: %(reference)s") % {"reference": notice.reference},
                _("Sign in to read it: %(url)s") % {"url": url},
                _("For your privacy, this message says nothing more."),
            ]
        )
        prefix = settings.ACCOUNT_EMAIL_SUBJECT_PREFIX
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    return EmailMessage(
        prefix + subject,
        body,
        to=[notice.user.email],
        headers={
            "Message-ID": f"<right-{notice.pk}@{host}>",
            "Auto-Submitted": "auto-generated",
            "Content-Language": notice.user.language,
        },
    )


def notices_send(*, most: int = 10_000) -> int:
    """Hand over what waits. Returns how many were sent; an address that fails never holds up the others."""
    sent = 0
    with get_connection() as connection:
        while sent < most:
            now = timezone.now()
            waiting = Notice.objects.filter(sent_at__isnull=True, not_before__lte=now).filter(
                Q(begun_at__isnull=True) | Q(begun_at__lt=now - INTERRUPTED)
            )
            batch = list(waiting.select_related("user").order_by("not_before", "pk")[:BATCH])
            if not batch:
                break
            for notice in batch:
                taken = Notice.objects.filter(pk=notice.pk, sent_at__isnull=True, begun_at=notice.begun_at)
                if not taken.update(begun_at=timezone.now()):
                    continue
                try:
                    if notice.user.is_active:
                        connection.send_messages([message(notice)])
                except (OSError, smtplib.SMTPException, ValueError) as error:
                    log.warning("notice %s not sent: %s", notice.pk, type(error).__name__)
                    wait = WAITS[min(notice.failures, len(WAITS) - 1)]
                    Notice.objects.filter(pk=notice.pk).update(
                        begun_at=None, failures=notice.failures + 1, not_before=timezone.now() + wait
                    )
                    continue
                Notice.objects.filter(pk=notice.pk).update(sent_at=timezone.now())
                sent += 1
    return sent
