"""What a formula says before its names and types are looked at, and the errors found in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeAlias

from mandat.engines.rules.tree import Span
from mandat.kernel.text import Text

#: Nesting beyond which nobody can read a formula, and well below what Python's own stack holds.
DEEPEST = 60
#: Operators, names and constants in one formula.
MOST_NODES = 5_000

Value: TypeAlias = Decimal | str | bool | tuple[str, ...] | None


class FormulaError(Exception):
    """Something wrong at one place of a formula, with what to write instead."""

    def __init__(self, text: Text, span: Span) -> None:
        super().__init__(str(text))
        self.text = text
        self.span = span


def wrong(fr: str, en: str, span: Span) -> FormulaError:
    return FormulaError(Text(fr, en), span)


@dataclass(frozen=True, slots=True)
class RuleProblem:
    """Something wrong in a rule document.

    ``place`` is the path in the document (``("formulas", 2, "formula")``), ``line`` and ``column`` (from 1)
    stand inside the formula there; both are 0 where the problem is not in a formula.
    """

    place: tuple[str | int, ...]
    text: Text
    line: int = 0
    column: int = 0
    #: The document the place is in: empty for the rule, else the code of the vocabulary.
    document: str = ""

    def __str__(self) -> str:
        where = ".".join(map(str, self.place))
        return f"{where}:{self.line}:{self.column}: {self.text}" if self.line else f"{where}: {self.text}"


@dataclass(frozen=True, slots=True)
class Ast:
    """One node as written. ``kind`` is the grammar's, ``value`` what a leaf holds, ``items`` what is below."""

    kind: str
    span: Span
    items: tuple[Ast, ...] = ()
    value: Value = None
    depth: int = field(default=0, compare=False)


def node(kind: str, span: Span, items: tuple[Ast, ...] = (), value: Value = None) -> Ast:
    """Build a node; refuses what is nested too deep."""
    depth = 1 + max((item.depth for item in items), default=0)
    if depth > DEEPEST:
        raise wrong(
            f"formule imbriquée sur plus de {DEEPEST} niveaux : donnez un nom à une partie, dans une autre formule",
            f"formula nested over {DEEPEST} levels deep: give part of it a name, in another formula",
            span,
        )
    return Ast(kind, span, items, value, depth)
