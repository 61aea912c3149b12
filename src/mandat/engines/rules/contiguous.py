"""Back end (c): a rule over arrays in which the members of a household stand side by side.

    program = compile_arrays(tree, as_of=day, names=names)
    found = program.run(sizes, inputs)
    found[0]["montant"].values          # whole numbers at the output's scale, one a person (or a household)

A program is traced once a rule and day, and run on blocks of households small enough to stay in the processor's cache.
Totals over members are segment reductions. Numbers are int64 where the checker proves that they fit (nothing overflows), Python's own
elsewhere, so that results are the interpreter's in every case. It takes some milliseconds to make: nothing is compiled.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mandat.engines.rules.algebra import Codes, Lowered, Pair, Truth, Whole
from mandat.engines.rules.contiguous_algebra import Coded, Program, Register
from mandat.engines.rules.levels import plan
from mandat.engines.rules.scope import input_type
from mandat.engines.rules.staging import Frame, Reduction, Stage, Variant, reduced, run
from mandat.engines.rules.tree import DateType, NumberType, Tree
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

#: Members in a block: a few registers of so many int64 stay in cache.
BLOCK = 16_384


@dataclass(frozen=True, slots=True)
class Column:
    """Values of one input or output.

    Numbers are whole at the scale of the input or output, days 20250301, booleans bool, codes places in ``names``. ``known`` is
    False where the value is unknown; None when everything is known.
    """

    values: Any
    known: Any = None
    names: tuple[str, ...] = ()
    scale: int = 0


class _Arrays(Stage):
    """Frames that share one program."""

    def __init__(self, program: Program, tree: Tree, inputs: Mapping[str, Lowered]) -> None:
        self.program, self.tree, self.inputs = program, tree, inputs
        self.starts, self.sizes = program.register(), program.register()
        member = tree.member
        self.holders = self.members = None
        if member is not None:
            of_members = {name: column for name, column in inputs.items() if tree.inputs[name].entity == member.name}
            of_holders = {name: column for name, column in inputs.items() if name not in of_members}
            self.holders = Frame(program, of_holders)
            self.spread: dict[str, Lowered] = {name: self._spread(column) for name, column in of_holders.items()}
            self.members = Frame(program, of_members | self.spread)

    def reduce(self, reductions: Sequence[Reduction], *, again: bool) -> list[tuple[Whole, Whole]]:
        functions = {"sum": np.add.reduceat, "min": np.minimum.reduceat, "max": np.maximum.reduceat}
        found = []
        read, sizes = self.program.read, self.program.read(self.sizes)
        for reduction in reductions:
            column, wide = reduction.column, reduced(reduction)
            if column.constant:
                # The same number for each member: it is counted, or stands for all.
                if reduction.operation == "sum":
                    place = self.program.step(_counted, sizes, column.value, wide)
                else:
                    place = self.program.step(_filled, sizes, column.value, wide)
            else:
                value = self.program.cast(column.value, wide=True) if wide and not column.wide else column.value
                place = self.program.step(functions[reduction.operation], read(value.place), read(self.starts))
            whole = Whole(Register(place), reduction.low, reduction.high, wide)
            spread = self._spread(whole) if again else whole
            assert isinstance(spread, Whole)
            found.append((whole, spread))
        return found

    def subjects(self, columns: Sequence[Lowered]) -> tuple[Frame, list[Lowered]]:
        if self.holders is None:
            return Frame(self.program, dict(self.inputs)), []
        assert self.members is not None
        spread: list[Lowered] = [
            Pair(self._whole(each.n), self._whole(each.d)) if isinstance(each, Pair) else self._spread(each)
            for each in columns
        ]
        return Frame(self.program, dict(self.members.inputs)), spread

    def _whole(self, whole: Whole) -> Whole:
        found = self._spread(whole)
        assert isinstance(found, Whole)
        return found

    def _spread(self, column: Any) -> Any:
        """A household's column as one of its members."""
        value = column.value
        if not isinstance(value, Register | Coded):
            return column
        read, sizes = self.program.read, self.program.read(self.sizes)
        known = None if value.known is None else self.program.step(np.repeat, read(value.known), sizes)
        place = self.program.step(np.repeat, read(value.place), sizes)
        return replace(column, value=replace(value, place=place, known=known))


def _counted(sizes: Any, value: int, wide: bool) -> Any:
    return (sizes.astype(object) if wide else sizes) * value


def _filled(sizes: Any, value: int, wide: bool) -> Any:
    return np.full(len(sizes), value, object if wide else np.int64)


@dataclass(frozen=True, slots=True)
class Compiled:
    """A rule, or a rule and its reforms, ready to run over arrays. ``per_member``: outputs are one a member, else one a household."""

    tree: Tree
    program: Program
    slots: Mapping[str, tuple[int, int | None]]
    starts: int
    sizes: int
    outputs: tuple[Mapping[str, Lowered], ...]
    scales: Mapping[str, int]
    per_member: bool

    def run(self, sizes: Any, inputs: Mapping[str, Column]) -> tuple[dict[str, Column], ...]:
        """Outputs of each variant. ``sizes`` counts the members of each household (all ones where a rule has none)."""
        sizes = np.asarray(sizes, np.int64)
        if len(sizes) and int(sizes.min()) < 1:
            raise InputError(Text("un foyer a au moins un membre", "a household has at least one member"))
        if self.tree.member is not None and len(sizes) and int(sizes.max()) > self.tree.member.most:
            most = self.tree.member.most
            raise InputError(Text(f"un foyer a plus de {most} membres", f"a household has more than {most} members"))
        ends = np.cumsum(sizes)
        total = int(ends[-1]) if len(ends) else 0
        columns = self._columns(inputs, total, len(sizes))
        rows = total if self.per_member else len(sizes)
        found = [{name: self._empty(lowered, rows) for name, lowered in each.items()} for each in self.outputs]
        steps = self.program.steps
        registers: list[Any] = [None] * self.program.size
        first = 0
        while first < len(sizes):
            before = int(ends[first - 1]) if first else 0
            last = max(first + 1, int(np.searchsorted(ends, before + BLOCK, side="right")))
            after = int(ends[last - 1])
            inside = sizes[first:last]
            registers[self.sizes] = inside
            registers[self.starts] = ends[first:last] - inside - before
            for place, values, of_members in columns:
                registers[place] = values[before:after] if of_members else values[first:last]
            for step in steps:
                step.run(registers)
            rows_here = slice(before, after) if self.per_member else slice(first, last)
            for each, outputs in zip(found, self.outputs, strict=True):
                for name, lowered in outputs.items():
                    _write(each[name], lowered, registers, rows_here)
            first = last
        return tuple(
            {name: replace(column, scale=self.scales[name]) for name, column in each.items()} for each in found
        )

    def _columns(self, inputs: Mapping[str, Column], members: int, households: int) -> list[tuple[int, Any, bool]]:
        found = []
        for name, (place, known) in self.slots.items():
            item = self.tree.inputs[name]
            of_members = self.tree.member is None or item.entity == self.tree.member.name
            wanted = members if of_members else households
            column = inputs[name]
            if len(column.values) != wanted:
                raise InputError(
                    Text(
                        f"{name} a {len(column.values)} valeurs, il en faut {wanted}",
                        f"{name} has {len(column.values)} values, {wanted} are needed",
                    )
                )
            check_range(item.name, column, input_type(item))
            found.append((place, column.values, of_members))
            if known is not None:
                marks = np.ones(wanted, bool) if column.known is None else column.known
                found.append((known, marks, of_members))
        return found

    def _empty(self, lowered: Lowered, rows: int) -> Column:
        assert not isinstance(lowered, Pair)
        value = lowered.value
        known = np.ones(rows, bool) if getattr(value, "known", None) is not None else None
        if isinstance(lowered, Truth):
            return Column(np.empty(rows, bool), known)
        if isinstance(lowered, Codes):
            names = (value,) if isinstance(value, str) else value.names
            return Column(np.empty(rows, np.int32), known, names)
        return Column(np.empty(rows, object if lowered.wide else np.int64), known)


def _write(column: Column, lowered: Lowered, registers: list[Any], rows: slice) -> None:
    assert not isinstance(lowered, Pair)
    value = lowered.value
    if isinstance(value, Register | Coded):
        column.values[rows] = registers[value.place]
        if value.known is not None:
            column.known[rows] = registers[value.known]
    else:
        column.values[rows] = 0 if isinstance(value, str) else value


def check_range(name: str, column: Column, type_: Any) -> None:
    """Refuse what is outside the declared range: what is proven of a rule rests on it."""
    if isinstance(type_, DateType):
        low, high = (day.year * 10_000 + day.month * 100 + day.day for day in (type_.low, type_.high))
    elif isinstance(type_, NumberType):
        low, high = type_.low, type_.high
    else:
        return
    values = column.values if column.known is None else column.values[column.known]
    if len(values) and (int(values.min()) < low or int(values.max()) > high):
        outside = int(((values < low) | (values > high)).sum())
        raise InputError(Text(f"{name} : {outside} valeurs hors limites", f"{name}: {outside} values out of range"))


def compile_arrays(
    variants: Tree | Sequence[Tree],
    *,
    as_of: dt.date,
    names: Mapping[str, tuple[str, ...]],
    outputs: Iterable[str] | None = None,
    complete: Iterable[str] | None = None,
) -> Compiled:
    """Trace a rule (or versions of it) on a day.

    ``names`` are the codes in the arrays of each choice or commune input, ``complete`` the inputs of which nothing is unknown
    (by default all). Columns given to ``run`` must have the same ``names``.
    """
    trees = [variants] if isinstance(variants, Tree) else list(variants)
    tree = trees[0]
    wanted = tuple(tree.outputs if outputs is None else outputs)
    needed = plan(tree, wanted).inputs
    known_inputs = set(needed if complete is None else complete)
    program = Program()
    slots: dict[str, tuple[int, int | None]] = {}
    inputs: dict[str, Lowered] = {}
    for name in sorted(needed):
        item = tree.inputs[name]
        place, known = program.register(), None if name in known_inputs else program.register()
        slots[name] = (place, known)
        type_, maybe = input_type(item), known is not None
        if isinstance(type_, NumberType):
            inputs[name] = Whole(Register(place, known), type_.low, type_.high, maybe=maybe)
        elif isinstance(type_, DateType):
            low, high = (day.year * 10_000 + day.month * 100 + day.day for day in (type_.low, type_.high))
            inputs[name] = Whole(Register(place, known), low, high, maybe=maybe)
        elif item.type == "boolean":
            inputs[name] = Truth(Register(place, known), maybe=maybe)
        else:
            inputs[name] = Codes(Coded(place, tuple(names[name]), known), maybe=maybe)
    stage = _Arrays(program, tree, inputs)
    _, found = run(stage, [Variant(each, as_of) for each in trees], wanted)
    types = {name: tree.formulas[name].expr.type for name in wanted}
    return Compiled(
        tree=tree,
        program=program,
        slots=slots,
        starts=stage.starts,
        sizes=stage.sizes,
        outputs=tuple(found),
        scales={name: type_.scale if isinstance(type_, NumberType) else 0 for name, type_ in types.items()},
        per_member=tree.member is None or tree.subject.name == tree.member.name,
    )
