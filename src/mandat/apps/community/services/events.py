"""Say what happened to a target: to its followers' digest, its feed and its calendar."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.utils import timezone

from mandat.apps.community.follow import targets
from mandat.apps.community.models import Event
from mandat.kernel.text import Text


def tell(*, target: str, title: Text, url: str, at: dt.datetime, answer: bool = False, key: str) -> Event:
    """Tell once for (``target``, ``key``): said again, the first stays as it was said. In the transaction of what it tells.

    ``title`` is one line, without the name of a person; ``url`` a path of this site; ``at`` aware: past for what happened, to come for what is
    announced (a meeting, a closing: then it is in the calendar). ``answer``: an answer of the institution, told first.
    Tell the same to several targets (a petition, its process, its measure) with one call each: a digest says it once, since ``key`` is the same.
    """
    if not targets.TARGET.match(target):
        raise ValueError(f"not a target: {target}")
    if not url.startswith("/") or url.startswith("//"):
        raise ValueError("an event leads to a page of this site")
    if at.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    event, _made = Event.objects.get_or_create(
        programme=settings.MANDAT_PROGRAMME,
        target=target,
        key=key[:160],
        defaults={
            "title_fr": title.fr[:300],
            "title_en": title.en[:300],
            "url": url[:400],
            "at": at,
            "answer": answer,
            "recorded_at": timezone.now(),
        },
    )
    return event


def withdraw(*, key: str) -> int:
    """Tell no more of what has this key, to any target: a content that moderation hid, a meeting that is off. Returns how many events."""
    found = Event.objects.filter(programme=settings.MANDAT_PROGRAMME, key=key[:160], withdrawn_at__isnull=True)
    return found.update(withdrawn_at=timezone.now())


def withdraw_all(*, prefix: str) -> int:
    """Tell no more of anything whose key begins so: a meeting that moved, each time it did. Returns how many events."""
    found = Event.objects.filter(programme=settings.MANDAT_PROGRAMME, key__startswith=prefix, withdrawn_at__isnull=True)
    return found.update(withdrawn_at=timezone.now())


def tell_again(*, key: str) -> int:
    """Undo ``withdraw``: a content shown again. Returns how many events."""
    found = Event.objects.filter(programme=settings.MANDAT_PROGRAMME, key=key[:160], withdrawn_at__isnull=False)
    return found.update(withdrawn_at=None)
