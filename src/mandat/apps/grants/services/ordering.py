"""Order payments: one file for the paymaster, its bordereau, and the bank's answer.

Locks are taken in one order everywhere: cases by key, then the journal, then payments and accounts. Who checked a payment never orders it.
A payment that is paid moves the envelope and appends its fact in the same transaction; one that the bank sends back undoes both, and its
account must be given anew.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet, Sum
from django.utils import timezone

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.custody.sealing import readable, with_keys
from mandat.apps.funds import services as funds
from mandat.apps.funds.books import account, payment_names
from mandat.apps.funds.models import Allocation
from mandat.apps.grants import access
from mandat.apps.grants.machine import State as CaseState
from mandat.apps.grants.models import BankDetails, Case, Duty, PaymentRequest, PaymentRun, Recusal
from mandat.apps.grants.services.moving import fact, synthetic, terms_of, today
from mandat.apps.grants.services.releasing import comes_back, release
from mandat.apps.grants.services.stepping import about, step
from mandat.apps.grants.services.telling import tell_applicants
from mandat.apps.ledger.models import Payment as Transferred
from mandat.apps.ledger.payments import bordereau
from mandat.apps.ledger.payments.pain import Party, Transfer
from mandat.apps.ledger.payments.reading import Outcome
from mandat.apps.ledger.payments.services import Reconciled, file_make, file_sent, outcomes_record
from mandat.apps.programme.published import published
from mandat.facts import Fact
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

_PREFIX = "grants:"
#: Payments in one file.
MOST = 5_000
State = PaymentRequest.State


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


def ready(actor: User) -> QuerySet[PaymentRequest]:
    """Payments ``actor`` may order now: checked by somebody else, on schemes they pay for, of cases they have no part in."""
    programme = published().code
    found = PaymentRequest.objects.filter(
        case__programme=programme, state=State.CHECKED, case__state__in=(CaseState.AWARDED, CaseState.RUNNING)
    ).exclude(checked_by=actor)
    schemes = access.schemes_of(actor, programme, Duty.PAY)
    if schemes is not None:
        found = found.filter(case__scheme__in=schemes)
    theirs = (
        Q(case__opened_by=actor, case__applicant=None)
        | Q(case__applicant__members__user=actor)
        | Q(case__parties__organisation__members__user=actor)
        | Q(case__shares__user=actor)
    )
    mine = PaymentRequest.objects.filter(theirs, state=State.CHECKED).values("pk")
    recused = Recusal.objects.filter(user=actor).values("case")
    return found.exclude(pk__in=mine).exclude(case__in=recused)


@transaction.atomic
def payments_order(
    *, actor: User, reference: str, execution_on: dt.date, payments: Sequence[int] | None = None
) -> PaymentRun:
    """Make the file of all payments ``actor`` may order (or of those of these keys). ``reference`` names it: the same again gives the same file.

    Each is taken once, whoever else orders at the same moment, and only where its envelope still has payment credits. One whose account
    was replaced since its check, or can no longer be read, is left. Raises InputError where nothing can be paid.
    """
    require(actor, "grants.pay")
    reference = reference.strip()
    if not reference or len(reference) > 28 or not reference.isascii():
        raise InputError(
            Text("une référence a de 1 à 28 caractères simples", "a reference has 1 to 28 plain characters")
        )
    debtor = payer()
    if execution_on < today():
        raise InputError(Text("le jour d'exécution est passé", "the day of execution is past"))
    wanted = ready(actor)
    if payments is not None:
        wanted = wanted.filter(pk__in=payments)
    keys = list(wanted.order_by("pk").values_list("pk", "case_id")[:MOST])
    list(
        Case.objects.select_for_update(of=("self",))
        .filter(pk__in={case for _, case in keys})
        .order_by("pk")
        .values("pk")
    )
    journal.lock()
    known = PaymentRun.objects.filter(reference=reference).first()
    if known is not None:
        if known.made_by_id != actor.pk:
            raise InputError(Text(f"la référence {reference} est déjà prise", f"reference {reference} is taken"))
        return known
    # Read again under the locks: what another file took meanwhile is no longer ready.
    rows = with_keys(
        ready(actor)
        .filter(pk__in=[key for key, _ in keys])
        .select_for_update(of=("self",))
        .select_related("case__applicant", "case__subject", "bank__case__subject")
        .order_by("pk")
    )
    run = PaymentRun.objects.create(
        programme=published().code, reference=reference, made_at=timezone.now(), made_by=actor
    )
    left: dict[int, int] = {}
    transfers: list[Transfer] = []
    taken: list[PaymentRequest] = []
    last = _last_accounts([row.case_id for row in rows])
    for payment in rows:
        bank = payment.bank
        if bank is None or not bank.usable or last.get(payment.case_id) != bank.pk:
            continue
        details = readable(bank, "account", {}) or {}
        if not details.get("iban") or not _credited(payment, execution_on.year, left):
            continue
        payment.attempt += 1
        payee = Party(details["name"], details["iban"], details.get("bic", ""))
        transfers.append(
            Transfer(_key(payment), f"{reference}-{len(taken) + 1}"[:35], payee, Decimal(payment.amount) / 100,
                     f"Aide {payment.case.reference}")
        )  # fmt: skip
        taken.append(payment)
    if not taken:
        raise InputError(
            Text(
                "rien ne peut être payé : aucun versement vérifié par une autre personne, ou plus de crédits",
                "nothing can be paid: no payment checked by somebody else, or no credits left",
            )
        )
    made = file_make(
        key=f"{_PREFIX}{run.token.hex}",
        message_id=reference,
        debtor=debtor,
        transfers=transfers,
        execution_on=execution_on,
    )
    run.file, run.xml, run.bordereau = made.file, made.xml.decode(), bordereau.write(made.order)
    run.save()
    for payment in taken:
        payment.state, payment.run, payment.ordered_by = State.ORDERED, run, actor
    PaymentRequest.objects.bulk_update(taken, ["state", "run", "ordered_by", "attempt"], batch_size=200)
    _ordered(run, len(taken), made.order.total)
    return run


def _ordered(run: PaymentRun, count: int, total: Decimal) -> None:
    journal.append(
        [
            Fact(
                kind="grants.payments_ordered.v1",
                occurred_on=today(),
                programme=run.programme,
                quantity=Decimal(count),
                unit="item",
                amount=total,
                synthetic=synthetic(),
                data={"reference": run.reference},
            )
        ]
    )


def _key(payment: PaymentRequest) -> str:
    return f"{_PREFIX}{payment.case.reference}:{payment.code}:{payment.pk}:{payment.attempt}"


def _last_accounts(cases: Sequence[int]) -> dict[int, int]:
    """The account that counts on each case."""
    rows = BankDetails.objects.filter(case__in=cases).order_by("pk").values_list("case_id", "pk")
    return dict(rows)


def _credited(payment: PaymentRequest, year: int, left: dict[int, int]) -> bool:
    """Whether the envelopes of a case have payment credits left for it, those already ordered counted."""
    allocations = list(
        Allocation.objects.filter(case=payment.case.reference, engaged__gt=0).select_related("envelope").order_by("pk")
    )
    for allocation in allocations:
        envelope = allocation.envelope
        if envelope.pk not in left:
            credits_ = account(envelope, payment_names(year)[0])
            credits_.refresh_from_db()
            references = Allocation.objects.filter(envelope=envelope).values("case")
            waiting = PaymentRequest.objects.filter(state=State.ORDERED, case__reference__in=references)
            left[envelope.pk] = credits_.balance - int(waiting.aggregate(cents=Sum("amount"))["cents"] or 0)
    parts = _split(payment.amount, [(a.envelope_id, min(a.engaged, max(left[a.envelope_id], 0))) for a in allocations])
    if parts is None:
        return False
    for envelope_pk, cents in parts:
        left[envelope_pk] -= cents
    return True


def _split(cents: int, sources: Sequence[tuple[int, int]]) -> list[tuple[int, int]] | None:
    """``cents`` taken from sources in their order; None where they do not hold enough."""
    found = []
    for key, most in sources:
        part = min(cents, most)
        if part > 0:
            found.append((key, part))
            cents -= part
    return found if cents == 0 else None


@transaction.atomic
def payments_sent(*, actor: User, run: PaymentRun) -> bool:
    """Say that the file was handed to the paymaster. False where it was said before."""
    require(actor, "grants.pay")
    assert run.file is not None
    return file_sent(file=run.file)


@transaction.atomic
def payments_paid(*, actor: User, outcomes: Sequence[Outcome]) -> Reconciled:
    """Record what the bank (or the paymaster) says, once: envelopes are paid and facts appended in the same transaction.

    An outcome that cannot be recorded (no credits left) becomes an anomaly, is not recorded, and loses none of the others.
    """
    require(actor, "grants.pay")
    references = [outcome.end_to_end for outcome in outcomes]
    cases: set[int] = set()
    for start in range(0, len(references), 500):
        keys = Transferred.objects.filter(end_to_end__in=references[start : start + 500], key__startswith=_PREFIX)
        payments = [_payment_key(key) for key in keys.order_by("pk").values_list("key", flat=True)]
        cases |= set(PaymentRequest.objects.filter(pk__in=payments).values_list("case_id", flat=True))
    list(Case.objects.select_for_update(of=("self",)).filter(pk__in=cases).order_by("pk").values("pk"))
    journal.lock()
    result = Reconciled()
    for outcome in outcomes:
        try:
            with transaction.atomic():
                one = outcomes_record(
                    outcomes=[outcome], today=today(), each=lambda transferred, before: _moved(actor, transferred, before),
                    prefix=_PREFIX,
                )  # fmt: skip
        except InputError as error:
            text = error.text
            result.anomalies.append(Text(f"{outcome.end_to_end} : {text.fr}", f"{outcome.end_to_end}: {text.en}"))
            continue
        result.paid += one.paid
        result.refused += one.refused
        result.known += one.known
        result.anomalies += one.anomalies
    return result


def _payment_key(key: str) -> int:
    return int(key.rsplit(":", 2)[1])


def _moved(actor: User, transferred: Transferred, before: str) -> None:
    payment = (
        PaymentRequest.objects.select_for_update(of=("self",))
        .select_related("case__applicant", "case__subject", "case__opened_by", "bank")
        .get(pk=_payment_key(transferred.key))
    )
    if _key(payment) != transferred.key:
        raise InputError(Text("un ordre plus récent a remplacé celui-ci", "a later order took the place of this one"))
    if transferred.state == Transferred.State.PAID:
        _paid(actor, payment, transferred)
    else:
        _returned(actor, payment, before)


def _paid(actor: User, payment: PaymentRequest, transferred: Transferred) -> None:
    case = payment.case
    day = min(transferred.settled_on or today(), today())
    allocations = list(
        Allocation.objects.filter(case=case.reference, engaged__gt=0).select_related("envelope").order_by("pk")
    )
    parts = _split(payment.amount, [(allocation.pk, allocation.engaged) for allocation in allocations])
    if parts is None:
        raise InputError(Text("ce montant n'est plus engagé", "this amount is engaged no longer"))
    held = {allocation.pk: allocation for allocation in allocations}
    terms = terms_of(case)
    for key, cents in parts:
        name = f"pay:{payment.pk}:{payment.attempt}:{key}"
        release(case, terms.document, held[key], amount=Decimal(cents) / 100, on=day, key=name, actor=actor)
    entry = fact(
        "grants.paid.v1",
        case,
        terms,
        on=day,
        amount=Decimal(payment.amount) / 100,
        purpose=terms.document.title.fr,
        **about(case),
    )
    payment.state, payment.paid_on, payment.parts = State.PAID, day, [list(part) for part in parts]
    payment.fact_index = entry.index
    payment.save(update_fields=["state", "paid_on", "parts", "fact_index"])
    tell_applicants("payment", case, key=f"paid:{payment.pk}:{payment.attempt}")


def _returned(actor: User, payment: PaymentRequest, before: str) -> None:
    """The bank sent it back: what it moved is undone, and another account is asked for before it is checked again."""
    case = payment.case
    if before == Transferred.State.PAID:
        _undo(actor, payment)
    if payment.bank is not None:
        BankDetails.objects.filter(pk=payment.bank.pk).update(refused_at=timezone.now())
    payment.state, payment.bank, payment.run, payment.paid_on, payment.parts = State.ASKED, None, None, None, []
    payment.checked_at, payment.checked_by, payment.fact_index = None, None, None
    payment.save()
    step(case, "payment-returned")
    tell_applicants("payment", case, key=f"returned:{payment.pk}:{payment.attempt}")


def _undo(actor: User, payment: PaymentRequest) -> None:
    """The envelope gets the money back and owes it again; the fact of the payment is withdrawn."""
    assert payment.paid_on is not None
    if comes_back(terms_of(payment.case).document):
        raise InputError(
            Text("un prêt ou une participation rendu par la banque se corrige à son registre",
                 "a loan or stake sent back by the bank is mended in its register")
        )  # fmt: skip
    who = f"user:{actor.pk}"
    for key, cents in payment.parts:
        allocation = Allocation.objects.select_related("envelope").get(pk=key)
        amount, name = Decimal(cents) / 100, f"return:{payment.pk}:{payment.attempt}:{key}"
        funds.take_back(allocation=allocation, amount=amount, year=payment.paid_on.year, key=name, actor=who)
        again = funds.reserve(
            envelope=allocation.envelope, case=payment.case.reference, amount=amount, key=f"{name}:reserve", actor=who
        )
        again = funds.award(allocation=again, amount=amount, key=f"{name}:award", actor=who)
        funds.engage(allocation=again, amount=amount, key=f"{name}:engage", actor=who)
    if payment.fact_index is not None:
        journal.append(
            [
                journal.withdrawal(
                    journal.entry(payment.fact_index), reason="virement rejeté par la banque", occurred_on=today()
                )
            ]
        )
