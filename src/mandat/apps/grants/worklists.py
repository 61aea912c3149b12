"""What waits for the service after awards, across the schemes an agent is posted to: one list a sort of work, the oldest first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mandat.apps.accounts.models import User
from mandat.apps.grants import access
from mandat.apps.grants.machine import LIVE
from mandat.apps.grants.models import Account, Breach, ConditionRecord, PaymentRequest, Recovery
from mandat.apps.grants.services.ordering import ready
from mandat.apps.programme.published import published

#: Rows of one page.
SIZE = 50


@dataclass(frozen=True, slots=True)
class Worklist:
    """One sort of work: its rows each have a ``case``; ``since`` names the field it is late by."""

    code: str
    label: Any
    rows: Callable[[User], QuerySet[Any]]
    since: str


def _mine(user: User, found: QuerySet[Any]) -> QuerySet[Any]:
    """Of the programme and of the schemes someone has a post on (all of them for auditors)."""
    programme = published().code
    found = found.filter(case__programme=programme)
    schemes = access.schemes_of(user, programme)
    return found if schemes is None else found.filter(case__scheme__in=schemes)


def _to_check(user: User) -> QuerySet[Any]:
    return _mine(user, PaymentRequest.objects.filter(state=PaymentRequest.State.ASKED)).order_by("asked_at", "pk")


def _to_order(user: User) -> QuerySet[Any]:
    return ready(user).order_by("checked_at", "pk")


def _at_the_bank(user: User) -> QuerySet[Any]:
    return _mine(user, PaymentRequest.objects.filter(state=PaymentRequest.State.ORDERED)).order_by("checked_at", "pk")


def _to_read(user: User) -> QuerySet[Any]:
    given = Account.objects.filter(given_at__isnull=False, accepted_at__isnull=True, returned_at__isnull=True)
    return _mine(user, given).order_by("given_at", "pk")


def _late(user: User) -> QuerySet[Any]:
    waiting = Q(given_at__isnull=True) | Q(returned_at__isnull=False)
    late = Account.objects.filter(
        waiting, accepted_at__isnull=True, due_on__lt=timezone.localdate(), case__state__in=LIVE
    )
    return _mine(user, late).order_by("due_on", "pk")


def _conditions(user: User) -> QuerySet[Any]:
    """Declared and not checked, or whose check is over."""
    soon = timezone.localdate() + dt.timedelta(days=30)
    standing = ConditionRecord.Standing
    open_ = Q(standing=standing.DECLARED) | Q(standing=standing.MET, due_on__lte=soon)
    rows = ConditionRecord.objects.filter(open_, case__state__in=LIVE)
    return _mine(user, rows).order_by(F("due_on").asc(nulls_last=True), "pk")


def _breaches(user: User) -> QuerySet[Any]:
    return _mine(user, Breach.objects.filter(outcome="")).select_related("record").order_by("answer_by", "pk")


def _recoveries(user: User) -> QuerySet[Any]:
    running = Recovery.objects.filter(state__in=(Recovery.State.ANNOUNCED, Recovery.State.ORDERED))
    return _mine(user, running).order_by("answer_by", "pk")


LISTS: Mapping[str, Worklist] = {
    one.code: one
    for one in (
        Worklist("a-verifier", _("Payments to check"), _to_check, "asked_at"),
        Worklist("a-ordonner", _("Payments to order"), _to_order, "checked_at"),
        Worklist("en-banque", _("Sent to the bank"), _at_the_bank, "checked_at"),
        Worklist("a-lire", _("Accounts to read"), _to_read, "given_at"),
        Worklist("en-retard", _("Accounts overdue"), _late, "due_on"),
        Worklist("conditions", _("Conditions to check"), _conditions, "due_on"),
        Worklist("manquements", _("Breaches"), _breaches, "answer_by"),
        Worklist("reprises", _("Money to give back"), _recoveries, "answer_by"),
    )
}


def counts(user: User) -> list[tuple[Worklist, int]]:
    """How much waits in each list. One statement a list."""
    return [(one, one.rows(user).count()) for one in LISTS.values()]
