"""What the closures of both interpreters share: records, slots, constants and parameters as they hold them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, TypeAlias

from mandat.engines.rules import calendar
from mandat.engines.rules.document import Dated
from mandat.engines.rules.tree import Constant, DateType, NumberType, Tree, parameter_scale
from mandat.engines.rules.units import parse_unit

MEMBERS, TODAY, FIRST_SLOT = 0, 1, 2
#: What a closure is given and gives: see the module. Any keeps the hot path free of casts.
Record: TypeAlias = list[Any]
Closure: TypeAlias = Callable[[Any, Any], Any]


def slots(tree: Tree) -> dict[str, int]:
    """The slot of every input and formula in its entity's record."""
    following: dict[str, int] = {}
    found: dict[str, int] = {}
    named = [(name, item.entity) for name, item in tree.inputs.items()]
    for name, entity in (*named, *((name, formula.entity) for name, formula in tree.formulas.items())):
        found[name] = following.get(entity, FIRST_SLOT)
        following[entity] = found[name] + 1
    return found


def constant_of(node: Constant) -> Any:
    """A constant as the closures hold it."""
    if isinstance(node.type, NumberType):
        return node.type.low
    if isinstance(node.type, DateType):
        return calendar.number(node.type.low)
    return node.value


def furthest(pairs: list[tuple[int, int]], which: str) -> tuple[int, int]:
    """The least or the greatest of fractions of positive denominators, exactly."""
    best = pairs[0]
    for other in pairs[1:]:
        difference = other[0] * best[1] - best[0] * other[1]
        if difference < 0 if which == "min" else difference > 0:
            best = other
    return best


def parameter_value(tree: Tree, parameters: Mapping[str, Dated], name: str) -> int:
    """A number or date parameter as the closures hold it."""
    parameter, value = tree.parameters[name], parameters[name].value
    if parameter.kind == "date":
        assert isinstance(value, dt.date)
        return calendar.number(value)
    assert isinstance(value, Decimal)
    return int(value.scaleb(parameter_scale(parameter) - parse_unit(parameter.unit).shift))
