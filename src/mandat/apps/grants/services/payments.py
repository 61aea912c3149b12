"""Payments of a case: asked for by the beneficiary, checked by an agent, ordered by another (``ordering``), paid by the bank.

A payment is gated: ``gating.gates`` says what it waits for. Its amount is computed (``payable``), never typed; an agent may retain less
spending than was declared, with a reason, never more.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.funds.models import Allocation
from mandat.apps.grants import access
from mandat.apps.grants.gating import gates, missing, payment_of
from mandat.apps.grants.machine import State as CaseState
from mandat.apps.grants.models import Case, FinalCost, Message, PaymentRequest
from mandat.apps.grants.payable import due_for, tranche_due
from mandat.apps.grants.services.banking import bank_of
from mandat.apps.grants.services.moving import held, terms_of
from mandat.apps.grants.services.ordering import (
    payer,
    payments_order,
    payments_paid,
    payments_sent,
    ready,
)
from mandat.apps.grants.services.releasing import comes_back
from mandat.apps.grants.services.stepping import step
from mandat.apps.grants.services.telling import tell_applicants
from mandat.kernel.errors import InputError
from mandat.kernel.money import LARGEST, euros
from mandat.kernel.text import Text

__all__ = [
    "asked_for",
    "cost_declare",
    "cost_retain",
    "due_now",
    "overpaid",
    "payer",
    "payment_ask",
    "payment_check",
    "payment_refuse",
    "payment_take_back",
    "payments_order",
    "payments_paid",
    "payments_sent",
    "ready",
]

State = PaymentRequest.State
#: Either is enough to check a payment; who checked it does not order it.
CHECKS = ("examine", "pay")


def cents_of(amount: Decimal) -> int:
    """Euros as cents. Raises InputError for what is finer than a cent, negative or beyond measure."""
    if not amount.is_finite() or not 0 <= amount <= LARGEST or amount != euros(amount):
        raise InputError(Text("un montant est positif et s'arrête au centime", "an amount is positive, to the cent"))
    return int(amount * 100)


def asked_for(case: Case, *, but: PaymentRequest | None = None) -> int:
    """What was asked for and not refused, in cents: paid or not."""
    found = case.payments.exclude(state=State.REFUSED)
    if but is not None:
        found = found.exclude(pk=but.pk)
    return int(found.aggregate(cents=Sum("amount"))["cents"] or 0)


def due_now(case: Case, code: str, spent: int | None, *, but: PaymentRequest | None = None) -> int:
    """What a payment amounts to on what was spent, in cents; below zero where too much was paid."""
    scheme = terms_of(case).document
    try:
        return tranche_due(
            award=case.awarded or 0,
            cost=case.cost,
            plan=scheme.payments,
            code=code,
            spent=spent,
            before=asked_for(case, but=but),
        )
    except ValueError:
        raise InputError(
            Text(
                "dites ce qui a été dépensé : ce versement en dépend", "say what was spent: this payment depends on it"
            )
        ) from None


@transaction.atomic
def payment_ask(*, actor: User, case: Case, code: str, spent: Decimal | None = None) -> PaymentRequest:
    """Ask for a payment of the plan; ``spent`` is what the project cost up to now, where the payment depends on it.

    Raises InputError for what still lacks (all of it at once), for a payment already asked for, and where nothing is due.
    """
    case = held(case)
    access.require(actor, case, "edit")
    scheme = terms_of(case).document
    payment = payment_of(scheme, code)
    if case.payments.filter(code=code).exclude(state=State.REFUSED).exists():
        raise InputError(Text("ce versement est déjà demandé", "this payment was asked for already"))
    lacking = missing(gates(case, scheme, payment), checked=False)
    if lacking:
        raise InputError(
            Text(
                "il manque : " + " ; ".join(line.label.fr for line in lacking),
                "still missing: " + "; ".join(line.label.en for line in lacking),
            )
        )
    declared = None if spent is None or payment.of != "spent" else cents_of(spent)
    due = due_now(case, code, declared)
    if due <= 0:
        raise InputError(
            Text(
                "rien n'est dû : ce qui a été versé couvre déjà ce qui a été dépensé",
                "nothing is due: what was paid covers what was spent already",
            )
        )
    if declared is not None and code == scheme.payments[-1].code:
        _declared(case, declared, actor)
    made = PaymentRequest.objects.create(
        case=case, code=code, amount=due, spent=declared, asked_at=timezone.now(), asked_by=actor
    )
    step(case, "payment-asked")
    return made


def _held(payment: PaymentRequest, actor: User, verbs: Sequence[str], *states: str) -> tuple[Case, PaymentRequest]:
    """The case, then the payment, both locked. Raises PermissionDenied, then InputError where the payment stands elsewhere."""
    case = held(payment.case)
    access.require_any(actor, case, verbs)
    found = PaymentRequest.objects.select_for_update(of=("self",)).get(pk=payment.pk)
    if found.state not in states:
        raise InputError(
            Text(f"ce versement est : {found.get_state_display()}", f"this payment is: {found.get_state_display()}")
        )
    found.case = case
    return case, found


@transaction.atomic
def payment_check(
    *, actor: User, payment: PaymentRequest, spent: Decimal | None = None, note: str = ""
) -> PaymentRequest:
    """Find a payment good: everything it waits for is accepted, and its amount is computed anew.

    ``spent``: the spending retained, where less than declared (``note`` then says why, to the beneficiary). Raises InputError for what lacks.
    """
    case, payment = _held(payment, actor, CHECKS, State.ASKED)
    scheme = terms_of(case).document
    plan = payment_of(scheme, payment.code)
    lacking = missing(gates(case, scheme, plan), checked=True)
    if lacking:
        raise InputError(
            Text(
                "il manque encore : " + " ; ".join(line.label.fr for line in lacking),
                "still missing: " + "; ".join(line.label.en for line in lacking),
            )
        )
    retained = payment.spent
    if spent is not None and plan.of == "spent":
        retained = cents_of(spent)
        if payment.spent is not None and retained > payment.spent:
            raise InputError(Text("pas plus que ce qui est déclaré", "no more than what was declared"))
        if retained != payment.spent:
            _said(case, actor, note)
    due = due_now(case, payment.code, retained, but=payment)
    if due <= 0:
        raise InputError(Text("rien n'est dû : refusez ce versement", "nothing is due: refuse this payment"))
    _engaged(case, due, but=payment)
    bank = bank_of(case)
    assert bank is not None
    payment.retained, payment.amount, payment.bank = retained, due, bank
    payment.state, payment.checked_at, payment.checked_by = State.CHECKED, timezone.now(), actor
    payment.save()
    if retained is not None and payment.code == scheme.payments[-1].code:
        FinalCost.objects.filter(case=case).update(retained=retained, retained_at=timezone.now(), retained_by=actor)
    step(case, "payment-checked")
    return payment


def _said(case: Case, actor: User, note: str) -> None:
    if not note.strip():
        raise InputError(Text("dites au bénéficiaire pourquoi", "tell the beneficiary why"))
    Message.objects.create(case=case, author=actor, from_service=True, text=note.strip()[:10_000], at=timezone.now())
    tell_applicants("payment", case, key=f"said:{timezone.now().timestamp()}")


def _engaged(case: Case, cents: int, *, but: PaymentRequest) -> None:
    """What waits to be paid never exceeds what is engaged."""
    engaged = Allocation.objects.filter(case=case.reference).aggregate(cents=Sum("engaged"))["cents"] or 0
    waiting = case.payments.filter(state__in=(State.CHECKED, State.ORDERED)).exclude(pk=but.pk)
    if cents + int(waiting.aggregate(cents=Sum("amount"))["cents"] or 0) > engaged:
        raise InputError(Text("ce montant n'est pas engagé", "this amount is not engaged"))


@transaction.atomic
def payment_refuse(*, actor: User, payment: PaymentRequest, reason: str) -> PaymentRequest:
    """Send a request back: the beneficiary reads why, and may ask again."""
    case, payment = _held(payment, actor, CHECKS, State.ASKED, State.CHECKED)
    _said(case, actor, reason)
    payment.state = State.REFUSED
    payment.save(update_fields=["state"])
    step(case, "payment-refused")
    return payment


@transaction.atomic
def payment_take_back(*, actor: User, payment: PaymentRequest) -> PaymentRequest:
    """The beneficiary takes a request back before anybody checked it."""
    case, payment = _held(payment, actor, ["edit"], State.ASKED)
    payment.state = State.REFUSED
    payment.save(update_fields=["state"])
    step(case, "payment-refused")
    return payment


def _declared(case: Case, cents: int, actor: User) -> FinalCost:
    found, _made = FinalCost.objects.update_or_create(
        case=case,
        defaults={
            "declared": cents, "declared_at": timezone.now(), "declared_by": actor,
            "retained": None, "retained_at": None, "retained_by": None,
        },
    )  # fmt: skip
    return found


@transaction.atomic
def cost_declare(*, actor: User, case: Case, spent: Decimal) -> FinalCost:
    """Say what the project cost in the end, where no payment is asked for any more (less was spent than was paid)."""
    case = held(case)
    access.require(actor, case, "edit")
    if case.state not in (CaseState.AWARDED, CaseState.RUNNING, CaseState.SUSPENDED):
        raise InputError(Text("aucune aide n'est en cours", "no aid is under way"))
    known = FinalCost.objects.filter(case=case).first()
    if known is not None and known.retained is not None:
        raise InputError(Text("le coût final est déjà retenu", "the final cost is retained already"))
    made = _declared(case, cents_of(spent), actor)
    step(case, "cost-declared")
    return made


@transaction.atomic
def cost_retain(*, actor: User, case: Case, spent: Decimal, note: str = "") -> FinalCost:
    """Retain the final cost, as declared or less: what was paid beyond what is due for it is announced for recovery."""
    from mandat.apps.grants.models import Recovery
    from mandat.apps.grants.services import recovery

    case = held(case)
    access.require_any(actor, case, CHECKS)
    found = FinalCost.objects.select_for_update(of=("self",)).filter(case=case).first()
    if found is None or found.retained is not None:
        raise InputError(Text("aucun coût final n'attend", "no final cost is waiting"))
    cents = cents_of(spent)
    if cents > found.declared:
        raise InputError(Text("pas plus que ce qui est déclaré", "no more than what was declared"))
    if cents < found.declared:
        _said(case, actor, note)
    found.retained, found.retained_at, found.retained_by = cents, timezone.now(), actor
    found.save()
    step(case, "cost-retained")
    too_much = overpaid(case, found)
    if too_much > 0:
        recovery.announce(
            case, why=Recovery.Why.UNSPENT, cents=min(too_much, recovery.recoverable(case)), actor=actor,
            reason=note.strip() or "Dépenses retenues inférieures à ce qui a été versé.",
        )  # fmt: skip
    return found


def overpaid(case: Case, final: FinalCost | None = None) -> int:
    """What was paid beyond what is due for the retained cost, less what is asked back already, in cents; 0 where it does not depend on it."""
    from mandat.apps.grants.services import recovery

    final = final or FinalCost.objects.filter(case=case).first()
    if final is None or final.retained is None or comes_back(terms_of(case).document):
        return 0
    if all(payment.of == "award" for payment in terms_of(case).document.payments):
        return 0
    due = due_for(case.awarded or 0, case.cost, final.retained)
    return max(recovery.recoverable(case) - due, 0)
