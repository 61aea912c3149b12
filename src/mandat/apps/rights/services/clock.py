"""What the passing of days does, by a task that may run as often as one likes: each step is made once.

A claim, a benefit, an appeal is taken in its own transaction, locked and looked at again, so that two runs, or a run and a
person, never do the same thing twice, and one that fails does not hold up the rest.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from mandat.apps.rights.machine import State
from mandat.apps.rights.models import Benefit, Claim, EvidenceRequest
from mandat.apps.rights.ruling import rule_on
from mandat.apps.rights.services.appeals import appeal_silence
from mandat.apps.rights.services.benefits import benefit_expire, benefit_settle
from mandat.apps.rights.services.claiming import resume
from mandat.apps.rights.services.decisions import decided, judged_on
from mandat.apps.rights.services.evidence import discard_due
from mandat.apps.rights.services.moving import held, move, terms_of, today
from mandat.apps.rights.services.notices import notify
from mandat.apps.rights.terms import terms_at
from mandat.kernel.errors import MandatError

log = logging.getLogger(__name__)

#: A person is reminded this many days before the time to send evidence is over.
REMIND_BEFORE = 7
BATCH = 500


@dataclass(slots=True)
class Run:
    """What a run did, by name, and how many it could not do."""

    done: dict[str, int] = field(default_factory=dict)
    failed: int = 0


def day_pass() -> Run:
    """Apply everything that has come due up to today, in Paris."""
    run, day = Run(), today()
    claims = Claim.objects.filter(due_on__lt=day)
    _each(run, "silence", claims.filter(state=State.SUBMITTED), silence_apply)
    _each(run, "appeal_silence", claims.filter(state=State.APPEALED), appeal_silence)
    _each(run, "lapsed", EvidenceRequest.objects.filter(closed_on__isnull=True, until__lt=day), request_lapse)
    _each(run, "reminded", _to_remind(day), request_remind)
    active = Benefit.objects.filter(status=Benefit.Status.ACTIVE)
    _each(run, "paid", active.filter(next_due__lte=day), benefit_due)
    _each(run, "ended", active.filter(ends_on__lt=day), benefit_expire)
    _each(run, "renewals", active.filter(remind_on__lte=day, reminded=False), renewal_remind)
    run.done["discarded"] = discard_due(day)
    return run


def _to_remind(day: dt.date) -> QuerySet[EvidenceRequest]:
    soon = day + dt.timedelta(days=REMIND_BEFORE)
    return EvidenceRequest.objects.filter(closed_on__isnull=True, reminded=False, until__gte=day, until__lte=soon)


def _each(run: Run, name: str, found: QuerySet[Any], step: Callable[[Any], bool]) -> None:
    count = 0
    for row in _walk(found):
        try:
            count += bool(step(row))
        except MandatError as error:
            # Its number, never what it says: a reason may hold a value of the claim.
            run.failed += 1
            log.warning("%s of %s %s: %s", name, type(row).__name__, row.pk, type(error).__name__)
    run.done[name] = count


def _walk(found: QuerySet[Any]) -> Iterator[Any]:
    last = 0
    while True:
        batch = list(found.filter(pk__gt=last).order_by("pk")[:BATCH])
        if not batch:
            return
        yield from batch
        last = batch[-1].pk


def silence_apply(claim: Claim) -> bool:
    """The delay is over without an answer: what the definition says silence means comes about, dated the last day of the delay.

    False where an answer came meanwhile.
    """
    with transaction.atomic():
        claim = held(claim)
        if claim.state != State.SUBMITTED or claim.due_on is None or claim.due_on >= today():
            return False
        terms, day = terms_of(claim), claim.due_on
        granted = terms.document.decision.silence.means == "acceptance"
        ruling = rule_on(terms, claim.answers, as_of=judged_on(claim), programme=claim.programme)
        move(claim, "grant" if granted else "refuse", who="system", actor=None)
        decided(
            claim,
            terms,
            ruling,
            outcome="granted" if granted else "refused",
            by="silence",
            author=None,
            # What the rule cannot tell, an agent settles later: the right itself is acquired.
            amount=ruling.amount if granted else None,
            on=day,
        )
        return True


def request_lapse(request: EvidenceRequest) -> bool:
    """The time to send what was asked is over: the claim goes on with what it has."""
    with transaction.atomic():
        claim = held(request.claim)
        request = EvidenceRequest.objects.select_for_update().get(pk=request.pk)
        if request.closed_on is not None:
            return False
        if claim.state == State.INCOMPLETE:
            move(claim, "lapse", who="system", actor=None)
            resume(claim, terms_of(claim), request, received=None)
            claim.save()
        else:
            request.closed_on = today()
            request.save()
        return True


def request_remind(request: EvidenceRequest) -> bool:
    with transaction.atomic():
        if not EvidenceRequest.objects.filter(pk=request.pk, reminded=False).update(reminded=True):
            return False
        claim = request.claim
        notify(claim.claimant, "reminder", claim.reference, key=f"{claim.reference}:{request.pk}")
        return True


def benefit_due(benefit: Benefit) -> bool:
    """Order what has fallen due."""
    return bool(benefit_settle(benefit, terms_at(benefit.programme, benefit.right, benefit.right_version)))


def renewal_remind(benefit: Benefit) -> bool:
    """Tell the person once that the end is near. Once a renewal is begun there is nothing to tell."""
    with transaction.atomic():
        benefit = Benefit.objects.select_for_update().select_related("decision__claim", "holder").get(pk=benefit.pk)
        if benefit.status != Benefit.Status.ACTIVE or benefit.reminded:
            return False
        benefit.reminded = True
        benefit.save(update_fields=["reminded"])
        if benefit.renewals.exists():
            return False
        reference = benefit.decision.claim.reference
        notify(benefit.holder, "renewal", reference, key=f"{reference}:{benefit.pk}")
        return True
