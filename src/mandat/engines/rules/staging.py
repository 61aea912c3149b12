"""Whole columns level by level: the plan that database and array back ends follow alike.

A ``Stage`` holds a frame of households and one of their members, knows how to total members by household and how to give
persons what is of their household. ``run`` computes several variants of a rule (a baseline and its reform) in the same
frames; what they share is computed once.
"""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from mandat.engines.rules.algebra import Algebra, Exact, Lowered, Pair, Truth, Whole, is_wide, number
from mandat.engines.rules.levels import Plan, plan, shared
from mandat.engines.rules.lowering import Lowering
from mandat.engines.rules.scope import Key, key
from mandat.engines.rules.tree import LIMIT, Aggregate, NumberType, Tree
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text


@dataclass(slots=True)
class Results:
    """What one variant has computed in one frame."""

    formulas: dict[str, Lowered] = field(default_factory=dict)
    aggregates: dict[Key, Lowered] = field(default_factory=dict)


@dataclass(slots=True)
class Frame:
    """Rows, their inputs, and what each variant has computed over them."""

    algebra: Algebra
    inputs: dict[str, Lowered]
    results: list[Results] = field(default_factory=list)


Operation = Literal["sum", "min", "max"]


@dataclass(frozen=True, slots=True)
class Reduction:
    """A total over the members of a household of a column without unknowns; ``low`` and ``high`` bound the result."""

    operation: Operation
    column: Whole
    low: int
    high: int


class Stage(ABC):
    """The frames of a computation: one row a household in ``holders``, one row a member in ``members``; both None where a rule has none."""

    holders: Frame | None
    members: Frame | None

    @abstractmethod
    def reduce(self, reductions: Sequence[Reduction], *, again: bool) -> list[tuple[Whole, Whole]]:
        """Each total as a column of the holders and of the members; ``again`` when the members' are still needed."""

    @abstractmethod
    def subjects(self, columns: Sequence[Lowered]) -> tuple[Frame, list[Lowered]]:
        """Rows of the persons (or whatever) the rule is about, and columns of the holders as columns of them."""


@dataclass(frozen=True, slots=True)
class Variant:
    """A rule on a day."""

    tree: Tree
    day: dt.date


def run(stage: Stage, variants: Sequence[Variant], outputs: Iterable[str]) -> tuple[Frame, list[dict[str, Lowered]]]:
    """The outputs of each variant as columns of the frame returned. All variants have the same formulas."""
    wanted = tuple(outputs)
    plans = [plan(variant.tree, wanted) for variant in variants]
    parameters = [variant.tree.parameters_on(variant.day) for variant in variants]
    alike = [
        shared(variants[0].tree, variant.tree, parameters[0], known)
        if rank and variant.day == variants[0].day
        else (frozenset(), frozenset())
        for rank, (variant, known) in enumerate(zip(variants, parameters, strict=True))
    ]
    if stage.holders is not None:
        _of_households(stage, stage.holders, variants, plans, alike)
    if stage.holders is not None and variants[0].tree.subject.name != _member(variants[0].tree):
        frame = stage.holders
    else:
        frame = _of_subjects(stage, variants, plans, alike)
    return frame, [{name: frame.results[rank].formulas[name] for name in wanted} for rank in range(len(variants))]


_Alike = Sequence[tuple[frozenset[str], frozenset[Key]]]


def _of_households(
    stage: Stage, holders: Frame, variants: Sequence[Variant], plans: Sequence[Plan], alike: _Alike
) -> None:
    frames = [holders] if stage.members is None else [stage.members, holders]
    for frame in frames:
        frame.results = [Results() for _ in variants]
    depth = len(plans[0].formulas)
    for level in range(depth):
        for frame in frames:
            for rank, (variant, steps) in enumerate(zip(variants, plans, strict=True)):
                member = _member(variant.tree)
                names = [
                    name
                    for name in steps.formulas[level]
                    if (
                        name in steps.of_members
                        if frame is stage.members
                        else variant.tree.formulas[name].entity != member
                    )
                ]
                _formulas(frame, variant, rank, names, alike[rank][0])
        if stage.members is None:
            continue
        found: list[tuple[int, Key, Lowered, Lowered]] = []
        again = any(steps.aggregates[later] for steps in plans for later in range(level + 1, depth))
        for rank, (variant, steps) in enumerate(zip(variants, plans, strict=True)):
            nodes = [node for node in steps.aggregates[level] if key(node) not in alike[rank][1]]
            totals = _totals(stage, variant, rank, nodes, again=again)
            found += [(rank, key(node), *columns) for node, columns in zip(nodes, totals, strict=True)]
        for rank, here, of_holders, of_members in found:
            holders.results[rank].aggregates[here] = of_holders
            stage.members.results[rank].aggregates[here] = of_members
        for rank, steps in enumerate(plans):
            for here in {key(node) for node in steps.aggregates[level]} & alike[rank][1]:
                for frame in frames:
                    frame.results[rank].aggregates[here] = frame.results[0].aggregates[here]


def _of_subjects(stage: Stage, variants: Sequence[Variant], plans: Sequence[Plan], alike: _Alike) -> Frame:
    """The frame of the subjects, with their formulas and what they take from their household."""
    taken: list[Lowered] = []
    if stage.holders is not None:
        for results, steps in zip(stage.holders.results, plans, strict=True):
            taken += [results.formulas[name] for name in steps.given]
            taken += [results.aggregates[key(node)] for node in steps.totals]
    frame, columns = stage.subjects(taken)
    frame.results = [Results() for _ in variants]
    following = iter(columns)
    for rank, (variant, steps) in enumerate(zip(variants, plans, strict=True)):
        results = frame.results[rank]
        if stage.holders is not None:
            results.formulas |= {name: next(following) for name in steps.given}
            results.aggregates |= {key(node): next(following) for node in steps.totals}
        _formulas(frame, variant, rank, steps.last, alike[rank][0])
    return frame


def _member(tree: Tree) -> str:
    return tree.member.name if tree.member is not None else ""


def _lowering(frame: Frame, variant: Variant, rank: int) -> Lowering:
    results = frame.results[rank]
    return Lowering(
        variant.tree,
        algebra=frame.algebra,
        day=variant.day,
        inputs=frame.inputs,
        formulas=results.formulas,
        aggregates=results.aggregates,
    )


def _formulas(frame: Frame, variant: Variant, rank: int, names: Iterable[str], alike: frozenset[str]) -> None:
    lowering = _lowering(frame, variant, rank)
    for name in names:
        if name in alike:
            frame.results[rank].formulas[name] = frame.results[0].formulas[name]
        else:
            found = lowering.lower(variant.tree.formulas[name].expr)
            frame.results[rank].formulas[name] = _kept(lowering.exact, found)


def _kept(exact: Exact, found: Lowered) -> Lowered:
    match found:
        case Whole():
            return exact.keep(found)
        case Pair():
            return exact.keep_pair(found)
        case Truth():
            return exact.kept(found)
    return found if isinstance(found.value, str) else replace(found, value=exact.algebra.keep(found.value))


class _Gathering:
    """Asks for reductions first, then gives them all to the stage at once."""

    def __init__(self, stage: Stage, *, again: bool) -> None:
        self.stage, self.again = stage, again
        self.asked: list[Reduction] = []
        self.given: list[tuple[Whole, Whole]] = []

    def ask(self, operation: Operation, column: Whole, low: int, high: int) -> int:
        self.asked.append(Reduction(operation, column, low, high))
        return len(self.asked) - 1

    def settle(self) -> None:
        self.given = self.stage.reduce(self.asked, again=self.again) if self.asked else []

    def __getitem__(self, place: int) -> tuple[Whole, Whole]:
        return self.given[place]


def _totals(
    stage: Stage, variant: Variant, rank: int, nodes: Sequence[Aggregate], *, again: bool
) -> list[tuple[Lowered, Lowered]]:
    """Each aggregate as a column of the holders and of the members."""
    if not nodes or stage.members is None:
        return []
    gathering = _Gathering(stage, again=again)
    lowering = _lowering(stage.members, variant, rank)
    most = variant.tree.member.most if variant.tree.member is not None else 1
    pending = [_Total(lowering, node, gathering, most) for node in nodes]
    gathering.settle()
    return [total.columns(stage) for total in pending]


class _Total:
    """One aggregate, in two steps: what to add up, then what that makes."""

    def __init__(self, lowering: Lowering, node: Aggregate, gathering: _Gathering, most: int) -> None:
        self.lowering, self.node, self.gathering, self.most = lowering, node, gathering, most
        self.exact = exact = lowering.exact
        self.unknown: int | None = None
        self.den: Whole | None = None
        body = lowering.lower(node.body)
        if isinstance(body, Truth):
            self.place = self._truths(exact.kept(body))
            return
        assert isinstance(body, Whole | Pair)
        if isinstance(body, Pair):
            if not body.d.constant and node.which != "sum":
                self.place = self._furthest(exact.keep_pair(body))
                return
            self.den, body = body.d, body.n
        assert isinstance(node.type, NumberType)
        body = exact.keep(body)
        if node.which == "sum":
            self.place = self._sum(body, node.type)
        else:
            column = self._only_known(body, body.low)
            assert node.which in ("min", "max")
            self.place = gathering.ask("min" if node.which == "min" else "max", column, body.low, body.high)

    def _known(self, column: Whole | Truth) -> Truth:
        return Truth(self.lowering.algebra.known(column.value)) if column.maybe else Truth(True)

    def _mark(self, unknown: Truth) -> None:
        """Some unknown member makes the total unknown."""
        if unknown.value is not False:
            column = self.exact.choose(unknown, number(1), number(0))
            self.unknown = self.gathering.ask("max", self.exact.keep(column), 0, 1)

    def _only_known(self, column: Whole, instead: int) -> Whole:
        if not column.maybe:
            return column
        known = self.exact.kept(self._known(column))
        self._mark(self.exact.negation(known))
        return replace(self.exact.keep(self.exact.choose(known, column, number(instead))), maybe=False)

    def _truths(self, body: Truth) -> int:
        exact = self.exact
        if self.node.which == "all":
            body = exact.kept(exact.negation(body))
        known = self._known(body)
        yes = body
        if body.maybe:
            self._mark(exact.negation(known))
            yes = replace(exact.both([known, body]), maybe=False)
        column = exact.keep(exact.choose(yes, number(1), number(0)))
        if self.node.which == "count":
            return self.gathering.ask("sum", column, 0, self.most)
        return self.gathering.ask("max", column, 0, 1)

    def _sum(self, body: Whole, type_: NumberType) -> int:
        exact, node = self.exact, self.node
        column = body
        if node.where is None:
            column = self._only_known(body, 0)
        else:
            where = exact.kept(self.lowering.truth(node.where))
            taken = where
            if where.maybe or body.maybe:
                known = self._known(where)
                taken = exact.kept(replace(exact.both([known, where]), maybe=False))
                here = self._known(body)
                self._mark(exact.either([exact.negation(known), exact.both([taken, exact.negation(here)])]))
                taken = replace(exact.both([taken, here]), maybe=False)
            column = replace(exact.choose(taken, column, number(0)), maybe=False)
        return self.gathering.ask("sum", exact.keep(column), type_.low, type_.high)

    def _furthest(self, body: Pair) -> int:
        """Of fractions of any denominators: an order in whole numbers first.

        Two different fractions are at least 1 / (largest denominator)² apart: floors of their products by more than that are in the same
        order. Then the smallest denominator and the numerator that go with it.
        """
        exact = self.exact
        scale = body.d.high**2 + 1
        if max(-body.n.low, body.n.high) * scale > LIMIT:
            raise InputError(
                Text(
                    "le plus petit ou le plus grand de divisions aussi fines : arrondissez avant min(membres, …)",
                    "the least or greatest of divisions so fine: round before min(members, …)",
                )
            )
        order = exact.keep(exact.floor_quotient(exact.times(body.n, number(scale)), body.d))
        order = self._only_known(order, order.low)
        stage, again = self.gathering.stage, True
        operation: Operation = "min" if self.node.which == "min" else "max"
        ((_, best),) = stage.reduce([Reduction(operation, order, order.low, order.high)], again=again)
        first = exact.kept(replace(exact.compare("=", order, best), maybe=False))
        d = replace(exact.keep(exact.choose(first, body.d, number(body.d.high))), maybe=False)
        ((of_holders, of_members),) = stage.reduce([Reduction("min", d, body.d.low, body.d.high)], again=again)
        self.dens = (of_holders, of_members)
        second = exact.kept(replace(exact.both([first, exact.compare("=", body.d, of_members)]), maybe=False))
        n = exact.keep(exact.choose(second, body.n, number(body.n.high)))
        return self.gathering.ask("min", replace(n, maybe=False), body.n.low, body.n.high)

    dens: tuple[Whole, Whole] | None = None

    def columns(self, stage: Stage) -> tuple[Lowered, Lowered]:
        assert stage.members is not None
        assert stage.holders is not None
        of_holders = self._side(stage.holders, 0)
        # Members have the totals only where later totals need them.
        return of_holders, self._side(stage.members, 1) if self.gathering.again else of_holders

    def _side(self, frame: Frame, side: int) -> Lowered:
        unknown = self.gathering[self.unknown][side] if self.unknown is not None else None
        return self._made(Exact(frame.algebra), self.gathering[self.place][side], unknown, side)

    def _made(self, exact: Exact, column: Whole, unknown: Whole | None, side: int) -> Lowered:
        which = self.node.which
        if which in ("any", "all"):
            found = exact.kept(exact.compare("=", column, number(1)))
            if unknown is not None:
                undecided = exact.both([exact.negation(found), exact.compare("=", unknown, number(1))])
                found = Truth(exact.algebra.unless(undecided.value, found.value), maybe=True)
            return exact.negation(found) if which == "all" else found
        if unknown is not None:
            undecided = exact.compare("=", unknown, number(1))
            column = replace(column, value=exact.algebra.unless(undecided.value, column.value), maybe=True)
        column = exact.keep(column)
        if self.dens is not None:
            return Pair(column, self.dens[side])
        return Pair(column, self.den) if self.den is not None else column


def reduced(reduction: Reduction) -> bool:
    """Whether the total is held wide."""
    return is_wide(reduction.low, reduction.high)
