"""The register of loans: what was lent comes back, is put off or given up, and the ledger says so at every step."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from io import StringIO
from itertools import count
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.funds import services, telling
from mandat.apps.funds.arrears import arrears_of, late_loans
from mandat.apps.funds.models import DueLine, Envelope, Loan, LoanMove
from mandat.apps.funds.plans import LoanTerms
from mandat.apps.funds.selectors import standings, verify
from mandat.apps.ledger.models import Account
from mandat.apps.ledger.selectors import verify as verify_ledger
from mandat.apps.organisations.models import Organisation
from mandat.facts import Fact
from mandat.journal import guard
from mandat.kernel.errors import InputError
from tests.apps.funds.conftest import engaged, organisation

RELEASED = dt.date(2024, 1, 15)
TODAY = dt.datetime(2026, 6, 1, 10, tzinfo=dt.UTC)
EUR = Decimal
TERMS = LoanTerms(rate=EUR(0), instalments=10, every_months=1, late_rate=EUR("3.65"))
KEYS = count()


@pytest.fixture(autouse=True)
def june() -> Iterator[None]:
    with time_machine.travel(TODAY, tick=False):
        yield


@pytest.fixture(autouse=True)
def all_holds(programme: object) -> Iterator[None]:
    yield
    assert list(verify("essai")) == []
    assert list(verify_ledger()) == []
    for loan in Loan.objects.all():
        assert in_ledger(loan) == loan.balance


def in_ledger(loan: Loan) -> Decimal:
    return Account.objects.get(book="loans:essai", code=f"loan:{loan.reference}").held


def facts(prefix: str = "funds.") -> list[Fact]:
    entries = journal.page(programme="essai", size=100).entries
    return [entry.fact for entry in reversed(entries) if entry.fact.kind.startswith(prefix)]


def lend(
    envelope: Envelope,
    amount: int = 1000,
    *,
    case: str = "P-1",
    to: Organisation | None = None,
    terms: LoanTerms = TERMS,
) -> Loan:
    return services.loan_release(
        allocation=engaged(envelope, case, amount, commune="37261", beneficiary_kind="company" if to else "person"),
        beneficiary=to, amount=EUR(amount), on=RELEASED, year=2024, terms=terms, key="release",
    )  # fmt: skip


def repay(actor: User, loan: Loan, amount: Any, on: dt.date, reference: str = "", **more: Any) -> LoanMove:
    return services.repayment_record(
        actor=actor, loan=loan, amount=EUR(amount), on=on, reference=reference or f"T{next(KEYS)}", **more
    )


def plan(loan: Loan) -> list[tuple[str, int]]:
    loan.refresh_from_db()
    rows = DueLine.objects.filter(loan=loan, plan=loan.plan).order_by("rank")
    return [(f"{row.due:%Y-%m}", row.principal // 100) for row in rows]


def test_a_released_loan_is_paid_by_its_envelope_and_says_when_it_comes_back(rich: Envelope) -> None:
    with guard.acts():
        loan = lend(rich, to=organisation())
    assert (loan.balance, loan.next_due, loan.ends_on) == (1000, dt.date(2024, 2, 15), dt.date(2024, 11, 15))
    assert plan(loan)[0] == ("2024-02", 100)
    [standing] = standings([rich])
    assert (standing.paid, standing.credits[0].spent) == (1000, 1000)
    [fact] = facts()
    assert (fact.kind, fact.amount, fact.subject, fact.area) == (
        "funds.loan_released.v1", EUR(1000), "P-1", "commune:37261",
    )  # fmt: skip
    assert fact.data["beneficiary"] == "Coopérative 1"


def test_a_loan_released_in_two_parts_is_one_loan_over_the_days_to_come(rich: Envelope) -> None:
    held = engaged(rich, "P-1", 1000)
    usual = {"allocation": held, "beneficiary": organisation(), "year": 2024, "terms": TERMS}
    first = services.loan_release(amount=EUR(500), on=RELEASED, key="one", **usual)  # type: ignore[arg-type]
    for _ in range(2):
        services.loan_release(amount=EUR(500), on=dt.date(2024, 3, 1), key="two", **usual)  # type: ignore[arg-type]
    first.refresh_from_db()
    assert (first.amount, first.plan) == (1000, 2)
    # The line of February was due and is still to pay: it falls with the others.
    assert plan(first) == [(f"2024-{month:02}", 111) for month in range(3, 12)]
    assert sum(row.principal for row in DueLine.objects.filter(loan=first, plan=2)) == 100_000


def test_repayments_settle_the_oldest_lines_and_the_last_closes_the_loan(rich: Envelope, agent: User) -> None:
    loan = lend(rich, to=organisation())
    repay(agent, loan, 150, dt.date(2024, 2, 15))
    loan.refresh_from_db()
    assert (loan.balance, loan.next_due) == (850, dt.date(2024, 3, 15))
    with pytest.raises(InputError, match="850"):
        repay(agent, loan, "850.01", dt.date(2024, 2, 16))
    repay(agent, loan, 850, dt.date(2024, 2, 16))
    loan.refresh_from_db()
    assert (loan.state, loan.balance, loan.closed_on) == ("closed", 0, dt.date(2024, 2, 16))
    assert [fact.data["remaining"] for fact in facts("funds.repaid")] == [850, 0]
    with pytest.raises(InputError):
        repay(agent, loan, 1, dt.date(2024, 2, 17))


def test_a_payment_is_recorded_once_under_its_reference(rich: Envelope, agent: User) -> None:
    loan = lend(rich, to=organisation())
    for _ in range(3):
        repay(agent, loan, 100, dt.date(2024, 2, 15), "BANK 1")
    loan.refresh_from_db()
    assert loan.balance == 900
    assert len(facts("funds.repaid")) == 1
    with pytest.raises(InputError, match="BANK 1"):
        repay(agent, loan, 90, dt.date(2024, 2, 15), "BANK  1")


def test_arrears_bear_simple_interest_by_the_day_and_are_paid_apart(rich: Envelope, agent: User) -> None:
    loan = lend(rich, to=organisation())
    day = dt.date(2024, 3, 16)
    found = arrears_of([loan], day)[loan.pk]
    # 100 € for 30 days, then 100 € for 1 day, at 3.65 % a year: 1 cent a day and 100 €.
    assert (found.late, found.since, found.interest) == (200, dt.date(2024, 2, 15), EUR("0.31"))
    assert [late.pk for late in late_loans("essai", day)] == [loan.pk]
    with pytest.raises(InputError, match=r"0\.31"):
        repay(agent, loan, 200, day, late=EUR("0.32"))
    repay(agent, loan, 200, day, late=EUR("0.31"))
    loan.refresh_from_db()
    assert arrears_of([loan], day)[loan.pk].interest == 0
    assert not late_loans("essai", day).exists()


def test_a_loan_whose_late_interest_is_owed_stays_open_until_it_is_paid_or_given_up(
    rich: Envelope, agent: User, elected: User
) -> None:
    loan = lend(rich, to=organisation())
    day = dt.date(2025, 1, 15)
    repay(agent, loan, 1000, day)
    loan.refresh_from_db()
    assert (loan.state, loan.balance) == ("running", 0)
    services.loan_write_off(
        actor=elected, loan=loan, amount=EUR(0), on=day, reason="hardship", motive="Difficultés passagères.", key="w"
    )
    loan.refresh_from_db()
    assert (loan.state, loan.late_waived > 0) == ("written_off", True)


@pytest.mark.parametrize(("keep", "months"), [("term", 9), ("payment", 5)])
def test_a_loan_repaid_early_keeps_its_term_or_its_payment_and_ends_at_zero(
    rich: Envelope, agent: User, keep: Any, months: int
) -> None:
    loan = lend(rich, to=organisation())
    repay(agent, loan, 100, dt.date(2024, 2, 15))
    on = dt.date(2024, 3, 1)
    assert services.early_amount(loan=loan, principal=EUR(400), on=on) == 400
    services.early_repayment_record(actor=agent, loan=loan, principal=EUR(400), on=on, reference="E", keep=keep)
    loan.refresh_from_db()
    assert (loan.balance, len(plan(loan))) == (500, months + 2)
    assert facts("funds.repaid")[-1].data["early"] is True
    repay(agent, loan, 500, dt.date(2024, 3, 15))
    loan.refresh_from_db()
    assert (loan.balance, loan.state) == (0, "closed")


def test_what_is_due_is_paid_before_what_is_repaid_early(rich: Envelope, agent: User) -> None:
    loan = lend(rich, to=organisation())
    with pytest.raises(InputError):
        services.early_repayment_record(
            actor=agent, loan=loan, principal=EUR(400), on=dt.date(2024, 2, 15), reference="E"
        )


def test_a_deferral_says_its_motive_keeps_late_interest_and_moves_every_line(rich: Envelope, elected: User) -> None:
    loan = lend(rich, to=organisation())
    on = dt.date(2024, 3, 16)
    given: dict[str, Any] = {"actor": elected, "loan": loan, "on": on, "reason": "hardship", "key": "d"}
    with pytest.raises(InputError):
        services.loan_defer(months=3, motive="  ", **given)
    with pytest.raises(InputError):
        services.loan_defer(months=0, motive="Baisse d'activité au printemps.", **given)
    for _ in range(2):
        services.loan_defer(months=3, motive="Baisse d'activité au printemps.", **given)
    loan.refresh_from_db()
    assert (loan.plan, loan.next_due) == (2, dt.date(2024, 7, 15))
    assert sum(part for _, part in plan(loan)) == 1000
    assert arrears_of([loan], on)[loan.pk].interest == EUR("0.31")
    [fact] = facts("funds.loan_deferred")
    assert (fact.amount, fact.data["months"], fact.data["reason"]) == (None, 3, "hardship")
    assert "activité" not in str(fact.data)


def test_what_is_written_off_leaves_the_register_with_a_motive(rich: Envelope, elected: User) -> None:
    loan = lend(rich, to=organisation())
    given: dict[str, Any] = {
        "actor": elected, "loan": loan, "on": dt.date(2024, 2, 1), "reason": "insolvency",
        "motive": "Liquidation judiciaire close.",
    }  # fmt: skip
    services.loan_write_off(amount=EUR(400), key="w1", **given)
    loan.refresh_from_db()
    assert (loan.balance, loan.state, sum(part for _, part in plan(loan))) == (600, "running", 600)
    with pytest.raises(InputError, match="600"):
        services.loan_write_off(amount=EUR(601), key="w2", **given)
    services.loan_write_off(amount=EUR(600), key="w3", **given)
    loan.refresh_from_db()
    assert (loan.balance, loan.state, loan.next_due) == (0, "written_off", None)
    assert [fact.amount for fact in facts("funds.loan_written_off")] == [400, 600]


@pytest.mark.parametrize(
    ("role", "records", "decides"),
    [("agent", True, False), ("administrator", True, True), ("elected", False, True), ("auditor", False, False), ("", False, False)],
)  # fmt: skip
def test_who_records_money_and_who_forgives_it(
    role: str, records: bool, decides: bool, person: Callable[..., User], rich: Envelope
) -> None:
    loan, user, on = lend(rich, to=organisation()), person(*[role] if role else []), dt.date(2024, 2, 1)
    acts: list[tuple[bool, Callable[[], object]]] = [
        (records, lambda: repay(user, loan, 10, on)),
        (records, lambda: services.early_repayment_record(actor=user, loan=loan, principal=EUR(10), on=on, reference="E")),
        (decides, lambda: services.loan_defer(actor=user, loan=loan, months=1, on=on, reason="other", motive="Un motif assez long.", key="d")),
        (decides, lambda: services.loan_write_off(actor=user, loan=loan, amount=EUR(10), on=on, reason="other", motive="Un motif assez long.", key="w")),
    ]  # fmt: skip
    for allowed, act in acts:
        if allowed:
            act()
        else:
            with pytest.raises(PermissionDenied):
                act()


@pytest.mark.parametrize("amount", ["0", "-5", "0.001"])
def test_amounts_that_are_no_money_are_refused(rich: Envelope, agent: User, amount: str) -> None:
    loan = lend(rich, to=organisation())
    with pytest.raises(InputError):
        repay(agent, loan, amount, dt.date(2024, 2, 1))
    with pytest.raises(InputError):
        repay(agent, loan, 5, dt.date(2026, 6, 2))
    with pytest.raises(InputError):
        repay(agent, loan, 5, dt.date(2023, 6, 2))


def test_a_loan_the_envelope_cannot_pay_leaves_no_trace(rich: Envelope) -> None:
    held = engaged(rich, "P-1", 1000)
    with pytest.raises(InputError):
        services.loan_release(
            allocation=held, beneficiary=None, amount=EUR(1001), on=RELEASED, year=2024, terms=TERMS, key="r"
        )
    with pytest.raises(InputError):
        services.loan_release(
            allocation=held, beneficiary=None, amount=EUR(10), on=RELEASED, year=2023, terms=TERMS, key="r"
        )
    assert not Loan.objects.exists()


def test_natural_persons_are_told_together_and_never_under_five(rich: Envelope, agent: User) -> None:
    loans = [lend(rich, case=f"N-{n}") for n in range(4)]
    sole = organisation(7, legal_category="1000", name="Camille Essai")
    loans.append(lend(rich, case="N-4", to=sole))
    assert facts() == []
    for loan in loans[:4]:
        repay(agent, loan, 100, dt.date(2024, 2, 15))
    assert telling.natural_told(programme="essai") == 1
    [released] = facts()
    assert (released.kind, released.amount, released.data["loans"]) == ("funds.loan_released.v1", EUR(5000), 5)
    assert (released.subject, released.area, released.data["beneficiary"]) == ("", "", "personne physique")
    repay(agent, loans[4], 100, dt.date(2024, 2, 16))
    assert telling.natural_told(programme="essai") == 1
    assert telling.natural_told(programme="essai") == 0
    assert facts("funds.repaid")[0].amount == 500
    assert "Camille" not in "".join(str(fact) for fact in facts())


def test_the_daily_command_tells_what_is_overdue_once_a_month(rich: Envelope) -> None:
    for n in range(5):
        lend(rich, case=f"P-{n}", to=organisation(n + 1))
    out = StringIO()
    for _ in range(2):
        call_command("funds_day", stdout=out)
    assert "late: 5, overdue: 5000.00 EUR" in out.getvalue()
    [fact] = facts("funds.arrears")
    assert (fact.amount, fact.data["loans"], fact.data["running"]) == (5000, 5, 5)


def test_one_to_four_loans_overdue_are_not_told(rich: Envelope) -> None:
    lend(rich, to=organisation())
    call_command("funds_day", stdout=StringIO())
    assert facts("funds.arrears") == []


ACTS = st.lists(
    st.tuples(st.sampled_from(["repay", "late", "early", "defer", "write", "release"]), st.integers(1, 60_000), st.integers(1, 60)),
    max_size=8,
)  # fmt: skip


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    acts=ACTS,
    rate=st.sampled_from([EUR(0), EUR("2.5")]),
    kind=st.sampled_from(["linear", "annuity", "bullet"]),
    deferred=st.sampled_from([0, 3]),
)
def test_at_every_step_the_ledger_holds_what_was_lent_less_what_came_back(
    rich: Envelope,
    agent: User,
    elected: User,
    acts: list[tuple[str, int, int]],
    rate: Decimal,
    kind: Any,
    deferred: int,
) -> None:
    terms = LoanTerms(rate=rate, instalments=6, every_months=1, kind=kind, deferred_months=deferred, late_rate=EUR(4))
    held = engaged(rich, f"L-{next(KEYS)}", 1000)
    usual: dict[str, Any] = {"allocation": held, "beneficiary": None, "year": 2024, "terms": terms}
    loan = services.loan_release(amount=EUR(500), on=RELEASED, key="one", **usual)
    on = RELEASED
    for act, cents, days in acts:
        on += dt.timedelta(days=days)
        amount, key = EUR(cents) / 100, f"{next(KEYS)}"
        try:
            if act == "repay":
                repay(agent, loan, amount, on)
            elif act == "late":
                repay(agent, loan, 0, on, late=arrears_of([loan], on)[loan.pk].interest)
            elif act == "early":
                services.early_repayment_record(
                    actor=agent,
                    loan=loan,
                    principal=amount,
                    on=on,
                    reference=key,
                    keep="payment" if cents % 2 else "term",
                )
            elif act == "defer":
                services.loan_defer(
                    actor=elected,
                    loan=loan,
                    months=1 + cents % 3,
                    on=on,
                    reason="other",
                    motive="Un motif assez long.",
                    key=key,
                )
            elif act == "write":
                services.loan_write_off(
                    actor=elected,
                    loan=loan,
                    amount=amount,
                    on=on,
                    reason="other",
                    motive="Un motif assez long.",
                    key=key,
                )
            else:
                services.loan_release(amount=EUR(100), on=on, key=key, **usual)
        except InputError:
            pass
        loan.refresh_from_db()
        moves = LoanMove.objects.filter(loan=loan)
        lent, back, lost = (sum(move.principal for move in moves if move.kind in kinds) for kinds in (["released"], ["repaid", "early"], ["written_off"]))  # fmt: skip
        assert in_ledger(loan) == loan.balance == EUR(lent - back - lost) / 100
        rows = DueLine.objects.filter(loan=loan, plan=loan.plan)
        assert sum(row.principal for row in rows) == lent - lost
        assert (loan.next_due is None) == (
            sum(row.principal + row.interest for row in rows) == loan.repaid + loan.interest
        )
    left = sum((row.line.total for row in DueLine.objects.filter(loan=loan, plan=loan.plan)), EUR(0)) - loan.paid
    if loan.state == "running" and left:
        repay(agent, loan, left, on)
    loan.refresh_from_db()
    assert in_ledger(loan) == loan.balance == 0
