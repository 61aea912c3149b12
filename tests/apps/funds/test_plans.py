"""Plans of loans: what is settled first, and that whatever is decided the principal comes back to the cent."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mandat.apps.funds import plans
from mandat.apps.funds.plans import Line, LoanTerms, Pace
from mandat.kernel.errors import InputError
from mandat.kernel.money import ZERO

DAY = dt.date(2024, 1, 31)
EUR = Decimal


def principal(lines: list[Line]) -> Decimal:
    return sum((line.principal for line in lines), ZERO)


def test_a_linear_loan_without_interest_waits_then_repays_by_equal_parts() -> None:
    lines = plans.first_plan(LoanTerms(rate=EUR(0), instalments=4, deferred_months=6), EUR(1000), DAY)
    assert [(line.due, line.principal, line.interest) for line in lines] == [
        (dt.date(2024, 10, 30), EUR(250), EUR(0)),
        (dt.date(2025, 1, 30), EUR(250), EUR(0)),
        (dt.date(2025, 4, 30), EUR(250), EUR(0)),
        (dt.date(2025, 7, 30), EUR(250), EUR(0)),
    ]


def test_interest_runs_while_principal_waits() -> None:
    terms = LoanTerms(rate=EUR(4), instalments=2, every_months=12, deferred_months=12)
    lines = plans.first_plan(terms, EUR(1000), DAY)
    assert [(line.due.year, line.principal, line.interest) for line in lines] == [
        (2025, EUR(0), EUR(40)), (2026, EUR(500), EUR(40)), (2027, EUR(500), EUR(20)),
    ]  # fmt: skip


def test_the_oldest_line_is_settled_first_and_in_it_the_interest() -> None:
    lines = [Line(dt.date(2025, 1, 1), EUR(100), EUR(5)), Line(dt.date(2024, 1, 1), EUR(100), EUR(10))]
    found = plans.settle(lines, EUR(112))
    assert [(one.line.due.year, one.interest, one.principal, one.left) for one in found] == [
        (2024, EUR(10), EUR(100), EUR(0)), (2025, EUR(2), EUR(0), EUR(103)),
    ]  # fmt: skip
    assert plans.split(lines, EUR(4), EUR(10)) == (EUR(4), EUR(6))


def test_keeping_the_payment_ends_sooner_and_keeping_the_term_pays_less() -> None:
    lines = plans.first_plan(LoanTerms(rate=EUR(0), instalments=10, every_months=1), EUR(1000), DAY)
    on, pace = dt.date(2024, 3, 15), Pace(EUR(0), 1, "linear")
    early = Line(on, EUR(400), ZERO, early=True)
    shorter = plans.replan(lines, EUR(100), pace=pace, on=on, balance=EUR(500), keep="payment", early=early)
    lower = plans.replan(lines, EUR(100), pace=pace, on=on, balance=EUR(500), keep="term", early=early)
    assert [line.principal for line in shorter] == [100, 400, 100, 100, 100, 100, 100]
    assert lower[-1].due == lines[-1].due
    assert {line.principal for line in lower[2:]} == {EUR("55.56"), EUR("55.52")}
    assert principal(shorter) == principal(lower) == 1000


def test_a_deferral_takes_overdue_lines_with_it_and_their_interest() -> None:
    terms = LoanTerms(rate=EUR(12), instalments=4, every_months=1)
    lines = plans.first_plan(terms, EUR(400), dt.date(2024, 1, 1))
    on, pace = dt.date(2024, 3, 10), Pace(EUR(12), 1, "linear")
    moved = plans.replan(lines, EUR(0), pace=pace, on=on, balance=EUR(400), later=2)
    assert [(line.due.month, line.principal) for line in moved] == [(4, 0), (5, 0), (6, 200), (7, 200)]
    assert moved[0].interest == EUR(4) + EUR(7)  # of its month, then the 4 € and 3 € overdue
    assert principal(moved) == 400


TERMS = st.builds(
    LoanTerms,
    rate=st.sampled_from([EUR(0), EUR("1.5"), EUR(7)]),
    instalments=st.integers(1, 24),
    every_months=st.sampled_from([1, 3, 6, 12]),
    deferred_months=st.sampled_from([0, 6, 12]),
    kind=st.sampled_from(["linear", "annuity", "bullet"]),
)
ACTS = st.lists(
    st.tuples(st.sampled_from(["pay", "early", "later", "less"]), st.integers(1, 60), st.integers(1, 400), st.booleans()),
    max_size=8,
)  # fmt: skip


@given(terms=TERMS, cents=st.integers(100, 5_000_000), acts=ACTS)
def test_whatever_is_decided_the_principal_of_the_plan_is_what_was_lent(
    terms: LoanTerms, cents: int, acts: list[tuple[str, int, int, bool]]
) -> None:
    lent = EUR(cents) / 100
    lines = plans.first_plan(terms, lent, DAY)
    pace = Pace(terms.rate, terms.every_months, terms.kind)
    paid, back, given_up, on = ZERO, ZERO, ZERO, DAY
    for act, share, days, keep in acts:
        on += dt.timedelta(days=days)
        balance = lent - back - given_up
        part = (balance * share / 100).quantize(EUR("0.01"))
        if not part:
            continue
        if act == "pay":
            amount = min(part, plans.owed(lines, paid))
            more, _ = plans.split(lines, paid, amount)
            paid, back = paid + amount, back + more
        elif act == "early":
            if any(one.left and one.line.due <= on for one in plans.settle(lines, paid)):
                continue
            early = Line(on, part, plans.early_interest(lines, part, pace=pace, released_on=DAY, on=on), early=True)
            lines = plans.replan(
                lines, paid, pace=pace, on=on, balance=balance - part, early=early, keep="term" if keep else "payment"
            )
            paid, back = paid + early.total, back + part
        elif act == "later":
            lines = plans.replan(lines, paid, pace=pace, on=on, balance=balance, later=1 + share % 4)
        else:
            lines = plans.replan(lines, paid, pace=pace, on=on, balance=balance - part)
            given_up += part
        settled = plans.settle(lines, paid)
        assert principal(lines) == lent - given_up
        assert sum(one.principal for one in settled) == back
        assert sum(one.paid for one in settled) == paid
        assert all(line.principal >= 0 and line.interest >= 0 for line in lines)
    left = plans.owed(lines, paid)
    last, _ = plans.split(lines, paid, left)
    assert lent - back - given_up - last == 0


@pytest.mark.parametrize("wrong", [{"rate": EUR(101)}, {"instalments": 0}, {"every_months": 5}])
def test_terms_that_make_no_loan_are_refused(wrong: dict[str, object]) -> None:
    usual: dict[str, object] = {"rate": EUR(0), "instalments": 4}
    with pytest.raises(InputError):
        plans.first_plan(LoanTerms(**{**usual, **wrong}), EUR(1000), DAY)  # type: ignore[arg-type]
