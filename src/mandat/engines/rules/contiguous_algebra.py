"""The algebra of whole columns as a program over arrays: traced once, run on one block of households after another.

Nothing is written as text nor compiled: a program is a list of array operations and the registers they read and write. Whole
numbers are int64, proven not to overflow; where the checker proves no more than 128 bits, arrays of Python's own numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from mandat.engines.rules.algebra import NARROW, Algebra, Value
from mandat.engines.rules.tree import Operator

_ARITHMETIC: dict[str, Any] = {"+": np.add, "-": np.subtract, "*": np.multiply}
_COMPARE: dict[str, Any] = {
    "<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal, "=": np.equal, "!=": np.not_equal,
}  # fmt: skip
_BOOL, _INT64 = np.dtype(bool), np.dtype(np.int64)


@dataclass(frozen=True, slots=True)
class Register:
    """Where a column is while a block is computed; ``known`` is the register of what is known of it (None: everything)."""

    place: int
    known: int | None = None


@dataclass(frozen=True, slots=True)
class Coded:
    """Codes as places in ``names``."""

    place: int
    names: tuple[str, ...]
    known: int | None = None


@dataclass(frozen=True, slots=True)
class _Place:
    """An argument read from a register, among arguments that are constants."""

    number: int


@dataclass(frozen=True, slots=True)
class Step:
    """``registers[to] = function(*arguments)``."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    to: int

    def run(self, registers: list[Any]) -> None:
        registers[self.to] = self.function(*[registers[a.number] if type(a) is _Place else a for a in self.arguments])


class Program(Algebra):
    """Records what is asked of it. ``steps`` run in order over ``size`` registers."""

    divides = True

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.size = 0
        self._done: dict[tuple[Any, ...], int] = {}

    def register(self) -> int:
        self.size += 1
        return self.size - 1

    def step(self, function: Callable[..., Any], *arguments: Any) -> int:
        """A new step, or the register of the same one done before. Registers are given as ``_Place``."""
        here: tuple[Any, ...] | None = (function, *arguments)
        try:
            if here in self._done:
                return self._done[here]
        except TypeError:
            here = None
        place = self.register()
        self.steps.append(Step(function, arguments, place))
        if here is not None:
            self._done[here] = place
        return place

    def _known(self, *values: Any) -> int | None:
        """What is known where all of these are."""
        found: int | None = None
        for value in values:
            known = getattr(value, "known", None)
            if known is not None and known != found:
                found = known if found is None else self.step(np.logical_and, _Place(found), _Place(known))
        return found

    def keep(self, value: Value) -> Value:
        return value

    def number(self, n: int, *, wide: bool) -> Value:
        return n

    def cast(self, value: Value, *, wide: bool) -> Value:
        if type(value) is int:
            return value
        return Register(self.step(_widened if wide else _narrowed, _Place(value.place)), value.known)

    def arithmetic(self, op: Literal["+", "-", "*"], a: Value, b: Value, *, wide: bool) -> Value:
        return Register(self.step(_ARITHMETIC[op], _read(a), _read(b)), self._known(a, b))

    def floor_of(self, n: Value, d: Value, *, wide: bool) -> Value:
        known = self._known(n, d)
        divisor = _read(d)
        if getattr(d, "known", None) is not None:
            # Whatever stands for an unknown divisor must not be zero.
            divisor = _Place(self.step(np.where, _Place(d.known), divisor, 1))
        return Register(self.step(np.floor_divide, _read(n), divisor), known)

    def compare(self, operator: Operator, a: Value, b: Value) -> Value:
        if isinstance(a, str | Coded) or isinstance(b, str | Coded):
            return self._same(operator, a, b)
        return Register(self.step(_COMPARE[operator], _read(a), _read(b)), self._known(a, b))

    def _same(self, operator: Operator, a: Value, b: Value) -> Value:
        if isinstance(a, str):
            a, b = b, a
        if isinstance(b, str):
            found = self.among(a, (b,))
        else:
            a, b = self._alike(a, b)
            found = Register(self.step(np.equal, _Place(a.place), _Place(b.place)), self._known(a, b))
        return found if operator == "=" else self.negation(found)

    def _alike(self, a: Value, b: Value) -> tuple[Coded, Coded]:
        """Two columns of codes over the same names."""
        names = tuple(
            dict.fromkeys(name for each in (a, b) for name in ((each,) if isinstance(each, str) else each.names))
        )

        def over(each: Value) -> Coded:
            if isinstance(each, str):
                return Coded(self.step(np.asarray, names.index(each)), names)
            assert isinstance(each, Coded)
            if each.names == names:
                return each
            table = np.array([names.index(name) for name in each.names] or [0], np.int32)
            return Coded(self.step(np.take, table, _Place(each.place)), names, each.known)

        return over(a), over(b)

    def choose(self, condition: Value, a: Value, b: Value, *, maybe: bool) -> Value:
        names: tuple[str, ...] | None = None
        if isinstance(a, str | Coded):
            a, b = self._alike(a, b)
            names = a.names
        place = self.step(_chosen, _Place(condition.place), _read(a), _read(b))
        known = condition.known
        sides = getattr(a, "known", None), getattr(b, "known", None)
        if sides != (None, None):
            x, y = (True if side is None else _Place(side) for side in sides)
            inside = self.step(np.where, _Place(condition.place), x, y)
            known = inside if known is None else self.step(np.logical_and, _Place(known), _Place(inside))
        return Register(place, known) if names is None else Coded(place, names, known)

    def both(self, a: Value, b: Value) -> Value:
        if a.known is None and b.known is None:
            return Register(self.step(np.logical_and, _Place(a.place), _Place(b.place)))
        return self.negation(self.either(self.negation(a), self.negation(b)))

    def either(self, a: Value, b: Value) -> Value:
        if a.known is None and b.known is None:
            return Register(self.step(np.logical_or, _Place(a.place), _Place(b.place)))
        sides = [self._yes(a), self._yes(b)]
        place = self.step(np.logical_or, _Place(sides[0]), _Place(sides[1]))
        known = self._known(a, b)
        assert known is not None
        return Register(place, self.step(np.logical_or, _Place(place), _Place(known)))

    def _yes(self, a: Value) -> int:
        """Known and true."""
        place: int = a.place
        return place if a.known is None else self.step(np.logical_and, _Place(place), _Place(a.known))

    def negation(self, a: Value) -> Value:
        return Register(self.step(np.logical_not, _Place(a.place)), a.known)

    def among(self, value: Value, codes: Sequence[str]) -> Value:
        inside = frozenset(codes)
        table = np.array([name in inside for name in value.names] or [False])
        return Register(self.step(np.take, table, _Place(value.place)), value.known)

    def known(self, value: Value) -> Value:
        if getattr(value, "known", None) is None:
            return Register(self.step(_everything, _Place(value.place)))
        return Register(value.known)

    def unless(self, condition: Value, value: Value) -> Value:
        known = self.step(np.logical_not, _Place(condition.place))
        mine = getattr(value, "known", None)
        return Register(value.place, known if mine is None else self.step(np.logical_and, _Place(known), _Place(mine)))

    def read(self, place: int) -> Any:
        """An argument of a step: what is in a register."""
        return _Place(place)


def _read(value: Value) -> Any:
    return value if type(value) is int else _Place(value.place)


def _chosen(condition: Any, a: Any, b: Any) -> Any:
    """``np.where``, several times faster where it chooses between whole numbers."""
    kinds = {each.dtype for each in (condition, a, b) if isinstance(each, np.ndarray)}
    if kinds == {_BOOL, _INT64}:
        # All bits of b, but those in which a differs where the condition holds.
        return b ^ ((a ^ b) & np.negative(condition, dtype=np.int64))
    if kinds == {_BOOL} and type(a) is int and type(b) is int and max(abs(a), abs(b)) < NARROW:
        return np.array([b, a], np.int64).take(condition.view(np.int8))
    return np.where(condition, a, b)


def _widened(values: Any) -> Any:
    return np.asarray(values).astype(object)


def _narrowed(values: Any) -> Any:
    return np.asarray(values).astype(np.int64)


def _everything(values: Any) -> Any:
    return np.ones(np.shape(values), bool)
