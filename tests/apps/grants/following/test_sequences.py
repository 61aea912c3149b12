"""Whatever is asked for, checked, paid, sent back, given back and closed, in any order: the ledger sums to zero and nothing exceeds the award."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mandat.apps.funds.selectors import verify
from mandat.apps.grants.models import Case, PaymentRequest, Recovery
from mandat.apps.grants.payable import cumulated, due_for, tranche_due
from mandat.apps.grants.schema.money import Payment
from mandat.apps.grants.services import accounts_given, payments, recovery
from mandat.apps.ledger.selectors import verify as verify_ledger
from mandat.kernel.errors import InputError
from tests.apps.grants.desk import world as desk
from tests.apps.grants.following import world

cents = st.integers(0, 10**9)
shares = st.lists(st.integers(1, 97), min_size=0, max_size=4, unique=True).map(
    lambda cuts: [b - a for a, b in zip([0, *sorted(cuts)], [*sorted(cuts), 100], strict=True)]
)


def plan(parts: list[int], of: str) -> list[Payment]:
    words: Any = {"fr": "Versement", "en": "Payment"}
    return [
        Payment.model_validate({"code": f"v{n}", "label": words, "share": part, "stage": "instalment", "of": of})
        for n, part in enumerate(parts)
    ]


@given(award=cents, cost=st.integers(1, 10**9), spent=cents)
def test_what_is_due_is_pro_rata_to_the_cent_below_and_never_more_than_the_award(
    award: int, cost: int, spent: int
) -> None:
    due = due_for(award, cost, spent)
    exact = min(Fraction(award), Fraction(award * spent, cost))
    assert due <= exact < due + 1
    assert due <= award
    assert due_for(award, cost, spent + 1) >= due


@given(award=cents, parts=shares)
def test_shares_of_an_award_add_up_to_it_to_the_cent(award: int, parts: list[int]) -> None:
    payments_ = plan(parts, "award")
    before = 0
    for one in payments_:
        due = tranche_due(award=award, cost=None, plan=payments_, code=one.code, spent=None, before=before)
        assert due >= 0
        before += due
    assert before == award == cumulated(award, payments_, len(parts))


@given(award=cents, cost=st.integers(1, 10**9), parts=shares, spendings=st.lists(cents, min_size=5, max_size=5))
def test_payments_on_spending_end_at_what_is_due_for_all_of_it(
    award: int, cost: int, parts: list[int], spendings: list[int]
) -> None:
    payments_ = plan(parts, "spent")
    before, spent = 0, 0
    for one, more in zip(payments_, sorted(spendings), strict=False):
        spent = max(spent, more)
        due = tranche_due(award=award, cost=cost, plan=payments_, code=one.code, spent=spent, before=before)
        before += max(due, 0)
        assert before <= due_for(award, cost, spent)
    assert before == due_for(award, cost, spent)


STEPS = st.lists(
    st.sampled_from(["ask", "ask-balance", "check", "refuse", "order", "paid", "bounced", "announce", "recover", "waive", "cost", "close"]),
    min_size=4, max_size=10,
)  # fmt: skip


@pytest.mark.usefixtures("programme")
@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(steps=STEPS, spent=st.integers(0, 1_200_000), award=st.integers(1, 500_000))
def test_any_sequence_leaves_zero_sums_and_no_more_paid_than_engaged(steps: list[str], spent: int, award: int) -> None:
    with transaction.atomic():
        try:
            case = world.banked(world.running(award=award))
            world.piece(case, "factures")
            for number, step in enumerate(steps):
                try:
                    with transaction.atomic():
                        _do(step, case, Decimal(spent) / 100, number)
                except (InputError, PermissionDenied):
                    pass
                _holds(case, award)
        finally:
            transaction.set_rollback(True)


def _do(step: str, case: Case, spent: Decimal, number: int) -> None:
    agathe, paul = world.agents()
    case = Case.objects.select_related("applicant", "subject", "opened_by").get(pk=case.pk)
    owner = world.owner(case)
    live = case.payments.exclude(state=PaymentRequest.State.REFUSED).order_by("-pk").first()
    back = case.recoveries.order_by("-pk").first()
    if step == "ask":
        payments.payment_ask(actor=owner, case=case, code="avance")
    elif step == "ask-balance":
        payments.payment_ask(actor=owner, case=case, code="solde", spent=spent)
    elif step == "check" and live:
        payments.payment_check(actor=agathe, payment=live)
    elif step == "refuse" and live:
        payments.payment_refuse(actor=agathe, payment=live, reason="Non.")
    elif step == "order":
        payments.payments_order(actor=paul, reference=f"R-{case.pk}-{number}", execution_on=timezone.localdate())
    elif step == "paid" and live and live.attempt:
        world.answered(live)
    elif step == "bounced" and live and live.attempt:
        world.answered(live, "refused")
        world.banked(case, world.OTHER_IBAN)
    elif step == "announce":
        recovery.recovery_announce(actor=paul, case=case, why="error", amount=spent + Decimal("0.01"), reason="Erreur.")
    elif step == "recover" and back:
        if back.state == Recovery.State.ANNOUNCED:
            recovery.recovery_answer(actor=owner, recovery=back, text="Oui.")
            other = desk.posted(f"autre{number}", "pay")
            recovery.recovery_order(actor=other, recovery=back, title="T")
        back.refresh_from_db()
        part = Decimal(max(recovery.owed(back) // 2, 1)) / 100
        recovery.recovery_receive(actor=paul, recovery=back, amount=part, on=timezone.localdate(), key=f"E{number}")
    elif step == "waive" and back:
        recovery.recovery_waive(actor=world.decider(), recovery=back, reason="Remise.")
    elif step == "cost":
        payments.cost_declare(actor=owner, case=case, spent=spent)
        payments.cost_retain(actor=agathe, case=case, spent=spent)
    elif step == "close":
        accounts_given.case_close(actor=agathe, case=case, reason="Fini.")


def _holds(case: Case, award: int) -> None:
    assert list(verify_ledger()) == []
    assert list(verify("essai")) == []
    rows = list(case.payments.exclude(state=PaymentRequest.State.REFUSED))
    assert sum(row.amount for row in rows) <= award
    held = world.allocation(case)
    back = sum(row.received for row in case.recoveries.all())
    paid = sum(row.amount for row in rows if row.state == PaymentRequest.State.PAID)
    assert held.paid == paid - back
    assert held.engaged + paid <= award
    for row in rows:
        if row.code == "solde" and row.spent is not None:
            assert sum(one.amount for one in rows) <= max(due_for(award, case.cost, row.spent), award // 2)
