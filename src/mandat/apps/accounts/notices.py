"""Tell people by e-mail that something awaits on the site, and nothing more: no scheme, no right, no name, no reason.

An app names its kinds in ``AppConfig.ready``::

    notices.register("grants.asked", _("Something is asked of you"), _("The service needs something more."), "grants:case")

and tells in the transaction of what it tells of: ``notices.notify(user, "grants.asked", case.reference, key=…)``. What is undone
tells nobody. ``notices_send`` hands over what waits (``mandat manage notices_send``, every day or more often, and the worker);
``begun_at`` is committed before a message is handed over, so that a crash repeats it under the same Message-ID at worst.
"""

from __future__ import annotations

import datetime as dt
import logging
import smtplib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from mandat.apps.accounts.models import Notice, User

log = logging.getLogger(__name__)

INTERRUPTED = dt.timedelta(minutes=10)
WAITS = tuple(dt.timedelta(minutes=minutes) for minutes in (5, 30, 120, 600, 1440))
BATCH = 500


@dataclass(frozen=True, slots=True)
class Kind:
    """What one sort of notice says, and the page it leads to, which takes the reference."""

    code: str
    subject: Any
    sentence: Any
    url_name: str


_KINDS: dict[str, Kind] = {}


def register(kind: str, subject: Any, sentence: Any, url_name: str) -> None:
    """Name a kind, ``app.word``. Words are lazy: each reader has their own language."""
    _KINDS[kind] = Kind(kind, subject, sentence, url_name)


def notify(user: User, kind: str, reference: str, *, key: str) -> None:
    """Have ``user`` told once for ``key``. Accounts that are gone are told nothing. Raises KeyError for an unknown kind."""
    notify_many(kind, [(user, reference, key)])


def notify_many(kind: str, wanted: Iterable[tuple[User, str, str]]) -> None:
    """Have many told at once: (user, reference, key) each, once for the key. Raises KeyError for an unknown kind."""
    _KINDS[kind]
    now = timezone.now()
    rows = [
        Notice(key=f"{kind}:{key}"[:80], user=user, kind=kind, reference=reference, made_at=now, not_before=now)
        for user, reference, key in wanted
        if user.is_active
    ]
    Notice.objects.bulk_create(rows, batch_size=400, ignore_conflicts=True)


def message(notice: Notice) -> EmailMessage:
    """The message of one notice, in its reader's language."""
    with translation.override(notice.user.language):
        kind = _KINDS[notice.kind]
        url = settings.SITE_URL + reverse(kind.url_name, args=[notice.reference])
        body = "\n\n".join(
            [
                str(kind.sentence),
                _("Reference: %(reference)s") % {"reference": notice.reference},
                _("Sign in to read it: %(url)s") % {"url": url},
                _("For your privacy, this message says nothing more."),
            ]
        )
        subject = settings.ACCOUNT_EMAIL_SUBJECT_PREFIX + str(kind.subject)
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    return EmailMessage(
        subject,
        body,
        to=[notice.user.email],
        headers={
            "Message-ID": f"<notice-{notice.pk}@{host}>",
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
                except (OSError, smtplib.SMTPException, ValueError, KeyError) as error:
                    log.warning("notice %s not sent: %s", notice.pk, type(error).__name__)
                    wait = WAITS[min(notice.failures, len(WAITS) - 1)]
                    Notice.objects.filter(pk=notice.pk).update(
                        begun_at=None, failures=notice.failures + 1, not_before=timezone.now() + wait
                    )
                    continue
                Notice.objects.filter(pk=notice.pk).update(sent_at=timezone.now())
                sent += 1
    return sent
