"""Make a payment file once, and record what the bank says of its transfers. The ledger's own movements are the caller's."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from mandat.apps.ledger.models import Payment, PaymentFile
from mandat.apps.ledger.payments import pain
from mandat.apps.ledger.payments.pain import Order, Party, Transfer
from mandat.apps.ledger.payments.reading import Outcome
from mandat.apps.ledger.payments.sepa import checked_iban
from mandat.apps.ledger.services import minor
from mandat.kernel.errors import InputError
from mandat.kernel.periods import PARIS
from mandat.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Made:
    """A payment file and its text; ``new`` is False where it had been made before (the text is the same to the byte)."""

    file: PaymentFile
    xml: bytes
    order: Order
    new: bool


@dataclass(slots=True)
class Reconciled:
    """What the bank's answer changed, and what needs a person to look at it."""

    paid: list[Payment] = field(default_factory=list)
    refused: list[Payment] = field(default_factory=list)
    known: int = 0
    anomalies: list[Text] = field(default_factory=list)


@transaction.atomic
def file_make(
    *, key: str, message_id: str, debtor: Party, transfers: Sequence[Transfer], execution_on: dt.date
) -> Made:
    """Make the payment file of ``key``, once: a second call gives the same file, or InputError where it would differ.

    No transfer's ``key`` is ever in two files. Raises InputError for what a bank would refuse.
    """
    known = PaymentFile.objects.select_for_update().filter(key=key).first()
    made_at = (known.made_at if known else timezone.now()).astimezone(PARIS).replace(microsecond=0)
    if known is not None:
        message_id, execution_on = known.message_id, known.execution_on
    elif execution_on < made_at.date():
        raise InputError(Text("le jour d'exécution est passé", "the execution day is past"))
    order = Order(message_id, made_at, execution_on, debtor, tuple(transfers))
    xml = pain.write(order)
    sha256 = hashlib.sha256(xml).hexdigest()
    if known is not None:
        if known.sha256 != sha256:
            raise InputError(
                Text(
                    f"le fichier {known.message_id} existe déjà avec un autre contenu : il n'est pas refait",
                    f"file {known.message_id} already exists with other contents: it is not made again",
                )
            )
        return Made(known, xml, order, new=False)
    twice = Payment.objects.filter(key__in=[transfer.key for transfer in transfers]).order_by("pk").first()
    if twice is not None:
        raise InputError(Text(f"déjà dans un fichier : {twice.key}", f"already in a file: {twice.key}"))
    file = PaymentFile.objects.create(
        key=key, message_id=message_id, execution_on=execution_on, count=len(transfers), cents=minor(order.total, "EUR"),
        sha256=sha256, made_at=made_at,
    )  # fmt: skip
    Payment.objects.bulk_create(
        [
            Payment(
                file=file, key=transfer.key, end_to_end=transfer.end_to_end, cents=minor(transfer.amount, "EUR"),
                account_hint=checked_iban(transfer.payee.iban)[-4:],
            )
            for transfer in transfers
        ],
        batch_size=200,
    )  # fmt: skip
    return Made(file, xml, order, new=True)


@transaction.atomic
def file_sent(*, file: PaymentFile) -> bool:
    """Say that the file was handed to the bank. False where it was already said."""
    held = PaymentFile.objects.select_for_update().get(pk=file.pk)
    if held.state != PaymentFile.State.MADE:
        return False
    held.state, held.emitted_at = PaymentFile.State.SENT, timezone.now()
    held.save(update_fields=["state", "emitted_at"])
    return True


@transaction.atomic
def outcomes_record(
    *,
    outcomes: Sequence[Outcome],
    today: dt.date,
    each: Callable[[Payment, str], None] | None = None,
    prefix: str = "",
) -> Reconciled:
    """Record the bank's outcomes. ``each`` receives every payment that changed and its state before, in the same transaction.

    What was recorded before is counted as known. A payment that was paid and comes back is refused. Anomalies change nothing: an unknown
    reference, another amount, a payment said to be paid after its refusal. ``prefix`` restricts to payments whose key begins so.
    """
    result = Reconciled()
    references = [outcome.end_to_end for outcome in outcomes]
    held: dict[str, Payment] = {}
    for start in range(0, len(references), 500):
        rows = Payment.objects.select_for_update().filter(end_to_end__in=references[start : start + 500])
        held |= {p.end_to_end: p for p in rows.filter(key__startswith=prefix).order_by("pk")}
    for outcome in outcomes:
        payment = held.get(outcome.end_to_end)
        if payment is None:
            _odd(result, outcome, "référence inconnue", "unknown reference")
            continue
        state = Payment.State(outcome.state)
        if payment.state == state:
            result.known += 1
            continue
        if outcome.amount is not None and outcome.amount != payment.amount:
            _odd(
                result,
                outcome,
                f"{outcome.amount} € au lieu de {payment.amount} €",
                f"€{outcome.amount}, not €{payment.amount}",
            )
            continue
        if payment.state == Payment.State.REFUSED:
            _odd(result, outcome, "payé après un refus : à vérifier", "paid after a refusal: to be looked at")
            continue
        before = payment.state
        payment.state, payment.settled_on, payment.detail = state, outcome.on or today, outcome.detail[:140]
        payment.save(update_fields=["state", "settled_on", "detail"])
        (result.paid if state == Payment.State.PAID else result.refused).append(payment)
        if each is not None:
            each(payment, before)
    touched = {payment.file_id for payment in held.values()}
    waiting = (
        Payment.objects.filter(file__in=touched, state=Payment.State.WAITING).values_list("file", flat=True).distinct()
    )
    PaymentFile.objects.filter(pk__in=touched - set(waiting)).exclude(state=PaymentFile.State.CLOSED).update(
        state=PaymentFile.State.CLOSED, closed_at=timezone.now()
    )
    return result


def _odd(result: Reconciled, outcome: Outcome, fr: str, en: str) -> None:
    result.anomalies.append(Text(f"{outcome.end_to_end} : {fr}", f"{outcome.end_to_end}: {en}"))
