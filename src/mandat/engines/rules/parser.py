"""Read a formula: text in, syntax tree out, or one FormulaError that says where and what to write instead.

Time is linear in the length of the text; length, number of nodes and nesting are bounded.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from functools import cache
from typing import Any

from lark import Lark, Token, Transformer
from lark.exceptions import LarkError, UnexpectedCharacters, UnexpectedInput, UnexpectedToken, VisitError

from mandat.engines.rules.grammar import GRAMMAR, KEYWORDS
from mandat.engines.rules.syntax import MOST_NODES, Ast, FormulaError, node, wrong
from mandat.engines.rules.tree import Span
from mandat.engines.rules.units import parse_unit

LONGEST = 20_000
_OPERATORS = {"≤": "<=", "≥": ">=", "≠": "!=", "<>": "!="}
_NUMBER = re.compile(r"([0-9_]+(?:\.[0-9]+)?)\s*(.*)", re.DOTALL)


def _span(token: Token) -> Span:
    return Span(token.line or 1, token.column or 1, token.end_line or 1, token.end_column or 1)


def _over(first: Any, last: Any) -> Span:
    a = first.span if isinstance(first, Ast) else _span(first)
    b = last.span if isinstance(last, Ast) else _span(last)
    return Span(a.line, a.column, b.end_line, b.end_column)


def plain(name: str) -> str:
    """A word without its accents: ``périmètre`` and ``perimetre`` are one function."""
    return "".join(c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c)).lower()


class _Builder(Transformer[Any, Ast]):
    """Builds the tree from the bottom while the text is read: no recursion anywhere."""

    def __init__(self) -> None:
        super().__init__(visit_tokens=False)

    def start(self, items: list[Any]) -> Ast:
        found: Ast = items[0]
        return found

    def choice(self, items: list[Any]) -> Ast:
        _, condition, _, then, _, otherwise = items
        return node("if", _over(items[0], otherwise), (condition, then, otherwise))

    def disjunction(self, items: list[Any]) -> Ast:
        return node("or", _over(items[0], items[-1]), tuple(items[::2]))

    def conjunction(self, items: list[Any]) -> Ast:
        return node("and", _over(items[0], items[-1]), tuple(items[::2]))

    def negation(self, items: list[Any]) -> Ast:
        return node("not", _over(items[0], items[1]), (items[1],))

    def comparison(self, items: list[Any]) -> Ast:
        links = []
        for left, operator, right in zip(items[::2], items[1::2], items[2::2], strict=False):
            sign = _OPERATORS.get(str(operator), str(operator))
            if sign == "==":
                raise wrong("écrivez « = » pour comparer", "write “=” to compare", _span(operator))
            links.append(node("compare", _over(left, right), (left, right), sign))
        return links[0] if len(links) == 1 else node("and", _over(items[0], items[-1]), tuple(links))

    def among(self, items: list[Any]) -> Ast:
        codes = tuple(_string(token) for token in items[2:])
        return node("among", _over(items[0], items[-1]), (items[0],), codes)

    def within(self, items: list[Any]) -> Ast:
        operand, _, name, code = items
        if plain(name) not in ("perimetre", "perimeter"):
            raise wrong(
                f'après « dans », écrivez perimetre("…"), pas {name}',
                f'after “in”, write perimeter("…"), not {name}',
                _span(name),
            )
        return node("within", _over(operand, code), (operand,), _string(code))

    def addition(self, items: list[Any]) -> Ast:
        terms = [items[0]]
        for sign, term in zip(items[1::2], items[2::2], strict=True):
            terms.append(term if sign == "+" else node("minus", _over(sign, term), (term,)))
        return node("add", _over(items[0], items[-1]), tuple(terms))

    def multiplication(self, items: list[Any]) -> Ast:
        left: Ast = items[0]
        for sign, right in zip(items[1::2], items[2::2], strict=True):
            left = node("multiply" if sign in "*×" else "divide", _over(left, right), (left, right))
        return left

    def minus(self, items: list[Any]) -> Ast:
        return node("minus", _over(items[0], items[1]), (items[1],))

    def conversion(self, items: list[Any]) -> Ast:
        return node("convert", _over(items[0], items[1]), (items[0],), str(items[1]).split(None, 1)[1])

    def name(self, items: list[Any]) -> Ast:
        return node("name", _span(items[0]), (), str(items[0]))

    def member(self, items: list[Any]) -> Ast:
        return node("member", _over(items[0], items[1]), (), (str(items[0]), str(items[1])))

    def call(self, items: list[Any]) -> Ast:
        return node("call", _over(items[0], items[-1]), tuple(items[1:]), str(items[0]))

    def constant(self, items: list[Any]) -> Ast:
        token: Token = items[0]
        span = _span(token)
        match token.type:
            case "COMMA_DECIMAL":
                point, space = str(token).replace(",", "."), str(token).replace(",", ", ")
                raise wrong(
                    f"« {token} » se lit de deux façons : écrivez {point} (décimal) ou {space} (deux valeurs)",
                    f"“{token}” reads two ways: write {point} (a decimal) or {space} (two values)",
                    span,
                )
            case "STRING":
                return node("text", span, (), _string(token))
            case "DATE":
                return node("date", span, (), str(token))
            case "TRUE" | "FALSE":
                return node("boolean", span, (), token.type == "TRUE")
        found = _NUMBER.fullmatch(token)
        assert found is not None
        digits, rest = found[1].replace("_", ""), found[2]
        if len(digits) > 30:
            raise wrong("nombre trop long", "number too long", span)
        value = Decimal(digits)
        if token.type == "PERCENT":
            return node("number", span, (), value.scaleb(-2))
        number = node("number", span, (), value)
        return node("quantity", span, (number,), str(parse_unit(rest).unit)) if rest else number


def _string(token: Token) -> str:
    return str(token)[1:-1].strip()


@cache
def _lark() -> Lark:
    return Lark(GRAMMAR, parser="lalr", lexer="basic", transformer=_Builder(), maybe_placeholders=False)


def parse(text: str) -> Ast:
    """The syntax tree of one formula. Raises FormulaError, and nothing else, for what is no formula."""
    text = unicodedata.normalize("NFC", text)
    if len(text) > LONGEST:
        raise wrong(
            f"formule de plus de {LONGEST} caractères : coupez-la en plusieurs",
            f"formula over {LONGEST} characters long: cut it into several",
            Span(1, 1, 1, 1),
        )
    try:
        tree: Any = _lark().parse(text)
    except FormulaError:
        raise
    except VisitError as error:
        if isinstance(error.orig_exc, FormulaError):
            raise error.orig_exc from None
        raise
    except UnexpectedCharacters as error:
        raise _character(error, text) from None
    except UnexpectedToken as error:
        raise _token(error) from None
    except (UnexpectedInput, LarkError):
        raise wrong("formule illisible", "unreadable formula", Span(1, 1, 1, 1)) from None
    assert isinstance(tree, Ast)
    _count(tree)
    return tree


def _count(tree: Ast) -> None:
    left, pending = MOST_NODES, [tree]
    while pending:
        here = pending.pop()
        left -= 1
        if left < 0:
            raise wrong(
                f"formule de plus de {MOST_NODES} éléments : coupez-la en plusieurs",
                f"formula of over {MOST_NODES} elements: cut it into several",
                here.span,
            )
        pending += here.items


_INSTEAD = {
    "&": ("écrivez « et »", "write “and”"),
    "|": ("écrivez « ou »", "write “or”"),
    "!": ("écrivez « non » ou « != »", "write “not” or “!=”"),
    ";": ("séparez par une virgule", "separate by a comma"),
    '"': ("fermez les guillemets sur la même ligne", "close the quotation marks on the same line"),
    "«": ("fermez les guillemets sur la même ligne", "close the quotation marks on the same line"),
    "'": ("un texte s'écrit entre guillemets doubles", "a text is written between double quotation marks"),
    "’": ("un texte s'écrit entre guillemets doubles", "a text is written between double quotation marks"),
    "?": ("écrivez « si … alors … sinon … »", "write “if … then … else …”"),
    "{": ("regroupez par des parenthèses", "group with parentheses"),
    "[": ("regroupez par des parenthèses", "group with parentheses"),
    "^": ("il n'y a pas de puissance : multipliez", "there are no powers: multiply"),
    "$": ("les montants sont en EUR", "amounts are in EUR"),
    "%": ("un pourcentage suit un nombre : 15%", "a percent sign follows a number: 15%"),
}  # fmt: skip


def _character(error: UnexpectedCharacters, text: str) -> FormulaError:
    character = text[error.pos_in_stream] if error.pos_in_stream is not None else "?"
    span = Span(error.line, error.column, error.line, error.column + 1)
    shown = character if character.isprintable() else f"U+{ord(character):04X}"
    if character.isdigit():
        return wrong(
            "nombre mal écrit : écrivez 1000, 1_000 ou 0.5, sans zéro devant",
            "badly written number: write 1000, 1_000 or 0.5, without leading zero",
            span,
        )
    fr, en = _INSTEAD.get(character, ("retirez-le", "remove it"))
    return wrong(f"caractère inattendu « {shown} » : {fr}", f"unexpected character “{shown}”: {en}", span)


_NAMES = {
    "NUMBER": ("un nombre", "a number"), "NAME": ("un nom", "a name"), "$END": ("la fin", "the end"),
    "RPAR": ("« ) »", "“)”"), "LPAR": ("« ( »", "“(”"), "COMMA": ("« , »", "“,”"), "STRING": ("un texte", "a text"),
    "PLUS": ("une opération", "an operation"), "COMPARISON": ("une comparaison", "a comparison"),
}  # fmt: skip
_NAMES |= {name: (f"« {words[0]} »", f"“{words[-1]}”") for name, words in KEYWORDS.items()}
_VALUE = {"NUMBER", "NAME"}
_OPERATION = {"PLUS", "COMPARISON", "AND"}


def _token(error: UnexpectedToken) -> FormulaError:
    token: Token = error.token
    expected = set(error.accepts or error.expected or ())
    if token.type == "$END":
        last = Span(token.line or 1, token.column or 1, token.end_line or 1, token.end_column or 1)
        wanted = _wanted(expected)
        return wrong(
            f"la formule s'arrête trop tôt : il manque {wanted[0]}",
            f"the formula ends too soon: {wanted[1]} is missing",
            last,
        )
    span = _span(token)
    if token.type in ("NUMBER", "QUANTITY", "COMMA_DECIMAL") and "PLUS" in expected:
        return wrong(
            "deux nombres se suivent : écrivez 1000 ou 1_000, ou mettez une opération entre les deux",
            "two numbers in a row: write 1000 or 1_000, or put an operation between them",
            span,
        )
    if token.type == "IF":
        return wrong(
            "mettez ce « si … alors … sinon … » entre parenthèses",
            "put this “if … then … else …” between parentheses",
            span,
        )
    wanted = _wanted(expected)
    return wrong(
        f"« {token} » inattendu : {wanted[0]} est attendu", f"unexpected “{token}”: {wanted[1]} is expected", span
    )


def _wanted(expected: set[str]) -> tuple[str, str]:
    """The few things that would do, said shortly."""
    names: list[str] = [
        name for name in ("THEN", "ELSE", "RPAR", "COMMA", "STRING", "LPAR", "$END") if name in expected
    ]
    if expected >= _VALUE:
        return "une valeur (nombre, nom ou parenthèse)", "a value (number, name or parenthesis)"
    if expected >= {"PLUS"} or not names:
        names = ["PLUS", *names] if "PLUS" in expected else [n for n in _NAMES if n in expected] or ["PLUS"]
    parts = [_NAMES[name] for name in names]
    return " ou ".join(p[0] for p in parts), " or ".join(p[1] for p in parts)
