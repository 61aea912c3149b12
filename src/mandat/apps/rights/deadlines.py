"""When benefits end and fall due. The delays of the law itself are in ``kernel.delays``."""

from __future__ import annotations

import datetime as dt

from mandat.apps.rights.schema import Benefit
from mandat.kernel.periods import add_months


def last_day(benefit: Benefit, starts_on: dt.date) -> dt.date | None:
    """The last day of a benefit that begins on ``starts_on``; None where it has no term."""
    if benefit.lasts_months is None:
        return None
    day = add_months(starts_on, benefit.lasts_months) - dt.timedelta(days=1)
    if benefit.until == "month-end":
        return add_months(day.replace(day=1), 1) - dt.timedelta(days=1)
    if benefit.until == "year-end":
        return dt.date(day.year, 12, 31)
    if benefit.until == "school-year-end":
        return dt.date(day.year + (day > dt.date(day.year, 8, 31)), 8, 31)
    return day


_STEPS = {"monthly": 1, "quarterly": 3, "yearly": 12}


def due_days(benefit: Benefit, starts_on: dt.date, ends_on: dt.date | None, *, until: dt.date) -> list[dt.date]:
    """The first day of every period that falls due up to ``until``: each is paid at its beginning, once."""
    if benefit.rhythm == "once":
        return [starts_on] if starts_on <= until else []
    step, found, last = _STEPS[benefit.rhythm], [], min(until, ends_on or until)
    for rank in range(0, 1200, step):
        # From the start each time: counting on from 28 February would forget the 31st.
        day = add_months(starts_on, rank)
        if day > last:
            break
        found.append(day)
    return found
