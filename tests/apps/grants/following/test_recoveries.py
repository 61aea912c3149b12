"""Money given back and cases closed: answered, ordered by somebody else, received in parts, given up; the envelope follows to the cent."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from mandat import journal
from mandat.apps.funds.selectors import standings, verify
from mandat.apps.grants.machine import State as CaseState
from mandat.apps.grants.models import Case, Recovery
from mandat.apps.grants.services import accounts_given, payments, recovery
from mandat.apps.ledger.selectors import verify as verify_ledger
from mandat.journal import guard
from mandat.kernel.errors import InputError
from tests.apps.grants.desk import world as desk
from tests.apps.grants.following import world

pytestmark = pytest.mark.usefixtures("programme")


def paid_case() -> Case:
    case = world.banked(world.running())
    world.paid(case)
    return case


def announced(case: Case, amount: str = "1000") -> Recovery:
    return recovery.recovery_announce(
        actor=world.agents()[1], case=case, why="error", amount=Decimal(amount), reason="Payé deux fois."
    )


def ordered(case: Case, amount: str = "1000") -> Recovery:
    found = recovery.recovery_answer(actor=world.owner(case), recovery=announced(case, amount), text="D'accord.")
    return recovery.recovery_order(actor=desk.posted(f"rita{found.pk}", "pay"), recovery=found, title="TR-2026-1")


def test_money_comes_back_in_parts_to_the_envelope_that_paid_it() -> None:
    case = paid_case()
    with guard.acts():
        asked = announced(case)
    with guard.acts():
        recovery.recovery_answer(actor=world.owner(case), recovery=asked, text="D'accord.")
    other = desk.posted("rita", "pay")
    with guard.acts():
        recovery.recovery_order(actor=other, recovery=asked, title="TR-1")
    before = standings([world.envelope()])[0].available
    with guard.acts():
        recovery.recovery_receive(actor=other, recovery=asked, amount=Decimal("400"), on=timezone.localdate(), key="E1")
    recovery.recovery_receive(actor=other, recovery=asked, amount=Decimal("400"), on=timezone.localdate(), key="E1")
    asked.refresh_from_db()
    assert (asked.received, asked.state) == (40_000, Recovery.State.ORDERED)
    recovery.recovery_receive(actor=other, recovery=asked, amount=Decimal("600"), on=timezone.localdate(), key="E2")
    asked.refresh_from_db()
    assert asked.state == Recovery.State.PAID
    assert standings([world.envelope()])[0].available == before + 1000
    assert world.allocation(case).paid == 150_000
    assert list(verify("essai")) == []
    assert list(verify_ledger()) == []
    assert len(journal.page(programme="essai", kind="grants.recovered.v1", size=10).entries) == 2


def test_nothing_is_ordered_before_the_beneficiary_could_answer_nor_by_who_announced_it() -> None:
    case = paid_case()
    asked = announced(case)
    other = desk.posted("rita", "pay")
    with pytest.raises(InputError, match="une autre personne"):
        recovery.recovery_order(actor=world.agents()[1], recovery=asked, title="TR-1")
    with pytest.raises(InputError, match="peut répondre"):
        recovery.recovery_order(actor=other, recovery=asked, title="TR-1")
    with time_machine.travel(timezone.now() + dt.timedelta(days=16)):
        assert recovery.recovery_order(actor=other, recovery=asked, title="TR-1").state == Recovery.State.ORDERED


def test_no_more_is_asked_back_than_was_paid_nor_received_than_is_owed() -> None:
    case = paid_case()
    with pytest.raises(InputError, match=r"2500"):
        announced(case, "2500.01")
    announced(case, "2000")
    with pytest.raises(InputError, match="500"):
        announced(case, "500.01")
    found = ordered(case, "500")
    rita = desk.posted("zoe", "pay")
    with pytest.raises(InputError, match="il ne reste"):
        recovery.recovery_receive(
            actor=rita, recovery=found, amount=Decimal("500.01"), on=timezone.localdate(), key="E"
        )
    with pytest.raises(InputError):
        recovery.recovery_receive(
            actor=rita, recovery=found, amount=Decimal("1"), on=timezone.localdate() + dt.timedelta(days=1), key="E"
        )
    recovery.recovery_receive(actor=rita, recovery=found, amount=Decimal("1"), on=timezone.localdate(), key="E")
    with pytest.raises(InputError, match="autre montant"):
        recovery.recovery_receive(actor=rita, recovery=found, amount=Decimal("2"), on=timezone.localdate(), key="E")


def test_what_is_given_up_has_a_reason_and_is_given_up_by_who_decides() -> None:
    case = paid_case()
    found = ordered(case)
    with pytest.raises(PermissionDenied):
        recovery.recovery_waive(actor=world.agents()[1], recovery=found, reason="Petite somme.")
    with pytest.raises(InputError, match="motivée"):
        recovery.recovery_waive(actor=world.decider(), recovery=found, reason=" ")
    with guard.acts():
        given_up = recovery.recovery_waive(actor=world.decider(), recovery=found, reason="Liquidation judiciaire.")
    assert (given_up.state, given_up.waived) == (Recovery.State.WAIVED, 100_000)


def test_less_spent_than_paid_is_announced_for_recovery_and_stops_the_closing() -> None:
    case = paid_case()
    payments.cost_declare(actor=world.owner(case), case=case, spent=Decimal("3000"))
    with pytest.raises(InputError, match="coût final"):
        accounts_given.case_close(actor=world.agents()[0], case=case, reason="Fini.")
    payments.cost_retain(actor=world.agents()[0], case=case, spent=Decimal("3000"))
    found = case.recoveries.get()
    # 5,000 € for 10,000 € of cost: 3,000 € of cost give 1,500 €, and 2,500 € were paid.
    assert (found.why, found.amount) == ("unspent", 100_000)
    with pytest.raises(InputError, match="reste à rendre"):
        accounts_given.case_close(actor=world.agents()[0], case=case, reason="Fini.")


def test_closing_gives_back_what_is_not_paid_and_says_so() -> None:
    case = paid_case()
    agathe = world.agents()[0]
    before = standings([world.envelope()])[0].available
    with pytest.raises(InputError, match="pourquoi"):
        accounts_given.case_close(actor=agathe, case=case)
    with guard.acts():
        closed = accounts_given.case_close(actor=agathe, case=case, reason="Le projet s'est arrêté à mi-chemin.")
    assert (closed.state, closed.ended_at is not None) == (CaseState.CLOSED, True)
    assert standings([world.envelope()])[0].available == before + 2500
    [entry] = journal.page(programme="essai", kind="grants.closed.v1", size=10).entries
    assert (entry.fact.amount, entry.fact.data["released"]) == (Decimal("2500"), "2500")
    assert list(verify("essai")) == []


def test_a_case_with_a_payment_under_way_or_an_account_awaited_is_not_closed() -> None:
    case = world.banked(world.running())
    payments.payment_ask(actor=world.owner(case), case=case, code="avance")
    accounts_given.accounts_schedule(case)
    with pytest.raises(InputError) as refused:
        accounts_given.case_close(actor=world.agents()[0], case=case, reason="Fini.")
    assert "versement est en cours" in str(refused.value)
    assert "compte rendu n'est pas accepté" in str(refused.value)


def test_late_accounts_are_reminded_every_month_and_those_given_are_not() -> None:
    case = world.running()
    accounts_given.accounts_schedule(case)
    account = case.accounts.get()
    day = dt.datetime.combine(account.due_on, dt.time(12), tzinfo=dt.UTC)

    def reminded(after: int) -> bool:
        with time_machine.travel(day + dt.timedelta(days=after)):
            return accounts_given.account_remind(account)

    assert [reminded(days) for days in (1, 2, 20, 31, 40, 61)] == [True, False, False, True, False, True]
    world.piece(case, account.code)
    accounts_given.account_give(actor=world.owner(case), account=account)
    assert not reminded(100)


def test_an_account_sent_back_is_given_again_with_a_new_document() -> None:
    case = world.running()
    accounts_given.accounts_schedule(case)
    account = case.accounts.get()
    agathe = world.agents()[0]
    with pytest.raises(InputError, match="joignez"):
        accounts_given.account_give(actor=world.owner(case), account=account)
    world.piece(case, account.code, verdict="")
    with guard.acts():
        accounts_given.account_give(actor=world.owner(case), account=account)
    with guard.acts():
        accounts_given.account_return(actor=agathe, account=account, reason="Les recettes manquent.")
    assert case.messages.get().text == "Les recettes manquent."
    with pytest.raises(InputError, match="joignez"):
        accounts_given.account_give(actor=world.owner(case), account=account)
    world.piece(case, account.code, verdict="")
    accounts_given.account_give(actor=world.owner(case), account=account)
    with guard.acts():
        accounts_given.account_accept(actor=agathe, account=account)
    assert not case.pieces.exclude(verdict="accepted").exists()


def test_the_laws_own_account_is_due_six_months_after_the_year_ends_for_private_bodies_alone() -> None:
    case = world.running()
    accounts_given.accounts_schedule(case)
    ends = accounts_given.period(case)[1]
    assert [(row.code, row.due_on) for row in case.accounts.all()] == [
        ("compte-rendu-financier", dt.date(ends.year + 1, 6, 30))
    ]
    accounts_given.accounts_schedule(case)
    assert case.accounts.count() == 1
    public = world.running(applicant_kind="commune")
    accounts_given.accounts_schedule(public)
    assert not public.accounts.exists()
