"""The published rule, case by case."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mandat.engines.indicators.status import Promise, Rule, Standing, Status, combine, stand, straight_path, whole_years
from mandat.engines.indicators.value import Value

RULE = Rule(tolerance=Decimal(10), stale_after=Decimal("1.5"), unknown_after=Decimal(3))
START, DUE = dt.date(2021, 7, 2), dt.date(2028, 3, 31)
HALF = dt.date(2024, 11, 15)
PROMISE = Promise(goal=Decimal(450), start=START, due=DUE, promised=True, baseline=Decimal(0))


def at(
    value: int | str | None, *, day: dt.date = HALF, last: dt.date | None = None, years: dict[int, int] | None = None
) -> Value:
    figure = None if value is None else Decimal(value)
    series = () if figure is None else ((last or day, figure),)
    return Value(
        figure,
        0 if figure is None else 1,
        (last or day) if figure is not None else None,
        series,
        {y: Decimal(v) for y, v in (years or {}).items()},
    )


def status(
    promise: Promise,
    value: Value,
    *,
    as_of: dt.date = HALF,
    reached: dict[str, dt.date] | None = None,
    suspended: dt.date | None = None,
) -> Standing:
    return stand(promise, value, rule=RULE, as_of=as_of, milestones_reached=reached or {}, suspended_since=suspended)


def test_without_a_fact_nothing_has_begun() -> None:
    assert status(PROMISE, at(None), as_of=START + dt.timedelta(days=60)).status is Status.NOT_BEGUN


def test_without_a_fact_a_promised_figure_becomes_late_on_the_straight_path() -> None:
    assert status(PROMISE, at(None)).status is Status.LATE


def test_on_the_straight_path_it_is_in_progress_and_far_behind_it_is_late() -> None:
    assert status(PROMISE, at(225)).status is Status.IN_PROGRESS
    assert status(PROMISE, at(181)).status is Status.IN_PROGRESS
    assert status(PROMISE, at(170)).status is Status.LATE


def test_the_criterion_met_is_kept_and_stays_kept_without_new_facts() -> None:
    kept = status(PROMISE, at(450, last=dt.date(2022, 1, 1)))
    assert kept.status is Status.KEPT
    assert kept.stale_since is None


def test_after_the_due_date_what_is_not_met_is_broken() -> None:
    assert status(PROMISE, at(449, day=DUE), as_of=DUE).status is not Status.BROKEN
    assert status(PROMISE, at(449, day=DUE), as_of=DUE + dt.timedelta(days=1)).status is Status.BROKEN
    assert status(PROMISE, at(None), as_of=DUE + dt.timedelta(days=1)).status is Status.BROKEN


def test_an_outcome_never_observed_is_unknown_and_never_zero() -> None:
    outcome = replace(PROMISE, outcome=True, reversible=True)
    assert status(outcome, at(None)).status is Status.UNKNOWN
    assert status(outcome, at(None), as_of=DUE + dt.timedelta(days=1)).status is Status.UNKNOWN


def test_stale_facts_are_said_then_make_the_status_unknown() -> None:
    aging = status(PROMISE, at(225, last=HALF - dt.timedelta(days=600)))
    assert aging.status is Status.IN_PROGRESS
    assert aging.stale_since is not None
    assert aging.stale_since < HALF
    assert status(PROMISE, at(225, last=HALF - dt.timedelta(days=1200))).status is Status.UNKNOWN


def test_a_kept_outcome_must_stay_fresh() -> None:
    outcome = replace(PROMISE, outcome=True, reversible=True)
    assert status(outcome, at(460)).status is Status.KEPT
    assert status(outcome, at(460, last=HALF - dt.timedelta(days=1200))).status is Status.UNKNOWN


def test_a_missed_milestone_is_late_until_it_is_reached() -> None:
    promise = replace(PROMISE, promised=False, milestones={"plan": dt.date(2023, 1, 1)})
    assert status(promise, at(300)).status is Status.LATE
    assert status(promise, at(300), reached={"plan": HALF}).status is Status.IN_PROGRESS


def test_a_suspended_commitment_is_suspended_whatever_its_figure() -> None:
    assert status(PROMISE, at(450), suspended=dt.date(2023, 1, 1)).status is Status.SUSPENDED


def test_yearly_goals_need_every_whole_year() -> None:
    yearly = replace(PROMISE, goal=Decimal(100), yearly=True, promised=True)
    good = {2022: 100, 2023: 120, 2024: 10}
    assert status(yearly, at(10, years=good)).status is Status.IN_PROGRESS
    assert status(yearly, at(10, years={**good, 2023: 99})).status is Status.LATE
    full = dict.fromkeys(range(2022, 2028), 100)
    after = DUE + dt.timedelta(days=1)
    assert status(yearly, at(100, day=DUE, years=full), as_of=after).status is Status.KEPT
    assert status(yearly, at(100, day=DUE, years={**full, 2025: 1}), as_of=after).status is Status.BROKEN


def test_a_goal_to_go_down_to() -> None:
    down = replace(PROMISE, goal=Decimal(10), baseline=Decimal(110), down=True, reversible=True)
    assert status(down, at(10)).status is Status.KEPT
    assert status(down, at(60)).status is Status.IN_PROGRESS
    assert status(down, at(90)).status is Status.LATE


def test_a_figure_that_falls_back_says_from_where() -> None:
    promise = replace(PROMISE, reversible=True)
    series = ((START, Decimal(10)), (dt.date(2023, 1, 1), Decimal(300)), (HALF, Decimal(250)))
    standing = status(promise, Value(Decimal(250), 3, HALF, series))
    assert standing.regressed == 300


@given(st.decimals(0, 1000, places=2), st.dates(START, DUE), st.booleans())
def test_more_is_never_worse(value: Decimal, day: dt.date, promised: bool) -> None:
    order = [Status.BROKEN, Status.UNKNOWN, Status.LATE, Status.NOT_BEGUN, Status.IN_PROGRESS, Status.KEPT]
    promise = replace(PROMISE, promised=promised)
    less, more = (status(promise, at(str(v), day=day), as_of=day).status for v in (value, value + 50))
    assert order.index(less) <= order.index(more)


@given(st.dates(START, DUE))
def test_the_straight_path_goes_from_baseline_to_goal(day: dt.date) -> None:
    expected = straight_path(PROMISE, at(None), as_of=day)
    assert expected is not None
    assert 0 <= expected <= 450


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        ([Status.KEPT, Status.KEPT], Status.KEPT),
        ([Status.KEPT, Status.NOT_BEGUN], Status.IN_PROGRESS),
        ([Status.KEPT, Status.LATE], Status.LATE),
        ([Status.LATE, Status.BROKEN], Status.BROKEN),
        ([Status.UNKNOWN, Status.NOT_BEGUN], Status.NOT_BEGUN),
        ([Status.UNKNOWN], Status.UNKNOWN),
        ([Status.SUSPENDED, Status.IN_PROGRESS], Status.IN_PROGRESS),
    ],
)
def test_a_measure_takes_the_worst_news_of_its_commitments(parts: list[Status], whole: Status) -> None:
    assert combine(parts) is whole


def observed(*points: tuple[str, int], goal: int, down: bool = False, as_of: dt.date = HALF) -> Standing:
    """A promised outcome without a known baseline, observed on these days."""
    series = tuple((dt.date.fromisoformat(day), Decimal(figure)) for day, figure in points)
    promise = replace(PROMISE, goal=Decimal(goal), baseline=None, reversible=True, outcome=True, down=down)
    return status(promise, Value(series[-1][1], len(series), series[-1][0], series), as_of=as_of)


def test_without_a_baseline_the_way_is_measured_from_the_first_observation() -> None:
    # From 50 to 55: standing still at 50 half way is behind by half of the way, though 2.5 is little beside 55.
    assert observed(("2021-12-31", 50), ("2024-10-01", 50), goal=55).status is Status.LATE
    assert observed(("2021-12-31", 50), ("2024-10-01", 52), goal=55).status is Status.IN_PROGRESS


def test_a_goal_of_zero_to_go_down_to_tolerates_as_much_as_any_other() -> None:
    # From 1000 to 0 with a tolerance of 10 percent of the way: about 540 is expected, 620 is not yet late.
    assert observed(("2021-12-31", 1000), ("2024-10-01", 620), goal=0, down=True).status is Status.IN_PROGRESS
    assert observed(("2021-12-31", 1000), ("2024-10-01", 700), goal=0, down=True).status is Status.LATE


def test_the_due_day_itself_is_not_too_late_and_the_next_is() -> None:
    assert status(PROMISE, at(430, day=DUE), as_of=DUE).status is Status.IN_PROGRESS
    assert status(PROMISE, at(430, day=DUE), as_of=DUE + dt.timedelta(days=1)).status is Status.BROKEN
    assert status(PROMISE, at(450, day=DUE), as_of=DUE + dt.timedelta(days=1)).status is Status.KEPT


def test_a_milestone_is_missed_the_day_after_its_date() -> None:
    promise = replace(PROMISE, milestones={"m": HALF})
    assert status(promise, at(225), as_of=HALF).status is Status.IN_PROGRESS
    assert status(promise, at(225), as_of=HALF + dt.timedelta(days=1)).status is Status.LATE


def test_facts_are_stale_the_day_after_their_time_is_up() -> None:
    last = dt.date(2024, 1, 1)  # 366 days of rhythm: stale after 549, unknown after 1,098
    late = last + dt.timedelta(days=549)
    promise = replace(PROMISE, promised=False)
    assert status(promise, at(1, last=last), as_of=late).stale_since is None
    assert status(promise, at(1, last=last), as_of=late + dt.timedelta(days=1)).stale_since == late
    unknown = last + dt.timedelta(days=1098)
    assert status(promise, at(1, last=last), as_of=unknown).status is Status.IN_PROGRESS
    assert status(promise, at(1, last=last), as_of=unknown + dt.timedelta(days=1)).status is Status.UNKNOWN


@pytest.mark.parametrize(
    ("start", "due", "years"),
    [
        ("2021-07-02", "2028-03-31", range(2022, 2028)),
        ("2021-01-01", "2021-12-31", range(2021, 2022)),
        ("2021-01-02", "2022-12-30", range(2022, 2022)),
        ("2021-07-02", "2022-06-30", range(2022, 2022)),
    ],
)
def test_whole_years_lie_between_both_days(start: str, due: str, years: range) -> None:
    assert list(whole_years(dt.date.fromisoformat(start), dt.date.fromisoformat(due))) == list(years)


def test_a_yearly_ceiling_is_not_kept_by_years_nobody_looked_at() -> None:
    promise = replace(PROMISE, goal=Decimal(10), down=True, yearly=True, due=dt.date(2024, 12, 31))
    after = dt.date(2025, 1, 1)
    assert status(promise, at(None), as_of=after).status is not Status.KEPT
    assert status(promise, at(5, years={2022: 5, 2024: 7}), as_of=after).status is Status.BROKEN
    assert status(promise, at(5, years={2022: 5, 2023: 10, 2024: 7}), as_of=after).status is Status.KEPT


def test_a_yearly_goal_is_judged_the_day_after_the_year() -> None:
    promise = replace(PROMISE, goal=Decimal(10), yearly=True, due=dt.date(2023, 12, 31))
    years = {2022: 10, 2023: 9}
    assert status(promise, at(9, years=years), as_of=dt.date(2023, 12, 31)).status is Status.IN_PROGRESS
    assert status(promise, at(9, years=years), as_of=dt.date(2024, 1, 1)).status is Status.BROKEN
