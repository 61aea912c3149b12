"""From the typed tree to whole columns: each node once, whatever the algebra.

``Lowering`` holds one rule on one day (a baseline or a reform) in one frame of rows. Formulas and aggregates
already computed are found by name in the frame; see ``levels`` for the order in which they come.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TypeAlias

from mandat.engines.rules import calendar, lowering_days
from mandat.engines.rules.algebra import Algebra, Codes, Exact, Lowered, Pair, Truth, Whole, number
from mandat.engines.rules.document import Dated
from mandat.engines.rules.records import constant_of, parameter_value
from mandat.engines.rules.rounding import brackets_of
from mandat.engines.rules.scope import Key, key
from mandat.engines.rules.tree import (
    Absolute,
    Add,
    Age,
    Aggregate,
    And,
    Between,
    Compare,
    Constant,
    Convert,
    DatePart,
    DayOfYear,
    Divide,
    Expr,
    Extreme,
    FormulaRef,
    If,
    InPerimeter,
    InputRef,
    Multiply,
    Negate,
    Not,
    NumberType,
    OneOf,
    Or,
    ParameterRef,
    Round,
    ScaleOf,
    Shift,
    Today,
    Tree,
    scaling,
)
from mandat.engines.rules.writing import decimals_of

Number: TypeAlias = Whole | Pair


class Lowering:
    """One rule on one day, in one frame. ``inputs``, ``formulas`` and ``aggregates`` are what the frame holds so far."""

    def __init__(
        self,
        tree: Tree,
        *,
        algebra: Algebra,
        day: dt.date,
        inputs: Mapping[str, Lowered],
        formulas: Mapping[str, Lowered],
        aggregates: Mapping[Key, Lowered],
        parameters: Mapping[str, Dated] | None = None,
    ) -> None:
        self.tree = tree
        self.algebra = algebra
        self.exact = Exact(algebra)
        self.day = calendar.number(day)
        self.inputs, self.formulas, self.aggregates = inputs, formulas, aggregates
        self.parameters = tree.parameters_on(day) if parameters is None else parameters

    def lower(self, node: Expr) -> Lowered:
        """The column of a node, with the bounds its type proves."""
        found = self._lower(node)
        if isinstance(node.type, NumberType) and isinstance(found, Whole | Pair):
            return self.exact.bounded(found, node.type)
        return found

    def number(self, node: Expr) -> Number:
        found = self.lower(node)
        assert isinstance(found, Whole | Pair)
        return found

    def whole(self, node: Expr) -> Whole:
        """A number that is no ratio, or a day."""
        found = self.lower(node)
        assert isinstance(found, Whole)
        return found

    def truth(self, node: Expr) -> Truth:
        found = self.lower(node)
        assert isinstance(found, Truth)
        return found

    def _lower(self, node: Expr) -> Lowered:
        exact = self.exact
        match node:
            case Constant():
                value = constant_of(node)
                if type(value) is bool:
                    return Truth(value)
                return Codes(value) if isinstance(value, str) else number(value)
            case ParameterRef(name=name):
                return number(parameter_value(self.tree, self.parameters, name))
            case Today():
                return number(self.day)
            case InputRef(name=name):
                return self.inputs[name]
            case FormulaRef(name=name):
                return self.formulas[name]
            case Aggregate():
                return self.aggregates[key(node)]
            case And(items=items):
                return exact.both([self.truth(item) for item in items])
            case Or(items=items):
                return exact.either([self.truth(item) for item in items])
            case Not(operand=operand):
                return exact.negation(self.truth(operand))
            case Compare():
                return self._compare(node)
            case OneOf(operand=operand, codes=codes):
                return self._among(operand, codes)
            case InPerimeter(operand=operand, perimeter=perimeter):
                return self._among(operand, tuple(sorted(self.tree.perimeters[perimeter])))
            case If(condition=condition, then=then, otherwise=otherwise):
                return self._if(node, self.truth(condition), then, otherwise)
            case Age() | Between() | DatePart() | Shift() | DayOfYear():
                return self._days(node)
        return self._number(node)

    def _among(self, operand: Expr, codes: tuple[str, ...]) -> Truth:
        found = self.lower(operand)
        assert isinstance(found, Codes)
        if isinstance(found.value, str):
            return Truth(found.value in codes)
        return Truth(self.algebra.among(found.value, codes), found.maybe)

    def _compare(self, node: Compare) -> Truth:
        left, right, exact = node.left.type, node.right.type, self.exact
        if isinstance(left, NumberType) and isinstance(right, NumberType):
            scale = max(left.scale, right.scale)
            a, b = self.at(node.left, scale), self.at(node.right, scale)
            if isinstance(a, Whole) and isinstance(b, Whole):
                return exact.compare(node.operator, a, b)
            return exact.compare_pairs(node.operator, exact.pair(a), exact.pair(b))
        x, y = self.lower(node.left), self.lower(node.right)
        if isinstance(x, Whole) and isinstance(y, Whole):
            return exact.compare(node.operator, x, y)
        if isinstance(x, Truth) and isinstance(y, Truth):
            # The same truth: both or neither.
            x, y = exact.kept(x), exact.kept(y)
            same = exact.choose_truth(x, y, exact.negation(y)) if not y.constant else (
                x if y.value else exact.negation(x)
            )  # fmt: skip
            return same if node.operator == "=" else exact.negation(same)
        assert isinstance(x, Codes)
        assert isinstance(y, Codes)
        if isinstance(x.value, str) and isinstance(y.value, str):
            return Truth((x.value == y.value) == (node.operator == "="))
        return Truth(self.algebra.compare(node.operator, x.value, y.value), x.maybe or y.maybe)

    def _if(self, node: If, condition: Truth, then: Expr, otherwise: Expr) -> Lowered:
        exact = self.exact
        if condition.constant:
            kept = then if condition.value else otherwise
            return self.like(kept, node)
        a, b = self.like(then, node), self.like(otherwise, node)
        if isinstance(a, Truth) and isinstance(b, Truth):
            return exact.choose_truth(condition, a, b)
        if isinstance(a, Codes) and isinstance(b, Codes):
            value = self.algebra.choose(condition.value, a.value, b.value, maybe=condition.maybe)
            return Codes(value, condition.maybe or a.maybe or b.maybe)
        if isinstance(a, Whole) and isinstance(b, Whole):
            return exact.choose(condition, a, b)
        assert isinstance(a, Whole | Pair)
        assert isinstance(b, Whole | Pair)
        return exact.choose_pair(exact.kept(condition), exact.pair(a), exact.pair(b))

    def like(self, node: Expr, result: Expr) -> Lowered:
        """A node as its parent's type holds it."""
        return self.at(node, result.type.scale) if isinstance(result.type, NumberType) else self.lower(node)

    def at(self, node: Expr, scale: int) -> Number:
        """A number brought to a larger scale."""
        found = self.number(node)
        assert isinstance(node.type, NumberType)
        decimals = scale - node.type.scale
        return self.exact.pair(found, decimals) if isinstance(found, Pair) else self.exact.up(found, decimals)

    def _days(self, node: Age | Between | DatePart | Shift | DayOfYear) -> Whole:
        exact = self.exact
        match node:
            case Age(birth=birth, at=at):
                return exact.floor_quotient(exact.minus(self.whole(at), self.whole(birth)), number(10_000))
            case Between(which=which, start=start, end=end):
                elapsed = lowering_days.days_between if which == "days" else lowering_days.months_between
                return elapsed(exact, self.whole(start), self.whole(end))
            case DatePart(which=which, operand=operand):
                return lowering_days.part(exact, self.whole(operand), which)
            case Shift(operand=operand, count=count, period=period):
                return lowering_days.moved(exact, self.whole(operand), count, period)
            case DayOfYear(operand=operand, month=month, day=day):
                year = lowering_days.part(exact, self.whole(operand), "year")
                return exact.plus(exact.times(year, number(10_000)), number(month * 100 + day))

    def _number(self, node: Expr) -> Number:
        exact = self.exact
        match node:
            case Add(terms=terms):
                return self._add(node, terms)
            case Negate(operand=operand):
                return self._each(self.number(operand), exact.opposite)
            case Absolute(operand=operand):
                return self._each(self.number(operand), self._absolute)
            case Multiply(left=left, right=right):
                a, b = self.number(left), self.number(right)
                if isinstance(a, Whole) and isinstance(b, Whole):
                    return exact.times(a, b)
                p, q = exact.pair(a), exact.pair(b)
                return Pair(exact.times(p.n, q.n), exact.times(p.d, q.d))
            case Divide(left=left, right=right, guarded=guarded):
                return self._divide(left, right, guarded)
            case Convert(operand=operand, factor=factor):
                times, _, divisor = scaling(factor)
                pair = exact.pair(self.number(operand))
                n, d = exact.times(pair.n, number(times)), exact.times(pair.d, number(divisor))
                return Pair(n, d) if isinstance(node.type, NumberType) and node.type.ratio else n
            case Extreme(which=which, items=items):
                return self._extreme(node, which, items)
            case Round(operand=operand, step=step, mode=mode):
                assert isinstance(operand.type, NumberType)
                scale = decimals_of(step)
                pair = exact.pair(self.number(operand), max(0, scale - operand.type.scale))
                multiple = int(step.scaleb(scale))
                down = number(10 ** max(0, operand.type.scale - scale) * multiple)
                return exact.times(exact.rounded(Pair(pair.n, exact.times(pair.d, down)), mode), number(multiple))
            case ScaleOf(name=name, base=base):
                return self._scale(name, base)
        raise AssertionError(type(node).__name__)

    def _each(self, a: Number, change: object) -> Number:
        assert callable(change)
        return Pair(change(a.n), a.d) if isinstance(a, Pair) else change(a)

    def _absolute(self, a: Whole) -> Whole:
        a = self.exact.keep(a)
        return self.exact.extreme("max", a, self.exact.opposite(a))

    def _add(self, node: Expr, terms: tuple[Expr, ...]) -> Number:
        exact = self.exact
        assert isinstance(node.type, NumberType)
        parts = [self.at(term, node.type.scale) for term in terms]
        total = parts[0]
        for part in parts[1:]:
            if isinstance(total, Whole) and isinstance(part, Whole):
                total = exact.plus(total, part)
                continue
            a, b = exact.keep_pair(exact.pair(total)), exact.keep_pair(exact.pair(part))
            total = Pair(exact.plus(exact.times(a.n, b.d), exact.times(b.n, a.d)), exact.times(a.d, b.d))
        return total

    def _divide(self, left: Expr, right: Expr, guarded: bool) -> Pair:
        exact = self.exact
        assert isinstance(right.type, NumberType)
        a, b = exact.pair(self.number(left), right.type.scale), exact.pair(self.number(right))
        divisor = b.n
        if guarded:
            divisor = exact.keep(divisor)
            divisor = exact.choose(exact.compare(">", divisor, number(0)), divisor, number(1))
        divisor = exact.within(divisor, 1, max(1, divisor.high))
        return Pair(exact.times(a.n, b.d), exact.times(a.d, divisor))

    def _extreme(self, node: Expr, which: str, items: tuple[Expr, ...]) -> Number:
        exact = self.exact
        scale = node.type.scale if isinstance(node.type, NumberType) else 0
        parts = [self.at(item, scale) if isinstance(item.type, NumberType) else self.whole(item) for item in items]
        found = parts[0]
        for part in parts[1:]:
            if isinstance(found, Whole) and isinstance(part, Whole):
                found = exact.extreme(which, found, part)
            else:
                found = exact.extreme_pair(which, exact.pair(found), exact.pair(part))
        if isinstance(node.type, NumberType) and node.type.ratio:
            return exact.pair(found)
        return found

    def _scale(self, name: str, base: Expr) -> Number:
        exact = self.exact
        assert isinstance(base.type, NumberType)
        table = brackets_of(self.tree.parameters[name], self.parameters[name])
        scale = max(base.type.scale, table.scale)
        pair = exact.keep_pair(exact.pair(self.at(base, scale)))
        worth = exact.bracketed(table.at(scale), pair)
        return Pair(worth, pair.d) if base.type.ratio and not table.amounts else worth
