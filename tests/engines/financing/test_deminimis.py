"""Three years that roll, to the day."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mandat.engines.financing import Aid, room
from mandat.kernel.errors import InputError

CEILING = Decimal(300_000)


def aid(day: str | dt.date, amount: int | Decimal, undertaking: str = "A") -> Aid:
    granted = dt.date.fromisoformat(day) if isinstance(day, str) else day
    return Aid(undertaking=undertaking, granted_on=granted, amount=Decimal(amount))


def left(aids: list[Aid], day: str, undertakings: tuple[str, ...] = ("A",)) -> Decimal:
    return room(aids=aids, undertakings=undertakings, on=dt.date.fromisoformat(day), ceiling=CEILING).left


def test_an_undertaking_never_aided_has_the_whole_ceiling() -> None:
    assert left([], "2026-01-01") == CEILING


def test_an_aid_weighs_until_its_third_anniversary_and_is_free_the_day_after() -> None:
    aids = [aid("2023-03-15", 250_000)]
    assert left(aids, "2026-03-15") == 50_000
    assert left(aids, "2026-03-16") == CEILING
    [counted] = room(aids=aids, undertakings=["A"], on=dt.date(2024, 1, 1), ceiling=CEILING).counted
    assert counted.free_on == dt.date(2026, 3, 16)


def test_the_29th_of_february_ends_on_the_28th() -> None:
    aids = [aid("2024-02-29", 1)]
    assert left(aids, "2027-02-28") == CEILING - 1
    assert left(aids, "2027-03-01") == CEILING


def test_all_companies_of_a_group_share_one_ceiling_and_strangers_do_not() -> None:
    aids = [aid("2025-01-01", 200_000, "A"), aid("2025-02-01", 60_000, "B"), aid("2025-02-01", 300_000, "C")]
    assert left(aids, "2025-06-01", ("A", "B")) == 40_000


def test_an_old_aid_recorded_late_must_leave_later_awards_within_the_ceiling() -> None:
    aids = [aid("2026-01-01", 250_000)]
    assert left(aids, "2025-06-01") == 50_000


def test_two_aids_more_than_three_years_apart_never_weigh_together() -> None:
    aids = [aid("2021-01-01", 290_000), aid("2026-01-01", 290_000)]
    assert left(aids, "2023-06-01") == 10_000


def test_more_than_the_ceiling_leaves_nothing_rather_than_less() -> None:
    assert left([aid("2025-01-01", 400_000)], "2025-01-02") == 0


@pytest.mark.parametrize("amount", ["-1", "NaN"])
def test_an_aid_that_is_no_amount_is_refused(amount: str) -> None:
    with pytest.raises(InputError):
        aid("2025-01-01", Decimal(amount))


days = st.integers(0, 3000).map(lambda n: dt.date(2020, 1, 1) + dt.timedelta(days=n))


@given(aids=st.lists(st.tuples(days, st.integers(0, 300_000)), max_size=8), on=days)
def test_granting_what_is_left_never_takes_any_three_years_over_the_ceiling(
    aids: list[tuple[dt.date, int]], on: dt.date
) -> None:
    """Checked the slow way: every window of three years, day by day, that was within the ceiling stays within it."""
    given_aids = [aid(day, amount) for day, amount in aids]
    found = room(aids=given_aids, undertakings=["A"], on=on, ceiling=CEILING)

    def heaviest(every: list[Aid]) -> Decimal:
        ends = {one.granted_on for one in every} | {on}
        sums = [
            sum((one.amount for one in every if one.granted_on <= end and _still(one.granted_on, end)), Decimal(0))
            for end in ends
            if on <= end and _still(on, end)
        ]
        return max(sums)

    if heaviest(given_aids) <= CEILING:
        assert heaviest([*given_aids, aid(on, found.left)]) == CEILING


def _still(granted: dt.date, end: dt.date) -> bool:
    try:
        last = granted.replace(year=granted.year + 3)
    except ValueError:
        last = granted.replace(year=granted.year + 3, day=28)
    return end <= last
