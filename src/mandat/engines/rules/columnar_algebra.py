"""The algebra of whole columns as expressions of a database (Ibis): the same for every dialect.

Only what all of them do alike: additions and products of BIGINT and DECIMAL(38, 0), comparisons, CASE, AND, OR and the floor of a quotient of
doubles where that is exact (see ``algebra``). No division of decimals: DuckDB and others give a DOUBLE.

What is written twice is computed once: equal expressions are the same ``Lazy``, and those worth keeping are columns, laid out in as
few nested queries as they depend on one another, each with the columns that later ones read and no others.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal

import ibis

from mandat.engines.rules.algebra import Algebra, Value
from mandat.engines.rules.tree import Operator

NARROW, WIDE = "int64", "decimal(38, 0)"
#: Lists of codes beyond this get a column of their own, where databases hash them.
LONG_LIST = 20


@dataclass(frozen=True, slots=True, eq=False)
class Lazy:
    """An expression over whatever table it is put on, by names of columns (``uses``).

    ``name``: it is that column. ``simple``: it costs nothing to repeat. ``opposite``: it is that, negated.
    ``witness``: it is unknown where that is, and only there.
    """

    on: Callable[[Any], Any]
    uses: frozenset[str] = frozenset()
    simple: bool = False
    name: str = ""
    opposite: Lazy | None = None
    witness: Lazy | None = None


@lru_cache(maxsize=4096)
def column(name: str) -> Lazy:
    return Lazy(lambda table: table[name], frozenset((name,)), simple=True, name=name)


@lru_cache(maxsize=4096, typed=True)
def constant(value: bool | int | str | Decimal, type_: str | None = None) -> Lazy:
    # Typed, or small numbers would be computed in 32 bits.
    made = ibis.literal(value, type=type_)
    return Lazy(lambda table: made, simple=True)


class Expressions(Algebra):
    """Expressions over the rows of ``base``, a table, and what is kept of them."""

    def __init__(self, base: Any) -> None:
        self.base = base
        #: What each kept column is, in the order of their depth; the depth of a column of ``base`` is 0.
        self._kept: dict[str, Lazy] = {}
        self._depths: dict[str, int] = {}
        self._columns: dict[Lazy, Lazy] = {}
        self._made: dict[tuple[Any, ...], Lazy] = {}

    def select(self, chosen: Mapping[str, Value]) -> Any:
        """A table of these columns, computed step by step."""
        needed = frozenset[str]().union(*(value.uses for value in chosen.values()))
        steps: list[frozenset[str]] = []
        while needed & self._kept.keys():
            deepest = max(self._depths.get(name, 0) for name in needed)
            step = {name for name in needed if self._depths.get(name, 0) == deepest}
            # Each step reads the columns of the one before, and passes on those that a later one reads.
            steps.append(needed)
            needed = (needed - step).union(*(self._kept[name].uses for name in step))
        table = self.base
        for passed in reversed(steps):
            there = set(table.columns)
            table = table.select(
                **{name: table[name] if name in there else self._kept[name].on(table) for name in sorted(passed)}
            )
        return table.select(**{name: value.on(table) for name, value in chosen.items()})

    def keep(self, value: Value) -> Value:
        if value.simple:
            return value
        if value.opposite is not None:
            # A column is never a negation: SQL reads NOT x IS NULL as NOT (x IS NULL), and Ibis merges queries without minding it.
            return self.negation(self.keep(value.opposite))
        if value not in self._columns:
            name = f"_{len(self._kept) + 1}"
            self._kept[name] = value
            self._depths[name] = 1 + max((self._depths.get(each, 0) for each in value.uses), default=0)
            found = column(name)
            if value.witness is not None:
                found = Lazy(found.on, found.uses, simple=True, name=name, witness=value.witness)
            self._columns[value] = found
        return self._columns[value]

    def _lazy(
        self,
        key: tuple[Any, ...],
        on: Callable[[Any], Any],
        parts: Collection[Value] = (),
        *,
        simple: bool = False,
        opposite: Lazy | None = None,
        witness: Lazy | None = None,
    ) -> Lazy:
        if key not in self._made:
            uses = frozenset[str]().union(*(part.uses for part in parts if isinstance(part, Lazy)))
            self._made[key] = Lazy(on, uses, simple=simple, opposite=opposite, witness=witness)
        return self._made[key]

    def number(self, n: int, *, wide: bool) -> Value:
        return constant(Decimal(n), WIDE) if wide else constant(n, NARROW)

    def cast(self, value: Value, *, wide: bool) -> Value:
        return self._lazy(("cast", value, wide), lambda table: value.on(table).cast(WIDE if wide else NARROW), (value,))

    def arithmetic(self, op: Literal["+", "-", "*"], a: Value, b: Value, *, wide: bool) -> Value:
        def made(table: Any) -> Any:
            x, y = a.on(table), b.on(table)
            found = x + y if op == "+" else x - y if op == "-" else x * y
            # Ibis widens the type it announces; what is proven keeps within it.
            return found.cast(WIDE) if wide else found

        return self._lazy((op, a, b, wide), made, (a, b))

    def floor_of(self, n: Value, d: Value, *, wide: bool) -> Value:
        def made(table: Any) -> Any:
            quotient = n.on(table).cast("float64") / d.on(table).cast("float64")
            return quotient.cast(WIDE) if wide else quotient.floor().cast(NARROW)

        return self._lazy(("/", n, d, wide), made, (n, d))

    def compare(self, operator: Operator, a: Value, b: Value) -> Value:
        def made(table: Any) -> Any:
            x, y = _on(a, table), _on(b, table)
            match operator:
                case "<":
                    return x < y
                case "<=":
                    return x <= y
                case ">":
                    return x > y
                case ">=":
                    return x >= y
                case "=":
                    return x == y
            return x != y

        return self._lazy((operator, a, b), made, (a, b))

    def choose(self, condition: Value, a: Value, b: Value, *, maybe: bool) -> Value:
        if maybe:
            condition = self.keep(condition)
        if condition.opposite is not None:
            condition, a, b = condition.opposite, b, a

        def made(table: Any) -> Any:
            test, x, y = condition.on(table), _on(a, table), _on(b, table)
            return ibis.cases((test, x), (~test, y)) if maybe else ibis.ifelse(test, x, y)

        return self._lazy(("choose", condition, a, b, maybe), made, (condition, a, b))

    def both(self, a: Value, b: Value) -> Value:
        return self._lazy(("and", a, b), lambda table: a.on(table) & b.on(table), (a, b))

    def either(self, a: Value, b: Value) -> Value:
        return self._lazy(("or", a, b), lambda table: a.on(table) | b.on(table), (a, b))

    def negation(self, a: Value) -> Value:
        if a.opposite is not None:
            return a.opposite
        return self._lazy(
            ("not", a), lambda table: ~a.on(table), (a,), simple=a.simple, opposite=a, witness=a.witness or a
        )

    def among(self, value: Value, codes: Sequence[str]) -> Value:
        found = self._lazy(
            ("among", value, tuple(codes)),
            lambda table: value.on(table).isin(list(codes)),
            (value,),
            witness=value.witness or value,
        )
        return found if len(codes) <= LONG_LIST else self.keep(found)

    def known(self, value: Value) -> Value:
        # Trino and Spark do not read x IN (…) IS NOT NULL: what is unknown there is x.
        seen = value.witness or value
        return self._lazy(("known", seen), lambda table: seen.on(table).notnull(), (seen,))

    def unless(self, condition: Value, value: Value) -> Value:
        return self._lazy(
            ("unless", condition, value),
            lambda table: ibis.cases((~condition.on(table), value.on(table))),
            (condition, value),
        )

    def plain(self, value: Value) -> Value:
        """A truth of which whoever reads it may ask whether it is NULL."""
        if value.witness is None:
            return value
        value = self.keep(value)
        inner = value.opposite or value
        yes, no = (ibis.literal(each) for each in (value.opposite is None, value.opposite is not None))
        return self._lazy(
            ("plain", value), lambda table: ibis.cases((inner.on(table), yes), (~inner.on(table), no)), (inner,)
        )


def _on(value: Any, table: Any) -> Any:
    return ibis.literal(value) if isinstance(value, str) else value.on(table)
