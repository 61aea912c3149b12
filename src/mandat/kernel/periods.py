"""Dates and the law's clock: Europe/Paris."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from mandat.kernel.text import Text

PARIS = ZoneInfo("Europe/Paris")


@dataclass(frozen=True, slots=True)
class Period:
    """Days from ``start`` to ``end``, both included."""

    start: dt.date
    end: dt.date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError("a period ends after it begins")

    def __contains__(self, day: dt.date) -> bool:
        return self.start <= day <= self.end

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1


def paris_date(moment: dt.datetime) -> dt.date:
    """The day a moment falls on in Paris. Raises ValueError for a moment without time zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return moment.astimezone(PARIS).date()


_MONTHS = (
    Text("janvier", "January"), Text("février", "February"), Text("mars", "March"), Text("avril", "April"),
    Text("mai", "May"), Text("juin", "June"), Text("juillet", "July"), Text("août", "August"),
    Text("septembre", "September"), Text("octobre", "October"), Text("novembre", "November"), Text("décembre", "December"),
)  # fmt: skip


def in_words(day: dt.date) -> Text:
    """A day in full, as both languages write it: ``1er mars 2024``, ``1 March 2024``."""
    month = _MONTHS[day.month - 1]
    return Text(f"{'1er' if day.day == 1 else day.day} {month.fr} {day.year}", f"{day.day} {month.en} {day.year}")


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day ``months`` later, or the month's last day where there is none such."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    following = dt.date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return min(dt.date(year, month + 1, 1) + dt.timedelta(days=day.day - 1), following - dt.timedelta(days=1))
