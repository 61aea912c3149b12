"""Roundings and barèmes over whole numbers: the two places where exact values meet a table of the law."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple, TypeAlias

from mandat.engines.rules.document import Bracket, Dated, Parameter
from mandat.engines.rules.tree import RoundMode, bracket_scales
from mandat.engines.rules.units import parse_unit


def rounded(n: int, d: int, mode: RoundMode) -> int:
    """``n / d`` to a whole number, ``d`` positive; see ``tree.Round`` for the modes."""
    if mode == "down":
        return n // d
    if mode == "up":
        return -(-n // d)
    if mode == "nearest":
        return (2 * n + d) // (2 * d) if n >= 0 else -((2 * -n + d) // (2 * d))
    quotient, rest = divmod(n, d)
    return quotient + (2 * rest > d or (2 * rest == d and quotient % 2 == 1))


@dataclass(frozen=True, slots=True)
class Brackets:
    """One dated value of a barème in whole numbers: thresholds at ``scale``, rates or amounts at ``worth_scale``."""

    scale: int
    worth_scale: int
    starts: tuple[int, ...]
    worth: tuple[int, ...]
    amounts: bool
    marginal: bool

    def at(self, scale: int) -> Brackets:
        """The same with thresholds at a larger scale."""
        k = 10 ** (scale - self.scale)
        starts = tuple(start * k for start in self.starts)
        return Brackets(scale, self.worth_scale, starts, self.worth, self.amounts, self.marginal)


def brackets_of(parameter: Parameter, dated: Dated) -> Brackets:
    """The table of one dated value. Scales are those of all the parameter's dated values."""
    scale, worth_scale = bracket_scales(parameter)
    amounts = dated.brackets[0].amount is not None
    worth = [b.amount if b.amount is not None else b.rate or Decimal(0) for b in dated.brackets]
    return Brackets(
        scale=scale,
        worth_scale=worth_scale + (parse_unit(parameter.unit).shift if amounts else 0),
        starts=tuple(int(bracket.from_.scaleb(scale)) for bracket in dated.brackets),
        worth=tuple(int(value.scaleb(worth_scale)) for value in worth),
        amounts=amounts,
        marginal=parameter.method == "marginal",
    )


def bracketed(table: Brackets, n: int, d: int) -> int:
    """The barème of ``n / d`` (at the table's scale).

    An amount at ``worth_scale``; otherwise the numerator, over ``d``, at both scales together.
    """
    if table.marginal:
        total, starts = 0, table.starts
        for rank, start in enumerate(starts):
            if n < start * d:
                break
            top = starts[rank + 1] * d if rank + 1 < len(starts) else n
            total += table.worth[rank] * (min(n, top) - start * d)
        return total
    found = 0
    for start, worth in zip(table.starts, table.worth, strict=True):
        if n < start * d:
            break
        found = worth if table.amounts else worth * n
    return found


Exact: TypeAlias = int | Fraction


class Tier(NamedTuple):
    """A bracket in exact numbers: ``rate`` None where it gives an ``amount``."""

    start: Exact
    rate: Exact | None
    amount: Exact


def short(value: Fraction) -> Exact:
    """The same number, as a whole one where it is: arithmetic on those is ten times faster."""
    return value.numerator if value.denominator == 1 else value


def tiers(brackets: Sequence[Bracket], *, shift: int = 0) -> tuple[Tier, ...]:
    """The brackets of one dated value; amounts are divided by ``10**shift``."""
    return tuple(
        Tier(
            short(Fraction(bracket.from_)),
            None if bracket.rate is None else short(Fraction(bracket.rate)),
            short(Fraction(bracket.amount or 0) / 10**shift),
        )
        for bracket in brackets
    )


def scale_worth(table: Sequence[Tier], marginal: bool, base: Exact) -> Exact:
    """The barème of one base."""
    total: Exact = 0
    for rank, (start, rate, amount) in enumerate(table):
        if base < start:
            break
        if rate is None:
            total = amount
        elif not marginal:
            total = rate * base
        else:
            top = table[rank + 1].start if rank + 1 < len(table) else base
            total += rate * (min(base, top) - start)
    return total


def scale_range(table: Sequence[Tier], marginal: bool, least: Exact, most: Exact) -> tuple[Exact, Exact]:
    """Bounds of the barème of any base from ``least`` to ``most``: it is straight between thresholds."""
    if least == most:
        known = scale_worth(table, marginal, least)
        return known, known
    ends = [least, most, *(tier.start for tier in table if least <= tier.start <= most)]
    found = [scale_worth(table, marginal, end) for end in ends]
    for before, after in zip((None, *table), table, strict=False):
        if least < after.start <= most and not marginal:
            # Just under a threshold, what the bracket before gives there (nothing below the first).
            if before is None:
                found.append(0)
            else:
                found.append(before.amount if before.rate is None else before.rate * after.start)
    return min(found), max(found)
