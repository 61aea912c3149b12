"""Suspend an account for a time, with a reason it is told; lift a suspension early. The account reads, votes and appeals all along."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from mandat import journal
from mandat.apps.accounts import notices
from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.community.charter import charter, rule_of
from mandat.apps.community.models import Suspension
from mandat.apps.community.standing import suspension_of
from mandat.apps.community.text import cleaned
from mandat.facts import Fact
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text


@transaction.atomic
def suspend(*, actor: User, user: User, days: int, reason: str, words: str) -> Suspension:
    """``user`` may not publish for ``days`` days. Raises InputError for oneself, too long, an account suspended already; PermissionDenied."""
    require(actor, "community.suspend")
    if actor.pk == user.pk:
        raise InputError(Text("ce compte est le vôtre", "this account is yours"))
    longest = charter().longest_suspension_days
    if not 1 <= days <= longest:
        raise InputError(Text(f"de 1 à {longest} jours", f"from 1 to {longest} days"))
    rule = rule_of(reason)
    words = cleaned(words, longest=2000, least=10)
    User.objects.select_for_update().get(pk=user.pk)
    if suspension_of(user) is not None:
        raise InputError(Text("ce compte est déjà suspendu", "this account is suspended already"))
    now = timezone.now()
    index = _append("community.account_suspended.v1", reason=rule.code, rule=rule.title.fr, days=days)
    made = Suspension.objects.create(
        user=user,
        reason=rule.code,
        words=words,
        by=actor,
        starts_at=now,
        ends_at=now + dt.timedelta(days=days),
        fact_index=index,
    )
    notices.notify(user, "community.suspended", made.reference, key=made.reference)
    return made


@transaction.atomic
def lift(*, actor: User, suspension: Suspension) -> Suspension:
    """End a suspension early. Raises InputError where it is over; PermissionDenied."""
    require(actor, "community.suspend")
    held = Suspension.objects.select_for_update().get(pk=suspension.pk)
    now = timezone.now()
    if held.lifted_at is not None or held.ends_at <= now:
        raise InputError(Text("cette suspension est terminée", "this suspension is over"))
    held.lifted_at, held.lifted_by = now, actor
    held.save()
    _append("community.suspension_lifted.v1")
    return held


def _append(kind: str, **data: object) -> int:
    fact = Fact(
        kind=kind,
        occurred_on=timezone.localdate(),
        programme=settings.MANDAT_PROGRAMME,
        data=data,
        synthetic=bool(settings.MANDAT_DEMO),
    )
    return journal.append([fact])[0].index
