"""Set money aside for a case: reserve, award, engage, pay, and give back.

Called by the acts on cases, in their transaction: permissions are theirs to check, and facts theirs to append. ``key`` makes each move
happen once, whatever is tried again.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from django.db import transaction

from mandat.apps.funds.books import account, payment_names
from mandat.apps.funds.models import STATES, Allocation, Envelope
from mandat.apps.funds.services.envelopes import short
from mandat.apps.ledger.services import InsufficientError, minor, post
from mandat.kernel.errors import InputError
from mandat.kernel.money import euros
from mandat.kernel.text import Text


@transaction.atomic
def reserve(*, envelope: Envelope, case: str, amount: Decimal, key: str, actor: str = "") -> Allocation:
    """Set ``amount`` of what is available aside for ``case``. Raises InputError where less is left: nothing is promised twice."""
    if envelope.closed_on is not None:
        raise InputError(Text(f"l'enveloppe {envelope.code} est close", f"envelope {envelope.code} is closed"))
    allocation, _ = Allocation.objects.get_or_create(envelope=envelope, case=case)
    return _move(allocation, "available", "reserved", amount, key, actor)


@transaction.atomic
def award(*, allocation: Allocation, amount: Decimal, key: str, actor: str = "") -> Allocation:
    """What was reserved becomes awarded, in the transaction of the vote; what is not awarded is given back."""
    rest = Decimal(allocation.reserved) / 100 - amount
    done = _move(allocation, "reserved", "awarded", amount, key, actor)
    return _move(done, "reserved", "available", rest, f"{key}:rest", actor) if rest > 0 else done


@transaction.atomic
def engage(*, allocation: Allocation, amount: Decimal, key: str, actor: str = "") -> Allocation:
    """What was awarded becomes legally due: the agreement is signed, or the decision notified where none is needed."""
    return _move(allocation, "awarded", "engaged", amount, key, actor)


@transaction.atomic
def pay(*, allocation: Allocation, amount: Decimal, year: int, key: str, actor: str = "") -> Allocation:
    """Pay ``amount`` of what is engaged, on the payment credits of ``year``. Raises InputError where either lacks."""
    envelope = allocation.envelope
    opened, spent = payment_names(year)
    return _move(
        allocation, "engaged", "paid", amount, key, actor,
        more={account(envelope, opened).pk: -amount, account(envelope, spent).pk: amount},
    )  # fmt: skip


@transaction.atomic
def release(*, allocation: Allocation, state: str, amount: Decimal, key: str, actor: str = "") -> Allocation:
    """Give back what a case no longer needs (refused, withdrawn, cost lower than planned): it is available again."""
    if state not in STATES[:-1]:
        raise InputError(Text("ce qui est payé se reprend autrement", "what is paid is taken back otherwise"))
    return _move(allocation, state, "available", amount, key, actor)


@transaction.atomic
def take_back(*, allocation: Allocation, amount: Decimal, year: int, key: str, actor: str = "") -> Allocation:
    """Money recovered from a beneficiary: paid becomes available again, and the payment credits of ``year`` with it."""
    opened, spent = payment_names(year)
    envelope = allocation.envelope
    back = {account(envelope, spent).pk: -amount, account(envelope, opened).pk: amount}
    return _move(allocation, "paid", "available", amount, key, actor, more=back)


def _move(
    allocation: Allocation,
    source: str,
    target: str,
    amount: Decimal,
    key: str,
    actor: str,
    more: Mapping[int, Decimal] | None = None,
) -> Allocation:
    """One transaction of the ledger and the same on the allocation's row, which is locked first."""
    if amount <= 0 or amount != euros(amount):
        raise InputError(Text("un montant est positif et s'arrête au centime", "an amount is positive, to the cent"))
    [held] = Allocation.objects.select_for_update(no_key=True, of=("self",)).filter(pk=allocation.pk)
    envelope = allocation.envelope
    cents = minor(amount, "EUR")
    postings = {account(envelope, source).pk: -amount, account(envelope, target).pk: amount, **(more or {})}
    try:
        done = post(
            book=envelope.book,
            key=f"{key}:{allocation.case}",
            reason=f"{source}-{target}",
            postings=postings,
            actor=actor,
        )
    except InsufficientError as error:
        raise short(envelope, error.available) from error
    if done.new:
        for state, sign in ((source, -1), (target, 1)):
            if state not in STATES:
                continue
            left = getattr(held, state) + sign * cents
            if left < 0:
                raise InputError(
                    Text(
                        f"le dossier {held.case} n'a pas {amount} € à l'état « {state} »",
                        f"case {held.case} does not hold €{amount} as {state}",
                    )
                )
            setattr(held, state, left)
        changes = {state: getattr(held, state) for state in STATES if state in (source, target)}
        Allocation.objects.filter(pk=held.pk).update(**changes)
    return held
