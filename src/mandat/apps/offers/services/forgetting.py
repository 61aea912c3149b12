"""Forget what the definition says to forget: names first, then answers and attendance. Counts stay.

What is due depends on the rounds of the published offers; the register of what is kept applies it every day (``apps.py``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from mandat.apps.offers.definitions import published_offers
from mandat.apps.offers.models import Appointment, Attendance, Identity, Invitation, Member, PendingCode
from mandat.kernel.periods import add_months, paris_date

CHUNK = 2_000
_NONE = Q(pk__in=())


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many rows went."""

    identities: int = 0
    members: int = 0


def _over(day: dt.date, months: str, prefix: str) -> Q:
    """Members of the rounds that ended more than so many months before ``day``."""
    found = _NONE
    for published in published_offers().values():
        kept = getattr(published.offer.retention, months)
        for period in published.offer.rounds:
            if add_months(period.closes, kept) < day:
                found |= Q(**{f"{prefix}offer": published.code, f"{prefix}round": period.code})
    return found


def identities_due(now: dt.datetime) -> QuerySet[Identity]:
    """Names whose time is over."""
    return Identity.objects.filter(_over(paris_date(now), "identity_months", "member__")).order_by("pk")


def codes_due(now: dt.datetime) -> QuerySet[PendingCode]:
    """Codes never handed over, of rounds whose names go."""
    return PendingCode.objects.filter(_over(paris_date(now), "identity_months", "invitation__member__")).order_by("pk")


def members_due(now: dt.datetime) -> QuerySet[Member]:
    """Members of rounds whose answers and attendance go: nothing of a person is left."""
    return Member.objects.filter(_over(paris_date(now), "attendance_months", "")).order_by("pk")


def members_erase(rows: QuerySet[Member]) -> int:
    """Erase members with all that hangs on them, in one transaction. Returns how many."""
    with transaction.atomic():
        pks = list(rows.values_list("pk", flat=True))
        Attendance.objects.filter(appointment__invitation__member__in=pks).delete()
        Appointment.objects.filter(invitation__member__in=pks).delete()
        Invitation.objects.filter(member__in=pks).delete()
        Member.objects.filter(pk__in=pks).delete()
    return len(pks)


def offers_forget(*, now: dt.datetime | None = None) -> Forgotten:
    """Erase what is due, by parts, so that a long erasure never holds the site. It can be run at any time."""
    moment = now or timezone.now()
    identities = members = 0
    while pks := list(identities_due(moment).values_list("pk", flat=True)[:CHUNK]):
        identities += Identity.objects.filter(pk__in=pks).delete()[0]
    while pks := list(codes_due(moment).values_list("pk", flat=True)[:CHUNK]):
        PendingCode.objects.filter(pk__in=pks).delete()
    while pks := list(members_due(moment).values_list("pk", flat=True)[:CHUNK]):
        members += members_erase(Member.objects.filter(pk__in=pks).order_by("pk"))
    return Forgotten(identities, members)
