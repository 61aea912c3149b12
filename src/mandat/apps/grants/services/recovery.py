"""Money to give back: announced with its reason, answered, ordered by somebody else (titre de recettes), received in parts, or given up.

What comes back goes to the envelope it came from, in the same transaction, by way of ``funds.take_back``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import Decimal

from django.db import transaction
from django.db.models import F, Sum
from django.utils import timezone

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.funds import services as funds
from mandat.apps.funds.models import Allocation
from mandat.apps.grants import access
from mandat.apps.grants.limits import ANSWER_DAYS
from mandat.apps.grants.models import Breach, Case, PaymentRequest, Receipt, Recovery
from mandat.apps.grants.services.moving import fact, held, terms_of, today
from mandat.apps.grants.services.releasing import comes_back
from mandat.apps.grants.services.stepping import about, step
from mandat.apps.grants.services.telling import tell_applicants
from mandat.kernel.errors import InputError
from mandat.kernel.money import euros
from mandat.kernel.text import Text

State = Recovery.State


def paid(case: Case) -> int:
    """What was paid for a case, in cents, whatever came back since."""
    found = case.payments.filter(state=PaymentRequest.State.PAID).aggregate(cents=Sum("amount"))
    return int(found["cents"] or 0)


def recoverable(case: Case) -> int:
    """What may still be asked back, in cents: what was paid, less what came back or is being asked back already."""
    asked = case.recoveries.aggregate(cents=Sum(F("amount") - F("waived")))
    return max(paid(case) - int(asked["cents"] or 0), 0)


def kept(case: Case) -> int:
    """What was paid and not given back, in cents."""
    back = case.recoveries.aggregate(cents=Sum("received"))
    return paid(case) - int(back["cents"] or 0)


def announce(
    case: Case, *, why: str, cents: int, reason: str, actor: User | None, breach: Breach | None = None
) -> Recovery:
    """Announce on a case already locked, whoever was checked by the caller."""
    if comes_back(terms_of(case).document):
        raise InputError(
            Text(
                "un prêt ou une participation se reprend par son registre",
                "a loan or a stake is called back by its register",
            )
        )
    if not 0 < cents <= recoverable(case):
        left = Decimal(recoverable(case)) / 100
        raise InputError(
            Text(
                f"on peut demander au plus {left} €, ce qui a été versé",
                f"at most €{left} can be asked back, what was paid",
            )
        )
    if not reason.strip():
        raise InputError(Text("une reprise est motivée", "a recovery has its reasons"))
    day = today()
    made = Recovery.objects.create(
        case=case, why=why, amount=cents, reason=reason.strip()[:10_000], announced_on=day,
        answer_by=day + dt.timedelta(days=ANSWER_DAYS), announced_by=actor, breach=breach,
    )  # fmt: skip
    step(case, "recovery-announced")
    tell_applicants("recovery", case, key=f"announced:{made.pk}")
    return made


@transaction.atomic
def recovery_announce(*, actor: User, case: Case, why: str, amount: Decimal, reason: str) -> Recovery:
    """Announce that ``amount`` euros are to be given back: the beneficiary may answer first. Never more than what was paid."""
    case = held(case)
    access.require(actor, case, "pay")
    if why not in Recovery.Why.values:
        raise InputError(Text("motif inconnu", "unknown reason"))
    return announce(case, why=why, cents=_cents(amount), reason=reason, actor=actor)


def _cents(amount: Decimal) -> int:
    if not amount.is_finite() or amount <= 0 or amount != euros(amount):
        raise InputError(Text("un montant est positif et s'arrête au centime", "an amount is positive, to the cent"))
    return int(amount * 100)


def _held(recovery: Recovery, actor: User, verb: str, *states: str) -> tuple[Case, Recovery]:
    case = held(recovery.case)
    access.require(actor, case, verb)
    found = (
        Recovery.objects.select_for_update(of=("self",))
        .select_related("case__subject", "case__applicant")
        .get(pk=recovery.pk)
    )
    if found.state not in states:
        raise InputError(
            Text(f"cette reprise est : {found.get_state_display()}", f"this recovery is: {found.get_state_display()}")
        )
    return case, found


@transaction.atomic
def recovery_answer(*, actor: User, recovery: Recovery, text: str) -> Recovery:
    """The beneficiary answers, until the order."""
    case, recovery = _held(recovery, actor, "edit", State.ANNOUNCED)
    if not text.strip() or len(text) > 10_000:
        raise InputError(
            Text("écrivez votre réponse, en 10 000 caractères au plus", "write your answer, 10,000 characters at most")
        )
    recovery.answer, recovery.answered_at = text.strip(), timezone.now()
    recovery.save(update_fields=["answer", "answered_at"])
    step(case, "recovery-answered")
    return recovery


@transaction.atomic
def recovery_order(*, actor: User, recovery: Recovery, title: str, amount: Decimal | None = None) -> Recovery:
    """Order it, under the number of the collection order (``title``), for the amount announced or less.

    By somebody else than who announced it, once the beneficiary has answered or had the time to.
    """
    case, recovery = _held(recovery, actor, "pay", State.ANNOUNCED)
    if recovery.announced_by_id == actor.pk:
        raise InputError(
            Text("une autre personne ordonne que celle qui a annoncé", "somebody else orders than who announced it")
        )
    if recovery.answered_at is None and today() <= recovery.answer_by:
        raise InputError(
            Text(
                f"le bénéficiaire peut répondre jusqu'au {recovery.answer_by:%d/%m/%Y}",
                f"the beneficiary may answer until {recovery.answer_by:%d/%m/%Y}",
            )
        )
    if not title.strip() or len(title.strip()) > 40:
        raise InputError(Text("un titre de recettes a un numéro", "a collection order has a number"))
    if amount is not None:
        cents = _cents(amount)
        if cents > recovery.amount:
            raise InputError(Text("pas plus que ce qui a été annoncé", "no more than what was announced"))
        recovery.amount = cents
    recovery.state, recovery.title, recovery.ordered_on, recovery.decided_by = (
        State.ORDERED,
        title.strip(),
        today(),
        actor,
    )
    recovery.save(update_fields=["amount", "state", "title", "ordered_on", "decided_by"])
    _fact("grants.recovery_ordered.v1", case, recovery, recovery.amount)
    tell_applicants("recovery", case, key=f"ordered:{recovery.pk}")
    return recovery


@transaction.atomic
def recovery_receive(*, actor: User, recovery: Recovery, amount: Decimal, on: dt.date, key: str) -> Receipt:
    """Record a part that came, under the accountant's reference ``key``: the same, twice, counts once.

    It goes back to the envelope it came from. Raises InputError for more than is owed, a later day, or the same key for another amount.
    """
    key = key.strip()
    if not key or len(key) > 60:
        raise InputError(Text("un encaissement a une référence", "a receipt has a reference"))
    cents = _cents(amount)
    case, recovery = _held(recovery, actor, "pay", State.ORDERED, State.PAID)
    known = recovery.receipts.filter(key=key).first()
    if known is not None:
        if known.amount != cents:
            raise InputError(
                Text(f"{key} est enregistré pour un autre montant", f"{key} is recorded for another amount")
            )
        return known
    if recovery.state != State.ORDERED or cents > owed(recovery):
        left = Decimal(owed(recovery)) / 100
        raise InputError(Text(f"il ne reste que {left} € à rendre", f"only €{left} are left to give back"))
    if on > today() or on < recovery.announced_on:
        raise InputError(Text("ce jour n'est pas possible", "this day is not possible"))
    receipt = Receipt.objects.create(
        recovery=recovery, key=key, amount=cents, on=on, recorded_at=timezone.now(), recorded_by=actor
    )
    before = int(case.recoveries.aggregate(cents=Sum("received"))["cents"] or 0)
    recovery.received += cents
    _close(recovery)
    recovery.save(update_fields=["received", "state", "settled_on"])
    _fact("grants.recovered.v1", case, recovery, cents, on=on)
    _back(case, cents, before=before, key=f"recover:{recovery.pk}:{receipt.pk}", actor=actor)
    return receipt


@transaction.atomic
def recovery_waive(*, actor: User, recovery: Recovery, reason: str, amount: Decimal | None = None) -> Recovery:
    """Give up what is left (or ``amount`` of it), with a reason that stays in the case. By who decides."""
    case, recovery = _held(recovery, actor, "decide", State.ANNOUNCED, State.ORDERED)
    if not reason.strip():
        raise InputError(Text("une remise est motivée", "a remission has a reason"))
    cents = owed(recovery) if amount is None else _cents(amount)
    if not 0 < cents <= owed(recovery):
        raise InputError(Text("pas plus que ce qui reste à rendre", "no more than what is left to give back"))
    recovery.waived += cents
    recovery.reason = f"{recovery.reason}\n\n{reason.strip()}"
    _close(recovery)
    recovery.save(update_fields=["waived", "reason", "state", "settled_on"])
    _fact("grants.recovery_waived.v1", case, recovery, cents)
    tell_applicants("recovery", case, key=f"waived:{recovery.pk}:{recovery.waived}")
    return recovery


def owed(recovery: Recovery) -> int:
    """What is left to give back, in cents."""
    return recovery.amount - recovery.received - recovery.waived


def _close(recovery: Recovery) -> None:
    if owed(recovery) == 0:
        recovery.state = State.PAID if recovery.received else State.WAIVED
        recovery.settled_on = today()


def _fact(kind: str, case: Case, recovery: Recovery, cents: int, *, on: dt.date | None = None) -> None:
    terms = terms_of(case)
    fact(
        kind, case, terms, on=on, amount=Decimal(cents) / 100, scheme=case.scheme, title=terms.document.title.fr,
        why=recovery.why, **about(case),
    )  # fmt: skip


def _back(case: Case, cents: int, *, before: int, key: str, actor: User) -> None:
    """Money goes back to the allocations and to the years' credits that paid it, the last payment first; ``before`` came back already."""
    journal.lock()
    skipped, left = before, cents
    payments = case.payments.filter(state=PaymentRequest.State.PAID).order_by("-paid_on", "-pk")
    for rank, (allocation, year, part) in enumerate(_parts(payments)):
        passed = min(skipped, part)
        skipped -= passed
        back = min(left, part - passed)
        if back:
            held_one = Allocation.objects.select_related("envelope").get(pk=allocation)
            funds.take_back(
                allocation=held_one,
                amount=Decimal(back) / 100,
                year=year,
                key=f"{key}:{rank}",
                actor=f"user:{actor.pk}",
            )
        left -= back
    if left:
        raise InputError(Text("plus rendu que les enveloppes n'ont versé", "more given back than the envelopes paid"))


def _parts(payments: Iterable[PaymentRequest]) -> Iterator[tuple[int, int, int]]:
    """Allocation, year and cents of each part of what was paid, the last first."""
    for payment in payments:
        for allocation, cents in reversed(payment.parts):
            assert payment.paid_on is not None
            yield allocation, payment.paid_on.year, cents
