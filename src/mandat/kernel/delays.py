"""The law's clock: answers due, appeals, and days on which nothing expires.

Delays in months go from one day to the same day of the month, or to the month's last day where there is none such.
Days are those of Paris; a day ends at midnight there, whatever the change of hour.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

from mandat.kernel.periods import add_months

#: Day and month of the holidays that never move (code du travail, L3133-1).
_FIXED = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
#: Easter Monday, Ascension and Whit Monday, in days after Easter.
_MOVING = (1, 39, 50)


def answer_due(complete_on: dt.date, *, months: int, suspended: int = 0) -> dt.date:
    """The last day for the administration to answer; silence speaks the day after.

    ``complete_on`` is the day the request was received with all it needs (CRPA L231-1, L114-5); ``suspended`` is for how many
    days the delay of an implied refusal stood still while evidence was awaited (CRPA L114-5).
    """
    return add_months(complete_on, months) + dt.timedelta(days=suspended)


def appeal_until(notified_on: dt.date, *, months: int = 2) -> dt.date:
    """The last day to appeal (CJA R421-1): neither the first day nor the last is counted, and it falls on a working day."""
    day = add_months(notified_on, months) + dt.timedelta(days=1)
    while day.weekday() >= 5 or day in holidays(day.year):
        day += dt.timedelta(days=1)
    return day


@lru_cache(maxsize=64)
def holidays(year: int) -> frozenset[dt.date]:
    """The public holidays of metropolitan France."""
    easter = _easter(year)
    return frozenset(
        [dt.date(year, month, day) for month, day in _FIXED] + [easter + dt.timedelta(days=n) for n in _MOVING]
    )


def _easter(year: int) -> dt.date:
    """Easter Sunday in the Gregorian calendar (Meeus, *Astronomical Algorithms*, chapter 8)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    lap = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * lap) // 451
    month, day = divmod(h + lap - 7 * m + 114, 31)
    return dt.date(year, month, day + 1)
