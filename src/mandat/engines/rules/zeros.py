"""The constant zero, which is of any unit: 0 EUR/year is 0 EUR/month."""

from __future__ import annotations

from dataclasses import replace

from mandat.engines.rules.tree import Constant, Expr, If, NumberType
from mandat.engines.rules.units import PLAIN, Unit


def is_zero(node: Expr) -> bool:
    if isinstance(node, If):
        return is_zero(node.then) and is_zero(node.otherwise)
    return (
        isinstance(node, Constant) and isinstance(node.type, NumberType) and node.type.unit == PLAIN and node.value == 0
    )


def zero_in(node: Expr, unit: Unit) -> Expr:
    assert isinstance(node.type, NumberType)
    type_ = replace(node.type, unit=unit)
    if isinstance(node, If):
        return replace(node, type=type_, then=zero_in(node.then, unit), otherwise=zero_in(node.otherwise, unit))
    return replace(node, type=type_)
