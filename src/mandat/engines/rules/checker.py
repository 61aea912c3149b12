"""Give every node of a formula its type, or say in both languages what is wrong and what to write instead."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from mandat.engines.rules import bounds, calls
from mandat.engines.rules.bounds import BoundsError
from mandat.engines.rules.guards import assume, divisor
from mandat.engines.rules.saying import said, units_differ
from mandat.engines.rules.scope import Facts, Scope, input_type, near, parameter_type
from mandat.engines.rules.syntax import Ast, FormulaError, wrong
from mandat.engines.rules.tree import (
    Add,
    And,
    BooleanType,
    CodeType,
    Compare,
    Constant,
    Convert,
    DateType,
    Divide,
    Expr,
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
    Span,
    Today,
    Type,
)
from mandat.engines.rules.units import Unit, conversion, parse_unit
from mandat.engines.rules.writing import EARLIEST, LATEST
from mandat.engines.rules.zeros import is_zero, zero_in
from mandat.kernel.text import Text

TODAY_NAMES = ("aujourd_hui", "aujourdhui", "today")
COMMUNE = re.compile(r"[0-9AB]{5}")


@dataclass(frozen=True, slots=True)
class Checker:
    """Types the formulas of one entity. ``inside`` is true within an aggregate over members."""

    scope: Scope
    entity: str
    inside: bool = False

    def check(self, ast: Ast, facts: Facts) -> Expr:
        """The typed node of ``ast``. Raises FormulaError."""
        try:
            return self._check(ast, facts)
        except BoundsError as error:
            raise self._outgrown(error, ast) from None

    def _check(self, ast: Ast, facts: Facts) -> Expr:
        span = ast.span
        match ast.kind:
            case "number":
                assert isinstance(ast.value, Decimal)
                return Constant(type=bounds.constant(ast.value), span=span, value=ast.value)
            case "quantity":
                value = ast.items[0].value
                assert isinstance(value, Decimal)
                unit = parse_unit(str(ast.value)).unit
                return Constant(type=bounds.constant(value, unit), span=span, value=value)
            case "boolean":
                return Constant(type=BooleanType(), span=span, value=bool(ast.value))
            case "text":
                return Constant(type=CodeType("choice", (str(ast.value),)), span=span, value=str(ast.value))
            case "date":
                return self._date(ast)
            case "name":
                return self._name(str(ast.value), span)
            case "member":
                return self._member(ast)
            case "call":
                return calls.call(self, ast, facts)
            case "among" | "within":
                return self._codes(ast, facts)
            case "and" | "or":
                return self._connective(ast, facts)
            case "not":
                return Not(type=BooleanType(), span=span, operand=self.boolean(ast.items[0], facts))
            case "if":
                return self._if(ast, facts)
            case "compare":
                return self._compare(ast, facts)
        return self._arithmetic(ast, facts)

    # Names

    def _name(self, name: str, span: Span) -> Expr:
        if name in TODAY_NAMES:
            return Today(type=self.scope.today, span=span)
        if name in self.scope.parameters:
            parameter = self.scope.parameters[name]
            if parameter.kind == "scale":
                raise wrong(f"un barème s'applique : bareme({name}, …)", f"a scale applies: scale({name}, …)", span)
            self.scope.used.add(name)
            return ParameterRef(type=parameter_type(parameter), span=span, name=name)
        owner = self._owner(name)
        if owner is None:
            hint = near(name, [*self.scope.names(), *TODAY_NAMES])
            raise wrong(f"nom inconnu : {name}{hint[0]}", f"unknown name: {name}{hint[1]}", span)
        if owner == self.entity:
            return self._value(name, owner, span)
        here = self.scope.entity(self.entity)
        if here is not None and here.within == owner:
            raise wrong(f"écrivez {owner}.{name}", f"write {owner}.{name}", span)
        raise wrong(
            f"{name} est de chaque {owner} : écrivez par exemple somme(membres, {name}) ou un(membres, {name})",
            f"{name} is of each {owner}: write for instance sum(members, {name}) or any(members, {name})",
            span,
        )

    def _owner(self, name: str) -> str | None:
        if name in self.scope.inputs:
            return self.scope.inputs[name].entity
        return self.scope.owners.get(name)

    def _member(self, ast: Ast) -> Expr:
        assert isinstance(ast.value, tuple)
        owner, name = ast.value
        here = self.scope.entity(self.entity)
        if here is None or owner not in (here.name, here.within):
            known = here.within if here and here.within else self.entity
            raise wrong(
                f"« {owner}. » ne se dit pas ici : un nom seul, ou {known}.nom",
                f"“{owner}.” cannot be said here: a name alone, or {known}.name",
                ast.span,
            )
        if self._owner(name) != owner:
            theirs = [n for n in self.scope.names() if self._owner(n) == owner]
            hint = near(name, theirs)
            raise wrong(f"{owner} n'a pas de {name}{hint[0]}", f"{owner} has no {name}{hint[1]}", ast.span)
        return self._value(name, owner, ast.span)

    def _value(self, name: str, owner: str, span: Span) -> Expr:
        self.scope.used.add(name)
        if name in self.scope.inputs:
            return InputRef(type=input_type(self.scope.inputs[name]), span=span, name=name, entity=owner)
        typed = self.scope.typed.get(name)
        if typed is None:
            raise _BrokenError(Text("", ""), span)
        return FormulaRef(type=typed.expr.type, span=span, name=name, entity=owner)

    def _date(self, ast: Ast) -> Expr:
        try:
            day = dt.date.fromisoformat(str(ast.value))
        except ValueError:
            raise wrong(f"date impossible : {ast.value}", f"impossible date: {ast.value}", ast.span) from None
        if not EARLIEST <= day <= LATEST:
            raise wrong(f"date hors de {EARLIEST} … {LATEST}", f"date outside {EARLIEST} … {LATEST}", ast.span)
        return Constant(type=DateType(day, day), span=ast.span, value=day)

    # Truth

    def boolean(self, ast: Ast, facts: Facts) -> Expr:
        node = self.check(ast, facts)
        if not isinstance(node.type, BooleanType):
            words = said(node.type)
            raise wrong(
                f"une condition est attendue, c'est {words.fr}",
                f"a condition is expected, this is {words.en}",
                ast.span,
            )
        return node

    def _connective(self, ast: Ast, facts: Facts) -> Expr:
        items: list[Expr] = []
        for item in ast.items:
            node = self.boolean(item, facts)
            items.append(node)
            facts = assume(node, facts, true=ast.kind == "and")
        if ast.kind == "and":
            return And(type=BooleanType(), span=ast.span, items=tuple(items))
        return Or(type=BooleanType(), span=ast.span, items=tuple(items))

    def _if(self, ast: Ast, facts: Facts) -> Expr:
        condition = self.boolean(ast.items[0], facts)
        then = self.check(ast.items[1], assume(condition, facts, true=True))
        otherwise = self.check(ast.items[2], assume(condition, facts, true=False))
        then, otherwise = self.alike([then, otherwise], ast.span, Text("les deux branches", "both branches"))
        return If(
            type=_joined(then.type, otherwise.type),
            span=ast.span,
            condition=condition,
            then=then,
            otherwise=otherwise,
        )

    def alike(self, nodes: Sequence[Expr], span: Span, what: Text) -> list[Expr]:
        """Nodes of one kind and one unit (constant zeros take the unit of the others), or FormulaError."""
        units = [n.type.unit for n in nodes if isinstance(n.type, NumberType) and not is_zero(n)]
        nodes = [zero_in(node, units[0]) if units and is_zero(node) else node for node in nodes]
        first = nodes[0].type
        for node in nodes[1:]:
            if type(node.type) is not type(first):
                a, b = said(first), said(node.type)
                raise wrong(
                    f"{what.fr} doivent être du même genre : {a.fr} d'un côté, {b.fr} de l'autre",
                    f"{what.en} must be of one kind: {a.en} on one side, {b.en} on the other",
                    span,
                )
            if isinstance(first, NumberType) and isinstance(node.type, NumberType) and first.unit != node.type.unit:
                raise units_differ(first.unit, node.type.unit, span)
            if isinstance(first, CodeType) and isinstance(node.type, CodeType) and first.domain != node.type.domain:
                raise wrong(f"{what.fr} mêlent une commune et un choix", f"{what.en} mix a commune and a choice", span)
        return list(nodes)

    def _compare(self, ast: Ast, facts: Facts) -> Expr:
        left, right = (self.check(item, facts) for item in ast.items)
        left, right = _commune(left, right), _commune(right, left)
        left, right = self.alike([left, right], ast.span, Text("les deux côtés", "both sides"))
        operator = str(ast.value)
        if isinstance(left.type, BooleanType | CodeType) and operator not in ("=", "!="):
            raise wrong("seuls = et != comparent cela", "only = and != compare these", ast.span)
        if isinstance(left.type, NumberType) and isinstance(right.type, NumberType):
            bounds.compare([left.type, right.type])
        if isinstance(left.type, CodeType) and isinstance(right.type, CodeType) and left.type.codes:
            small, large = sorted((set(left.type.codes), set(right.type.codes)), key=len)
            if not small <= large:
                self._unknown_codes(sorted(small - large), sorted(large), ast.span)
        return Compare(type=BooleanType(), span=ast.span, operator=operator, left=left, right=right)  # type: ignore[arg-type]

    def _unknown_codes(self, codes: Sequence[str], known: Sequence[str], span: Span) -> None:
        hint = near(codes[0], known)
        raise wrong(
            f"« {codes[0]} » n'est pas un des choix ({', '.join(known)}){hint[0]}",
            f"“{codes[0]}” is none of the choices ({', '.join(known)}){hint[1]}",
            span,
        )

    def _codes(self, ast: Ast, facts: Facts) -> Expr:
        operand = self.check(ast.items[0], facts)
        if not isinstance(operand.type, CodeType) or (ast.kind == "within" and operand.type.domain != "commune"):
            words = said(operand.type)
            if ast.kind == "within":
                raise wrong(
                    f"une commune est attendue, c'est {words.fr}",
                    f"a commune is expected, this is {words.en}",
                    operand.span,
                )
            raise wrong(
                f"un choix est attendu, c'est {words.fr}", f"a choice is expected, this is {words.en}", operand.span
            )
        if ast.kind == "within":
            name = str(ast.value)
            if name not in self.scope.perimeters:
                hint = near(name, self.scope.perimeters)
                known = ", ".join(sorted(self.scope.perimeters)[:12]) or "—"
                raise wrong(
                    f"périmètre inconnu : {name}{hint[0]} (connus : {known})",
                    f"unknown perimeter: {name}{hint[1]} (known: {known})",
                    ast.span,
                )
            self.scope.used_perimeters.add(name)
            return InPerimeter(type=BooleanType(), span=ast.span, operand=operand, perimeter=name)
        assert isinstance(ast.value, tuple)
        if operand.type.domain == "commune":
            if bad := [code for code in ast.value if not COMMUNE.fullmatch(code)]:
                raise wrong(f"« {bad[0]} » n'est pas un code commune", f"“{bad[0]}” is no commune code", ast.span)
        elif bad := [code for code in ast.value if code not in operand.type.codes]:
            self._unknown_codes(bad, operand.type.codes, ast.span)
        return OneOf(type=BooleanType(), span=ast.span, operand=operand, codes=tuple(dict.fromkeys(ast.value)))

    # Numbers

    def number(self, ast: Ast, facts: Facts) -> Expr:
        node = self.check(ast, facts)
        self.numeric(node)
        return node

    def numeric(self, node: Expr) -> NumberType:
        if not isinstance(node.type, NumberType):
            words = said(node.type)
            if isinstance(node.type, DateType):
                raise wrong(
                    "une date ne s'ajoute ni ne se retranche : écrivez jours_entre(a, b), plus_jours(d, 15), plus_mois(d, 3)",
                    "a date is neither added nor subtracted: write days_between(a, b), add_days(d, 15), add_months(d, 3)",
                    node.span,
                )
            raise wrong(
                f"un nombre est attendu, c'est {words.fr}", f"a number is expected, this is {words.en}", node.span
            )
        return node.type

    def _arithmetic(self, ast: Ast, facts: Facts) -> Expr:
        nodes = [self.number(item, facts) for item in ast.items]
        span = ast.span
        match ast.kind:
            case "add":
                nodes = self.alike(nodes, span, Text("les termes", "the terms"))
                return Add(type=bounds.add([self.numeric(n) for n in nodes]), span=span, terms=tuple(nodes))
            case "minus":
                type_ = bounds.negate(self.numeric(nodes[0]))
                if isinstance(nodes[0], Constant) and isinstance(nodes[0].value, Decimal):
                    return Constant(type=type_, span=span, value=-nodes[0].value)
                return Negate(type=type_, span=span, operand=nodes[0])
            case "multiply":
                a, b = nodes
                type_ = bounds.multiply(self.numeric(a), self.numeric(b))
                return Multiply(type=type_, span=span, left=a, right=b)
            case "convert":
                return self.convert(nodes[0], parse_unit(str(ast.value)).unit, span)
        return self._divide(nodes[0], nodes[1], span, facts)

    def _divide(self, left: Expr, right: Expr, span: Span, facts: Facts) -> Expr:
        a, b = self.numeric(left), self.numeric(right)
        if isinstance(right, Constant) and isinstance(right.value, Decimal) and right.value:
            return self._multiplied(left, 1 / Fraction(right.value), a.unit / b.unit, span)
        low, least, guarded = divisor(right, facts)
        return Divide(
            type=bounds.divide(a, b, low=low, least=least), span=span, left=left, right=right, guarded=guarded
        )

    def convert(self, node: Expr, unit: Unit, span: Span) -> Expr:
        have = self.numeric(node).unit
        factor = conversion(have, unit)
        if factor is None:
            raise wrong(
                f"pas de conversion exacte de {have} en {unit}", f"no exact conversion from {have} to {unit}", span
            )
        return self._multiplied(node, factor, unit, span)

    def _multiplied(self, node: Expr, factor: Fraction, unit: Unit, span: Span) -> Expr:
        """A number times a fixed factor; two such in a row are one, so that a month and back loses nothing."""
        if isinstance(node, Convert):
            factor *= node.factor
            node = node.operand
        type_ = bounds.convert(self.numeric(node), factor, unit)
        return Convert(type=type_, span=span, operand=node, factor=factor)

    def _outgrown(self, error: BoundsError, ast: Ast) -> FormulaError:
        if error.decimals:
            return wrong(
                "trop de décimales s'accumulent : arrondissez une partie, par exemple arrondi(x, 0.01, proche)",
                "too many decimals pile up: round a part, for instance round(x, 0.01, nearest)",
                ast.span,
            )
        names, pending = set(), [ast]
        while pending:
            here = pending.pop()
            pending += here.items
            if here.kind in ("name", "member"):
                names.add(here.value[1] if isinstance(here.value, tuple) else str(here.value))
        widest = ", ".join(sorted(names)) or "—"
        return wrong(
            f"ce calcul peut dépasser 10^37 : arrondissez une partie, ou resserrez min et max de {widest}",
            f"this may exceed 10^37: round a part, or narrow min and max of {widest}",
            ast.span,
        )


class _BrokenError(FormulaError):
    """A name whose own formula is already wrong: said once, there."""


def broken(error: FormulaError) -> bool:
    return isinstance(error, _BrokenError)


def _commune(node: Expr, other: Expr) -> Expr:
    """A text compared with a commune is a commune's code."""
    if not isinstance(other.type, CodeType) or other.type.domain != "commune":
        return node
    if not isinstance(node, Constant) or not isinstance(node.value, str):
        return node
    if not COMMUNE.fullmatch(node.value):
        raise wrong(f"« {node.value} » n'est pas un code commune", f"“{node.value}” is no commune code", node.span)
    return replace(node, type=CodeType("commune"))


def _joined(a: Type, b: Type) -> Type:
    if isinstance(a, NumberType) and isinstance(b, NumberType):
        return bounds.join([a, b])
    if isinstance(a, DateType) and isinstance(b, DateType):
        return DateType(min(a.low, b.low), max(a.high, b.high))
    if isinstance(a, CodeType) and isinstance(b, CodeType) and a.domain == "choice":
        return CodeType("choice", tuple(dict.fromkeys((*a.codes, *b.codes))))
    return a
