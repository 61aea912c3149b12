"""The grammar of formulas (lark, LALR): French keywords, English ones accepted."""

from __future__ import annotations

from mandat.engines.rules.units import UNIT_PATTERN

NUMBER_PATTERN = r"(?:0|[1-9][0-9]*(?:_[0-9]{3})*)(?:\.[0-9]+)?(?![0-9_])"

#: The words each keyword may be, French first.
KEYWORDS: dict[str, tuple[str, ...]] = {
    "IF": ("si", "if"),
    "THEN": ("alors", "then"),
    "ELSE": ("sinon", "else"),
    "AND": ("et", "and"),
    "OR": ("ou", "or"),
    "NOT": ("non", "not"),
    "AMONG": ("parmi", "among"),
    "WITHIN": ("dans", "in"),
    "TRUE": ("vrai", "true"),
    "FALSE": ("faux", "false"),
}


def _keywords() -> str:
    return "\n".join(rf"{name}.5: /(?:{'|'.join(words)})(?!\w)/" for name, words in KEYWORDS.items())


_UNIT = UNIT_PATTERN.replace("/", r"\/")

GRAMMAR = rf"""
start: _expr

_expr: choice | _or
choice: IF _expr THEN _expr ELSE _expr
_or: _and | disjunction
disjunction: _and (OR _and)+
_and: _not | conjunction
conjunction: _not (AND _not)+
_not: negation | _comparison
negation: NOT _not
_comparison: _sum | comparison | among | within
comparison: _sum (COMPARISON _sum)+
among: _sum AMONG "(" STRING ("," STRING)* ")"
within: _sum WITHIN NAME "(" STRING ")"
_sum: _product | addition
addition: _product ((PLUS | MINUS) _product)+
_product: _unary | multiplication
multiplication: _unary ((TIMES | DIVIDED) _unary)+
_unary: minus | _postfix
minus: MINUS _unary
_postfix: conversion | _atom
conversion: _postfix CONVERSION
_atom: constant | name | member | call | "(" _expr ")"
constant: COMMA_DECIMAL | NUMBER | PERCENT | QUANTITY | DATE | STRING | TRUE | FALSE
name: NAME
member: NAME "." NAME
call: NAME "(" _expr ("," _expr)* ")"
    | NAME "(" ")"

{_keywords()}
CONVERSION.7: /(?:en|in)[ \t\r\n]+{_UNIT}/
DATE.8: /[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}(?![0-9-])/
COMMA_DECIMAL.7: /[0-9]+,[0-9]+/
QUANTITY.6: /{NUMBER_PATTERN}[ \t]*{_UNIT}/
PERCENT.5: /{NUMBER_PATTERN}[ \t]*%/
NUMBER.4: /{NUMBER_PATTERN}/
STRING: /"[^"\n]*"|«[^»\n]*»/
COMPARISON.3: /<=|>=|!=|<>|≤|≥|≠|==|<|>|=/
PLUS: "+"
MINUS: /[-−]/
TIMES: /[*×]/
DIVIDED: /[\/÷]/
NAME.1: /[^\W\d]\w*/

COMMENT: /#[^\n]*/
%ignore COMMENT
%ignore /[ \t\r\n\f\u00a0\u202f]+/
"""
