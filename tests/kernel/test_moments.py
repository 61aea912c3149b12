"""A day and an hour of Paris, when clocks change and when they do not."""

from __future__ import annotations

import datetime as dt

import pytest

from mandat.kernel.moments import closing, opening


def test_a_day_runs_from_midnight_to_midnight_of_paris_whatever_the_change_of_hour() -> None:
    spring, autumn = dt.date(2026, 3, 29), dt.date(2026, 10, 25)
    assert (closing(spring).astimezone(dt.UTC) - opening(spring).astimezone(dt.UTC)) == dt.timedelta(hours=23)
    assert (closing(autumn).astimezone(dt.UTC) - opening(autumn).astimezone(dt.UTC)) == dt.timedelta(hours=25)


def test_an_hour_is_itself_the_end() -> None:
    noon = dt.datetime.fromisoformat("2026-06-01T12:00")
    assert opening(noon) == closing(noon) == dt.datetime(2026, 6, 1, 10, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    "moment", [dt.datetime.fromisoformat("2026-03-29T02:30"), dt.datetime.fromisoformat("2026-10-25T02:30")]
)
def test_an_hour_that_is_missing_or_comes_twice_is_refused(moment: dt.datetime) -> None:
    with pytest.raises(ValueError, match="clocks change"):
        opening(moment)


def test_an_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="without an offset"):
        closing(dt.datetime(2026, 6, 1, tzinfo=dt.UTC))
