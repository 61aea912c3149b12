"""Back end (a), some answers unknown: the same closures over what a value may be.

Records are those of ``exact``, where None is an answer not given. A number or a date is the pair of its
least and greatest possible value (equal when known), in exact fractions; a condition is True, False or None; a code is
a text or None. A formula's slot holds its value in a tuple of one, so that None still means not computed.

Knowing more only narrows a pair or turns None into a value: what is decided stays decided.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, TypeAlias

from mandat.engines.rules import calendar
from mandat.engines.rules.document import Dated
from mandat.engines.rules.records import MEMBERS, TODAY, Closure, parameter_value, slots
from mandat.engines.rules.rounding import rounded, scale_range, short, tiers
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
    DateType,
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
    parameter_scale,
)
from mandat.engines.rules.units import parse_unit

Pair: TypeAlias = tuple[Any, Any]
Truth: TypeAlias = "bool | None"


def possible(node: Expr) -> Any:
    """What a node may be worth when nothing is known: what the checker proved."""
    type_ = node.type
    if isinstance(type_, NumberType):
        return (short(type_.least), short(type_.most))
    if isinstance(type_, DateType):
        return (calendar.number(type_.low), calendar.number(type_.high))
    return None


def known(value: Any) -> bool:
    """Whether a value is decided."""
    return value[0] == value[1] if type(value) is tuple else value is not None


class UnknownCompiler:
    """Makes the closures; ``of`` keeps each node's, for what explains a result from its parts."""

    def __init__(self, tree: Tree, parameters: Mapping[str, Dated]) -> None:
        self.tree = tree
        self.parameters = parameters
        self.slots = slots(tree)
        self.inner = tree.member.name if tree.member is not None else ""
        self.of: dict[int, Closure] = {}
        self.formulas: dict[str, Closure] = {}
        for name, formula in tree.formulas.items():
            self.formulas[name] = self._memo(formula.entity, self.slots[name], self.emit(formula.expr))

    def _memo(self, entity: str, slot: int, body: Closure) -> Closure:
        inner = entity == self.inner

        def formula(p: Any, h: Any) -> Any:
            record = p if inner else h
            held = record[slot]
            if held is None:
                held = record[slot] = (body(p, h),)
            return held[0]

        return formula

    def emit(self, node: Expr) -> Closure:
        closure = self._emit(node)
        self.of[id(node)] = closure
        return closure

    def _emit(self, node: Expr) -> Closure:
        match node:
            case Constant():
                value = possible(node) if isinstance(node.type, NumberType | DateType) else node.value
                return lambda p, h: value
            case ParameterRef(name=name):
                fixed = self._parameter(name)
                return lambda p, h: fixed
            case Today():
                return lambda p, h: (h[TODAY], h[TODAY])
            case InputRef():
                return self._input(node)
            case FormulaRef(name=name):
                return self.formulas[name]
            case Not(operand=operand):
                f = self.emit(operand)
                return lambda p, h: None if (v := f(p, h)) is None else not v
            case And(items=items) | Or(items=items):
                return connective([self.emit(item) for item in items], stop=isinstance(node, Or))
            case Compare():
                return self._compare(node)
            case If():
                return self._if(node)
            case OneOf(operand=operand, codes=codes):
                f, among = self.emit(operand), frozenset(codes)
                return lambda p, h: None if (v := f(p, h)) is None else v in among
            case InPerimeter(operand=operand, perimeter=perimeter):
                f, inside = self.emit(operand), self.tree.perimeters[perimeter]
                return lambda p, h: None if (v := f(p, h)) is None else v in inside
            case Aggregate():
                return self._aggregate(node)
        return (
            self._dates(node) if isinstance(node, Age | Between | DatePart | Shift | DayOfYear) else self._numbers(node)
        )

    def _parameter(self, name: str) -> Pair:
        value: Any = parameter_value(self.tree, self.parameters, name)
        parameter = self.tree.parameters[name]
        if parameter.kind == "number":
            value = short(Fraction(value, 10 ** parameter_scale(parameter)))
        return (value, value)

    def _input(self, node: InputRef) -> Closure:
        slot, range_ = self.slots[node.name], possible(node)
        inner, past = node.entity == self.inner, self.tree.inputs[node.name].past
        part = 10**node.type.scale if isinstance(node.type, NumberType) else 1

        def answer(p: Any, h: Any) -> Any:
            value = (p if inner else h)[slot]
            if value is None:
                return (range_[0], max(range_[0], min(range_[1], h[TODAY]))) if past else range_
            if range_ is None:
                return value
            if part != 1:
                value = value // part if value % part == 0 else Fraction(value, part)
            return (value, value)

        return answer

    def _compare(self, node: Compare) -> Closure:
        f, g, operator = self.emit(node.left), self.emit(node.right), node.operator
        if isinstance(node.left.type, NumberType | DateType):
            test = _TESTS[operator]

            def compared(p: Any, h: Any) -> Truth:
                return test(*f(p, h), *g(p, h))

            return compared
        equal = operator == "="

        def same(p: Any, h: Any) -> Truth:
            a, b = f(p, h), g(p, h)
            return None if a is None or b is None else bool(a == b) is equal

        return same

    def _if(self, node: If) -> Closure:
        condition, then, otherwise = self.emit(node.condition), self.emit(node.then), self.emit(node.otherwise)

        def choice(p: Any, h: Any) -> Any:
            if (truth := condition(p, h)) is not None:
                return then(p, h) if truth else otherwise(p, h)
            return either(then(p, h), otherwise(p, h))

        return choice

    def _aggregate(self, node: Aggregate) -> Closure:
        body, range_, which = self.emit(node.body), possible(node), node.which
        where = self.emit(node.where) if node.where is not None else None
        if which == "count" and isinstance(node.body, Constant):
            range_ = (1, range_[1])
        if which in ("any", "all"):

            def truth(p: Any, h: Any) -> Truth:
                if h[MEMBERS] is None:
                    return None
                found = [body(m, h) for m in h[MEMBERS]]
                if (which == "any") in found:
                    return which == "any"
                return None if None in found else which == "all"

            return truth

        def number(p: Any, h: Any) -> Pair:
            if h[MEMBERS] is None:
                return (range_[0], range_[1])
            found = [body(m, h) for m in h[MEMBERS]]
            if which == "count":
                return (found.count(True), len(found) - found.count(False))
            if which == "sum":
                if where is not None:
                    found = [_perhaps(value, where(m, h)) for value, m in zip(found, h[MEMBERS], strict=True)]
                return (sum(low for low, _ in found), sum(high for _, high in found))
            pick: Callable[..., Any] = min if which == "min" else max
            return (pick(low for low, _ in found), pick(high for _, high in found))

        return number

    def _numbers(self, node: Expr) -> Closure:
        match node:
            case Add(terms=terms):
                parts = [self.emit(term) for term in terms]

                def total(p: Any, h: Any) -> Pair:
                    found = [part(p, h) for part in parts]
                    return (sum(low for low, _ in found), sum(high for _, high in found))

                return total
            case Extreme(items=items, which=which):
                parts = [self.emit(item) for item in items]
                pick: Callable[..., Any] = min if which == "min" else max

                def extreme(p: Any, h: Any) -> Pair:
                    found = [part(p, h) for part in parts]
                    return (pick(low for low, _ in found), pick(high for _, high in found))

                return extreme
            case Multiply(left=left, right=right):
                f, g = self.emit(left), self.emit(right)
                return lambda p, h: _corners(f(p, h), g(p, h))
            case Divide(left=left, right=right):
                f, g, range_ = self.emit(left), self.emit(right), possible(node)

                def quotient(p: Any, h: Any) -> Pair:
                    low, high = g(p, h)
                    # Not positive for sure: this branch may not be the one taken, and then anything it may be will do.
                    return _corners(f(p, h), (1 / Fraction(high), 1 / Fraction(low))) if low > 0 else range_

                return quotient
            case ScaleOf(name=name, base=base):
                return self._scale(name, base)
        return self._unary(node)

    def _unary(self, node: Expr) -> Closure:
        match node:
            case Negate(operand=operand):
                f = self.emit(operand)
                return lambda p, h: (-(v := f(p, h))[1], -v[0])
            case Absolute(operand=operand):
                f = self.emit(operand)
                return lambda p, h: _absolute(*f(p, h))
            case Convert(operand=operand, factor=factor):
                f = self.emit(operand)
                return lambda p, h: _corners(f(p, h), (factor, factor))
            case Round(operand=operand, step=step, mode=mode):
                f, part = self.emit(operand), Fraction(step)

                def rounding(p: Any, h: Any) -> Pair:
                    low, high = (Fraction(end) / part for end in f(p, h))
                    return (
                        rounded(low.numerator, low.denominator, mode) * part,
                        rounded(high.numerator, high.denominator, mode) * part,
                    )

                return rounding
        raise AssertionError(type(node).__name__)

    def _scale(self, name: str, base: Expr) -> Closure:
        f, parameter, dated = self.emit(base), self.tree.parameters[name], self.parameters[name]
        marginal = parameter.method == "marginal"
        table = tiers(dated.brackets, shift=parse_unit(parameter.unit).shift)

        def applied(p: Any, h: Any) -> Pair:
            return scale_range(table, marginal, *f(p, h))

        return applied

    def _dates(self, node: Expr) -> Closure:
        match node:
            case Age(birth=birth, at=at):
                return self._elapsed(birth, at, calendar.age)
            case Between(which=which, start=start, end=end):
                return self._elapsed(start, end, calendar.days if which == "days" else calendar.months)
            case DatePart(which=part, operand=operand):
                f, range_ = self.emit(operand), possible(node)

                def of_date(p: Any, h: Any) -> Pair:
                    low, high = f(p, h)
                    if low != high and part != "year":
                        return (range_[0], range_[1])
                    return (calendar.part(low, part), calendar.part(high, part))

                return of_date
            case Shift(operand=operand, count=count, period=period):
                return self._moved(operand, lambda day: calendar.moved(day, count, period))
            case DayOfYear(operand=operand, month=month, day=day):
                return self._moved(operand, lambda value: calendar.fixed(value, month, day))
        raise AssertionError(type(node).__name__)

    def _elapsed(self, start: Expr, end: Expr, count: Callable[[int, int], int]) -> Closure:
        f, g = self.emit(start), self.emit(end)

        def elapsed(p: Any, h: Any) -> Pair:
            a, b = f(p, h), g(p, h)
            return (count(a[1], b[0]), count(a[0], b[1]))

        return elapsed

    def _moved(self, operand: Expr, move: Callable[[int], int]) -> Closure:
        f = self.emit(operand)

        def moved(p: Any, h: Any) -> Pair:
            low, high = f(p, h)
            return (move(low), move(high))

        return moved


def connective(items: list[Closure], *, stop: bool) -> Closure:
    """``et`` (stops at False) or ``ou`` (stops at True)."""

    def joined(p: Any, h: Any) -> Truth:
        result: Truth = not stop
        for item in items:
            value: Truth = item(p, h)
            if value is stop:
                return stop
            if value is None:
                result = None
        return result

    return joined


def either(a: Any, b: Any) -> Any:
    """What is one or the other, not known which."""
    if type(a) is tuple:
        return (min(a[0], b[0]), max(a[1], b[1]))
    return a if a == b else None


def _perhaps(value: Pair, kept: Truth) -> Pair:
    if kept is None:
        return (min(0, value[0]), max(0, value[1]))
    return value if kept else (0, 0)


def _corners(a: Pair, b: Pair) -> Pair:
    if a[0] == a[1] and b[0] == b[1]:
        product = a[0] * b[0]
        return (product, product)
    found = [x * y for x in a for y in b]
    return (min(found), max(found))


def _absolute(low: Any, high: Any) -> Pair:
    largest = max(abs(low), abs(high))
    return (0 if low <= 0 <= high else min(abs(low), abs(high)), largest)


def _less(a: Any, b: Any, c: Any, d: Any) -> Truth:
    """[a, b] < [c, d]."""
    if b < c:
        return True
    return False if a >= d else None


def _at_most(a: Any, b: Any, c: Any, d: Any) -> Truth:
    if b <= c:
        return True
    return False if a > d else None


def _equal(a: Any, b: Any, c: Any, d: Any) -> Truth:
    if b < c or d < a:
        return False
    return True if a == b == c == d else None


def _different(a: Any, b: Any, c: Any, d: Any) -> Truth:
    equal = _equal(a, b, c, d)
    return None if equal is None else not equal


_TESTS: dict[str, Callable[[Any, Any, Any, Any], Truth]] = {
    "<": _less,
    "<=": _at_most,
    ">": lambda a, b, c, d: _less(c, d, a, b),
    ">=": lambda a, b, c, d: _at_most(c, d, a, b),
    "=": _equal,
    "!=": _different,
}
