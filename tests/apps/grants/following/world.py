"""Cases that were awarded: money engaged in an envelope, an agreement signed, agents of each duty."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.funds import services as funds
from mandat.apps.funds.models import Allocation, Envelope
from mandat.apps.grants.machine import State
from mandat.apps.grants.models import Agreement, Case, PaymentRequest, Piece
from mandat.apps.grants.services import banking, conditions, payments
from mandat.apps.ledger.models import Payment as Transferred
from mandat.apps.ledger.payments.reading import Outcome
from mandat.apps.organisations.models import Member
from tests.apps.grants.desk import world

IBAN = "FR1420041010050500013M02606"
OTHER_IBAN = "FR7630006000011234567890189"
YEAR = timezone.localdate().year


def envelope(voted: int = 1_000_000, paid: int = 1_000_000, code: str = "fonds") -> Envelope:
    found = Envelope.objects.filter(code=code).first()
    if found is not None:
        return found
    treasurer = world.account(f"tresor-{code}", "agent")
    opened = funds.envelope_open(
        actor=treasurer, code=code, title="Fonds", line="65", section="operating", year=YEAR, measure=1
    )
    funds.vote(
        actor=treasurer, envelope=opened, on=dt.date(YEAR, 1, 2), decision="D1", stage="primary",
        commitment=Decimal(voted), payments={YEAR: Decimal(paid)} if paid else {},
    )  # fmt: skip
    return opened


def running(scheme: str = "aide-directe", *, award: int = 500_000, signed: bool = True, **values: Any) -> Case:
    """A case whose award (in cents) is engaged and whose agreement is in force."""
    case = world.case(scheme, **values)
    amount = Decimal(award) / 100
    held = funds.reserve(envelope=envelope(), case=case.reference, amount=amount, key="reserve")
    held = funds.award(allocation=held, amount=amount, key="award")
    funds.engage(allocation=held, amount=amount, key="engage")
    Agreement.objects.create(
        case=case, required=True, starts_on=timezone.localdate() if signed else None,
        signed_on=timezone.localdate() if signed else None,
    )  # fmt: skip
    state = State.RUNNING if signed else State.AWARDED
    Case.objects.filter(pk=case.pk).update(state=state, awarded=award, decided_at=timezone.now(), due_on=None)
    case.refresh_from_db()
    conditions.condition_declare(actor=owner(case), case=case, condition="charte")
    return case


def owner(case: Case) -> User:
    if case.applicant_id is None:
        return case.opened_by
    return Member.objects.filter(organisation=case.applicant_id, rank="owner").order_by("pk")[0].user


def agents() -> tuple[User, User]:
    """One who examines (and may pay), and one who pays."""
    first = User.objects.filter(email="agathe@example.org").first()
    if first is not None:
        return first, User.objects.get(email="paul@example.org")
    agathe, paul = world.posted("agathe", "instruct"), world.posted("paul", "pay")
    return agathe, paul


def decider() -> User:
    found = User.objects.filter(email="denis@example.org").first()
    return found or world.posted("denis", "decide")


def banked(case: Case, iban: str = IBAN) -> Case:
    """The account is given and verified."""
    details = banking.bank_give(actor=owner(case), case=case, name="Les Vergers", iban=iban)
    banking.bank_verify(actor=agents()[0], details=details)
    return case


def piece(case: Case, code: str, verdict: str = "accepted") -> Piece:
    """Evidence as uploading leaves it."""
    from mandat.apps.custody.models import StoredFile

    stored = StoredFile.objects.create(
        purpose="grants.evidence", subject=case.subject, name=f"{code}.pdf", sha256="0" * 64, kind="pdf", size=1
    )
    return Piece.objects.create(case=case, code=code, upload=stored, added_at=timezone.now(), verdict=verdict)


def ordered(case: Case, code: str = "avance", *, spent: Decimal | None = None, reference: str = "") -> PaymentRequest:
    """A payment asked for, checked by one and ordered by another."""
    agathe, paul = agents()
    asked = payments.payment_ask(actor=owner(case), case=case, code=code, spent=spent)
    checked = payments.payment_check(actor=agathe, payment=asked)
    payments.payments_order(
        actor=paul,
        reference=reference or f"AIDES-{checked.pk}",
        execution_on=timezone.localdate(),
        payments=[checked.pk],
    )
    checked.refresh_from_db()
    return checked


def answered(payment: PaymentRequest, state: Any = "paid", amount: Decimal | None = None) -> Any:
    """The bank's answer to the last order of a payment."""
    transferred = Transferred.objects.filter(key__contains=f":{payment.pk}:").order_by("-pk")[0]
    said = amount if amount is not None else (transferred.amount if state == "paid" else None)
    outcome = Outcome(transferred.end_to_end, state, said, timezone.localdate())
    return payments.payments_paid(actor=agents()[1], outcomes=[outcome])


def paid(case: Case, code: str = "avance", *, spent: Decimal | None = None) -> PaymentRequest:
    """A payment that the bank made."""
    payment = ordered(case, code, spent=spent)
    answered(payment)
    payment.refresh_from_db()
    return payment


def allocation(case: Case) -> Allocation:
    return Allocation.objects.get(case=case.reference)
