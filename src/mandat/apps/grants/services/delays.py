"""How long the Region has to decide, and from when.

The delay runs from the day the complete application was received (``Case.complete_on``); until an agent says so, from the last thing
received. It stands still while a completion is awaited, and no longer than the time given for it (CRPA L114-5). Where silence accepts, it
runs again from the start once everything is there. Days are those of Paris: no change of hour moves them.
"""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from mandat.apps.grants.machine import State
from mandat.apps.grants.models import Case, Request
from mandat.apps.grants.schema import Scheme
from mandat.kernel.periods import add_months


def received_on(case: Case) -> dt.date:
    """The day the last of what was sent came in; the day the time to send it was over, where it never came."""
    days = [timezone.localdate(at) for at in case.submissions.values_list("at", flat=True)]
    days += [day for day in case.requests.values_list("closed_on", flat=True) if day is not None]
    if case.submitted_at is not None:
        days.append(timezone.localdate(case.submitted_at))
    return max(days, default=timezone.localdate(case.created_at))


def decision_due(case: Case, scheme: Scheme) -> dt.date:
    """The last day to decide; silence speaks the day after."""
    start = case.complete_on or received_on(case)
    return add_months(start, scheme.workflow.delay_months) + dt.timedelta(days=case.suspended_days)


def due(case: Case, scheme: Scheme) -> dt.date | None:
    """The last day for the next answer as the case stands, whoever owes it; None where nobody does."""
    if case.state == State.SUBMITTED:
        return received_on(case) + dt.timedelta(days=scheme.workflow.complete_days)
    if case.state == State.INCOMPLETE:
        return case.requests.filter(closed_on__isnull=True).values_list("until", flat=True).order_by("-until").first()
    if case.state in (State.COMPLETE, State.OPINIONS, State.READY):
        return decision_due(case, scheme)
    return None


def resume(case: Case, scheme: Scheme, request: Request | None, *, on: dt.date) -> None:
    """Have the delay run again: the completion asked for came on ``on``, or never did. The caller holds the case and saves it."""
    if request is not None:
        request.closed_on = on
        request.save(update_fields=["closed_on"])
    if case.complete_on is not None and request is not None:
        if scheme.workflow.silence == "acceptance":
            # What never came lets nothing be accepted by silence: an agent says again that the application is complete.
            case.complete_on, case.suspended_days = None, 0
        else:
            case.suspended_days += max(0, (min(on, request.until) - request.asked_on).days)
    case.due_on = due(case, scheme)


def silent(case: Case, scheme: Scheme, day: dt.date) -> bool:
    """Whether silence has spoken by ``day``. Where it accepts, not before a completion asked for has come or an agent went without it."""
    if case.state not in (State.SUBMITTED, State.COMPLETE, State.OPINIONS, State.READY):
        return False
    if scheme.workflow.silence == "acceptance" and case.complete_on is None:
        last = case.moves.filter(name__in=("submit", "answer", "lapse")).order_by("-pk").first()
        if last is not None and last.name == "lapse":
            return False
    return decision_due(case, scheme) < day
