"""Days as whole numbers (20250301) over columns: the calendar in arithmetic, so that every back end counts alike.

Days elapsed go through a count of days since 1 March of year 0 (H. Hinnant, "chrono-compatible low-level date algorithms").
"""

from __future__ import annotations

from mandat.engines.rules.algebra import Exact, Whole, number

_LOWEST, _HIGHEST = 1_600, 2_600


def split(exact: Exact, key: Whole) -> tuple[Whole, Whole, Whole]:
    """Year, month and day."""
    key = exact.keep(key)
    months = exact.keep(exact.floor_quotient(key, number(100)))
    year = exact.keep(exact.floor_quotient(months, number(100)))
    month = exact.within(exact.minus(months, exact.times(year, number(100))), 1, 12)
    day = exact.within(exact.minus(key, exact.times(months, number(100))), 1, 31)
    return exact.within(year, _LOWEST, _HIGHEST), exact.keep(month), exact.keep(day)


def join(exact: Exact, year: Whole, month: Whole, day: Whole) -> Whole:
    return exact.plus(exact.plus(exact.times(year, number(10_000)), exact.times(month, number(100))), day)


def part(exact: Exact, key: Whole, which: str) -> Whole:
    return dict(zip(("year", "month", "day"), split(exact, key), strict=True))[which]


def months_between(exact: Exact, start: Whole, end: Whole) -> Whole:
    """Whole months, floored."""
    (y1, m1, d1), (y2, m2, d2) = split(exact, start), split(exact, end)
    twelve = number(12)
    elapsed = exact.minus(exact.plus(exact.times(y2, twelve), m2), exact.plus(exact.times(y1, twelve), m1))
    return exact.minus(elapsed, exact.choose(exact.compare("<", d2, d1), number(1), number(0)))


def _elapsed(exact: Exact, key: Whole) -> Whole:
    """Days since 1 March of year 0."""
    year, month, day = split(exact, key)
    early = exact.kept(exact.compare("<=", month, number(2)))
    year = exact.keep(exact.minus(year, exact.choose(early, number(1), number(0))))
    month = exact.plus(month, exact.choose(early, number(9), number(-3)))
    of_year = exact.floor_quotient(exact.plus(exact.times(month, number(153)), number(2)), number(5))
    total = exact.plus(exact.times(year, number(365)), exact.floor_quotient(year, number(4)))
    total = exact.minus(total, exact.floor_quotient(year, number(100)))
    total = exact.plus(total, exact.floor_quotient(year, number(400)))
    return exact.plus(total, exact.plus(of_year, exact.minus(day, number(1))))


def _from_elapsed(exact: Exact, days: Whole) -> Whole:
    def quotient(a: Whole, by: int) -> Whole:
        return exact.keep(exact.floor_quotient(a, number(by)))

    def less(a: Whole, b: Whole, times: int = 1) -> Whole:
        return exact.minus(a, exact.times(b, number(times)))

    days = exact.keep(days)
    era = quotient(days, 146_097)
    of_era = exact.keep(less(days, era, 146_097))
    corrected = less(
        exact.plus(less(of_era, quotient(of_era, 1_460)), quotient(of_era, 36_524)), quotient(of_era, 146_096)
    )
    year_of_era = quotient(corrected, 365)
    passed = less(
        exact.plus(exact.times(year_of_era, number(365)), quotient(year_of_era, 4)), quotient(year_of_era, 100)
    )
    of_year = exact.keep(exact.within(exact.minus(of_era, passed), 0, 365))
    shifted = quotient(exact.plus(exact.times(of_year, number(5)), number(2)), 153)
    before = exact.floor_quotient(exact.plus(exact.times(shifted, number(153)), number(2)), number(5))
    day = exact.within(exact.plus(exact.minus(of_year, before), number(1)), 1, 31)
    early = exact.kept(exact.compare("<", shifted, number(10)))
    month = exact.within(exact.plus(shifted, exact.choose(early, number(3), number(-9))), 1, 12)
    year = exact.plus(exact.plus(year_of_era, exact.times(era, number(400))), exact.choose(early, number(0), number(1)))
    return join(exact, exact.within(year, _LOWEST, _HIGHEST), month, day)


def days_between(exact: Exact, start: Whole, end: Whole) -> Whole:
    return exact.minus(_elapsed(exact, end), _elapsed(exact, start))


def moved(exact: Exact, key: Whole, count: int, period: str) -> Whole:
    """The date so many days or months later; a day that is not becomes the month's last."""
    if period == "days":
        return _from_elapsed(exact, exact.plus(_elapsed(exact, key), number(count)))
    year, month, day = split(exact, key)
    index = exact.keep(exact.plus(exact.plus(exact.times(year, number(12)), month), number(count - 1)))
    year = exact.keep(exact.within(exact.floor_quotient(index, number(12)), _LOWEST, _HIGHEST))
    month = exact.plus(exact.minus(index, exact.times(year, number(12))), number(1))
    month = exact.keep(exact.within(month, 1, 12))
    return join(exact, year, month, exact.extreme("min", day, _last_day(exact, year, month)))


def _last_day(exact: Exact, year: Whole, month: Whole) -> Whole:
    def divisible(by: int) -> Whole:
        return exact.minus(year, exact.times(exact.floor_quotient(year, number(by)), number(by)))

    leap = exact.either(
        [
            exact.both(
                [
                    exact.compare("=", divisible(4), number(0)),
                    exact.negation(exact.compare("=", divisible(100), number(0))),
                ]
            ),
            exact.compare("=", divisible(400), number(0)),
        ]
    )
    february = exact.choose(leap, number(29), number(28))
    # From March on, months of 30 days are every second one, but for July and August.
    short = exact.either([exact.compare("=", month, number(n)) for n in (4, 6, 9, 11)])
    other = exact.choose(short, number(30), number(31))
    return exact.choose(exact.compare("=", month, number(2)), february, other)
