"""Payments: gated by evidence, accounts, conditions and agreement; checked by one, ordered by another; paid once."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import timezone

from mandat import journal
from mandat.apps.funds.selectors import verify
from mandat.apps.grants.models import PaymentRequest
from mandat.apps.grants.services import banking, payments
from mandat.apps.ledger.selectors import verify as verify_ledger
from mandat.journal import guard
from tests.apps.grants.following import world

pytestmark = pytest.mark.usefixtures("programme")
State = PaymentRequest.State


def test_an_advance_is_asked_checked_ordered_and_paid_and_each_euro_is_where_it_is_said() -> None:
    case = world.running()
    agathe, paul = world.agents()
    with guard.acts():
        details = banking.bank_give(actor=world.owner(case), case=case, name="Les Vergers", iban=world.IBAN)
    with guard.acts():
        banking.bank_verify(actor=agathe, details=details)
    with guard.acts():
        asked = payments.payment_ask(actor=world.owner(case), case=case, code="avance")
    assert (asked.amount, asked.state) == (250_000, State.ASKED)
    with guard.acts():
        payments.payment_check(actor=agathe, payment=asked)
    with guard.acts():
        run = payments.payments_order(actor=paul, reference="AIDES-1", execution_on=timezone.localdate())
    asked.refresh_from_db()
    assert (asked.state, asked.run, asked.ordered_by) == (State.ORDERED, run, paul)
    assert "<EndToEndId>AIDES-1-1</EndToEndId>" in run.xml
    assert ">2500.00<" in run.xml
    assert "FR14 … 2606;2500,00" in run.bordereau
    with guard.acts():
        done = world.answered(asked)
    assert (len(done.paid), done.anomalies) == (1, [])
    asked.refresh_from_db()
    assert (asked.state, asked.paid_on) == (State.PAID, timezone.localdate())
    held = world.allocation(case)
    assert (held.engaged, held.paid) == (250_000, 250_000)
    [entry] = journal.page(programme="essai", kind="grants.paid.v1", size=10).entries
    assert entry.fact.amount == Decimal("2500.00")
    assert entry.fact.data["award"] == case.reference
    assert list(verify("essai")) == []
    assert list(verify_ledger()) == []
