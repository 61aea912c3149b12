"""Payments: gated by evidence, accounts, conditions and agreement; checked by one, ordered by another; paid once."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone

from mandat import journal
from mandat.apps.funds.selectors import verify
from mandat.apps.grants.gating import gates
from mandat.apps.grants.machine import State as CaseState
from mandat.apps.grants.models import Account, BankDetails, Case, PaymentRequest
from mandat.apps.grants.services import accounts_given, banking, payments
from mandat.apps.grants.services.moving import terms_of
from mandat.apps.ledger.models import PaymentFile
from mandat.apps.ledger.selectors import verify as verify_ledger
from mandat.journal import guard
from mandat.kernel.errors import InputError
from tests.apps.grants.desk import world as desk
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


def asking(case: Case, code: str = "avance", spent: Decimal | None = None) -> PaymentRequest:
    return payments.payment_ask(actor=world.owner(case), case=case, code=code, spent=spent)


def test_what_lacks_is_said_all_at_once_and_nothing_is_asked_for() -> None:
    case = world.running(signed=False)
    with pytest.raises(InputError) as refused:
        asking(case)
    assert "la convention est signée" in str(refused.value)
    assert "coordonnées bancaires" in str(refused.value)
    assert not case.payments.exists()


def test_the_balance_waits_for_its_evidence_to_be_accepted() -> None:
    case = world.banked(world.running())
    world.paid(case)
    with pytest.raises(InputError, match="Factures acquittées"):
        asking(case, "solde", Decimal("10000"))
    piece = world.piece(case, "factures", verdict="")
    asked = asking(case, "solde", Decimal("10000"))
    with pytest.raises(InputError, match="Factures acquittées"):
        payments.payment_check(actor=world.agents()[0], payment=asked)
    piece.verdict = "accepted"
    piece.save()
    assert payments.payment_check(actor=world.agents()[0], payment=asked).amount == 250_000


def test_a_payment_waits_for_overdue_accounts() -> None:
    case = world.banked(world.running())
    account = Account.objects.create(
        case=case, code="compte-rendu-financier", due_on=timezone.localdate() - dt.timedelta(days=1)
    )
    with pytest.raises(InputError, match="Compte rendu financier"):
        asking(case)
    world.piece(case, "compte-rendu-financier", verdict="")
    accounts_given.account_give(actor=world.owner(case), account=account)
    asked = asking(case)
    with pytest.raises(InputError, match="Compte rendu financier"):
        payments.payment_check(actor=world.agents()[0], payment=asked)
    accounts_given.account_accept(actor=world.agents()[0], account=account)
    assert payments.payment_check(actor=world.agents()[0], payment=asked).state == State.CHECKED


def test_the_same_payment_is_not_asked_for_twice_but_once_refused_it_may_be_again() -> None:
    case = world.banked(world.running())
    asked = asking(case)
    with pytest.raises(InputError, match="déjà demandé"):
        asking(case)
    with pytest.raises(InputError, match="pourquoi"):
        payments.payment_refuse(actor=world.agents()[0], payment=asked, reason=" ")
    payments.payment_refuse(actor=world.agents()[0], payment=asked, reason="La facture est illisible.")
    assert case.messages.get().text == "La facture est illisible."
    assert asking(case).pk != asked.pk


def test_who_checked_a_payment_does_not_order_it() -> None:
    case = world.banked(world.running())
    both = desk.posted("bruno", "pay")
    checked = payments.payment_check(actor=both, payment=asking(case))
    assert list(payments.ready(both)) == []
    with pytest.raises(InputError, match="rien ne peut être payé"):
        payments.payments_order(actor=both, reference="AIDES-1", execution_on=timezone.localdate())
    assert [one.pk for one in payments.ready(world.agents()[1])] == [checked.pk]
    assert not PaymentFile.objects.exists()


def test_nobody_orders_a_payment_to_their_own_organisation() -> None:
    case = world.banked(world.running())
    payments.payment_check(actor=world.agents()[0], payment=asking(case))
    assert case.applicant is not None
    insider = desk.posted("ines", "pay")
    desk.Member.objects.create(organisation=case.applicant, user=insider, rank="reader")
    assert list(payments.ready(insider)) == []
    with pytest.raises(PermissionDenied):
        payments.payment_check(actor=insider, payment=case.payments.get())


def test_an_account_replaced_after_the_check_is_verified_and_checked_anew() -> None:
    case = world.banked(world.running())
    payments.payment_check(actor=world.agents()[0], payment=asking(case))
    banking.bank_give(actor=world.owner(case), case=case, name="Les Vergers", iban=world.OTHER_IBAN)
    assert case.payments.get().state == State.ASKED
    assert list(payments.ready(world.agents()[1])) == []
    with pytest.raises(InputError, match="coordonnées bancaires"):
        payments.payment_check(actor=world.agents()[0], payment=case.payments.get())


def test_an_iban_is_sealed_checked_and_never_repeated() -> None:
    case = world.running()
    with pytest.raises(InputError) as wrong:
        banking.bank_give(actor=world.owner(case), case=case, name="Les Vergers", iban=world.IBAN[:-1] + "9")
    assert world.IBAN[4:20] not in str(wrong.value)
    banking.bank_give(actor=world.owner(case), case=case, name="Les Vergers", iban=world.IBAN)
    with connection.cursor() as cursor:
        cursor.execute("SELECT account, hint FROM grants_bankdetails")
        [(sealed, hint)] = cursor.fetchall()
    assert world.IBAN not in sealed
    assert hint == "2606"
    with pytest.raises(PermissionDenied):
        banking.bank_give(actor=world.agents()[0], case=case, name="Moi", iban=world.OTHER_IBAN)


def test_the_same_answer_of_the_bank_twice_pays_once() -> None:
    case = world.banked(world.running())
    payment = world.ordered(case)
    world.answered(payment)
    again = world.answered(payment)
    assert (len(again.paid), again.known) == (0, 1)
    assert world.allocation(case).paid == 250_000
    assert len(journal.page(programme="essai", kind="grants.paid.v1", size=10).entries) == 1


def test_another_amount_than_ordered_is_an_anomaly_and_moves_nothing() -> None:
    case = world.banked(world.running())
    done = world.answered(world.ordered(case), amount=Decimal("2500.01"))
    assert len(done.anomalies) == 1
    assert world.allocation(case).paid == 0


def test_a_transfer_the_bank_refuses_asks_for_another_account_and_is_ordered_under_a_new_key() -> None:
    case = world.banked(world.running())
    payment = world.ordered(case)
    world.answered(payment, "refused")
    payment.refresh_from_db()
    assert (payment.state, payment.bank) == (State.ASKED, None)
    assert BankDetails.objects.get(case=case).refused_at is not None
    world.banked(case, world.OTHER_IBAN)
    payments.payment_check(actor=world.agents()[0], payment=payment)
    payments.payments_order(actor=world.agents()[1], reference="AIDES-BIS", execution_on=timezone.localdate())
    world.answered(payment)
    payment.refresh_from_db()
    assert (payment.state, payment.attempt) == (State.PAID, 2)
    assert world.allocation(case).paid == 250_000


def test_a_payment_that_comes_back_after_it_was_made_is_undone_and_owed_again() -> None:
    case = world.banked(world.running())
    payment = world.paid(case)
    world.answered(payment, "refused")
    held = world.allocation(case)
    assert (held.engaged, held.paid) == (500_000, 0)
    assert list(verify("essai")) == []
    assert list(verify_ledger()) == []
    assert len(journal.page(programme="essai", kind="grants.paid.v1", effective=True, size=10).entries) == 0


def test_what_the_years_credits_do_not_hold_is_not_ordered() -> None:
    world.envelope(paid=0)
    case = world.banked(world.running())
    payments.payment_check(actor=world.agents()[0], payment=asking(case))
    with pytest.raises(InputError, match="plus de crédits"):
        payments.payments_order(actor=world.agents()[1], reference="AIDES-1", execution_on=timezone.localdate())
    assert case.payments.get().state == State.CHECKED


def test_two_files_of_one_reference_are_one_file_and_another_agents_is_refused() -> None:
    case = world.banked(world.running())
    payments.payment_check(actor=world.agents()[0], payment=asking(case))
    paul = world.agents()[1]
    first = payments.payments_order(actor=paul, reference="AIDES-1", execution_on=timezone.localdate())
    assert payments.payments_order(actor=paul, reference="AIDES-1", execution_on=timezone.localdate()) == first
    with pytest.raises(InputError, match="déjà prise"):
        payments.payments_order(actor=desk.posted("bea", "pay"), reference="AIDES-1", execution_on=timezone.localdate())


def test_a_suspended_case_is_paid_nothing() -> None:
    case = world.banked(world.running())
    payments.payment_check(actor=world.agents()[0], payment=asking(case))
    Case.objects.filter(pk=case.pk).update(state=CaseState.SUSPENDED)
    assert list(payments.ready(world.agents()[1])) == []
    gate = gates(Case.objects.get(pk=case.pk), terms_of(case).document, terms_of(case).document.payments[0])[0]
    assert (gate.code, gate.met) == ("state", False)


@pytest.mark.parametrize(
    ("spent", "paid"),
    [("10000", 250_000), ("9999.99", 249_999), ("12000", 250_000), ("7500", 125_000), ("5000.01", 0)],
)
def test_the_balance_is_reduced_with_the_cost_to_the_cent_and_never_grows(spent: str, paid: int) -> None:
    case = world.banked(world.running())
    world.paid(case)
    world.piece(case, "factures")
    if not paid:
        with pytest.raises(InputError, match="rien n'est dû"):
            asking(case, "solde", Decimal(spent))
        return
    assert asking(case, "solde", Decimal(spent)).amount == paid


def test_an_agent_retains_less_spending_than_declared_and_says_why() -> None:
    case = world.banked(world.running())
    world.paid(case)
    world.piece(case, "factures")
    asked = asking(case, "solde", Decimal("10000"))
    agathe = world.agents()[0]
    with pytest.raises(InputError, match="pas plus"):
        payments.payment_check(actor=agathe, payment=asked, spent=Decimal("10000.01"), note="?")
    with pytest.raises(InputError, match="pourquoi"):
        payments.payment_check(actor=agathe, payment=asked, spent=Decimal("9000"))
    checked = payments.payment_check(
        actor=agathe, payment=asked, spent=Decimal("9000"), note="Une facture est hors projet."
    )
    assert (checked.amount, checked.retained) == (200_000, 900_000)


@pytest.mark.parametrize(
    "spent", [Decimal("NaN"), Decimal("-1"), Decimal("10.001"), Decimal("Infinity"), Decimal("1e30")]
)
def test_spending_that_is_no_amount_is_refused(spent: Decimal) -> None:
    case = world.banked(world.running())
    world.paid(case)
    world.piece(case, "factures")
    with pytest.raises(InputError):
        asking(case, "solde", spent)
    assert case.payments.count() == 1


def test_a_stranger_an_expert_and_an_agent_of_another_scheme_do_nothing_here() -> None:
    case = world.banked(world.running())
    asked = asking(case)
    for nobody in (
        desk.account("inconnue"),
        desk.posted("ailleurs", "pay", "avis"),
        desk.posted("expert", "expert", "", "member"),
    ):
        with pytest.raises(PermissionDenied):
            payments.payment_ask(actor=nobody, case=case, code="solde")
        with pytest.raises(PermissionDenied):
            payments.payment_check(actor=nobody, payment=asked)
        with pytest.raises(PermissionDenied):
            payments.payment_refuse(actor=nobody, payment=asked, reason="non")
    assert list(payments.ready(desk.posted("loin", "pay", "avis"))) == []
