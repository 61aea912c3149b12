"""In what order formulas and totals over members are computed by columns.

An aggregate needs its body for every member of the household, so it comes one level after it: level 0 is what needs no
aggregate, level 1 what needs aggregates of level 0, and so on. Rules seldom go beyond 1. What is of the household is computed once a
household; then come the formulas of the persons themselves, where the rule is about them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mandat.engines.rules.document import Dated
from mandat.engines.rules.scope import Key, key
from mandat.engines.rules.tree import (
    Aggregate,
    Expr,
    FormulaRef,
    InputRef,
    ParameterRef,
    ScaleOf,
    Tree,
    children,
    walk,
)


@dataclass(frozen=True, slots=True)
class Plan:
    """What some outputs need, in order.

    First, by level: ``formulas[L]`` of the households (``of_members``: those that their members' rows need too), then the aggregates that follow
    from them. Then ``last``: formulas of the subjects, who use ``given`` formulas of the household and ``totals``. Where a rule has no members, all is in ``last``.
    ``member_inputs`` and ``holder_inputs`` serve the levels; ``last_inputs`` serve what is last.
    """

    formulas: tuple[tuple[str, ...], ...]
    aggregates: tuple[tuple[Aggregate, ...], ...]
    of_members: frozenset[str]
    last: tuple[str, ...]
    given: tuple[str, ...]
    totals: tuple[Aggregate, ...]
    member_inputs: frozenset[str]
    holder_inputs: frozenset[str]
    last_inputs: frozenset[str]

    @property
    def inputs(self) -> frozenset[str]:
        return self.member_inputs | self.holder_inputs | self.last_inputs


def _under(tree: Tree, roots: Iterable[Expr]) -> set[str]:
    """Every formula that these need."""
    found: set[str] = set()
    pending = list(roots)
    while pending:
        for node in walk(pending.pop()):
            if isinstance(node, FormulaRef) and node.name not in found:
                found.add(node.name)
                pending.append(tree.formulas[node.name].expr)
    return found


def _outside(node: Expr) -> Iterable[Expr]:
    """The node and what is below, but not inside aggregates."""
    yield node
    if not isinstance(node, Aggregate):
        for child in children(node):
            yield from _outside(child)


def _inputs(exprs: Iterable[Expr]) -> set[str]:
    return {node.name for expr in exprs for node in _outside(expr) if isinstance(node, InputRef)}


def plan(tree: Tree, outputs: Iterable[str]) -> Plan:
    """What ``outputs`` need."""
    wanted = list(dict.fromkeys(outputs))
    exprs = {name: formula.expr for name, formula in tree.formulas.items()}
    needed = set(wanted) | _under(tree, [exprs[name] for name in wanted])
    member = tree.member.name if tree.member is not None else None
    about_members = member is None or tree.subject.name == member
    last: list[str] = []
    given: list[str] = wanted
    totals: dict[Key, Aggregate] = {}
    if about_members:
        last = [name for name in exprs if name in needed and (member is None or tree.formulas[name].entity == member)]
        # Formulas that only totals need are not wanted for their own sake.
        last = [name for name in last if name in wanted or _reached(tree, wanted, name, member)]
        around = [node for name in last for node in _outside(exprs[name])]
        used = {node.name for node in around if isinstance(node, FormulaRef)} | set(wanted)
        given = [name for name in exprs if name in used and name not in last]
        totals = {key(node): node for node in around if isinstance(node, Aggregate)}
    return _levels(tree, tuple(last), tuple(given), tuple(totals.values()))


def _reached(tree: Tree, wanted: Sequence[str], name: str, member: str | None) -> bool:
    """Whether ``name`` is used by a wanted formula of the subject without going through a household's."""
    pending, seen = [one for one in wanted if member is None or tree.formulas[one].entity == member], set()
    while pending:
        here = pending.pop()
        if here == name:
            return True
        for node in _outside(tree.formulas[here].expr):
            if isinstance(node, FormulaRef) and node.name not in seen:
                seen.add(node.name)
                if member is None or tree.formulas[node.name].entity == member:
                    pending.append(node.name)
    return False


def _levels(tree: Tree, last: tuple[str, ...], given: tuple[str, ...], totals: tuple[Aggregate, ...]) -> Plan:
    exprs = {name: formula.expr for name, formula in tree.formulas.items()}
    roots: list[Expr] = [*(exprs[name] for name in given), *totals]
    needed = set(given) | _under(tree, roots)
    level: dict[str, int] = {}
    of_aggregate: dict[Key, int] = {}
    nodes: dict[Key, Aggregate] = {}

    def of(node: Expr) -> int:
        if isinstance(node, FormulaRef):
            return level[node.name]
        if isinstance(node, Aggregate):
            here = key(node)
            if here not in of_aggregate:
                of_aggregate[here] = max(of(part) for part in (node.body, node.where or node.body))
                nodes[here] = node
            return of_aggregate[here] + 1
        return max((of(child) for child in children(node)), default=0)

    for name, expr in exprs.items():
        if name in needed:
            level[name] = of(expr)
    for total in totals:
        of(total)
    depth = max([0, *level.values(), *(rank + 1 for rank in of_aggregate.values())]) + 1
    bodies = [part for node in nodes.values() for part in (node.body, node.where) if part is not None]
    of_members = set()
    pending = list(bodies)
    while pending:
        for node in _outside(pending.pop()):
            if isinstance(node, FormulaRef) and node.name not in of_members:
                of_members.add(node.name)
                pending.append(exprs[node.name])
    member = tree.member.name if tree.member is not None else None
    of_holders = [name for name in level if tree.formulas[name].entity != member]
    return Plan(
        formulas=tuple(tuple(name for name in level if level[name] == rank) for rank in range(depth)),
        aggregates=tuple(tuple(nodes[here] for here in nodes if of_aggregate[here] == rank) for rank in range(depth)),
        of_members=frozenset(of_members),
        last=last,
        given=given,
        totals=totals,
        member_inputs=frozenset(_inputs([*bodies, *(exprs[name] for name in of_members)])),
        holder_inputs=frozenset(_inputs([exprs[name] for name in of_holders])),
        last_inputs=frozenset(_inputs([exprs[name] for name in last])),
    )


def shared(
    tree: Tree, other: Tree, parameters: Mapping[str, Dated], others: Mapping[str, Dated]
) -> tuple[frozenset[str], frozenset[Key]]:
    """Formulas and aggregates that are the same in a rule and its reform: computed once, they serve both."""
    same = {
        name
        for name in tree.parameters.keys() & other.parameters.keys()
        if tree.parameters[name] == other.parameters[name] and parameters.get(name) == others.get(name)
    }
    formulas: set[str] = set()

    def alike(node: Expr) -> bool:
        return all(
            part.name in same if isinstance(part, ParameterRef | ScaleOf) else part.name in formulas
            for part in walk(node)
            if isinstance(part, ParameterRef | ScaleOf | FormulaRef)
        )

    for name, formula in tree.formulas.items():
        twin = other.formulas.get(name)
        if twin is not None and twin.expr == formula.expr and alike(formula.expr):
            formulas.add(name)
    aggregates = {
        key(node)
        for formula in tree.formulas.values()
        for node in walk(formula.expr)
        if isinstance(node, Aggregate) and alike(node)
    }
    return frozenset(formulas), frozenset(aggregates)
