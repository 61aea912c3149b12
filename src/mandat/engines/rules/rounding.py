"""Roundings and barèmes over whole numbers: the two places where exact values meet a table of the law."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

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


def scale_worth(brackets: Sequence[Bracket], marginal: bool, base: Fraction) -> Fraction:
    """The barème of one base, in fractions: rates or amounts as they are written."""
    total = Fraction(0)
    for rank, bracket in enumerate(brackets):
        start = Fraction(bracket.from_)
        if base < start:
            break
        if bracket.amount is not None:
            total = Fraction(bracket.amount)
        elif not marginal:
            total = Fraction(bracket.rate or 0) * base
        else:
            top = Fraction(brackets[rank + 1].from_) if rank + 1 < len(brackets) else base
            total += Fraction(bracket.rate or 0) * (min(base, top) - start)
    return total


def scale_range(
    brackets: Sequence[Bracket], marginal: bool, least: Fraction, most: Fraction
) -> tuple[Fraction, Fraction]:
    """Bounds of the barème of any base from ``least`` to ``most``: it is straight between thresholds."""
    if least == most:
        known = scale_worth(brackets, marginal, least)
        return known, known
    ends = [least, most, *(Fraction(b.from_) for b in brackets if least <= b.from_ <= most)]
    found = [scale_worth(brackets, marginal, end) for end in ends]
    for before, after in zip((None, *brackets), brackets, strict=False):
        if least < after.from_ <= most and not marginal:
            # Just under a threshold, what the bracket before gives there (nothing below the first).
            if before is None:
                found.append(Fraction(0))
            elif before.amount is not None:
                found.append(Fraction(before.amount))
            else:
                found.append(Fraction(before.rate or 0) * Fraction(after.from_))
    return min(found), max(found)
