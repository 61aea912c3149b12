"""Loans: what comes back adds up, to the cent."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mandat.engines.financing import Terms, arrears, grant_equivalent, repay_early, schedule
from mandat.kernel.errors import InputError

START = dt.date(2026, 1, 31)


def terms(**changes: Any) -> Terms:
    usual = {"principal": Decimal("12000.00"), "rate": Decimal("3"), "instalments": 12, "first_due": START}
    return Terms(**{**usual, **changes})


some_terms = st.builds(
    Terms,
    principal=st.integers(1, 10**10).map(lambda cents: Decimal(cents) / 100),
    rate=st.integers(0, 2000).map(lambda basis: Decimal(basis) / 100),
    instalments=st.integers(1, 120),
    first_due=st.dates(dt.date(2020, 1, 1), dt.date(2030, 12, 31)),
    every_months=st.sampled_from([1, 3, 6, 12]),
    kind=st.sampled_from(["annuity", "linear", "bullet"]),
    deferred=st.just(0),
)


@given(some_terms, st.data())
def test_what_is_repaid_is_what_was_lent_and_nothing_is_negative(loan: Terms, data: st.DataObject) -> None:
    deferred = data.draw(st.integers(0, loan.instalments - 1))
    lines = schedule(
        Terms(**{**{name: getattr(loan, name) for name in Terms.__dataclass_fields__}, "deferred": deferred})
    )
    assert len(lines) == loan.instalments
    assert sum(line.principal for line in lines) == loan.principal
    assert lines[-1].remaining == 0
    assert all(line.principal >= 0 and line.interest >= 0 for line in lines)
    assert all(line.principal == 0 for line in lines[:deferred])
    assert [line.due for line in lines] == sorted({line.due for line in lines})


@given(some_terms.filter(lambda loan: loan.kind == "annuity" and loan.instalments > 1))
def test_annuities_are_equal_but_for_the_last_that_takes_the_roundings(loan: Terms) -> None:
    lines = schedule(loan)
    usual = lines[0].total
    unfinished = [line for line in lines[:-1] if line.remaining > 0]
    assert all(line.total == usual for line in unfinished)


def test_an_annuity_known_by_heart() -> None:
    """100,000 € at 12 % over 12 months is 8,884.88 € a month."""
    lines = schedule(terms(principal=Decimal("100000.00"), rate=Decimal(12)))
    assert (lines[0].interest, lines[0].total) == (Decimal("1000.00"), Decimal("8884.88"))


def test_a_loan_without_interest_is_its_principal() -> None:
    lines = schedule(terms(principal=Decimal("100.00"), rate=Decimal(0), instalments=3))
    assert [line.total for line in lines] == [Decimal("33.33"), Decimal("33.33"), Decimal("33.34")]


def test_months_that_are_short_do_not_move_those_that_follow() -> None:
    assert [line.due.day for line in schedule(terms(instalments=4))] == [31, 28, 31, 30]


@given(some_terms, st.integers(0, 100), st.integers(1, 100), st.sampled_from(["term", "payment"]))
def test_an_early_repayment_still_repays_exactly_what_was_lent(loan: Terms, at: int, part: int, keep: Any) -> None:
    lines = schedule(loan)
    on = lines[at * (len(lines) - 1) // 100].due + dt.timedelta(days=3)
    owed = next((line.remaining for line in reversed(lines) if line.due <= on), loan.principal)
    amount = (owed * part / 100).quantize(Decimal("0.01"))
    if not amount:
        return
    after = repay_early(loan, on=on, amount=amount, keep=keep)
    assert sum(line.principal for line in after) == loan.principal
    assert after[-1].remaining == 0
    assert [line.due for line in after] == sorted(line.due for line in after)
    assert after[-1].due <= max(lines[-1].due, on)


def test_keeping_the_payment_ends_sooner_and_keeping_the_term_lowers_the_payment() -> None:
    loan = terms(principal=Decimal("120000.00"), instalments=120)
    on = schedule(loan)[11].due
    shorter = repay_early(loan, on=on, amount=Decimal("50000.00"), keep="payment")
    lower = repay_early(loan, on=on, amount=Decimal("50000.00"), keep="term")
    assert shorter[-1].due < lower[-1].due == schedule(loan)[-1].due
    assert lower[-2].total < schedule(loan)[-2].total == shorter[-2].total


def test_an_early_repayment_bears_its_own_interest_by_the_day() -> None:
    loan = terms(principal=Decimal("36500.00"), rate=Decimal(10), kind="bullet", instalments=12)
    line = repay_early(loan, on=dt.date(2026, 2, 10), amount=Decimal("3650.00"))[1]
    assert (line.due, line.interest) == (dt.date(2026, 2, 10), Decimal("10.00"))


@pytest.mark.parametrize("amount", ["0", "-5", "12000.01", "10.001"])
def test_more_than_is_owed_cannot_be_repaid(amount: str) -> None:
    with pytest.raises(InputError):
        repay_early(terms(), on=dt.date(2026, 1, 1), amount=Decimal(amount))


def test_arrears_settle_the_oldest_first_and_bear_interest_by_the_day() -> None:
    lines = schedule(terms(principal=Decimal("3000.00"), rate=Decimal(0), instalments=3))
    late = arrears(lines, [(dt.date(2026, 3, 2), Decimal("1500.00"))], on=dt.date(2026, 3, 30), rate=Decimal("7.3"))
    assert (late.late, late.since) == (Decimal("500.00"), dt.date(2026, 2, 28))
    # 1,000 € for 30 days, 500 € for 2 days, 500 € for 30 days, at 0.02 % a day.
    assert late.interest == Decimal("9.20")


def test_a_day_that_is_due_is_not_yet_late() -> None:
    lines = schedule(terms())
    assert arrears(lines, [], on=START, rate=Decimal(5)).late == 0
    assert arrears(lines, [], on=START + dt.timedelta(days=1), rate=Decimal(5)).late == lines[0].total


def test_a_loan_at_the_reference_rate_gives_no_aid_and_one_without_interest_does() -> None:
    free = terms(rate=Decimal(0), principal=Decimal("100000.00"), instalments=60)
    aid = grant_equivalent(free, released_on=dt.date(2025, 12, 31), reference_rate=Decimal(5))
    assert Decimal(11000) < aid < Decimal(13000)
    dear = terms(rate=Decimal(9), instalments=60)
    assert grant_equivalent(dear, released_on=dt.date(2025, 12, 31), reference_rate=Decimal(5)) == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"principal": Decimal(0)}, {"principal": Decimal("0.001")}, {"principal": Decimal("NaN")}, {"rate": Decimal(-1)},
        {"rate": Decimal("Infinity")}, {"instalments": 0}, {"instalments": 601}, {"every_months": 5}, {"deferred": 12},
    ],
)  # fmt: skip
def test_terms_that_make_no_loan_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        terms(**wrong)
