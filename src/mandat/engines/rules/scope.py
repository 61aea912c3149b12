"""What names mean inside a rule: entities, inputs, parameters, formulas, and what is near a misspelt one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from difflib import get_close_matches
from fractions import Fraction

from mandat.engines.rules import bounds
from mandat.engines.rules.document import Entity, Input, Parameter
from mandat.engines.rules.tree import (
    BooleanType,
    CodeType,
    DateType,
    Expr,
    Type,
    TypedFormula,
    parameter_scale,
)
from mandat.engines.rules.units import parse_unit
from mandat.engines.rules.writing import LATEST

#: Days an input may hold where its document does not say.
FIRST_DAY, LAST_DAY = dt.date(1900, 1, 1), dt.date(2100, 12, 31)


def near(name: str, known: Iterable[str]) -> tuple[str, str]:
    """“; did you mean x?” in both languages, or nothing."""
    found = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return (f" ; vouliez-vous dire « {found[0]} » ?", f"; did you mean “{found[0]}”?") if found else ("", "")


def input_type(item: Input) -> Type:
    """The type of an answer, from its declaration."""
    match item.type:
        case "boolean":
            return BooleanType()
        case "date":
            first = item.min if isinstance(item.min, dt.date) else FIRST_DAY
            return DateType(first, item.max if isinstance(item.max, dt.date) else LAST_DAY)
        case "choice":
            return CodeType("choice", tuple(choice.code for choice in item.choices))
        case "commune":
            return CodeType("commune")
    written = parse_unit(item.unit)
    assert isinstance(item.min, Decimal)
    assert isinstance(item.max, Decimal)
    low, high = int(item.min.scaleb(item.decimals)), int(item.max.scaleb(item.decimals))
    return bounds.whole(written.unit, low, high, scale=item.decimals + written.shift)


def parameter_type(parameter: Parameter) -> Type:
    """The type of a number or date parameter: bounded by all its dated values."""
    if parameter.kind == "date":
        days = [dated.value for dated in parameter.values if type(dated.value) is dt.date]
        return DateType(min(days), max(days))
    written, scale = parse_unit(parameter.unit), parameter_scale(parameter)
    numbers = [int(d.value.scaleb(scale - written.shift)) for d in parameter.values if isinstance(d.value, Decimal)]
    return bounds.whole(written.unit, min(numbers), max(numbers), scale=scale)


@dataclass(frozen=True, slots=True)
class Fact:
    """What a condition proves of a number inside the branch it guards."""

    least: Fraction | None = None
    most: Fraction | None = None
    nonzero: bool = False

    def and_(self, other: Fact) -> Fact:
        least = [bound for bound in (self.least, other.least) if bound is not None]
        most = [bound for bound in (self.most, other.most) if bound is not None]
        return Fact(max(least, default=None), min(most, default=None), self.nonzero or other.nonzero)


Key = tuple[object, ...]
Facts = Mapping[Key, Fact]


def key(node: Expr) -> Key:
    """What two nodes that always have one value share, wherever they are written."""
    parts: list[object] = [type(node).__name__]
    for part in fields(node):
        if part.name in ("type", "span"):
            continue
        value = getattr(node, part.name)
        if isinstance(value, tuple):
            parts.append(tuple(key(item) if hasattr(item, "span") else item for item in value))
        else:
            parts.append(key(value) if hasattr(value, "span") else value)
    return tuple(parts)


@dataclass(slots=True)
class Scope:
    """Everything a formula of the rule may name."""

    subject: Entity
    holder: Entity | None
    member: Entity | None
    first_day: dt.date
    last_day: dt.date | None
    inputs: dict[str, Input]
    parameters: dict[str, Parameter]
    #: Declared formulas and whose they are; typed ones as they come.
    owners: dict[str, str]
    perimeters: Mapping[str, frozenset[str]]
    typed: dict[str, TypedFormula] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    used_perimeters: set[str] = field(default_factory=set)

    def entity(self, name: str) -> Entity | None:
        return next((e for e in (self.subject, self.holder, self.member) if e is not None and e.name == name), None)

    @property
    def today(self) -> DateType:
        return DateType(self.first_day, self.last_day or LATEST)

    def names(self) -> list[str]:
        return [*self.inputs, *self.parameters, *self.owners]
