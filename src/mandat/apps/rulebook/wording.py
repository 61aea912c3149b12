"""A rule's typed tree in sentences of both languages, for people who read no formula.

Names are replaced by their labels, which are noun phrases with their determiner (clauses for what is true or false), so
that a formula reads: « votre revenu mensuel est inférieur au plafond de revenu ». French contractions are made at the end.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

from mandat.apps.rulebook.saying import quantity
from mandat.engines.rules import Rule
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
)
from mandat.engines.rules.wording import plural
from mandat.kernel.text import LANGUAGES, Text, current_language, speaking
from mandat.web import formats

#: Relations of numbers and codes, after a singular and after a plural.
_COMPARED = {
    "<": (Text("reste sous", "is below"), Text("restent sous", "are below")),
    "<=": (Text("ne dépasse pas", "does not exceed"), Text("ne dépassent pas", "do not exceed")),
    ">": (Text("dépasse", "exceeds"), Text("dépassent", "exceed")),
    ">=": (Text("atteint au moins", "is at least"), Text("atteignent au moins", "are at least")),
    "=": (Text("est", "is"), Text("sont", "are")),
    "!=": (Text("n’est pas", "is not"), Text("ne sont pas", "are not")),
}
_DATED = {
    "<": Text("est avant", "is before"),
    "<=": Text("est au plus tard", "is at the latest"),
    ">": Text("est après", "is after"),
    ">=": Text("est au plus tôt", "is at the earliest"),
    "=": Text("est", "is"),
    "!=": Text("n’est pas", "is not"),
}
_AGGREGATES = {
    "sum": Text("le total, pour les personnes du foyer, de {x}", "the total, over the people of the household, of {x}"),
    "count": Text(
        "le nombre de personnes du foyer pour qui : {x}", "the number of people of the household for whom: {x}"
    ),
    "min": Text(
        "le plus petit, parmi les personnes du foyer, de {x}", "the least, among the people of the household, of {x}"
    ),
    "max": Text(
        "le plus grand, parmi les personnes du foyer, de {x}", "the greatest, among the people of the household, of {x}"
    ),
    "any": Text("au moins une personne du foyer répond à : {x}", "at least one person of the household meets: {x}"),
    "all": Text("chaque personne du foyer répond à : {x}", "each person of the household meets: {x}"),
}
_ROUNDS = {
    "nearest": Text("au plus proche", "to the nearest"),
    "even": Text("au plus proche, pair en cas d’égalité", "to the nearest, even on a tie"),
    "down": Text("à l’inférieur", "down"),
    "up": Text("au supérieur", "up"),
}
_PARTS = {
    "year": Text("l’année de {x}", "the year of {x}"),
    "month": Text("le mois de {x}", "the month of {x}"),
    "day": Text("le jour du mois de {x}", "the day of the month of {x}"),
}
_CONTRACTIONS = (
    (re.compile(r"\b(à) le (?=\w)"), "au "),
    (re.compile(r"\b(à) les (?=\w)"), "aux "),
    (re.compile(r"\bde le (?=\w)"), "du "),
    (re.compile(r"\bde les (?=\w)"), "des "),
)


def sentences(rule: Rule, name: str) -> list[Text]:
    """The conditions of a yes-or-no formula, one sentence each: what all must hold, conditions of conditions opened."""
    words = _Words(rule)
    return [words.text(node) for node in _conditions(rule, rule.tree.formulas[name].expr)]


def amount_sentence(rule: Rule, name: str) -> Text:
    """What gives an amount, in one sentence."""
    words = _Words(rule)
    formula = rule.tree.formulas[name]
    label, said = formula.label, words.text(formula.expr)
    return Text(f"{label.fr} : {said.fr}", f"{label.en}: {said.en}")


def formula_sentences(rule: Rule) -> dict[str, Text]:
    """What each formula says, in words, by its name."""
    words = _Words(rule)
    return {name: words.text(formula.expr) for name, formula in rule.tree.formulas.items()}


def _conditions(rule: Rule, node: Expr) -> list[Expr]:
    if isinstance(node, And):
        return [inner for item in node.items for inner in _conditions(rule, item)]
    if isinstance(node, FormulaRef) and isinstance(rule.tree.formulas[node.name].expr, And):
        return _conditions(rule, rule.tree.formulas[node.name].expr)
    return [node]


class _Words:
    """The words of one rule. A formula met is said by its label, and opened only where that is all there is."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.labels = {name: item.label.text for name, item in rule.known.items()}
        self.labels |= {name: parameter.label.text for name, parameter in rule.parameters.items()}
        self.labels |= {name: formula.label for name, formula in rule.tree.formulas.items()}

    def text(self, node: Expr) -> Text:
        said = {}
        for language in LANGUAGES:
            with speaking(language):
                said[language] = self._opened(node)
        fr = said["fr"]
        for pattern, contracted in _CONTRACTIONS:
            fr = pattern.sub(contracted, fr)
        return Text(fr, said["en"])

    def _opened(self, node: Expr) -> str:
        """A condition named by a formula: its label, then what it compares, where that adds figures."""
        if isinstance(node, FormulaRef):
            inner = self.rule.tree.formulas[node.name].expr
            if isinstance(inner, Compare | OneOf | InPerimeter | Not | Or):
                return f"{self._say(node)}{Text(' : ', ': ')}{self._say(inner)}"
        return self._say(node)

    def _say(self, node: Expr) -> str:
        match node:
            case Constant(value=value):
                return self._constant(node, value)
            case Today():
                return str(Text("le jour de la demande", "the day of the claim"))
            case ParameterRef(name=name) | InputRef(name=name) | FormulaRef(name=name):
                return str(self.labels[name])
            case Compare(operator=operator, left=left, right=right):
                other = self._code(left, right) if isinstance(right, Constant) else self._say(right)
                said = self._say(left)
                if isinstance(left.type, DateType):
                    return f"{said} {_DATED[operator]} {other}"
                many = plural(Text(said, said))[current_language() == "en"]
                return f"{said} {_COMPARED[operator][many]} {other}"
            case And(items=items) | Or(items=items):
                word = Text(" et ", " and ") if isinstance(node, And) else Text(" ou ", " or ")
                return str(word).join(self._say(item) for item in items)
            case Not(operand=operand):
                return str(
                    Text("ce n’est pas le cas que {x}", "it is not the case that {x}").format(x=self._say(operand))
                )
            case OneOf(operand=operand, codes=codes):
                listed = ", ".join(self._label(operand, code) for code in codes)
                return str(Text("{x} est parmi : {y}", "{x} is one of: {y}").format(x=self._say(operand), y=listed))
            case InPerimeter(operand=operand, perimeter=perimeter):
                where = (
                    Text("la région", "the region")
                    if perimeter == "region"
                    else Text(f"« {perimeter} »", f"“{perimeter}”")
                )
                return str(Text("{x} est dans {y}", "{x} is in {y}").format(x=self._say(operand), y=where))
            case If(condition=condition, then=then, otherwise=otherwise):
                return str(
                    Text("si {c}, {a} ; sinon, {b}", "if {c}, {a}; otherwise, {b}").format(
                        c=self._say(condition), a=self._say(then), b=self._say(otherwise)
                    )
                )
        return self._number(node)

    def _number(self, node: Expr) -> str:
        match node:
            case Add(terms=terms):
                first, *rest = terms
                said = [self._say(first)]
                for term in rest:
                    sign = Text("moins", "minus") if isinstance(term, Negate) else Text("plus", "plus")
                    said.append(f"{sign} {self._say(term.operand if isinstance(term, Negate) else term)}")
                return " ".join(said)
            case Negate(operand=operand):
                return f"{Text('moins', 'minus')} {self._say(operand)}"
            case Multiply(left=left, right=right):
                return f"{self._say(left)} {Text('multiplié par', 'times')} {self._say(right)}"
            case Divide(left=left, right=right):
                return f"{self._say(left)} {Text('divisé par', 'divided by')} {self._say(right)}"
            case Convert(operand=operand):
                return self._say(operand)
            case Absolute(operand=operand):
                return str(Text("la valeur absolue de {x}", "the absolute value of {x}").format(x=self._say(operand)))
            case Extreme(which=which, items=items):
                word = (
                    Text("le plus petit de", "the least of")
                    if which == "min"
                    else Text("le plus grand de", "the greatest of")
                )
                return f"{word}{Text(' : ', ': ')}{' ; '.join(self._say(item) for item in items)}"
            case Round(operand=operand, step=step, mode=mode):
                unit = str(node.type.unit) if isinstance(node.type, NumberType) else "1"
                return f"{self._say(operand)}, {Text('arrondi', 'rounded')} {_ROUNDS[mode]} ({quantity(step, unit, 6)})"
            case ScaleOf(name=name, base=base):
                return str(Text("{x}, d’après {y}", "{x}, from {y}").format(x=self.labels[name], y=self._say(base)))
            case Aggregate(which=which, body=body, where=where):
                over = str(_AGGREGATES[which].format(x=self._say(body)))
                return f"{over} ({Text('si', 'if')} {self._say(where)})" if where is not None else over
        return self._date(node)

    def _date(self, node: Expr) -> str:
        match node:
            case Age(birth=birth, at=at):
                if isinstance(at, Today):
                    return str(Text("l’âge d’après {x}", "the age from {x}").format(x=self._say(birth)))
                return str(
                    Text("l’âge d’après {x}, à {y}", "the age from {x}, on {y}").format(
                        x=self._say(birth), y=self._say(at)
                    )
                )
            case Between(which=which, start=start, end=end):
                word = (
                    Text("le nombre de jours", "the number of days")
                    if which == "days"
                    else Text("le nombre de mois", "the number of months")
                )
                return f"{word} {Text('entre', 'between')} {self._say(start)} {Text('et', 'and')} {self._say(end)}"
            case DatePart(which=part, operand=operand):
                return str(_PARTS[part].format(x=self._say(operand)))
            case Shift(operand=operand, count=count, period=period):
                unit = Text("jours", "days") if period == "days" else Text("mois", "months")
                return f"{self._say(operand)} {Text('plus', 'plus') if count >= 0 else Text('moins', 'minus')} {abs(count)} {unit}"
            case DayOfYear(operand=operand, month=month, day=day):
                return str(
                    Text("le {d:02d}/{m:02d} de l’année de {x}", "{d:02d}/{m:02d} of the year of {x}").format(
                        d=day, m=month, x=self._say(operand)
                    )
                )
        return "…"

    def _constant(self, node: Constant, value: Decimal | bool | dt.date | str) -> str:
        if isinstance(value, bool):
            return str(Text("vrai", "true") if value else Text("faux", "false"))
        if isinstance(value, Decimal):
            return quantity(value, str(node.type.unit) if isinstance(node.type, NumberType) else "1", 6)
        return formats.day(value) if isinstance(value, dt.date) else str(value)

    def _code(self, left: Expr, right: Constant) -> str:
        if isinstance(right.value, str):
            return self._label(left, right.value)
        return self._say(right)

    def _label(self, node: Expr, code: str) -> str:
        item = self.rule.known.get(node.name) if isinstance(node, InputRef) else None
        return (
            next((f"« {choice.label.text} »" for choice in item.choices if choice.code == code), code) if item else code
        )
