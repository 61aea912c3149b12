"""Arithmetic on types of numbers: what a result's unit, scale and bounds are, from its parts'.

See ``tree`` for what the fields mean. Nothing here knows of formulas; what cannot be raises ``BoundsError``.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from mandat.engines.rules.tree import LIMIT, MOST_SCALE, NumberType, scaling
from mandat.engines.rules.units import PLAIN, Unit
from mandat.engines.rules.writing import decimals_of


class BoundsError(Exception):
    """A number that could outgrow every back end: ``decimals`` says whether for its decimals, else for its size."""

    def __init__(self, *, decimals: bool) -> None:
        super().__init__()
        self.decimals = decimals


def whole(unit: Unit, low: int, high: int, *, scale: int = 0) -> NumberType:
    """A number that is no ratio, from its scaled bounds."""
    part = Fraction(1, 10**scale)
    return _checked(NumberType(unit, scale, low, high, 1, 1, low * part, high * part))


def constant(value: Decimal, unit: Unit = PLAIN) -> NumberType:
    scale = decimals_of(value)
    n = int(value.scaleb(scale))
    return whole(unit, n, n, scale=scale)


def _checked(type_: NumberType) -> NumberType:
    if type_.scale > MOST_SCALE:
        raise BoundsError(decimals=True)
    if max(-type_.low, type_.high, type_.den_high) > LIMIT:
        raise BoundsError(decimals=False)
    return type_


def fits(*sizes: int) -> None:
    """Refuse what a back end must hold for a moment where it is too large."""
    if max(map(abs, sizes)) > LIMIT:
        raise BoundsError(decimals=False)


def _aligned(types: Sequence[NumberType]) -> tuple[int, list[tuple[int, int]]]:
    scale = max(t.scale for t in types)
    return scale, [(t.low * 10 ** (scale - t.scale), t.high * 10 ** (scale - t.scale)) for t in types]


def _times(a: tuple[int, int], b: tuple[int, int]) -> tuple[int, int]:
    corners = [x * y for x in a for y in b]
    return min(corners), max(corners)


def add(types: Sequence[NumberType]) -> NumberType:
    scale, bounds = _aligned(types)
    low, high = bounds[0]
    den = (types[0].den_low, types[0].den_high)
    for type_, other in zip(types[1:], bounds[1:], strict=True):
        mine = _times((low, high), (type_.den_low, type_.den_high))
        theirs = _times(other, den)
        low, high = mine[0] + theirs[0], mine[1] + theirs[1]
        den = (den[0] * type_.den_low, den[1] * type_.den_high)
        fits(low, high, den[1])
    least, most = sum((t.least for t in types), Fraction()), sum((t.most for t in types), Fraction())
    return _checked(NumberType(types[0].unit, scale, low, high, *den, least, most))


def negate(t: NumberType) -> NumberType:
    return NumberType(t.unit, t.scale, -t.high, -t.low, t.den_low, t.den_high, -t.most, -t.least)


def absolute(t: NumberType) -> NumberType:
    inside = t.low <= 0 <= t.high
    low, high = (0 if inside else min(abs(t.low), abs(t.high))), max(abs(t.low), abs(t.high))
    least = Fraction() if inside else min(abs(t.least), abs(t.most))
    return NumberType(t.unit, t.scale, low, high, t.den_low, t.den_high, least, max(abs(t.least), abs(t.most)))


def multiply(a: NumberType, b: NumberType) -> NumberType:
    low, high = _times((a.low, a.high), (b.low, b.high))
    corners = [x * y for x in (a.least, a.most) for y in (b.least, b.most)]
    den = (a.den_low * b.den_low, a.den_high * b.den_high)
    return _checked(
        NumberType(a.unit * b.unit, a.scale + b.scale, low, high, *den, min(corners), max(corners))
    )  # fmt: skip


def divide(a: NumberType, b: NumberType, *, low: int, least: Fraction) -> NumberType:
    """``a / b`` where ``b`` is at least ``least`` > 0, its numerator at least ``low`` >= 1."""
    factor = 10**b.scale
    num = _times((a.low * factor, a.high * factor), (b.den_low, b.den_high))
    den = (a.den_low * low, a.den_high * max(low, b.high))
    most = max(least, b.most)
    corners = [x / y for x in (a.least, a.most) for y in (least, most)]
    return _checked(NumberType(a.unit / b.unit, a.scale, *num, *den, min(corners), max(corners)))


def convert(t: NumberType, factor: Fraction, unit: Unit) -> NumberType:
    times, shift, divisor = scaling(factor)
    low, high = sorted((t.low * times, t.high * times))
    least, most = sorted((t.least * factor, t.most * factor))
    return _checked(
        NumberType(unit, t.scale + shift, low, high, t.den_low * divisor, t.den_high * divisor, least, most)
    )


def join(types: Sequence[NumberType]) -> NumberType:
    """The type of what may be any of these."""
    scale, bounds = _aligned(types)
    return _checked(
        NumberType(
            types[0].unit,
            scale,
            min(low for low, _ in bounds),
            max(high for _, high in bounds),
            min(t.den_low for t in types),
            max(t.den_high for t in types),
            min(t.least for t in types),
            max(t.most for t in types),
        )
    )


def extreme(types: Sequence[NumberType], which: str) -> NumberType:
    """The type of the least or greatest of these. Between ratios the parts bound no better than ``join``."""
    both = join(types)
    compare(types)
    pick = min if which == "min" else max
    least, most = pick(t.least for t in types), pick(t.most for t in types)
    if both.ratio:
        return NumberType(both.unit, both.scale, both.low, both.high, both.den_low, both.den_high, least, most)
    _, bounds = _aligned(types)
    low, high = pick(low for low, _ in bounds), pick(high for _, high in bounds)
    return NumberType(both.unit, both.scale, low, high, 1, 1, least, most)


def compare(types: Sequence[NumberType]) -> None:
    """Refuse numbers whose comparison by cross product would not hold."""
    _, bounds = _aligned(types)
    largest = max(t.den_high for t in types)
    fits(*(bound * largest for pair in bounds for bound in pair))


def rounded(t: NumberType, step: Decimal) -> NumberType:
    scale = decimals_of(step)
    part = Fraction(step)
    multiple = int(step.scaleb(scale))
    low, high = floor(t.least / part) * multiple, ceil(t.most / part) * multiple
    up = 10 ** max(0, scale - t.scale)
    down = 10 ** max(0, t.scale - scale)
    fits(2 * t.low * up, 2 * t.high * up, 2 * t.den_high * down * multiple)
    return whole(t.unit, low, high, scale=scale)


def total(t: NumberType, most: int) -> NumberType:
    """The sum of 0 to ``most`` numbers of this type (of one denominator)."""
    low, high = min(0, t.low * most), max(0, t.high * most)
    least, top = min(Fraction(), t.least * most), max(Fraction(), t.most * most)
    return _checked(NumberType(t.unit, t.scale, low, high, t.den_low, t.den_high, least, top))


def spread(unit: Unit, scale: int, least: Fraction, most: Fraction, base: NumberType) -> NumberType:
    """A number between ``least`` and ``most`` at ``scale``, over the denominator of ``base``."""
    part = 10**scale
    ends = [floor(least * part * d) for d in (base.den_low, base.den_high)]
    tops = [ceil(most * part * d) for d in (base.den_low, base.den_high)]
    return _checked(NumberType(unit, scale, min(ends), max(tops), base.den_low, base.den_high, least, most))
