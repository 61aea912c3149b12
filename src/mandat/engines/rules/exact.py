"""Back end (a), every answer known: the tree as closures over whole numbers at the scales the checker proved.

A closure takes two records: ``p``, the member at hand (None where there is none), and ``h``, what it is within (or the
subject itself where it is within nothing). A record is a list: answers and formulas by slot, None while not
computed; ``h[MEMBERS]`` holds the members' records and ``h[TODAY]`` the day of evaluation. Numbers are whole
numbers, ratios pairs, dates 20250301 (see ``calendar``). Parameters are constants: one set of closures serves one
stretch of time in which none of them changes.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from mandat.engines.rules import calendar
from mandat.engines.rules.document import Dated
from mandat.engines.rules.records import MEMBERS, TODAY, Closure, constant_of, furthest, parameter_value, slots
from mandat.engines.rules.rounding import Brackets, bracketed, brackets_of, rounded
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

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq, "!=": operator.ne,
}  # fmt: skip


class Compiler:
    """Makes the closures of one rule for one stretch of time."""

    def __init__(self, tree: Tree, parameters: Mapping[str, Dated]) -> None:
        self.tree = tree
        self.parameters = parameters
        self.slots = slots(tree)
        self.inner = tree.member.name if tree.member is not None else ""
        self.constants: dict[Closure, Any] = {}
        #: Each node's closure, for what traces a result to its parts.
        self.of: dict[int, Closure] = {}
        self.formulas: dict[str, Closure] = {}
        for name, formula in tree.formulas.items():
            self.formulas[name] = self._memo(formula.entity, self.slots[name], self.emit(formula.expr))

    def _memo(self, entity: str, slot: int, body: Closure) -> Closure:
        if entity == self.inner:

            def inner(p: Any, h: Any) -> Any:
                value = p[slot]
                if value is None:
                    value = p[slot] = body(p, h)
                return value

            return inner

        def outer(p: Any, h: Any) -> Any:
            value = h[slot]
            if value is None:
                value = h[slot] = body(p, h)
            return value

        return outer

    def fixed(self, value: Any) -> Closure:
        def constant(p: Any, h: Any) -> Any:
            return value

        self.constants[constant] = value
        return constant

    def emit(self, node: Expr) -> Closure:
        closure = self._emit(node)
        self.of[id(node)] = closure
        return closure

    def _emit(self, node: Expr) -> Closure:
        match node:
            case Constant():
                return self.fixed(constant_of(node))
            case ParameterRef(name=name):
                return self.fixed(parameter_value(self.tree, self.parameters, name))
            case Today():
                return lambda p, h: h[TODAY]
            case InputRef(name=name, entity=entity):
                slot = self.slots[name]
                return (lambda p, h: p[slot]) if entity == self.inner else (lambda p, h: h[slot])
            case FormulaRef(name=name):
                return self.formulas[name]
        return self._compound(node)

    def _compound(self, node: Expr) -> Closure:
        match node:
            case And(items=items):
                return self._all([self.emit(item) for item in items])
            case Or(items=items):
                return self._any([self.emit(item) for item in items])
            case Not(operand=operand):
                f = self.emit(operand)
                return lambda p, h: not f(p, h)
            case Compare():
                return self._compare(node)
            case If():
                return self._if(node)
            case OneOf(operand=operand, codes=codes):
                f, among = self.emit(operand), frozenset(codes)
                return lambda p, h: f(p, h) in among
            case InPerimeter(operand=operand, perimeter=perimeter):
                f, inside = self.emit(operand), self.tree.perimeters[perimeter]
                return lambda p, h: f(p, h) in inside
            case Aggregate():
                return self._aggregate(node)
            case Extreme():
                return self._extreme(node)
            case ScaleOf(name=name, base=base):
                return self._scale(name, base)
            case Round(operand=operand, step=step, mode=mode):
                t = _number(operand)
                scale = decimals_of(step)
                up, down = 10 ** max(0, scale - t.scale), 10 ** max(0, t.scale - scale)
                multiple = int(step.scaleb(scale))
                f = self.pair(operand, t.scale)

                def rounding(p: Any, h: Any) -> Any:
                    n, d = f(p, h)
                    return rounded(n * up, d * down * multiple, mode) * multiple

                return rounding
        return (
            self._dates(node) if isinstance(node, Age | Between | DatePart | Shift | DayOfYear) else self._numbers(node)
        )

    # Truth

    def _all(self, items: list[Closure]) -> Closure:
        if len(items) == 2:
            a, b = items
            return lambda p, h: a(p, h) and b(p, h)

        def every(p: Any, h: Any) -> bool:
            for item in items:  # noqa: SIM110  (a generator would cost a frame)
                if not item(p, h):
                    return False
            return True

        return every

    def _any(self, items: list[Closure]) -> Closure:
        if len(items) == 2:
            a, b = items
            return lambda p, h: a(p, h) or b(p, h)

        def some(p: Any, h: Any) -> bool:
            for item in items:  # noqa: SIM110
                if item(p, h):
                    return True
            return False

        return some

    def _compare(self, node: Compare) -> Closure:
        test = _COMPARE[node.operator]
        left, right = node.left.type, node.right.type
        if not isinstance(left, NumberType) or not isinstance(right, NumberType):
            f, g = self.emit(node.left), self.emit(node.right)
            return lambda p, h: test(f(p, h), g(p, h))
        scale = max(left.scale, right.scale)
        if left.ratio or right.ratio:
            f, g = self.pair(node.left, scale), self.pair(node.right, scale)

            def crossed(p: Any, h: Any) -> bool:
                (n, d), (m, e) = f(p, h), g(p, h)
                return test(n * e, m * d)

            return crossed
        f, g = self.at(node.left, scale), self.at(node.right, scale)
        if g in self.constants:
            bound = self.constants[g]
            return lambda p, h: test(f(p, h), bound)
        return lambda p, h: test(f(p, h), g(p, h))

    def _if(self, node: If) -> Closure:
        condition = self.emit(node.condition)
        then, otherwise = self._like(node.then, node), self._like(node.otherwise, node)
        return lambda p, h: then(p, h) if condition(p, h) else otherwise(p, h)

    def _like(self, node: Expr, result: Expr) -> Closure:
        """A node as its parent's type holds it."""
        if not isinstance(result.type, NumberType):
            return self.emit(node)
        return self.pair(node, result.type.scale) if result.type.ratio else self.at(node, result.type.scale)

    # Numbers

    def at(self, node: Expr, scale: int) -> Closure:
        """A number that is no ratio, brought to ``scale``."""
        f, k = self.emit(node), 10 ** (scale - _number(node).scale)
        if k == 1:
            return f
        if f in self.constants:
            return self.fixed(self.constants[f] * k)
        return lambda p, h: f(p, h) * k

    def pair(self, node: Expr, scale: int) -> Closure:
        """Any number as numerator and denominator, at ``scale``."""
        if not _number(node).ratio:
            f = self.at(node, scale)
            return lambda p, h: (f(p, h), 1)
        f, k = self.emit(node), 10 ** (scale - _number(node).scale)
        if k == 1:
            return f

        def up(p: Any, h: Any) -> Any:
            n, d = f(p, h)
            return n * k, d

        return up

    def _numbers(self, node: Expr) -> Closure:
        type_ = _number(node)
        match node:
            case Add(terms=terms):
                return self._add(terms, type_)
            case Negate(operand=operand):
                f = self.emit(operand)
                return _each(type_, f, operator.neg)
            case Absolute(operand=operand):
                return _each(type_, self.emit(operand), abs)
            case Convert(operand=operand, factor=factor):
                return self._convert(operand, factor)
            case Multiply(left=left, right=right):
                return self._multiply(left, right, type_)
            case Divide(left=left, right=right):
                f, g = self.pair(left, _number(left).scale), self.pair(right, _number(right).scale)
                k = 10 ** _number(right).scale

                def quotient(p: Any, h: Any) -> Any:
                    (n, d), (m, e) = f(p, h), g(p, h)
                    return n * e * k, d * m

                return quotient
        raise AssertionError(type(node).__name__)

    def _add(self, terms: tuple[Expr, ...], type_: NumberType) -> Closure:
        if not type_.ratio:
            parts = [self.at(term, type_.scale) for term in terms]
            if len(parts) == 2:
                a, b = parts
                return lambda p, h: a(p, h) + b(p, h)
            return lambda p, h: sum([part(p, h) for part in parts])
        pairs = [self.pair(term, type_.scale) for term in terms]

        def total(p: Any, h: Any) -> Any:
            n, d = pairs[0](p, h)
            for other in pairs[1:]:
                m, e = other(p, h)
                n, d = n * e + m * d, d * e
            return n, d

        return total

    def _multiply(self, left: Expr, right: Expr, type_: NumberType) -> Closure:
        if not type_.ratio:
            f, g = self.emit(left), self.emit(right)
            if g in self.constants:
                times = self.constants[g]
                return lambda p, h: f(p, h) * times
            return lambda p, h: f(p, h) * g(p, h)
        f, g = self.pair(left, _number(left).scale), self.pair(right, _number(right).scale)

        def product(p: Any, h: Any) -> Any:
            (n, d), (m, e) = f(p, h), g(p, h)
            return n * m, d * e

        return product

    def _convert(self, operand: Expr, factor: Fraction) -> Closure:
        times, _, divisor = scaling(factor)
        ratio = _number(operand).ratio
        if divisor == 1 and not ratio:
            f = self.emit(operand)
            return lambda p, h: f(p, h) * times
        g = self.pair(operand, _number(operand).scale)

        def converted(p: Any, h: Any) -> Any:
            n, d = g(p, h)
            return n * times, d * divisor

        return converted

    def _extreme(self, node: Extreme) -> Closure:
        pick: Any = min if node.which == "min" else max
        if not isinstance(node.type, NumberType):
            plain = [self.emit(item) for item in node.items]
            return lambda p, h: pick([item(p, h) for item in plain])
        if node.type.ratio:
            pairs = [self.pair(item, node.type.scale) for item in node.items]
            return lambda p, h: furthest([item(p, h) for item in pairs], node.which)
        scale = node.type.scale
        parts = [self.at(item, scale) for item in node.items]
        if len(parts) == 2:
            a, b = parts
            return lambda p, h: pick(a(p, h), b(p, h))
        return lambda p, h: pick([part(p, h) for part in parts])

    def _scale(self, name: str, base: Expr) -> Closure:
        table: Brackets = brackets_of(self.tree.parameters[name], self.parameters[name])
        t = _number(base)
        f = self.pair(base, max(t.scale, table.scale))
        aligned = table.at(max(t.scale, table.scale))
        keep_pair = t.ratio and not table.amounts

        def applied(p: Any, h: Any) -> Any:
            n, d = f(p, h)
            worth = bracketed(aligned, n, d)
            return (worth, d) if keep_pair else worth

        return applied

    # Members and days

    def _aggregate(self, node: Aggregate) -> Closure:
        body = self.emit(node.body)
        match node.which:
            case "count":
                return lambda p, h: sum([body(m, h) for m in h[MEMBERS]])
            case "any":
                return lambda p, h: any([body(m, h) for m in h[MEMBERS]])  # noqa: C419  (a list is faster here)
            case "all":
                return lambda p, h: all([body(m, h) for m in h[MEMBERS]])  # noqa: C419
        type_ = _number(node.body)
        if node.which == "sum":
            kept: Closure = self.emit(node.where) if node.where is not None else (lambda p, h: True)
            if not type_.ratio:
                return lambda p, h: sum([body(m, h) for m in h[MEMBERS] if kept(m, h)])
            den = type_.den_high
            return lambda p, h: (sum([body(m, h)[0] for m in h[MEMBERS] if kept(m, h)]), den)
        which = "min" if node.which == "min" else "max"
        if type_.ratio:
            return lambda p, h: furthest([body(m, h) for m in h[MEMBERS]], which)
        pick: Any = min if which == "min" else max
        return lambda p, h: pick([body(m, h) for m in h[MEMBERS]])

    def _dates(self, node: Expr) -> Closure:
        match node:
            case Age(birth=birth, at=at):
                f, g = self.emit(birth), self.emit(at)
                return lambda p, h: (g(p, h) - f(p, h)) // 10_000
            case Between(which=which, start=start, end=end):
                f, g = self.emit(start), self.emit(end)
                elapsed = calendar.days if which == "days" else calendar.months
                return lambda p, h: elapsed(f(p, h), g(p, h))
            case DatePart(which=part, operand=operand):
                f = self.emit(operand)
                return lambda p, h: calendar.part(f(p, h), part)
            case Shift(operand=operand, count=count, period=period):
                f = self.emit(operand)
                return lambda p, h: calendar.moved(f(p, h), count, period)
            case DayOfYear(operand=operand, month=month, day=day):
                f = self.emit(operand)
                return lambda p, h: calendar.fixed(f(p, h), month, day)
        raise AssertionError(type(node).__name__)


def _number(node: Expr) -> NumberType:
    assert isinstance(node.type, NumberType)
    return node.type


def _each(type_: NumberType, f: Closure, change: Callable[[int], int]) -> Closure:
    if not type_.ratio:
        return lambda p, h: change(f(p, h))

    def both(p: Any, h: Any) -> Any:
        n, d = f(p, h)
        return change(n), d

    return both
