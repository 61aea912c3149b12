"""Days as whole numbers (20250301): what dates are compared, aged and moved as when every answer is known."""

from __future__ import annotations

import datetime as dt

from mandat.kernel.periods import add_months


def number(day: dt.date) -> int:
    return day.year * 10_000 + day.month * 100 + day.day


def day(value: int) -> dt.date:
    return dt.date(value // 10_000, value // 100 % 100, value % 100)


def age(birth: int, at: int) -> int:
    """Whole years; a 29 February is completed on 1 March."""
    return (at - birth) // 10_000


def months(start: int, end: int) -> int:
    """Whole months, floored."""
    elapsed = (end // 10_000 - start // 10_000) * 12 + end // 100 % 100 - start // 100 % 100
    return elapsed - (end % 100 < start % 100)


def days(start: int, end: int) -> int:
    return (day(end) - day(start)).days


def moved(value: int, count: int, period: str) -> int:
    start = day(value)
    return number(start + dt.timedelta(count) if period == "days" else add_months(start, count))


def fixed(value: int, month: int, day_: int) -> int:
    return value // 10_000 * 10_000 + month * 100 + day_


def part(value: int, which: str) -> int:
    return {"year": value // 10_000, "month": value // 100 % 100, "day": value % 100}[which]
