"""Pay by transfer: everything due goes into one file for the bank, whose answer settles each payment or has it made anew."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.db.models import Count, QuerySet, Sum
from django.utils import timezone

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.custody.sealing import readable
from mandat.apps.ledger.models import Payment as Transferred
from mandat.apps.ledger.payments.pain import Party, Transfer
from mandat.apps.ledger.payments.reading import Outcome
from mandat.apps.ledger.payments.services import Reconciled, file_make, file_sent, outcomes_record
from mandat.apps.rights.models import Payment, TransferRun
from mandat.apps.rights.services.moving import fact
from mandat.apps.rights.terms import terms_at
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

_PREFIX = "rights:"
#: Payments in one file.
MOST = 20_000


@dataclass(frozen=True, slots=True)
class Due:
    """What waits for the next file."""

    count: int
    amount: Decimal


def payer() -> Party:
    """Who pays: ``MANDAT_PAYER`` (name, iban, bic). Raises InputError where it is not set; a demonstration pays with an example."""
    known = dict(getattr(settings, "MANDAT_PAYER", None) or {})
    if not known.get("iban"):
        if not settings.MANDAT_DEMO:
            raise InputError(
                Text(
                    "le compte de la région n'est pas réglé : MANDAT_PAYER",
                    "the region's account is not set: MANDAT_PAYER",
                )
            )
        # The example every manual gives: no bank holds it.
        known = {"name": "Région (démonstration)", "iban": "FR7630006000011234567890189"}
    return Party(known.get("name", ""), known["iban"], known.get("bic", ""))


def waiting() -> Due:
    """What the next file would pay."""
    found = _waiting().aggregate(count=Count("pk"), amount=Sum("amount"))
    return Due(found["count"], Decimal(found["amount"] or 0))


def _waiting() -> QuerySet[Payment]:
    return Payment.objects.filter(status=Payment.Status.ORDERED, kind=Payment.Kind.DUE, unit="EUR", run__isnull=True)


@transaction.atomic
def transfers_make(*, actor: User, reference: str, execution_on: dt.date) -> TransferRun:
    """Make the file of all that waits. ``reference`` names it: the same again gives the same file.

    A payment to a person whose account is not known any more is left for an agent. Raises InputError where nothing is due. Nobody
    orders a payment to themselves: theirs waits for a colleague's file.
    """
    require(actor, "rights.pay")
    reference = reference.strip()
    if not reference or len(reference) > 28 or not reference.isascii():
        raise InputError(
            Text("une référence a de 1 à 28 caractères simples", "a reference has 1 to 28 plain characters")
        )
    known = TransferRun.objects.filter(reference=reference).first()
    if known is not None:
        return known
    debtor = payer()
    journal.lock()
    found = (
        _waiting()
        .exclude(benefit__holder=actor)
        .select_for_update(of=("self",))
        .select_related("benefit__decision__claim__person")
        .order_by("pk")[:MOST]
    )
    run = TransferRun.objects.create(reference=reference, made_at=timezone.now(), made_by=actor)
    transfers: list[Transfer] = []
    taken: list[Payment] = []
    for payment in found:
        claim = payment.benefit.decision.claim
        identity = readable(claim, "identity", {}) or {}
        if not identity.get("iban"):
            continue
        number = len(taken) + 1
        payee = Party(identity.get("name", ""), identity["iban"], identity.get("bic", ""))
        transfers.append(
            Transfer(
                f"{_PREFIX}{payment.key}", f"{reference}-{number}"[:35], payee, payment.amount.quantize(Decimal("0.01")),
                f"Demande {claim.reference}",
            )
        )  # fmt: skip
        taken.append(payment)
    if not taken:
        raise InputError(Text("rien n'est à payer", "nothing is to be paid"))
    made = file_make(
        key=f"{_PREFIX}{run.token.hex}",
        message_id=reference,
        debtor=debtor,
        transfers=transfers,
        execution_on=execution_on,
    )
    run.file, run.xml = made.file, made.xml.decode()
    run.save()
    Payment.objects.filter(pk__in=[payment.pk for payment in taken]).update(run=run)
    return run


@transaction.atomic
def transfers_sent(*, actor: User, run: TransferRun) -> bool:
    """Say that the file was handed to the bank. False where it was said before."""
    require(actor, "rights.pay")
    assert run.file is not None
    return file_sent(file=run.file)


@transaction.atomic
def answer_record(*, actor: User, outcomes: Sequence[Outcome]) -> Reconciled:
    """Record what the bank says: a payment is settled, or comes back and waits under a new key for the next file."""
    require(actor, "rights.pay")

    def moved(transferred: Transferred, before: str) -> None:
        payment = Payment.objects.select_for_update().get(key=transferred.key.removeprefix(_PREFIX))
        if transferred.state == Transferred.State.PAID:
            payment.status, payment.settled_at = Payment.Status.SETTLED, timezone.now()
        else:
            payment.status, payment.settled_at = Payment.Status.CANCELLED, timezone.now()
            payment.reason = "returned"
            claim = payment.benefit.decision.claim
            fact(
                "rights.payment_returned.v1",
                terms_at(claim.programme, payment.benefit.right, payment.benefit.right_version),
                claim,
                amount=payment.amount.quantize(Decimal("0.01")),
            )
            Payment.objects.create(
                benefit=payment.benefit, key=f"{payment.key}+"[:80], period_start=payment.period_start, amount=payment.amount,
                unit=payment.unit, status=Payment.Status.ORDERED, made_at=timezone.now(),
            )  # fmt: skip
        payment.save()

    journal.lock()
    return outcomes_record(outcomes=outcomes, today=timezone.localdate(), each=moved, prefix=_PREFIX)
