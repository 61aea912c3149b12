"""Hand over a slice of recipients: each message entered before and after, so that a crash loses none and repeats none unmarked.

Two workers on one slice never hand over the same message: each is claimed in the database first. What was begun and never finished is handed
over again, ten minutes later, under the same Message-ID, which mail programs show once.
"""

from __future__ import annotations

import datetime as dt
import logging
import smtplib
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import connections, transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone, translation

from mandat.apps.accounts.models import User
from mandat.apps.community.digests.writing import STOP, Message, Wanted, write
from mandat.apps.community.models import Digest, DigestDelivery, DigestSection, DigestSlice, Follow
from mandat.apps.community.services.follows import stop_token
from mandat.apps.programme.published import published
from mandat.kernel.errors import InputError
from mandat.kernel.text import Language

log = logging.getLogger(__name__)

#: Messages claimed in one statement, and messages kept written at a time.
BATCH = 50
WRITTEN = 256
#: What was begun longer ago than this was interrupted.
INTERRUPTED = dt.timedelta(minutes=10)
#: Waits after each failure; after the last the message is given up.
WAITS = tuple(dt.timedelta(minutes=minutes) for minutes in (5, 30, 120, 600, 1440))


def left(programme: str) -> QuerySet[DigestSlice]:
    """Slices that are not done, in order."""
    found = DigestSlice.objects.filter(done_at__isnull=True, digest__programme=programme)
    return found.order_by("digest_id", "first_user")


def send_slice(pk: int, *, now: dt.datetime | None = None) -> int:
    """Send what waits in a slice. Returns how many were sent. Safe to run twice, and at once; one address that fails holds nobody up."""
    part = DigestSlice.objects.select_related("digest").get(pk=pk)
    if part.done_at is not None:
        return 0
    _fill(part)
    sent = 0
    writer = _Writer(part.digest)
    with get_connection() as connection:
        while batch := _claim(part, now or timezone.now()):
            messages = writer.messages(batch)
            for delivery in batch:
                message = messages.get(delivery.pk)
                if message is None:
                    # The account left, or follows nothing of it any more.
                    DigestDelivery.objects.filter(pk=delivery.pk).update(given_up=True)
                    continue
                sent += _hand_over(connection, delivery, message)
    _settle(part)
    return sent


@transaction.atomic
def _fill(part: DigestSlice) -> None:
    """Enter one delivery a recipient, once: the digest and the person are unique."""
    held = DigestSlice.objects.select_for_update().get(pk=part.pk)
    if held.filled_at is not None:
        return
    told = DigestSection.objects.filter(digest_id=held.digest_id).order_by().values("target")
    users = (
        Follow.objects.filter(
            programme=part.digest.programme,
            pace=part.digest.pace,
            target__in=told,
            user_id__gte=held.first_user,
            user_id__lte=held.last_user,
            user__is_active=True,
            since__lte=part.digest.ends_at,
        )
        .exclude(user__email="")
        .order_by("user_id")
        .values_list("user_id", flat=True)
        .distinct()
    )
    entered = timezone.now()
    rows = [DigestDelivery(slice=held, digest_id=held.digest_id, user_id=user, not_before=entered) for user in users]
    DigestDelivery.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
    held.filled_at = entered
    held.save(update_fields=["filled_at"])


def _claim(part: DigestSlice, now: dt.datetime) -> list[DigestDelivery]:
    """The next messages, entered as begun by this run and no other."""
    waiting = DigestDelivery.objects.filter(slice=part, sent_at__isnull=True, given_up=False, not_before__lte=now)
    waiting = waiting.filter(Q(begun_at__isnull=True) | Q(begun_at__lt=now - INTERRUPTED))
    with transaction.atomic():
        # Rows that another run holds are its own: it leaves us the others.
        skips = connections["default"].features.has_select_for_update_skip_locked
        rows = waiting.select_for_update(skip_locked=True, of=("self",)) if skips else waiting
        held = list(rows.order_by("pk")[:BATCH])
        if held:
            # By the same clock that judges what was interrupted.
            DigestDelivery.objects.filter(pk__in=[one.pk for one in held]).update(begun_at=now)
            DigestSlice.objects.filter(pk=part.pk).update(held_at=now)
    return held


def _hand_over(connection: Any, delivery: DigestDelivery, message: EmailMultiAlternatives) -> int:
    try:
        connection.send_messages([message])
    except (OSError, smtplib.SMTPException, ValueError) as error:
        # The address itself is no matter for a log.
        log.warning("digest %s not sent: %s", delivery.pk, type(error).__name__)
        failures = delivery.failures + 1
        wait = WAITS[min(failures, len(WAITS)) - 1]
        DigestDelivery.objects.filter(pk=delivery.pk).update(
            begun_at=None, failures=failures, given_up=failures > len(WAITS), not_before=timezone.now() + wait
        )
        return 0
    DigestDelivery.objects.filter(pk=delivery.pk).update(sent_at=timezone.now())
    return 1


def _settle(part: DigestSlice) -> None:
    """A slice is done once none of its messages waits; a digest, once none of its slices does."""
    now = timezone.now()
    if DigestDelivery.objects.filter(slice=part, sent_at__isnull=True, given_up=False).exists():
        return
    DigestSlice.objects.filter(pk=part.pk, done_at__isnull=True).update(done_at=now)
    if not DigestSlice.objects.filter(digest_id=part.digest_id, done_at__isnull=True).exists():
        Digest.objects.filter(pk=part.digest_id, done_at__isnull=True).update(done_at=now)


class _Writer:
    """Writes each message once for all of a slice who receive the same."""

    def __init__(self, digest: Digest) -> None:
        self.digest = digest
        self.sections: dict[str, dict[str, Any]] = {}
        self.written: OrderedDict[tuple[str, frozenset[Wanted]], Message | None] = OrderedDict()
        self.host = urlsplit(settings.SITE_URL).hostname or "localhost"
        self.stops: dict[str, str] = {}
        for code, _name in settings.LANGUAGES:
            with translation.override(code):
                self.stops[code] = settings.SITE_URL + reverse("community:stop", args=["TOKEN"])

    def messages(self, batch: Sequence[DigestDelivery]) -> dict[int, EmailMultiAlternatives]:
        """The message of each delivery; none for those who have nothing to read any more. Three statements, whatever the batch."""
        people = {
            user.pk: user
            for user in User.objects.filter(pk__in=[one.user_id for one in batch], is_active=True).order_by()
        }
        wanted: dict[int, set[Wanted]] = {pk: set() for pk in people}
        follows = Follow.objects.filter(programme=self.digest.programme, pace=self.digest.pace, user__in=list(people))
        for pk, target, since in follows.order_by().values_list("user_id", "target", "since"):
            if since <= self.digest.ends_at:
                wanted[pk].add((target, since if since > self.digest.starts_at else None))
        self._load({target for mine in wanted.values() for target, _since in mine})
        made = {}
        for delivery in batch:
            user = people.get(delivery.user_id)
            if user is None or not user.email:
                continue
            mine = frozenset(one for one in wanted[user.pk] if self.sections.get(one[0]))
            if (message := self._written(user.language, mine)) is not None:
                made[delivery.pk] = self._addressed(delivery, user, message)
        return made

    def _load(self, targets: set[str]) -> None:
        missing = targets - self.sections.keys()
        if not missing:
            return
        if len(self.sections) > 4 * WRITTEN:
            self.sections.clear()
            missing = targets
        self.sections.update({target: {} for target in missing})
        rows = DigestSection.objects.filter(digest=self.digest, target__in=missing).order_by()
        self.sections.update(rows.values_list("target", "body"))

    def _written(self, language: str, wanted: frozenset[Wanted]) -> Message | None:
        key = (language, wanted)
        if key not in self.written:
            spoken: Language = "en" if language == "en" else "fr"
            self.written[key] = write(
                language=spoken,
                pace=self.digest.pace,
                title=_title(spoken),
                wanted=wanted,
                sections=self.sections,
            )
            if len(self.written) > WRITTEN:
                self.written.popitem(last=False)
        return self.written[key]

    def _addressed(self, delivery: DigestDelivery, user: User, message: Message) -> EmailMultiAlternatives:
        stop = self.stops.get(user.language, self.stops["fr"]).replace("TOKEN", stop_token(user.pk))
        made = EmailMultiAlternatives(
            message.subject,
            message.text.replace(STOP, stop),
            to=[user.email],
            headers={
                "Message-ID": f"<digest-{delivery.digest_id}-{user.pk}@{self.host}>",
                "List-Unsubscribe": f"<{stop}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
                "List-Id": f"Mandat <digests.{self.host}>",
                "Auto-Submitted": "auto-generated",
                "Content-Language": user.language,
            },
        )
        made.attach_alternative(message.html.replace(STOP, stop), "text/html")
        return made


def _title(language: Language) -> str:
    try:
        return str(getattr(published().programme.title, language))
    except InputError:
        return "Mandat"
