"""Remind those who began a ballot and did not cast it: a notice that says nothing of what they chose, for nobody kept it."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from mandat.apps.accounts import notices
from mandat.apps.ballots.models import Mark, Poll, Unfinished
from mandat.apps.ballots.services.rolls import voter_of

CHUNK = 400


def reminders_send() -> int:
    """Tell, once for each hour count of the rules that has come, those who have not voted. Returns how many were told."""
    now = timezone.now()
    told = 0
    for poll in Poll.objects.filter(state=Poll.State.OPEN, opens_at__lte=now, closes_at__gt=now).order_by("pk"):
        due = [hours for hours in poll.rules.reminder_hours if poll.closes_at - dt.timedelta(hours=hours) <= now]
        if not due:
            continue
        # Several that came together are one.
        hours = min(due)
        after = 0
        while rows := list(
            Unfinished.objects.filter(poll=poll, pk__gt=after).select_related("user").order_by("pk")[:CHUNK]
        ):
            after = rows[-1].pk
            told += _told(poll, hours, rows)
    return told


@transaction.atomic
def _told(poll: Poll, hours: int, rows: list[Unfinished]) -> int:
    wanted = []
    for row in rows:
        voter = voter_of(roll=poll.roll, user=row.user)
        if voter is not None and Mark.objects.filter(poll=poll, voter=voter).exists():
            # Voted by another channel.
            row.delete()
            continue
        wanted.append((row.user, poll.reference, f"{poll.pk}:{row.user_id}:{hours}"))
    notices.notify_many("ballots.reminder", wanted)
    return len(wanted)
