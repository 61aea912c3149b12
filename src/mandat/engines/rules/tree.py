"""The typed tree: what every back end evaluates, nodes and types, positions kept.

**Meaning.** Every number is an exact rational; only ``Round`` changes a value. So three back ends that
follow this page agree to the cent whatever they compute with.

**Representation.** A number whose type is not a ratio is a whole number ``n`` worth ``n / 10**scale``, with
``low <= n <= high`` proven. A ratio (``type.ratio``) is a pair ``(n, d)`` worth ``n / (d * 10**scale)``, with
``den_low <= d <= den_high`` and ``den_low >= 1``. Children keep their own scale: ``Add`` and ``Compare`` bring
them to the larger. All proven bounds are below 2**127; ``NumberType.bits`` tells whether 64 bits do.
Dates are days; codes (choices, communes) are texts; booleans are booleans. Any value may be unknown.

**Entities.** ``InputRef.entity`` and ``FormulaRef.entity`` say whose value is meant: the member at hand, or what it
is within. ``Aggregate`` goes over the members (1 to ``most``) of the instance at hand. Formulas come in an order where each
refers only to earlier ones, so evaluation ends: there is no other repetition than ``Aggregate``.

**Guards.** ``Divide.guarded`` says that the divisor is not zero only where the branch is taken: a back
end that evaluates both branches puts 1 there instead of a divisor that is not positive.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal, TypeAlias

from mandat.engines.rules.document import Dated, Entity, Input, Parameter
from mandat.engines.rules.units import Unit, parse_unit
from mandat.engines.rules.writing import decimals_of
from mandat.kernel.text import Text

#: What a whole number may not reach anywhere: DuckDB's HUGEINT, and DECIMAL(38) for what is stored.
LIMIT = 10**37
MOST_SCALE = 18


@dataclass(frozen=True, slots=True)
class Span:
    """Where a node stands in its formula: lines and columns from 1, the end excluded."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class BooleanType: ...


@dataclass(frozen=True, slots=True)
class NumberType:
    """An exact number: unit, scale, and proven bounds of its representation (see the module).

    ``least`` and ``most`` bound the value itself, more tightly for a ratio than its parts would.
    """

    unit: Unit
    scale: int
    low: int
    high: int
    den_low: int = 1
    den_high: int = 1
    least: Fraction = Fraction(0)
    most: Fraction = Fraction(0)

    @property
    def ratio(self) -> bool:
        return self.den_high > 1

    @property
    def bits(self) -> int:
        """Bits of a signed whole number that holds the numerator and the denominator: 64 or 128."""
        return 64 if max(-self.low, self.high, self.den_high) < 2**62 else 128


@dataclass(frozen=True, slots=True)
class DateType:
    """A day between two, both included."""

    low: dt.date
    high: dt.date


@dataclass(frozen=True, slots=True)
class CodeType:
    """One of ``codes``; for a commune (``domain`` "commune") any INSEE code, and ``codes`` is empty."""

    domain: str
    codes: tuple[str, ...] = ()


Type: TypeAlias = BooleanType | NumberType | DateType | CodeType


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """What every node has. ``type`` is what is proven of its value, ``span`` where it is written."""

    type: Type
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant(Node):
    """A constant as written: a number in its unit (15% is 0.15), true or false, a day, a code."""

    value: Decimal | bool | dt.date | str


@dataclass(frozen=True, slots=True, kw_only=True)
class Today(Node):
    """The day of evaluation (``as_of``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterRef(Node):
    """The value of a number or date parameter in force on the day of evaluation."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InputRef(Node):
    name: str
    entity: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FormulaRef(Node):
    name: str
    entity: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Add(Node):
    terms: tuple[Expr, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Negate(Node):
    operand: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class Multiply(Node):
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class Divide(Node):
    """Always a ratio, of positive denominator: the signs of both parts turn where the divisor is negative."""

    left: Expr
    right: Expr
    guarded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Convert(Node):
    """The same quantity in another unit: multiplied by ``factor`` (a ratio where its decimals never end)."""

    operand: Expr
    factor: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Absolute(Node):
    operand: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class Extreme(Node):
    """The least or the greatest of two numbers (or dates) or more, exact even between ratios."""

    which: Literal["min", "max"]
    items: tuple[Expr, ...]


RoundMode: TypeAlias = Literal["nearest", "even", "down", "up"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Round(Node):
    """To a multiple of ``step``: ``nearest`` (halves away from zero), ``even`` (halves to the even multiple),
    ``down`` (towards minus infinity), ``up`` (towards plus infinity).
    """

    operand: Expr
    step: Decimal
    mode: RoundMode


Operator: TypeAlias = Literal["<", "<=", ">", ">=", "=", "!="]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compare(Node):
    """Numbers of one unit, dates, booleans or codes of one domain (the last two with = and != only)."""

    operator: Operator
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class And(Node):
    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Or(Node):
    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Not(Node):
    operand: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class OneOf(Node):
    operand: Expr
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InPerimeter(Node):
    """Whether a commune is in a perimeter (its codes are in ``Tree.perimeters``)."""

    operand: Expr
    perimeter: str


@dataclass(frozen=True, slots=True, kw_only=True)
class If(Node):
    """Both branches have one kind and one unit; scales may differ: the result has the larger."""

    condition: Expr
    then: Expr
    otherwise: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleOf(Node):
    """A barème applied to a base: see ``document.Parameter``. Below the first bracket the result is 0."""

    name: str
    base: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregate(Node):
    """Over the members at hand: ``sum``, ``min``, ``max`` of a number; ``count``, ``any``, ``all`` of a boolean.

    ``entity`` is the members' entity, in which ``body`` and ``where`` are evaluated; ``where`` (sum only) keeps
    the members for which it is true.
    """

    which: Literal["sum", "count", "min", "max", "any", "all"]
    entity: str
    body: Expr
    where: Expr | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Age(Node):
    """Whole years from ``birth`` to ``at``, in the unit year; below 0 where ``at`` comes first.

    A birthday on 29 February is kept on 1 March in other years.
    """

    birth: Expr
    at: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class Between(Node):
    """``days`` from ``start`` to ``end``, or whole ``months`` elapsed (floored: negative where ``end`` comes first)."""

    which: Literal["days", "months"]
    start: Expr
    end: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class DatePart(Node):
    """The calendar ``year``, ``month`` (1 to 12) or ``day`` (1 to 31) of a date: a plain whole number."""

    which: Literal["year", "month", "day"]
    operand: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift(Node):
    """A date moved by a whole, fixed number of days, months or years; a day that is not becomes the month's last."""

    operand: Expr
    count: int
    period: Literal["days", "months"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DayOfYear(Node):
    """The fixed ``month`` and ``day`` of the calendar year of ``operand`` (a date): 1 September of that year."""

    operand: Expr
    month: int
    day: int


Expr: TypeAlias = (
    Constant | Today | ParameterRef | InputRef | FormulaRef | Add | Negate | Multiply | Divide | Convert | Absolute
    | Extreme | Round | Compare | And | Or | Not | OneOf | InPerimeter | If | ScaleOf | Aggregate
    | Age | Between | DatePart | Shift | DayOfYear
)  # fmt: skip


def scaling(factor: Fraction) -> tuple[int, int, int]:
    """How ``Convert`` multiplies: ``n * times`` at ``shift`` decimals more, over the denominator times ``divisor``.

    A factor with at most 6 decimals needs no denominator.
    """
    for shift in range(7):
        times = factor * 10**shift
        if times.denominator == 1:
            return times.numerator, shift, 1
    return factor.numerator, 0, factor.denominator


def parameter_scale(parameter: Parameter) -> int:
    """Decimals of a number parameter inside (``percent`` adds two), the same for all its dated values."""
    values = [dated.value for dated in parameter.values if isinstance(dated.value, Decimal)]
    return max(map(decimals_of, values), default=0) + parse_unit(parameter.unit).shift


def bracket_scales(parameter: Parameter) -> tuple[int, int]:
    """Decimals of the thresholds of a barème, and of its rates or amounts, the same for all its dated values."""
    brackets = [bracket for dated in parameter.values for bracket in dated.brackets]
    worth = [bracket.rate if bracket.rate is not None else bracket.amount or Decimal(0) for bracket in brackets]
    return max(decimals_of(bracket.from_) for bracket in brackets), max(map(decimals_of, worth))


def children(node: Expr) -> tuple[Expr, ...]:
    """The nodes right below, in the order they are written."""
    match node:
        case Add(terms=items) | Extreme(items=items) | And(items=items) | Or(items=items):
            return items
        case Multiply(left=a, right=b) | Divide(left=a, right=b) | Compare(left=a, right=b):
            return (a, b)
        case (
            Negate(operand=a) | Convert(operand=a) | Absolute(operand=a) | Round(operand=a) | Not(operand=a)
            | OneOf(operand=a) | InPerimeter(operand=a) | DatePart(operand=a) | Shift(operand=a) | DayOfYear(operand=a)
        ):  # fmt: skip
            return (a,)
        case If(condition=c, then=a, otherwise=b):
            return (c, a, b)
        case ScaleOf(base=a):
            return (a,)
        case Aggregate(body=a, where=w):
            return (a,) if w is None else (a, w)
        case Age(birth=a, at=b) | Between(start=a, end=b):
            return (a, b)
        case _:
            return ()


def walk(node: Expr) -> Iterator[Expr]:
    """The node and everything below it, parents first."""
    yield node
    for child in children(node):
        yield from walk(child)


@dataclass(frozen=True, slots=True)
class TypedFormula:
    name: str
    entity: str
    label: Text
    expr: Expr
    source: str


@dataclass(frozen=True, slots=True)
class Tree:
    """A whole rule, checked. ``formulas`` are in an order where each refers only to earlier ones.

    ``subject`` is whom an evaluation is about; ``holder`` what it is within (None where nothing),
    ``member`` the entity of the members of the subject or of its holder (None where there is none).
    ``inputs``, ``parameters`` and ``perimeters`` hold only what the formulas and checks use.
    """

    subject: Entity
    holder: Entity | None
    member: Entity | None
    inputs: Mapping[str, Input]
    parameters: Mapping[str, Parameter]
    formulas: Mapping[str, TypedFormula]
    checks: Mapping[str, TypedFormula]
    outputs: tuple[str, ...]
    perimeters: Mapping[str, frozenset[str]]

    def parameters_on(self, day: dt.date) -> dict[str, Dated]:
        """What every parameter used is worth on ``day`` (checked: always defined while the rule applies)."""
        found = {name: parameter.at(day) for name, parameter in self.parameters.items()}
        return {name: dated for name, dated in found.items() if dated is not None}
