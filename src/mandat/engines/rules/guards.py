"""What conditions prove of numbers in the branches they guard: enough to know that a divisor is positive."""

from __future__ import annotations

from fractions import Fraction

from mandat.engines.rules.scope import Fact, Facts, Key, key
from mandat.engines.rules.syntax import wrong
from mandat.engines.rules.tree import And, Compare, Constant, Expr, Not, NumberType, Or

_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "=": "!=", "!=": "="}
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!="}


def assume(condition: Expr, facts: Facts, *, true: bool) -> Facts:
    """``facts`` and what ``condition`` proves where it is true (or false)."""
    known = dict(facts)
    _collect(condition, true, known)
    return known


def _collect(node: Expr, true: bool, known: dict[Key, Fact]) -> None:
    match node:
        case Not(operand=operand):
            _collect(operand, not true, known)
        case And(items=items) if true:
            for item in items:
                _collect(item, true, known)
        case Or(items=items) if not true:
            for item in items:
                _collect(item, true, known)
        case Compare(operator=operator, left=left, right=right):
            operator = operator if true else _OPPOSITE[operator]  # type: ignore[assignment]
            _learn(left, operator, right, known)
            _learn(right, _MIRRORED[operator], left, known)


def _learn(node: Expr, operator: str, other: Expr, known: dict[Key, Fact]) -> None:
    if isinstance(node, Constant) or not isinstance(node.type, NumberType) or not isinstance(other.type, NumberType):
        return
    least, most = other.type.least, other.type.most
    # Strictly above the bound of a number without denominator is one step of its scale above.
    step = Fraction(0) if node.type.ratio else Fraction(1, 10**node.type.scale)
    match operator:
        case ">":
            fact = Fact(least=least + step, nonzero=least >= 0)
        case ">=":
            fact = Fact(least=least, nonzero=least > 0)
        case "<":
            fact = Fact(most=most - step, nonzero=most <= 0)
        case "<=":
            fact = Fact(most=most, nonzero=most < 0)
        case "=":
            fact = Fact(least, most, nonzero=least > 0 or most < 0)
        case _:
            fact = Fact(nonzero=least == most == 0)
    here = key(node)
    known[here] = known.get(here, Fact()).and_(fact)


def divisor(node: Expr, facts: Facts) -> tuple[int, Fraction, bool]:
    """How small a divisor may be: its numerator, its value, and whether only a guard makes it positive.

    Raises FormulaError where it is not proven positive.
    """
    type_ = node.type
    assert isinstance(type_, NumberType)
    if type_.least > 0:
        return max(1, type_.low), type_.least, False
    fact = facts.get(key(node), Fact())
    least = max(type_.least, fact.least if fact.least is not None else type_.least)
    smallest = Fraction(1, 10**type_.scale * type_.den_high)
    if least > 0 or (least == 0 and fact.nonzero):
        least = max(least, smallest)
        low = 1 if type_.ratio else max(1, int(least * 10**type_.scale))
        return low, least, True
    raise wrong(
        "ce diviseur peut valoir 0 ou moins : écrivez « si diviseur > 0 alors … sinon … », ou relevez son min",
        "this divisor may be 0 or less: write “if divisor > 0 then … else …”, or raise its min",
        node.span,
    )
