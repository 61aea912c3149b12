"""Benefits: opened by a decision, paid period by period, renewed, ended; what was paid too much is asked back.

What a claim is owed for a period is the amount in force for it, or nothing; what it got is the sum of its payments less what is
asked back. ``settle`` makes the difference good, once: doing it twice, or in two processes, changes nothing.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Case, DecimalField, F, Sum, When
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.rights import paying
from mandat.apps.rights.deadlines import due_days, last_day
from mandat.apps.rights.models import Benefit, Claim, Decision, Move, Payment
from mandat.apps.rights.schema import MONEY
from mandat.apps.rights.services.moving import check_agent, check_claimant, fact, today
from mandat.apps.rights.services.notices import notify
from mandat.apps.rights.terms import Terms, terms_at
from mandat.kernel.errors import InputError
from mandat.kernel.periods import add_months
from mandat.kernel.text import Text


def first_day(claim: Claim, terms: Terms, day: dt.date) -> tuple[dt.date, dt.date | None]:
    """The first and last day of what a decision of ``day`` gives: a renewal begins the day after what it renews."""
    starts = day
    before = claim.renews
    if before is not None and before.status == Benefit.Status.ACTIVE and before.ends_on is not None:
        starts = max(day, before.ends_on + dt.timedelta(days=1))
    held = Benefit.objects.filter(decision__claim=claim).order_by("-id").first()
    if held is not None:
        starts = held.starts_on  # a new decision on the same claim is about the same days
    return starts, last_day(terms.document.benefit, starts)


def benefit_open(
    decision: Decision, terms: Terms, *, starts_on: dt.date, ends_on: dt.date | None, amount: Decimal | None, unit: str
) -> Benefit:
    """Open what ``decision`` gives, in its transaction, in the place of what an earlier decision on the claim gave."""
    claim = decision.claim
    earlier = Benefit.objects.filter(decision__claim=claim, status=Benefit.Status.ACTIVE)
    earlier.update(status=Benefit.Status.ENDED, ended_because="decision", next_due=None, remind_on=None)
    renewal = terms.document.renewal
    benefit = Benefit(
        decision=decision,
        programme=claim.programme,
        right=terms.code,
        right_version=terms.ref.version,
        holder=claim.claimant,
        type=terms.document.benefit.type,
        starts_on=starts_on,
        ends_on=ends_on,
        amount=amount,
        unit=unit.partition("/")[0] if amount is not None else "",
        next_due=starts_on if terms.document.benefit.type in MONEY else None,
        remind_on=ends_on - dt.timedelta(days=renewal.remind_days) if ends_on and renewal.mode != "none" else None,
        synthetic=claim.synthetic,
    )
    benefit.profile = profile(claim)
    benefit.save()
    benefit_settle(benefit, terms)
    return benefit


def profile(claim: Claim) -> dict[str, str]:
    """What the counting of beneficiaries needs, and no more: commune, gender, year of birth, disability."""
    answers, found = claim.answers, {}
    persons = answers.get("personnes") or [{}]
    person = persons[min(int(answers.get("demandeur", 0)), len(persons) - 1)]
    household = answers.get("foyer") or {}
    if isinstance(commune := household.get("commune") or person.get("commune"), str):
        found["commune"] = commune
    if gender := claim.identity.get("gender"):
        found["gender"] = gender
    if birth := claim.identity.get("birth_date"):
        found["birth_date"] = birth
    if isinstance(disability := person.get("handicap", person.get("situation_handicap")), bool):
        found["disability"] = "yes" if disability else "no"
    return found


@transaction.atomic
def benefit_settle(benefit: Benefit, terms: Terms, *, until: dt.date | None = None) -> int:
    """Order what has fallen due up to ``until`` (today), and ask back what is owed no more. Returns how many orders were made."""
    if benefit.type not in MONEY or benefit.amount is None:
        return 0
    benefit = Benefit.objects.select_for_update().get(pk=benefit.pk)
    until = until or today()
    owed = dict.fromkeys(_owed_days(benefit, terms, until), Decimal(benefit.amount or 0))
    got = _got(benefit)
    made = 0
    for day in sorted(owed.keys() | got.keys()):
        difference = owed.get(day, Decimal(0)) - got.get(day, Decimal(0))
        if difference:
            _order(benefit, terms, day, difference)
            made += 1
    following = [day for day in _owed_days(benefit, terms, _horizon(benefit, until)) if day > until]
    benefit.next_due = following[0] if following and benefit.status == Benefit.Status.ACTIVE else None
    benefit.save(update_fields=["next_due"])
    return made


def _horizon(benefit: Benefit, until: dt.date) -> dt.date:
    return benefit.ends_on or add_months(until, 24)


def _owed_days(benefit: Benefit, terms: Terms, until: dt.date) -> list[dt.date]:
    days = due_days(terms.document.benefit, benefit.starts_on, benefit.ends_on, until=until)
    # Given up or ended before it began: nothing is owed.
    return days if benefit.ends_on is None or benefit.ends_on >= benefit.starts_on else []


def _got(benefit: Benefit) -> dict[dt.date, Decimal]:
    """What the claim got for each period, whatever decision gave it, less what is asked back."""
    signed = Case(When(kind=Payment.Kind.REFUND, then=-F("amount")), default=F("amount"), output_field=DecimalField())
    rows = (
        Payment.objects.filter(benefit__decision__claim_id=benefit.decision.claim_id)
        .exclude(status=Payment.Status.CANCELLED)
        .values("period_start")
        .annotate(total=Sum(signed))
        .order_by("period_start")
    )
    return {row["period_start"]: Decimal(row["total"]) for row in rows}


def _order(benefit: Benefit, terms: Terms, day: dt.date, difference: Decimal) -> None:
    claim = benefit.decision.claim
    refund = difference < 0
    rank = Payment.objects.filter(benefit__decision__claim=claim, period_start=day).count()
    payment = Payment.objects.create(
        benefit=benefit,
        kind=Payment.Kind.REFUND if refund else Payment.Kind.DUE,
        key=f"{claim.reference}:{day.isoformat()}:{rank}",
        period_start=day,
        amount=abs(difference),
        unit=benefit.unit,
        status=Payment.Status.WAITING if refund else Payment.Status.ORDERED,
        made_at=timezone.now(),
    )
    measured: dict[str, Any] = (
        {"amount": payment.amount.quantize(Decimal("0.01"))}
        if benefit.unit == "EUR"
        else {"quantity": payment.amount, "unit": benefit.unit}
    )
    if refund:
        fact("rights.refund_due.v1", terms, claim, **measured)
        notify(benefit.holder, "refund", claim.reference, key=payment.key)
        return
    paying.order(payment, benefit=benefit, terms=terms)
    fact(
        "rights.paid.v1", terms, claim, **measured,
        starts_on=day.isoformat(), paid_by=terms.document.benefit.paid_by,
    )  # fmt: skip


@transaction.atomic
def benefit_end(*, actor: User, benefit: Benefit, on: dt.date, reason: str) -> Benefit:
    """An agent ends a benefit from the day after ``on`` (its last day); what was paid for later periods is asked back.

    A decision that creates rights and is lawful is ended only where its conditions are no more met (CRPA L242-2, L242-4): the reason says which.
    """
    benefit = _held(benefit)
    claim = benefit.decision.claim
    check_agent(actor, claim, "rights.decide")
    if not reason.strip():
        raise InputError(Text("dites pourquoi le droit prend fin", "say why the right ends"))
    if on > today() or on < benefit.starts_on - dt.timedelta(days=1):
        raise InputError(
            Text("le dernier jour va du début du droit à aujourd'hui", "the last day lies between the start and today")
        )
    return _end(benefit, claim, on=on, because="decision", actor=actor, reason=reason)


@transaction.atomic
def benefit_give_up(*, actor: User, benefit: Benefit) -> Benefit:
    """The person gives the benefit up: today is its last day. Nothing received for a period begun is asked back."""
    benefit = _held(benefit)
    check_claimant(actor, benefit.decision.claim)
    return _end(benefit, benefit.decision.claim, on=today(), because="given_up", actor=actor, reason="")


def benefit_expire(benefit: Benefit) -> bool:
    """Its term is past: the clock ends it. False where it was ended already."""
    with transaction.atomic():
        locked = Benefit.objects.select_for_update().select_related("decision__claim").get(pk=benefit.pk)
        if locked.status != Benefit.Status.ACTIVE or locked.ends_on is None or locked.ends_on >= today():
            return False
        _end(locked, locked.decision.claim, on=locked.ends_on, because="term", actor=None, reason="")
        return True


def _held(benefit: Benefit) -> Benefit:
    locked = Benefit.objects.select_for_update().select_related("decision__claim__claimant").get(pk=benefit.pk)
    if locked.status != Benefit.Status.ACTIVE:
        raise InputError(Text("ce droit a déjà pris fin", "this right has already ended"))
    return locked


def _end(benefit: Benefit, claim: Claim, *, on: dt.date, because: str, actor: User | None, reason: str) -> Benefit:
    terms = terms_at(benefit.programme, benefit.right, benefit.right_version)
    benefit.status = Benefit.Status.ENDED
    benefit.ended_because = because
    benefit.ends_on = min(on, benefit.ends_on or on)
    benefit.remind_on = None
    benefit.save()
    Move.objects.create(
        claim=claim, name="end", source=claim.state, target=claim.state, actor=actor, at=timezone.now(), reason=reason
    )
    fact("rights.ended.v1", terms, claim, because=because)
    benefit_settle(benefit, terms)
    if actor is None or actor.pk != benefit.holder_id:
        notify(benefit.holder, "ended", claim.reference, key=f"{claim.reference}:{benefit.pk}")
    benefit.refresh_from_db()
    return benefit


@transaction.atomic
def refund_settle(*, actor: User, payment: Payment, cancelled: bool = False, reason: str = "") -> Payment:
    """An agent records that an overpayment came back, or that it is given up (``cancelled``, with its reason)."""
    require(actor, "rights.decide")
    payment = Payment.objects.select_for_update().select_related("benefit__decision__claim").get(pk=payment.pk)
    check_agent(actor, payment.benefit.decision.claim, "rights.decide")
    if payment.kind != Payment.Kind.REFUND or payment.status != Payment.Status.WAITING:
        raise InputError(Text("rien n'est à rembourser ici", "nothing is to be refunded here"))
    if cancelled and not reason.strip():
        raise InputError(Text("une remise est motivée", "a remission has a reason"))
    payment.status = Payment.Status.SETTLED
    payment.reason = "remission" if cancelled else "refunded"
    payment.settled_at = timezone.now()
    payment.save()
    terms = terms_at(payment.benefit.programme, payment.benefit.right, payment.benefit.right_version)
    claim = payment.benefit.decision.claim
    fact("rights.refund_settled.v1", terms, claim, how=payment.reason)
    return payment
