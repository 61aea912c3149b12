"""Back end (b): a rule over whole tables, as expressions that DuckDB, PostgreSQL, Trino or Spark run unchanged.

    found = compute(tree, persons=persons, as_of=day, columns={"revenu_mensuel": "revenu_mensuel"})
    found.table                        # an Ibis table: asked columns and outputs, money in exact decimals
    fetch(connection, found.table)     # on DuckDB: see columnar_duckdb

Amounts are whole numbers of their smallest unit until the end (BIGINT where the checker proves that 64 bits do, DECIMAL(38, 0) beyond),
so a result is the interpreter's, to the cent. NULL is unknown: it stays so unless the rest decides. Where the
interpreter reasons on the range of an unknown number, columns may say unknown and the interpreter know.

``persons`` has one row a member, with the number of its household in ``household``; ``households`` one row a household. Rules about
organisations or projects have ``persons`` as their only table, one row each.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import ibis
import sqlglot

from mandat.engines.rules.algebra import Codes, Lowered, Pair, Truth, Whole
from mandat.engines.rules.columnar_algebra import NARROW, WIDE, Expressions, Lazy, column, constant
from mandat.engines.rules.document import Input
from mandat.engines.rules.levels import plan
from mandat.engines.rules.scope import input_type
from mandat.engines.rules.staging import Frame, Reduction, Stage, Variant, reduced, run
from mandat.engines.rules.tree import DateType, NumberType, Tree
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

HOUSEHOLD = "menage"


@dataclass(frozen=True, slots=True)
class OutputColumn:
    """Where an output is in a table: ``kind`` is number, date, boolean or code; a number is whole at ``scale``."""

    name: str
    kind: str
    scale: int = 0
    low: int = 0
    high: int = 0


@dataclass(frozen=True, slots=True)
class Computed:
    """``table`` has the kept columns and, for each variant, its outputs by column name."""

    table: Any
    variants: tuple[dict[str, OutputColumn], ...]


class _Tables(Stage):
    """``subjects`` makes a table of the subjects' rows when it is time. ``alike``: households are known by their members only."""

    def __init__(
        self,
        holders: Frame | None,
        members: Frame | None,
        subjects: Callable[[], Frame],
        household: str,
        *,
        alike: bool,
    ) -> None:
        self.holders, self.members, self._subjects, self.household = holders, members, subjects, household
        self.alike = alike
        self._count = 0

    def reduce(self, reductions: Sequence[Reduction], *, again: bool) -> list[tuple[Whole, Whole]]:
        assert self.members is not None
        assert self.holders is not None
        expressions = _expressions(self.members)
        asked: dict[tuple[str, Lazy], tuple[str, Reduction]] = {}
        names = []
        for reduction in reductions:
            here = (reduction.operation, expressions.keep(_raw(reduction.column)))
            if here not in asked:
                self._count += 1
                asked[here] = (f"_total_{self._count}", reduction)
            names.append(asked[here][0])
        rows = expressions.select(
            {self.household: column(self.household)} | {name: value for (_, value), (name, _) in asked.items()}
        )
        totals = rows.group_by(self.household).aggregate(
            **{name: _cast(reduction, _total(reduction, rows[name])) for name, reduction in asked.values()}
        )
        for frame in (self.holders, self.members) if again else (self.holders,):
            joined = _expressions(frame)
            if self.alike and frame is self.holders:
                # Whoever has totals is a household: no need to look for households first.
                joined.base, self.alike = totals, False
            else:
                joined.base = joined.base.join(totals, self.household)
        made = [
            Whole(column(name), reduction.low, reduction.high, reduced(reduction))
            for reduction, name in zip(reductions, names, strict=True)
        ]
        return [(whole, whole) for whole in made]

    def subjects(self, columns: Sequence[Lowered]) -> tuple[Frame, list[Lowered]]:
        frame = self._subjects()
        if self.holders is None:
            return frame, []
        taken: dict[str, Lazy] = {self.household: column(self.household)}
        # What a rule and its reform share is taken once.
        places: dict[Lazy, str] = {}

        def moved(whole: Any) -> Any:
            if not isinstance(whole.value, Lazy):
                return whole
            name = places.setdefault(whole.value, f"of_{len(taken)}")
            taken[name] = whole.value
            return replace(whole, value=column(name))

        found: list[Lowered] = [
            Pair(moved(each.n), moved(each.d)) if isinstance(each, Pair) else moved(each) for each in columns
        ]
        if len(taken) > 1:
            expressions = _expressions(frame)
            expressions.base = expressions.base.join(_expressions(self.holders).select(taken), self.household)
        return frame, found


def _expressions(frame: Frame) -> Expressions:
    assert isinstance(frame.algebra, Expressions)
    return frame.algebra


def _raw(whole: Whole) -> Lazy:
    if whole.constant:
        return constant(Decimal(whole.value) if whole.wide else whole.value, WIDE if whole.wide else NARROW)
    assert isinstance(whole.value, Lazy)
    return whole.value


def _total(reduction: Reduction, values: Any) -> Any:
    match reduction.operation:
        case "sum":
            return values.sum()
        case "min":
            return values.min()
    return values.max()


def _cast(reduction: Reduction, total: Any) -> Any:
    # A sum of BIGINT is wider in some databases, whatever Ibis announces: the first cast makes it cast.
    if reduced(reduction):
        return total.cast(WIDE)
    return total.cast(WIDE).cast(NARROW) if reduction.operation == "sum" else total


def compute(
    variants: Tree | Sequence[Tree],
    *,
    persons: Any,
    as_of: dt.date,
    columns: Mapping[str, str],
    households: Any = None,
    household: str = HOUSEHOLD,
    outputs: Iterable[str] | None = None,
    keep: Collection[str] = (),
    complete: Collection[str] = (),
) -> Computed:
    """Outputs of one rule, or of several versions of it in one pass, for every row.

    ``columns`` names the column of each input; an input without one is unknown to all. A household's inputs are columns of
    ``households`` or, without that table, of ``persons``. ``complete`` names inputs that are never NULL: their expressions are
    lighter. ``keep`` names columns to find again beside the outputs. Inputs must be within their declared range:
    see ``columnar_checks``. Raises InputError for columns that are missing or of another type.
    """
    trees = [variants] if isinstance(variants, Tree) else list(variants)
    tree = trees[0]
    wanted = tuple(tree.outputs if outputs is None else outputs)
    steps = plan(tree, wanted)
    alone = tree.member is None
    prepared = _Preparation(tree, columns, complete, household)
    holders = members = None
    about_members = not alone and tree.member is not None and tree.member.name == tree.subject.name
    if not alone and (not about_members or any(steps.formulas) or any(steps.aggregates)):
        outer = () if about_members else keep
        holders = prepared.holders(persons, households, steps.holder_inputs, outer)
        if any(steps.aggregates):
            members = prepared.persons(persons, households, steps.member_inputs, ())
    stage = _Tables(
        holders,
        members,
        lambda: prepared.persons(persons, households, steps.last_inputs, keep),
        household,
        alike=households is None and not steps.holder_inputs and (about_members or not keep),
    )
    frame, found = run(stage, [Variant(each, as_of) for each in trees], wanted)
    expressions = _expressions(frame)
    chosen = {name: column(name) for name in (*(() if alone else (household,)), *keep)}
    described = []
    for rank, results in enumerate(found):
        mark = f"_{rank}" if rank else ""
        listed = {}
        for name, lowered in results.items():
            described_as = _described(f"{name}{mark}", lowered, trees[rank].formulas[name].expr.type)
            chosen[described_as.name] = _output(expressions, lowered)
            listed[name] = described_as
        described.append(listed)
    return Computed(expressions.select(chosen), tuple(described))


def _output(expressions: Expressions, lowered: Lowered) -> Lazy:
    assert not isinstance(lowered, Pair)
    if isinstance(lowered, Whole):
        return _raw(lowered)
    if isinstance(lowered.value, bool | str):
        return constant(lowered.value)
    found: Lazy = expressions.plain(lowered.value)
    return found


def _described(name: str, lowered: Lowered, type_: Any) -> OutputColumn:
    if isinstance(type_, NumberType):
        return OutputColumn(name, "number", type_.scale, type_.low, type_.high)
    if isinstance(type_, DateType):
        return OutputColumn(name, "date")
    return OutputColumn(name, "boolean" if isinstance(lowered, Truth) else "code")


def decimals(table: Any, output: OutputColumn) -> Any:
    """A number output as an exact DECIMAL of its scale (where it has at most 18 digits, else DECIMAL(38))."""
    value = table[output.name]
    if output.kind != "number" or output.scale == 0:
        return value
    digits = len(str(max(-output.low, output.high, 1)))
    type_ = f"decimal({18 if digits + 2 * output.scale <= 18 else 38}, {output.scale})"
    step = ibis.literal(Decimal(1).scaleb(-output.scale), type=type_)
    # A product of decimals is exact; it has decimals to spare, all zero.
    return (value.cast(type_) * step).cast(type_)


def sql(table: Any, dialect: str) -> str:
    """The query of an expression in a dialect (``duckdb``, ``postgres``, ``trino``, ``pyspark``…).

    PostgreSQL would write each intermediate column out wherever it is used, and again in what uses that: it is told not to.
    """
    text = str(ibis.to_sql(table, dialect=dialect))
    if dialect != "postgres":
        return text
    query = sqlglot.parse_one(text, read="postgres")
    for inner in list(query.find_all(sqlglot.exp.Select)):
        if isinstance(inner.parent, sqlglot.exp.Subquery | sqlglot.exp.CTE) and any(
            not isinstance(each.unalias(), sqlglot.exp.Column) for each in inner.expressions
        ):
            inner.offset(0, copy=False)
    return query.sql(dialect="postgres")


class _Preparation:
    """Tables of answers as frames of whole numbers, days in whole numbers, booleans and codes."""

    def __init__(self, tree: Tree, columns: Mapping[str, str], complete: Collection[str], household: str) -> None:
        self.tree, self.columns, self.complete, self.household = tree, columns, frozenset(complete), household
        self.alone = tree.member is None

    def persons(self, persons: Any, households: Any, inputs: Iterable[str], keep: Collection[str]) -> Frame:
        """Rows of persons; what is of their household and not in their own table comes from the other one."""
        elsewhere = {
            name
            for name in inputs
            if households is not None
            and not self.alone
            and self.tree.inputs[name].entity != (self.tree.member and self.tree.member.name)
            and self.columns.get(name, "") not in persons.columns
        }
        away = [name for name in keep if households is not None and name not in persons.columns]
        frame = self._frame(persons, set(inputs) - elsewhere, [name for name in keep if name not in away])
        if not elsewhere and not away:
            return frame
        other = self._frame(households, elsewhere, away)
        table = _expressions(frame).base.join(_expressions(other).base, self.household)
        return Frame(Expressions(table), frame.inputs | other.inputs)

    def holders(self, persons: Any, households: Any, inputs: Iterable[str], keep: Collection[str]) -> Frame:
        """Rows of households: their own table, or what their persons' rows say of them."""
        if households is not None:
            return self._frame(households, inputs, keep)
        frame = self._frame(persons, inputs, keep)
        table = _expressions(frame).base
        others = [name for name in table.columns if name != self.household]
        grouped = table.group_by(self.household)
        return Frame(
            Expressions(
                grouped.aggregate(**{name: table[name].max() for name in others})
                if others
                else table.select(self.household).distinct()
            ),
            frame.inputs,
        )

    def _frame(self, table: Any, inputs: Iterable[str], keep: Iterable[str]) -> Frame:
        chosen = {} if self.alone else {self.household: self._column(table, self.household)}
        chosen |= {name: self._column(table, name) for name in keep}
        lowered: dict[str, Lowered] = {}
        for name in sorted(inputs):
            prepared, lowered[name] = self._input(table, name, self.tree.inputs[name])
            chosen[f"in_{name}"] = prepared
        return Frame(Expressions(table.select(**chosen)), lowered)

    def _column(self, table: Any, name: str) -> Any:
        if name not in table.columns:
            raise InputError(
                Text(
                    f"la table n'a pas de colonne {name} (elle a : {', '.join(table.columns)})",
                    f"the table has no column {name} (it has: {', '.join(table.columns)})",
                )
            )
        return table[name]

    def _input(self, table: Any, name: str, item: Input) -> tuple[Any, Lowered]:
        type_ = input_type(item)
        maybe = name not in self.complete
        value = column(f"in_{name}")
        given = self._column(table, self.columns[name]) if name in self.columns else None
        if isinstance(type_, NumberType):
            prepared = ibis.null(NARROW) if given is None else scaled(given, name, item)
            return prepared, Whole(value, type_.low, type_.high, maybe=maybe)
        if isinstance(type_, DateType):
            low, high = (day.year * 10_000 + day.month * 100 + day.day for day in (type_.low, type_.high))
            prepared = ibis.null(NARROW) if given is None else day_number(given, name)
            return prepared, Whole(value, low, high, maybe=maybe)
        if item.type == "boolean":
            if given is not None and not given.type().is_boolean():
                raise _wrong(name, Text("vrai ou faux", "true or false"), given)
            return (ibis.null("boolean") if given is None else given), Truth(value, maybe=maybe)
        if given is not None and not given.type().is_string():
            raise _wrong(name, Text("des codes (texte)", "codes (text)"), given)
        return (ibis.null("string") if given is None else given), Codes(value, maybe=maybe)


def _wrong(name: str, expected: Text, given: Any) -> InputError:
    return InputError(
        Text(
            f"la colonne de {name} doit contenir {expected.fr} : elle est de type {given.type()}",
            f"the column of {name} must hold {expected.en}: its type is {given.type()}",
        )
    )


def scaled(given: Any, name: str, item: Input) -> Any:
    """An amount in whole units of its last decimal."""
    type_ = given.type()
    if type_.is_integer():
        scale = 0
    elif type_.is_decimal() and type_.scale is not None:
        scale = type_.scale
    else:
        # A float is not exact: whoever has one rounds it knowingly, in DECIMAL.
        raise _wrong(
            name, Text("des nombres exacts (entiers ou DECIMAL)", "exact numbers (integers or DECIMAL)"), given
        )
    if scale > item.decimals:
        raise InputError(
            Text(
                f"la colonne de {name} a {scale} décimales, {item.decimals} sont attendues",
                f"the column of {name} has {scale} decimals, {item.decimals} are expected",
            )
        )
    if scale == 0:
        return (
            given.cast(NARROW) * ibis.literal(10**item.decimals, type=NARROW) if item.decimals else given.cast(NARROW)
        )
    # Through DECIMAL(38): the product keeps its decimals, all zero.
    return (given * ibis.literal(10**item.decimals, type="int64")).cast(NARROW)


def day_number(given: Any, name: str) -> Any:
    type_ = given.type()
    if not type_.is_date():
        raise _wrong(name, Text("des dates", "dates"), given)
    year, month, day = (part.cast(NARROW) for part in (given.year(), given.month(), given.day()))
    return year * 10_000 + month * 100 + day
