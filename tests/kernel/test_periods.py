"""Dates and the law's clock."""

from __future__ import annotations

import calendar
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mandat.kernel.periods import PARIS, Period, add_months, in_words, paris_date

DAYS = st.dates(min_value=dt.date(1990, 1, 1), max_value=dt.date(2100, 12, 31))


@given(DAYS, st.integers(-240, 240))
def test_months_later_is_the_same_day_or_the_months_last(day: dt.date, months: int) -> None:
    later = add_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == min(day.day, calendar.monthrange(later.year, later.month)[1])


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        ("2024-01-31", 1, "2024-02-29"),
        ("2023-01-31", 1, "2023-02-28"),
        ("2024-12-31", 2, "2025-02-28"),
        ("2024-03-31", -1, "2024-02-29"),
        ("2024-12-15", 12, "2025-12-15"),
    ],
)
def test_ends_of_months(day: str, months: int, later: str) -> None:
    assert add_months(dt.date.fromisoformat(day), months) == dt.date.fromisoformat(later)


@given(DAYS, DAYS, DAYS)
def test_a_period_holds_both_its_ends(a: dt.date, b: dt.date, day: dt.date) -> None:
    period = Period(min(a, b), max(a, b))
    assert a in period
    assert b in period
    assert (day in period) == (min(a, b) <= day <= max(a, b))
    assert period.days == abs((b - a).days) + 1


def test_a_period_cannot_end_before_it_begins() -> None:
    with pytest.raises(ValueError, match="ends after"):
        Period(dt.date(2024, 1, 2), dt.date(2024, 1, 1))


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (dt.datetime(2024, 12, 31, 22, 59, tzinfo=dt.UTC), dt.date(2024, 12, 31)),
        (dt.datetime(2024, 12, 31, 23, 0, tzinfo=dt.UTC), dt.date(2025, 1, 1)),
        (dt.datetime(2024, 6, 30, 22, 0, tzinfo=dt.UTC), dt.date(2024, 7, 1)),
        (dt.datetime(2024, 7, 1, 0, 0, tzinfo=PARIS), dt.date(2024, 7, 1)),
    ],
)
def test_the_day_is_that_of_paris_in_winter_and_summer(moment: dt.datetime, day: dt.date) -> None:
    assert paris_date(moment) == day


def test_a_moment_without_time_zone_has_no_day() -> None:
    with pytest.raises(ValueError, match="time zone"):
        paris_date(dt.datetime(2024, 1, 1))  # noqa: DTZ001


def test_days_are_said_in_full_in_both_languages() -> None:
    assert in_words(dt.date(2024, 3, 1)).fr == "1er mars 2024"
    assert in_words(dt.date(2026, 10, 3)).en == "3 October 2026"
