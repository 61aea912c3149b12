"""Exact arithmetic over whole columns, whatever holds them.

An ``Algebra`` knows how one back end adds, compares and chooses (arrays, or expressions of a database). ``Exact`` does on top
of it what the typed tree means: whole numbers with proven bounds, so that 64 bits are used where they suffice and only there;
ratios as pairs; roundings and barèmes without any inexact step; unknown as a value.

Values a back end computes with are its own; a Python int, bool or str stands for a constant.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

from mandat.engines.rules.rounding import Brackets
from mandat.engines.rules.tree import NumberType, Operator, RoundMode

#: Beyond this a whole number is held by the back end's wide type.
NARROW = 2**62
#: Whole numbers below this are exact as doubles, and so is the floor of a quotient of two of them.
DOUBLE = 2**52

Value: TypeAlias = Any


@dataclass(frozen=True, slots=True)
class Whole:
    """A column of whole numbers (or one), its bounds, whether it is held wide, and whether some may be unknown."""

    value: Value
    low: int
    high: int
    wide: bool = False
    maybe: bool = False

    @property
    def constant(self) -> bool:
        return type(self.value) is int


@dataclass(frozen=True, slots=True)
class Pair:
    """A ratio: numerator over a denominator of at least 1."""

    n: Whole
    d: Whole


@dataclass(frozen=True, slots=True)
class Truth:
    value: Value
    maybe: bool = False

    @property
    def constant(self) -> bool:
        return type(self.value) is bool


@dataclass(frozen=True, slots=True)
class Codes:
    """Codes of choices or communes."""

    value: Value
    maybe: bool = False


Lowered: TypeAlias = Whole | Pair | Truth | Codes


class Algebra(ABC):
    """What a back end does with its own values. Unknown in gives unknown out, but where Kleene's tables decide."""

    #: Whether ``floor_of`` divides whole numbers of any size exactly.
    divides = False

    @abstractmethod
    def keep(self, value: Value) -> Value:
        """The same value, cheap to use several times."""

    @abstractmethod
    def number(self, n: int, *, wide: bool) -> Value: ...

    @abstractmethod
    def cast(self, value: Value, *, wide: bool) -> Value: ...

    @abstractmethod
    def arithmetic(self, op: Literal["+", "-", "*"], a: Value, b: Value, *, wide: bool) -> Value: ...

    @abstractmethod
    def floor_of(self, n: Value, d: Value, *, wide: bool) -> Value:
        """The floor of ``n / d``: computed in doubles, unless the back end ``divides``."""

    @abstractmethod
    def compare(self, operator: Operator, a: Value, b: Value) -> Value: ...

    @abstractmethod
    def choose(self, condition: Value, a: Value, b: Value, *, maybe: bool) -> Value:
        """``a`` where the condition holds, ``b`` where it does not, unknown where it is (``maybe``)."""

    @abstractmethod
    def both(self, a: Value, b: Value) -> Value: ...

    @abstractmethod
    def either(self, a: Value, b: Value) -> Value: ...

    @abstractmethod
    def negation(self, a: Value) -> Value: ...

    @abstractmethod
    def among(self, value: Value, codes: Sequence[str]) -> Value: ...

    @abstractmethod
    def known(self, value: Value) -> Value:
        """Whether it is known: never unknown itself."""

    @abstractmethod
    def unless(self, condition: Value, value: Value) -> Value:
        """The value, unknown where the condition (itself known) holds."""


def is_wide(low: int, high: int) -> bool:
    return max(-low, high) >= NARROW


def number(n: int) -> Whole:
    return Whole(n, n, n, is_wide(n, n))


def _corners(a: Whole, b: Whole) -> tuple[int, int]:
    products = (a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high)
    return min(products), max(products)


class Exact:
    """The arithmetic of the typed tree over an algebra."""

    def __init__(self, algebra: Algebra) -> None:
        self.algebra = algebra

    # Whole numbers

    def keep(self, a: Whole) -> Whole:
        return a if a.constant else replace(a, value=self.algebra.keep(a.value))

    def _raw(self, a: Whole, wide: bool) -> Value:
        if a.constant:
            return self.algebra.number(a.value, wide=wide)
        return self.algebra.cast(a.value, wide=True) if wide and not a.wide else a.value

    def _made(self, op: Literal["+", "-", "*"], a: Whole, b: Whole, low: int, high: int) -> Whole:
        wide = is_wide(low, high) or a.wide or b.wide
        value = self.algebra.arithmetic(op, self._raw(a, wide), self._raw(b, wide), wide=wide)
        return Whole(value, low, high, wide, a.maybe or b.maybe)

    def plus(self, a: Whole, b: Whole) -> Whole:
        if a.constant and b.constant:
            return number(a.value + b.value)
        if a.constant and a.value == 0:
            return b
        if b.constant and b.value == 0:
            return a
        return self._made("+", a, b, a.low + b.low, a.high + b.high)

    def minus(self, a: Whole, b: Whole) -> Whole:
        if a.constant and b.constant:
            return number(a.value - b.value)
        if b.constant and b.value == 0:
            return a
        return self._made("-", a, b, a.low - b.high, a.high - b.low)

    def times(self, a: Whole, b: Whole) -> Whole:
        if a.constant and b.constant:
            return number(a.value * b.value)
        for one, other in ((a, b), (b, a)):
            if one.constant and one.value == 1:
                return other
            # Nothing times an unknown number is nothing: what is proven does not wait for an answer.
            if one.constant and one.value == 0:
                return number(0)
        return self._made("*", a, b, *_corners(a, b))

    def up(self, a: Whole, decimals: int) -> Whole:
        return self.times(a, number(10**decimals))

    def opposite(self, a: Whole) -> Whole:
        return self.minus(number(0), a)

    def within(self, a: Whole, low: int, high: int) -> Whole:
        """The same number, known to lie between other bounds too; narrow again where they allow it."""
        low, high = max(a.low, low), min(a.high, high)
        if a.constant or (low, high) == (a.low, a.high):
            return a
        wide = is_wide(low, high)
        value = self.algebra.cast(a.value, wide=False) if a.wide and not wide else a.value
        return Whole(value, low, high, a.wide and wide, a.maybe)

    def compare(self, operator: Operator, a: Whole, b: Whole) -> Truth:
        decided = _decided(operator, a, b)
        if decided is not None:
            return Truth(decided)
        wide = a.wide or b.wide
        value = self.algebra.compare(operator, self._raw(a, wide), self._raw(b, wide))
        return Truth(value, a.maybe or b.maybe)

    def choose(self, condition: Truth, a: Whole, b: Whole) -> Whole:
        if condition.constant:
            return a if condition.value else b
        if a.constant and b.constant and a.value == b.value:
            return a
        wide = a.wide or b.wide
        value = self.algebra.choose(condition.value, self._raw(a, wide), self._raw(b, wide), maybe=condition.maybe)
        return Whole(value, min(a.low, b.low), max(a.high, b.high), wide, condition.maybe or a.maybe or b.maybe)

    def extreme(self, which: str, a: Whole, b: Whole) -> Whole:
        """The smaller or the larger of two."""
        operator: Operator = "<=" if which == "min" else ">="
        a, b = self.keep(a), self.keep(b)
        found = self.choose(self.compare(operator, a, b), a, b)
        pick = min if which == "min" else max
        return replace(found, low=pick(a.low, b.low), high=pick(a.high, b.high)) if not found.constant else found

    def floor_quotient(self, n: Whole, d: Whole) -> Whole:
        """The floor of ``n / d``, ``d`` at least 1, exactly, whatever their size."""
        if n.constant and d.constant:
            return number(n.value // d.value)
        if d.constant and d.value == 1:
            return n
        ends = [end // by for end in (n.low, n.high) for by in (max(1, d.low), d.high)]
        low, high = min(ends), max(ends)
        maybe = n.maybe or d.maybe
        wide = is_wide(low, high)
        if max(-n.low, n.high, d.high) < DOUBLE or self.algebra.divides:
            value = self.algebra.floor_of(self._raw(n, n.wide), self._raw(d, d.wide), wide=wide)
            return Whole(value, low, high, wide, maybe)
        # In doubles the quotient is off by little: what remains is exact, and divided in turn.
        n, d = self.keep(n), self.keep(d)
        error = (max(-low, high) >> 44) + 1
        value = self.algebra.floor_of(self._raw(n, n.wide), self._raw(d, d.wide), wide=wide)
        first = self.keep(Whole(value, low - error, high + error, wide, maybe))
        rest = self.minus(n, self.times(first, d))
        rest = self.keep(replace(rest, low=-error * d.high, high=(error + 1) * d.high, maybe=maybe))
        if error > 1:
            more = self.floor_quotient(self.within(rest, rest.low, rest.high), d)
        else:
            under = self.compare("<", rest, number(0))
            over = self.compare(">=", rest, d)
            more = self.choose(under, number(-1), self.choose(over, number(1), number(0)))
        return self.within(self.plus(first, more), low, high)

    # Ratios

    def pair(self, a: Whole | Pair, decimals: int = 0) -> Pair:
        """Any number as a pair, its numerator ``decimals`` further."""
        return Pair(self.up(a.n, decimals), a.d) if isinstance(a, Pair) else Pair(self.up(a, decimals), number(1))

    def bounded(self, a: Whole | Pair, type_: NumberType) -> Whole | Pair:
        """A result with the bounds the checker proved."""
        if isinstance(a, Pair):
            n = self.within(a.n, type_.low, type_.high)
            return Pair(n, self.within(a.d, type_.den_low, type_.den_high))
        return self.within(a, type_.low, type_.high)

    def compare_pairs(self, operator: Operator, a: Pair, b: Pair) -> Truth:
        return self.compare(operator, self.times(a.n, b.d), self.times(b.n, a.d))

    def choose_pair(self, condition: Truth, a: Pair, b: Pair) -> Pair:
        return Pair(self.choose(condition, a.n, b.n), self.choose(condition, a.d, b.d))

    def keep_pair(self, a: Pair) -> Pair:
        return Pair(self.keep(a.n), self.keep(a.d))

    def extreme_pair(self, which: str, a: Pair, b: Pair) -> Pair:
        a, b = self.keep_pair(a), self.keep_pair(b)
        # Of equal fractions the first is kept, as everywhere.
        condition = self.kept(self.compare_pairs("<=" if which == "min" else ">=", a, b))
        return self.choose_pair(condition, a, b)

    def rounded(self, a: Pair, mode: RoundMode) -> Whole:
        """To a whole number; see ``tree.Round``."""
        n, d = a.n, a.d
        if mode == "down":
            return self.floor_quotient(n, d)
        if mode == "up":
            return self.opposite(self.floor_quotient(self.opposite(n), d))
        n, d = self.keep(n), self.keep(d)
        two = number(2)
        if mode == "nearest":
            twice = self.keep(self.times(d, two))
            above = self.floor_quotient(self.plus(self.times(n, two), d), twice) if n.high >= 0 else None
            below = None
            if n.low < 0:
                below = self.opposite(self.floor_quotient(self.minus(d, self.times(n, two)), twice))
            if above is None or below is None:
                found = above or below
                assert found is not None
                return found
            return self.choose(self.compare(">=", n, number(0)), above, below)
        quotient = self.keep(self.floor_quotient(n, d))
        rest = self.keep(self.times(self.minus(n, self.times(quotient, d)), two))
        rest = replace(rest, low=max(rest.low, 0), high=min(rest.high, 2 * d.high)) if not rest.constant else rest
        odd = self.minus(quotient, self.times(self.floor_quotient(quotient, two), two))
        tie = self.choose(self.compare("=", rest, d), odd, number(0))
        tie = tie if tie.constant else replace(tie, low=0, high=1)
        return self.plus(quotient, self.choose(self.compare(">", rest, d), number(1), tie))

    def bracketed(self, table: Brackets, a: Pair) -> Whole:
        """The barème of a base at the table's scale: see ``rounding.bracketed``."""
        n, d = self.keep(a.n), self.keep(a.d)
        found = number(0)
        constant = 0
        for rank, (start, worth) in enumerate(zip(table.starts, table.worth, strict=True)):
            if table.marginal:
                # Between two thresholds it is straight: worth·n + constant·d.
                constant += ((table.worth[rank - 1] if rank else 0) - worth) * start
                here = self.plus(self.times(number(worth), n), self.times(number(constant), d))
            else:
                here = number(worth) if table.amounts else self.times(number(worth), n)
            found = self.choose(self.compare(">=", n, self.times(number(start), d)), here, found)
        return found

    # Truth

    def kept(self, a: Truth) -> Truth:
        return a if a.constant else replace(a, value=self.algebra.keep(a.value))

    def both(self, items: Sequence[Truth]) -> Truth:
        found = Truth(True)
        for item in items:
            if found.value is False or item.value is False:
                return Truth(False)
            if found.constant:
                found = item
            elif not item.constant:
                found = Truth(self.algebra.both(found.value, item.value), found.maybe or item.maybe)
        return found

    def either(self, items: Sequence[Truth]) -> Truth:
        found = Truth(False)
        for item in items:
            if found.value is True or item.value is True:
                return Truth(True)
            if found.constant:
                found = item
            elif not item.constant:
                found = Truth(self.algebra.either(found.value, item.value), found.maybe or item.maybe)
        return found

    def negation(self, a: Truth) -> Truth:
        return Truth(not a.value) if a.constant else Truth(self.algebra.negation(a.value), a.maybe)

    def choose_truth(self, condition: Truth, a: Truth, b: Truth) -> Truth:
        if condition.constant:
            return a if condition.value else b
        if a.constant and b.constant:
            if a.value == b.value:
                return a
            return condition if a.value else self.negation(condition)
        condition = self.kept(condition)
        both = self.both([condition, a])
        other = self.both([self.negation(condition), b])
        if not condition.maybe:
            return self.either([both, other])
        # Where the condition is unknown, branches that agree decide.
        return self.either([both, other, self.both([self.kept(a), self.kept(b)])])


def _decided(operator: Operator, a: Whole, b: Whole) -> bool | None:
    """What the bounds alone decide."""
    match operator:
        case "<":
            return True if a.high < b.low else False if a.low >= b.high else None
        case "<=":
            return True if a.high <= b.low else False if a.low > b.high else None
        case ">":
            return _decided("<", b, a)
        case ">=":
            return _decided("<=", b, a)
        case "=":
            if a.high < b.low or b.high < a.low:
                return False
            return True if a.low == a.high == b.low == b.high else None
        case _:
            equal = _decided("=", a, b)
            return None if equal is None else not equal
