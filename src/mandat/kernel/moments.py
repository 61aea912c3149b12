"""Moments as a definition writes them: a day, or a day and an hour, on the clocks of Paris.

Twice a year an hour does not exist there, or comes twice. A definition that names such an hour is refused, since nobody could say
whether a vote at that time was in time.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")


def opening(moment: dt.datetime | dt.date) -> dt.datetime:
    """The first instant of ``moment``, aware. A day begins at midnight. Raises ValueError for an hour that is missing or comes twice."""
    if not isinstance(moment, dt.datetime):
        return dt.datetime.combine(moment, dt.time(), tzinfo=PARIS)
    return _aware(moment)


def closing(moment: dt.datetime | dt.date) -> dt.datetime:
    """The first instant after ``moment``: what comes then is too late. A day lasts until the next midnight; an hour is itself the end."""
    if not isinstance(moment, dt.datetime):
        return dt.datetime.combine(moment + dt.timedelta(days=1), dt.time(), tzinfo=PARIS)
    return _aware(moment)


def _aware(moment: dt.datetime) -> dt.datetime:
    if moment.tzinfo is not None:
        raise ValueError("a definition writes the hour of Paris, without an offset")
    found = moment.replace(tzinfo=PARIS)
    if found.utcoffset() != found.replace(fold=1).utcoffset():
        raise ValueError("the clocks change at this hour: it is missing or comes twice")
    return found
