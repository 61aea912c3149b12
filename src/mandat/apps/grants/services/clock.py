"""What the passing of days does to cases, by a task that may run as often as one likes: each step is made once.

A case, a request, an opinion is taken in its own transaction, locked and looked at again: two runs, or a run and a person, never do the
same thing twice; one that fails does not hold up the rest; a run that is cut off is taken up by the next.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from mandat.apps.grants import calls
from mandat.apps.grants.machine import LIVE, OPEN, State
from mandat.apps.grants.models import Account, Agreement, Case, ConditionRecord, Opinion, Request
from mandat.apps.grants.services import accounts_given, agreements, conditions, deciding, delays, opinions
from mandat.apps.grants.services.moving import held, move, terms_of, today
from mandat.apps.grants.services.telling import tell, tell_applicants
from mandat.apps.grants.terms import SCHEMES
from mandat.apps.programme.published import published
from mandat.kernel.errors import MandatError

log = logging.getLogger(__name__)

#: Days before a time is over at which whoever owes the answer is reminded.
APPLICANT_DAYS, EXPERT_DAYS, AGENT_DAYS, CLOSING_DAYS, ACCOUNT_DAYS = 7, 5, 15, 7, 30
#: Days before a condition is to be shown again.
CONDITION_DAYS = 30
BATCH = 500


@dataclass(slots=True)
class Run:
    """What a run did, by name, and how many it could not do."""

    done: dict[str, int] = field(default_factory=dict)
    failed: int = 0


def day_pass() -> Run:
    """Apply everything that has come due up to today, in Paris."""
    run, day = Run(), today()
    _each(run, "lapsed", Request.objects.filter(closed_on__isnull=True, until__lt=day), request_lapse)
    _each(run, "silence", _silent(day), silence_apply)
    _each(run, "completions reminded", _within(Request.objects.filter(closed_on__isnull=True), "until", day, APPLICANT_DAYS)
          .filter(reminded_on__isnull=True), request_remind)  # fmt: skip
    _each(run, "opinions reminded", _opinions(day), opinion_remind)
    _each(run, "agents reminded", _within(Case.objects.filter(state__in=OPEN, assigned_to__isnull=False)
          .exclude(state=State.INCOMPLETE), "due_on", day, AGENT_DAYS), agent_remind)  # fmt: skip
    _each(run, "accounts reminded", _within(Account.objects.filter(given_at__isnull=True, reminded_on__isnull=True), "due_on", day,
          ACCOUNT_DAYS), account_remind)  # fmt: skip
    _each(run, "agreements lapsed", Agreement.objects.filter(signed_on__isnull=True, expires_on__lt=day, case__state=State.AWARDED),
          agreement_lapse)  # fmt: skip
    _each(run, "accounts late", _late(day), accounts_given.account_remind)
    _each(run, "conditions renewed", _renewed(day), conditions.renewal_remind)
    _each(run, "drafts reminded", _closing(timezone.now()), draft_remind)
    return run


def _within(found: QuerySet[Any], name: str, day: dt.date, days: int) -> QuerySet[Any]:
    return found.filter(**{f"{name}__gte": day, f"{name}__lte": day + dt.timedelta(days=days)})


def _silent(day: dt.date) -> QuerySet[Case]:
    """Cases whose silence may have spoken; a case not yet said complete is looked at once its own delay may be over."""
    running = Q(state__in=[State.COMPLETE, State.OPINIONS, State.READY], due_on__lt=day)
    return Case.objects.filter(running | Q(state=State.SUBMITTED, due_on__lt=day))


def _opinions(day: dt.date) -> QuerySet[Opinion]:
    soon = day + dt.timedelta(days=EXPERT_DAYS)
    waiting = Opinion.objects.filter(given_at__isnull=True, reminded_on__isnull=True, due_on__lte=soon)
    return waiting.filter(case__state=State.OPINIONS).select_related("case", "expert")


def _late(day: dt.date) -> QuerySet[Account]:
    """Accounts overdue of projects under way: told every month until they are given."""
    open_ = Account.objects.filter(Q(given_at__isnull=True) | Q(returned_at__isnull=False), accepted_at__isnull=True)
    return open_.filter(due_on__lt=day, case__state__in=LIVE).select_related("case")


def _renewed(day: dt.date) -> QuerySet[ConditionRecord]:
    """Conditions whose proof is over within the month."""
    soon = day + dt.timedelta(days=CONDITION_DAYS)
    return (
        ConditionRecord.objects.filter(due_on__lte=soon, case__state__in=LIVE)
        .exclude(standing="breached")
        .select_related("case")
    )


def _closing(now: dt.datetime) -> QuerySet[Case]:
    """Drafts of calls that close within the week."""
    soon, wanted = now + dt.timedelta(days=CLOSING_DAYS), Q(pk__in=[])
    current = published()
    for code, terms in SCHEMES.all(current).items():
        for call in terms.document.calls:
            end = calls.closing(call)
            if end is not None and now < end <= soon:
                wanted |= Q(scheme=code, call=call.code)
    return Case.objects.filter(wanted, programme=current.code, state=State.DRAFT)


def _each(run: Run, name: str, found: QuerySet[Any], step: Callable[[Any], bool]) -> None:
    count = 0
    for row in _walk(found):
        try:
            count += bool(step(row))
        except MandatError as error:
            # Its number, never what it says: a reason may hold a value of the case.
            run.failed += 1
            log.warning("%s of %s %s: %s", name, type(row).__name__, row.pk, type(error).__name__)
    run.done[name] = count


def _walk(found: QuerySet[Any]) -> Iterator[Any]:
    last = 0
    while batch := list(found.filter(pk__gt=last).order_by("pk")[:BATCH]):
        yield from batch
        last = batch[-1].pk


def request_lapse(request: Request) -> bool:
    """The time to complete is over: the service goes on with what it has."""
    with transaction.atomic():
        case = held(request.case)
        request = Request.objects.select_for_update(of=("self",)).get(pk=request.pk)
        if request.closed_on is not None or request.until >= today():
            return False
        if case.state == State.INCOMPLETE:
            move(case, "lapse", who="system", actor=None)
            delays.resume(case, terms_of(case).document, request, on=request.until)
            case.save()
        else:
            request.closed_on = request.until
            request.save(update_fields=["closed_on"])
        return True


def silence_apply(case: Case) -> bool:
    """The delay is over without an answer: what the scheme's law says silence means comes about. False where an answer came meanwhile."""
    with transaction.atomic():
        case = held(case)
        scheme = terms_of(case).document
        if not delays.silent(case, scheme, today()):
            return False
        months, law = scheme.workflow.delay_months, scheme.workflow.silence_reference.text
        accepted = scheme.workflow.silence == "acceptance"
        meaning = "acceptation" if accepted else "refus"
        deciding.decided(
            case,
            outcome="awarded" if accepted else "refused",
            by="silence",
            motive=f"Silence gardé pendant {months} mois : il vaut {meaning} ({law}).",
            amount=None,
        )
        return True


def agreement_lapse(agreement: Agreement) -> bool:
    """An agreement nobody signed in time takes its award with it."""
    return agreements.agreement_lapse(agreement.case)


def request_remind(request: Request) -> bool:
    with transaction.atomic():
        if not Request.objects.filter(pk=request.pk, reminded_on__isnull=True).update(reminded_on=today()):
            return False
        tell_applicants("completion_due", request.case, key=str(request.pk))
        return True


def opinion_remind(opinion: Opinion) -> bool:
    with transaction.atomic():
        return opinions.reminded(opinion)


def agent_remind(case: Case) -> bool:
    """Told once for a case and a day due."""
    if case.assigned_to is None or case.due_on is None:
        return False
    with transaction.atomic():
        tell(case.assigned_to, "answer_due", case, key=f"{case.due_on:%Y%m%d}")
    return True


def account_remind(account: Account) -> bool:
    with transaction.atomic():
        if not Account.objects.filter(pk=account.pk, reminded_on__isnull=True).update(reminded_on=today()):
            return False
        tell_applicants("account_due", account.case, key=str(account.pk))
        return True


def draft_remind(case: Case) -> bool:
    """Told once for a call: whoever opened the draft."""
    with transaction.atomic():
        tell(case.opened_by, "closing", case, key=case.call)
    return True
