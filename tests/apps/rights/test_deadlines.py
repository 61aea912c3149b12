"""Delays fall where the law puts them: ends of months, leap years, holidays, changes of hour."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mandat.apps.rights.deadlines import due_days, last_day
from mandat.apps.rights.schema import Benefit
from mandat.kernel.delays import answer_due, appeal_until, holidays

DAYS = st.dates(dt.date(2000, 1, 1), dt.date(2090, 12, 31))


def benefit(**changes: object) -> Benefit:
    base = {"type": "allowance", "label": {"fr": "Une aide", "en": "An aid"}, "paid_by": "transfer", "lasts_months": 12}
    return Benefit.model_validate({**base, **changes})


@pytest.mark.parametrize(
    ("complete", "months", "suspended", "expected"),
    [
        ("2025-01-15", 2, 0, "2025-03-15"),
        ("2024-12-31", 2, 0, "2025-02-28"),
        ("2023-12-31", 2, 0, "2024-02-29"),
        ("2025-08-31", 1, 0, "2025-09-30"),
        ("2025-02-28", 2, 0, "2025-04-28"),
        ("2025-01-15", 2, 10, "2025-03-25"),
    ],
)
def test_an_answer_is_due_on_the_same_day_of_the_month(
    complete: str, months: int, suspended: int, expected: str
) -> None:
    due = answer_due(dt.date.fromisoformat(complete), months=months, suspended=suspended)
    assert due == dt.date.fromisoformat(expected)


@pytest.mark.parametrize(
    ("notified", "expected"),
    [
        ("2025-01-15", "2025-03-17"),  # 16 March is a Sunday
        ("2025-02-28", "2025-04-29"),
        ("2025-10-31", "2026-01-02"),  # the day after 31 December is a holiday
        ("2025-02-20", "2025-04-22"),  # Easter Monday is 21 April
        ("2025-03-07", "2025-05-09"),  # 8 May
    ],
)
def test_an_appeal_may_come_until_the_day_after_two_months_or_the_next_working_day(
    notified: str, expected: str
) -> None:
    assert appeal_until(dt.date.fromisoformat(notified)) == dt.date.fromisoformat(expected)


@given(DAYS)
def test_no_appeal_ends_on_a_day_when_offices_are_closed(day: dt.date) -> None:
    last = appeal_until(day)
    assert last.weekday() < 5
    assert last not in holidays(last.year)
    assert (last - day).days >= 60


@pytest.mark.parametrize(
    ("year", "easter_monday"), [(2024, (4, 1)), (2025, (4, 21)), (2026, (4, 6)), (2038, (4, 26)), (2027, (3, 29))]
)
def test_easter_is_where_the_calendar_says(year: int, easter_monday: tuple[int, int]) -> None:
    assert dt.date(year, *easter_monday) in holidays(year)
    assert len(holidays(year)) >= 10


@pytest.mark.parametrize(
    ("until", "expected"),
    [("day", "2026-03-14"), ("month-end", "2026-03-31"), ("year-end", "2026-12-31"), ("school-year-end", "2026-08-31")],
)
def test_a_benefit_ends_where_its_definition_says(until: str, expected: str) -> None:
    assert last_day(benefit(until=until), dt.date(2025, 3, 15)) == dt.date.fromisoformat(expected)
    assert last_day(benefit(lasts_months=None), dt.date(2025, 3, 15)) is None


def test_a_school_year_that_is_over_leads_to_the_next() -> None:
    assert last_day(benefit(until="school-year-end"), dt.date(2025, 9, 15)) == dt.date(2027, 8, 31)


def test_monthly_payments_from_the_31st_fall_on_the_last_day_and_come_back_to_the_31st() -> None:
    days = due_days(benefit(rhythm="monthly"), dt.date(2025, 1, 31), dt.date(2026, 1, 30), until=dt.date(2025, 4, 1))
    assert days == [dt.date(2025, 1, 31), dt.date(2025, 2, 28), dt.date(2025, 3, 31)]


@given(DAYS, st.integers(0, 900), st.integers(0, 900))
def test_paying_day_after_day_pays_what_paying_at_once_would(start: dt.date, first: int, more: int) -> None:
    regular = benefit(rhythm="monthly")
    end = last_day(regular, start)
    early, late = start + dt.timedelta(days=first), start + dt.timedelta(days=first + more)
    before, after = due_days(regular, start, end, until=early), due_days(regular, start, end, until=late)
    assert after[: len(before)] == before
    assert len(set(after)) == len(after) <= 12
