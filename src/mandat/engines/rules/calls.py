"""The functions of the language: what each takes and the typed node it makes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from mandat.engines.rules import bounds
from mandat.engines.rules.parser import plain
from mandat.engines.rules.rounding import scale_range, tiers
from mandat.engines.rules.saying import said, units_differ
from mandat.engines.rules.scope import Facts, near
from mandat.engines.rules.syntax import Ast, wrong
from mandat.engines.rules.tree import (
    Absolute,
    Age,
    Aggregate,
    Between,
    BooleanType,
    Constant,
    DatePart,
    DateType,
    DayOfYear,
    Expr,
    Extreme,
    NumberType,
    Round,
    RoundMode,
    ScaleOf,
    Shift,
    Today,
    bracket_scales,
)
from mandat.engines.rules.units import DAYS, MONTHS, PLAIN, YEARS, parse_unit, per
from mandat.engines.rules.writing import decimals_of
from mandat.engines.rules.zeros import is_zero, zero_in
from mandat.kernel.periods import add_months
from mandat.kernel.text import Text

if TYPE_CHECKING:
    from mandat.engines.rules.checker import Checker

_Which = Literal["sum", "count", "min", "max", "any", "all"]
Handler = Callable[["Checker", Ast, Facts], Expr]
_HANDLERS: dict[str, Handler] = {}
_SHOWN: list[str] = []
MEMBERS = ("membres", "members")
_MODES: dict[str, RoundMode] = {
    "proche": "nearest", "nearest": "nearest", "pair": "even", "even": "even",
    "bas": "down", "down": "down", "haut": "up", "up": "up",
}  # fmt: skip
#: A date is moved by at most so many days or months.
FARTHEST = 1200
FIRST_EVER, LAST_EVER = dt.date(1700, 1, 1), dt.date(2500, 12, 31)


def _named(*names: str) -> Callable[[Handler], Handler]:
    def register(handler: Handler) -> Handler:
        _HANDLERS.update(dict.fromkeys(names, handler))
        _SHOWN.extend(names)
        return handler

    return register


def function_names() -> tuple[str, ...]:
    """Every function, French and English, without accents."""
    return tuple(sorted(_HANDLERS))


def call(checker: Checker, ast: Ast, facts: Facts) -> Expr:
    name = plain(str(ast.value))
    handler = _HANDLERS.get(name)
    if handler is None and str(ast.value) in checker.scope.parameters:
        raise wrong(
            f"un barème s'applique ainsi : bareme({ast.value}, …)",
            f"a scale applies so: scale({ast.value}, …)",
            ast.span,
        )
    if handler is None:
        hint = near(name, _HANDLERS)
        raise wrong(f"fonction inconnue : {ast.value}{hint[0]}", f"unknown function: {ast.value}{hint[1]}", ast.span)
    return handler(checker, ast, facts)


def _arguments(ast: Ast, least: int, most: int, form: str) -> tuple[Ast, ...]:
    if not least <= len(ast.items) <= most:
        raise wrong(f"écrivez {form}", f"write {form}", ast.span)
    return ast.items


def _over_members(ast: Ast) -> bool:
    return bool(ast.items) and ast.items[0].kind == "name" and str(ast.items[0].value) in MEMBERS


@_named("min", "max")
def _extreme(checker: Checker, ast: Ast, facts: Facts) -> Expr:
    which: Literal["min", "max"] = "min" if plain(str(ast.value)) == "min" else "max"
    if _over_members(ast):
        return _aggregate(checker, ast, facts)
    items = _arguments(ast, 2, 50, f"{which}(a, b)")
    nodes = checker.alike([checker.check(item, facts) for item in items], ast.span, Text("les valeurs", "the values"))
    if all(isinstance(node.type, DateType) for node in nodes):
        days = [node.type for node in nodes if isinstance(node.type, DateType)]
        pick = min if which == "min" else max
        type_ = DateType(pick(day.low for day in days), pick(day.high for day in days))
        return Extreme(type=type_, span=ast.span, which=which, items=tuple(nodes))
    return Extreme(
        type=bounds.extreme([checker.numeric(node) for node in nodes], which),
        span=ast.span,
        which=which,
        items=tuple(nodes),
    )


@_named("abs")
def _absolute(checker: Checker, ast: Ast, facts: Facts) -> Expr:
    operand = checker.number(_arguments(ast, 1, 1, "abs(x)")[0], facts)
    return Absolute(type=bounds.absolute(checker.numeric(operand)), span=ast.span, operand=operand)


@_named("arrondi", "round")
def _round(checker: Checker, ast: Ast, facts: Facts) -> Expr:
    form = "arrondi(x, 0.01, proche)"
    value, step, mode = _arguments(ast, 3, 3, form)
    operand = checker.number(value, facts)
    type_ = checker.numeric(operand)
    node = checker.check(step, facts)
    if not isinstance(node, Constant) or not isinstance(node.value, Decimal) or node.value <= 0:
        raise wrong(
            "le pas d'un arrondi est un nombre écrit : 0.01",
            "the step of a rounding is a written number: 0.01",
            step.span,
        )
    unit = checker.numeric(node).unit
    if unit not in (PLAIN, type_.unit):
        raise wrong(
            f"le pas est en {type_.unit}, ou sans unité", f"the step is in {type_.unit}, or without unit", step.span
        )
    name = str(mode.value) if mode.kind == "name" else ""
    if name not in _MODES:
        raise wrong(
            "le mode d'un arrondi est proche, pair, bas ou haut",
            "the mode of a rounding is nearest, even, down or up",
            mode.span,
        )
    return Round(
        type=bounds.rounded(type_, node.value), span=ast.span, operand=operand, step=node.value, mode=_MODES[name]
    )


@_named("bareme", "scale")
def _scale(checker: Checker, ast: Ast, facts: Facts) -> Expr:
    name_ast, base_ast = _arguments(ast, 2, 2, "bareme(nom, x)")
    scales = {name: p for name, p in checker.scope.parameters.items() if p.kind == "scale"}
    name = str(name_ast.value) if name_ast.kind == "name" else ""
    if name not in scales:
        hint = near(name, scales)
        raise wrong(f"« {name} » n'est pas un barème{hint[0]}", f"“{name}” is no scale{hint[1]}", name_ast.span)
    parameter = scales[name]
    unit = parse_unit(parameter.of or "1").unit
    base = checker.number(base_ast, facts)
    base = zero_in(base, unit) if is_zero(base) else base
    type_ = checker.numeric(base)
    if type_.unit != unit:
        raise units_differ(type_.unit, unit, base.span)
    checker.scope.used.add(name)
    thresholds, worth = bracket_scales(parameter)
    brackets = [bracket for dated in parameter.values for bracket in dated.brackets]
    if brackets[0].amount is not None:
        written = parse_unit(parameter.unit)
        amounts = [Fraction(b.amount or 0) / 10**written.shift for b in brackets] + [Fraction(0)]
        scale = worth + written.shift
        low, high = (int(bound * 10**scale) for bound in (min(amounts), max(amounts)))
        result = bounds.whole(written.unit, low, high, scale=scale)
    else:
        largest = max(abs(type_.least), abs(type_.most), *(abs(Fraction(b.from_)) for b in brackets)) * 2
        steepest = sum((abs(Fraction(b.rate or 0)) for b in brackets), Fraction(0))
        scale = max(thresholds, type_.scale) + worth
        bounds.fits(int(largest * steepest + 1) * 10**scale * type_.den_high)
        ranges = [
            scale_range(tiers(dated.brackets), parameter.method == "marginal", type_.least, type_.most)
            for dated in parameter.values
        ]
        least = Fraction(min(low for low, _ in ranges))
        most = Fraction(max(high for _, high in ranges))
        result = bounds.spread(type_.unit, scale, least, most, type_)
    return ScaleOf(type=result, span=ast.span, name=name, base=base)


# Members


@_named("somme", "sum", "nombre", "count", "un", "any", "tous", "all")
def _aggregate(checker: Checker, ast: Ast, facts: Facts) -> Expr:
    names: dict[str, _Which] = {
        "somme": "sum", "sum": "sum", "nombre": "count", "count": "count", "un": "any", "any": "any",
        "tous": "all", "all": "all", "min": "min", "max": "max",
    }  # fmt: skip
    shown = plain(str(ast.value))
    which = names[shown]
    if not _over_members(ast):
        raise wrong(f"écrivez {shown}(membres, …)", f"write {shown}(members, …)", ast.span)
    items = _arguments(ast, 1 if which == "count" else 2, 3 if which == "sum" else 2, f"{shown}(membres, …)")
    member = checker.scope.member
    if member is None:
        raise wrong("cette règle n'a pas de membres", "this rule has no members", items[0].span)
    if checker.inside:
        raise wrong(
            "un calcul sur les membres n'en contient pas un autre : donnez un nom au second, dans une formule à part",
            "a calculation over members holds no other: name the second, in a formula of its own",
            ast.span,
        )
    inner = replace(checker, entity=member.name, inside=True)
    if len(items) == 1:
        body: Expr = Constant(type=BooleanType(), span=items[0].span, value=True)
    elif which in ("count", "any", "all"):
        body = inner.boolean(items[1], {})
    else:
        body = inner.number(items[1], {})
    where = inner.boolean(items[2], {}) if len(items) == 3 else None
    type_: BooleanType | NumberType = BooleanType()
    if which == "count":
        type_ = bounds.whole(PLAIN, int(len(items) == 1), member.most)  # somebody always is
    elif which in ("sum", "min", "max"):
        number = inner.numeric(body)
        if which == "sum" and number.den_low != number.den_high:
            raise wrong(
                "arrondissez chaque terme avant d'en faire la somme : somme(membres, arrondi(…))",
                "round each term before adding them: sum(members, round(…))",
                body.span,
            )
        if which == "sum":
            type_ = bounds.total(number, member.most)
        else:
            bounds.compare([number])
            type_ = number
    return Aggregate(
        type=type_,
        span=ast.span,
        which=which,
        entity=member.name,
        body=body,
        where=where,
    )


# Days


def _day(checker: Checker, ast: Ast, facts: Facts) -> tuple[Expr, DateType]:
    node = checker.check(ast, facts)
    if not isinstance(node.type, DateType):
        words = said(node.type)
        raise wrong(f"une date est attendue, c'est {words.fr}", f"a date is expected, this is {words.en}", ast.span)
    return node, node.type


def years_between(start: dt.date, end: dt.date) -> int:
    """Whole years from ``start`` to ``end``; a 29 February is completed on 1 March."""
    return end.year - start.year - ((end.month, end.day) < (start.month, start.day))


def months_between(start: dt.date, end: dt.date) -> int:
    """Whole months from ``start`` to ``end``, floored."""
    return (end.year - start.year) * 12 + end.month - start.month - (end.day < start.day)


@_named("age")
def _age(checker: Checker, ast: Ast, facts: Facts) -> Expr:
    items = _arguments(ast, 1, 2, "age(date_naissance)")
    birth, born = _day(checker, items[0], facts)
    at: Expr = Today(type=checker.scope.today, span=ast.span)
    if len(items) == 2:
        at, _ = _day(checker, items[1], facts)
    when = at.type
    assert isinstance(when, DateType)
    low, high = years_between(born.high, when.low), years_between(born.low, when.high)
    return Age(type=bounds.whole(YEARS, low, high), span=ast.span, birth=birth, at=at)


@_named("jours_entre", "days_between", "mois_entre", "months_between")
def _between(checker: Checker, ast: Ast, facts: Facts) -> Expr:
    name = plain(str(ast.value))
    first, last = _arguments(ast, 2, 2, f"{name}(a, b)")
    (start, a), (end, b) = _day(checker, first, facts), _day(checker, last, facts)
    if name in ("jours_entre", "days_between"):
        type_ = bounds.whole(DAYS, (b.low - a.high).days, (b.high - a.low).days)
        return Between(type=type_, span=ast.span, which="days", start=start, end=end)
    # The day of the month is not monotonous: one month of slack on each side.
    type_ = bounds.whole(MONTHS, months_between(a.high, b.low) - 1, months_between(a.low, b.high) + 1)
    return Between(type=type_, span=ast.span, which="months", start=start, end=end)


@_named("annee", "year", "mois_de", "month_of", "jour_de", "day_of")
def _part(checker: Checker, ast: Ast, facts: Facts) -> Expr:
    name = plain(str(ast.value))
    operand, day = _day(checker, _arguments(ast, 1, 1, f"{name}(date)")[0], facts)
    if name in ("annee", "year"):
        type_ = bounds.whole(PLAIN, day.low.year, day.high.year)
        return DatePart(type=type_, span=ast.span, which="year", operand=operand)
    if name in ("mois_de", "month_of"):
        return DatePart(type=bounds.whole(PLAIN, 1, 12), span=ast.span, which="month", operand=operand)
    return DatePart(type=bounds.whole(PLAIN, 1, 31), span=ast.span, which="day", operand=operand)


def _whole(checker: Checker, ast: Ast, low: int, high: int) -> int:
    node = checker.check(ast, {})
    if (
        not isinstance(node, Constant)
        or not isinstance(node.value, Decimal)
        or decimals_of(node.value)
        or not low <= node.value <= high
    ):
        raise wrong(
            f"un entier écrit, de {low} à {high}, est attendu",
            f"a written whole number, {low} to {high}, is expected",
            ast.span,
        )
    return int(node.value)


@_named("plus_jours", "add_days", "plus_mois", "add_months", "plus_ans", "add_years")
def _shift(checker: Checker, ast: Ast, facts: Facts) -> Expr:
    name = plain(str(ast.value))
    first, second = _arguments(ast, 2, 2, f"{name}(date, 3)")
    operand, day = _day(checker, first, facts)
    in_years = name in ("plus_ans", "add_years")
    most = FARTHEST // 12 if in_years else FARTHEST
    count = _whole(checker, second, -most, most) * (12 if in_years else 1)
    period: Literal["days", "months"] = "days" if name in ("plus_jours", "add_days") else "months"
    try:
        if period == "days":
            moved = DateType(day.low + dt.timedelta(count), day.high + dt.timedelta(count))
        else:
            moved = DateType(add_months(day.low, count), add_months(day.high, count))
    except (ValueError, OverflowError):
        raise wrong("date trop lointaine", "date too far away", ast.span) from None
    if moved.low < FIRST_EVER or moved.high > LAST_EVER:
        raise wrong("date trop lointaine", "date too far away", ast.span)
    return Shift(type=moved, span=ast.span, operand=operand, count=count, period=period)


@_named("jour_fixe", "day_in_year")
def _day_of_year(checker: Checker, ast: Ast, facts: Facts) -> Expr:
    first, second, third = _arguments(ast, 3, 3, "jour_fixe(date, 9, 1)")
    operand, type_ = _day(checker, first, facts)
    month, day = _whole(checker, second, 1, 12), _whole(checker, third, 1, 31)
    try:
        low, high = (dt.date(bound.year, month, day) for bound in (type_.low, type_.high))
        dt.date(2025, month, day)
    except ValueError:
        raise wrong(
            f"le {day}/{month} n'existe pas chaque année", f"{day}/{month} is not in every year", ast.span
        ) from None
    return DayOfYear(type=DateType(low, high), span=ast.span, operand=operand, month=month, day=day)


# Units


@_named("par_mois", "per_month", "par_an", "per_year", "par_trimestre", "per_quarter")
def _per(checker: Checker, ast: Ast, facts: Facts) -> Expr:
    name = plain(str(ast.value))
    period = {"mois": "month", "an": "year", "trimestre": "quarter"}.get(name.split("_")[1], name.split("_")[1])
    node = checker.number(_arguments(ast, 1, 1, f"{name}(x)")[0], facts)
    unit = per(checker.numeric(node).unit, period)
    if unit is None:
        have = checker.numeric(node).unit
        raise wrong(
            f"{name} s'applique à ce qui est par mois, par trimestre ou par an, pas à {have}",
            f"{name} applies to what is per month, per quarter or per year, not to {have}",
            ast.span,
        )
    return checker.convert(node, unit, ast.span)
