"""What is still to be asked, in the order that settles most soonest.

An undecided ``et`` (or ``ou``) is settled soonest by the part that needs the fewest answers: one false part
decides it. A choice first needs its condition. The rest follows the order of the document.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mandat.engines.rules.records import MEMBERS
from mandat.engines.rules.tree import (
    Aggregate,
    And,
    Constant,
    Expr,
    FormulaRef,
    If,
    InputRef,
    Or,
    ParameterRef,
    Tree,
    children,
)
from mandat.engines.rules.unknown import UnknownCompiler, known


@dataclass(frozen=True, slots=True)
class Missing:
    """An answer still needed. ``member`` is the rank among the members, None for the applicant of an evaluation
    about one whose household is not known, and for what is no member. ``input`` is empty where what is
    needed is the members themselves: who they are, how many.
    """

    entity: str
    member: int | None
    input: str


class Needs:
    """The answers that undecided values of one evaluation wait for."""

    def __init__(self, closures: UnknownCompiler, tree: Tree, h: Any) -> None:
        self.closures = closures
        self.tree = tree
        self.h = h
        self.ranks = {id(record): rank for rank, record in enumerate(h[MEMBERS] or ())}
        self.seen: dict[tuple[str, int], tuple[Missing, ...]] = {}

    def of(self, node: Expr, p: Any) -> tuple[Missing, ...]:
        """What the value of ``node`` waits for; nothing where it is decided."""
        kind = type(node)
        if kind is Constant or kind is ParameterRef or known(self.closures.of[id(node)](p, self.h)):
            return ()
        if isinstance(node, InputRef):
            own = node.entity == self.closures.inner
            return (Missing(node.entity, self.ranks.get(id(p)) if own else None, node.name),)
        if isinstance(node, FormulaRef):
            return self.formula(node.name, p)
        match node:
            case And(items=items) | Or(items=items):
                return _merged(sorted((found for item in items if (found := self.of(item, p))), key=len))
            case If(condition=condition, then=then, otherwise=otherwise):
                truth = self.closures.of[id(condition)](p, self.h)
                if truth is None:
                    return _merged([self.of(condition, p), self.of(then, p), self.of(otherwise, p)])
                return self.of(then if truth else otherwise, p)
            case Aggregate(entity=entity, body=body, where=where):
                if self.h[MEMBERS] is None:
                    return (Missing(entity, None, ""),)
                wanted = []
                for member in self.h[MEMBERS]:
                    truth = self.closures.of[id(where)](member, self.h) if where is not None else True
                    if truth is None and where is not None:
                        wanted.append(self.of(where, member))
                    if truth is not False and not isinstance(body, Constant):
                        wanted.append(self.of(body, member))
                return _merged(wanted)
        return _merged([self.of(child, p) for child in children(node)])

    def formula(self, name: str, p: Any) -> tuple[Missing, ...]:
        formula = self.tree.formulas[name]
        key = (name, id(p) if formula.entity == self.closures.inner else 0)
        if key not in self.seen:
            self.seen[key] = ()
            self.seen[key] = self.of(formula.expr, p)
        return self.seen[key]


def _merged(lists: list[tuple[Missing, ...]]) -> tuple[Missing, ...]:
    return tuple(dict.fromkeys(item for items in lists for item in items))
