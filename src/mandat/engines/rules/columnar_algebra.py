"""The algebra of whole columns as expressions of a database (Ibis): the same for every dialect.

Only what all of them do alike: additions and products of BIGINT and DECIMAL(38, 0), comparisons, CASE, AND, OR and the floor of a quotient of
doubles where that is exact (see ``algebra``). No division of decimals: DuckDB and others give a DOUBLE.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

import ibis

from mandat.engines.rules.algebra import Algebra, Value
from mandat.engines.rules.tree import Operator

NARROW, WIDE = "int64", "decimal(38, 0)"
#: Lists of codes beyond this get a column of their own, where databases hash them.
LONG_LIST = 20


@dataclass(frozen=True, slots=True)
class Lazy:
    """An expression over whatever table it is put on, by names of columns; ``simple`` if it costs nothing to repeat."""

    on: Callable[[Any], Any]
    simple: bool = False


def column(name: str) -> Lazy:
    return Lazy(lambda table: table[name], simple=True)


class Expressions(Algebra):
    """Expressions over ``table``, which gains a column each time one is kept."""

    def __init__(self, table: Any) -> None:
        self.table = table
        self._count = 0
        # The value is held so that nothing else takes its identity.
        self._lists: dict[tuple[int, tuple[str, ...]], tuple[Value, Value]] = {}

    def name(self, value: Value) -> str:
        """A new column that holds the value."""
        self._count += 1
        name = f"_{self._count}"
        self.table = self.table.mutate(**{name: value.on(self.table)})
        return name

    def keep(self, value: Value) -> Value:
        return value if value.simple else column(self.name(value))

    def number(self, n: int, *, wide: bool) -> Value:
        # Typed, or small constants would be computed in 32 bits.
        made = ibis.literal(Decimal(n), type=WIDE) if wide else ibis.literal(n, type=NARROW)
        return Lazy(lambda table: made, simple=True)

    def cast(self, value: Value, *, wide: bool) -> Value:
        return Lazy(lambda table: value.on(table).cast(WIDE if wide else NARROW))

    def arithmetic(self, op: Literal["+", "-", "*"], a: Value, b: Value, *, wide: bool) -> Value:
        def made(table: Any) -> Any:
            x, y = a.on(table), b.on(table)
            found = x + y if op == "+" else x - y if op == "-" else x * y
            # Ibis widens the type it announces; what is proven keeps within it.
            return found.cast(WIDE) if wide else found

        return Lazy(made)

    def floor_of(self, n: Value, d: Value, *, wide: bool) -> Value:
        def made(table: Any) -> Any:
            quotient = n.on(table).cast("float64") / d.on(table).cast("float64")
            return quotient.cast(WIDE) if wide else quotient.floor().cast(NARROW)

        return Lazy(made)

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

        return Lazy(made)

    def choose(self, condition: Value, a: Value, b: Value, *, maybe: bool) -> Value:
        if maybe:
            condition = self.keep(condition)

        def made(table: Any) -> Any:
            test, x, y = condition.on(table), _on(a, table), _on(b, table)
            return ibis.cases((test, x), (~test, y)) if maybe else ibis.ifelse(test, x, y)

        return Lazy(made)

    def both(self, a: Value, b: Value) -> Value:
        return Lazy(lambda table: a.on(table) & b.on(table))

    def either(self, a: Value, b: Value) -> Value:
        return Lazy(lambda table: a.on(table) | b.on(table))

    def negation(self, a: Value) -> Value:
        return Lazy(lambda table: ~a.on(table))

    def among(self, value: Value, codes: Sequence[str]) -> Value:
        found = Lazy(lambda table: value.on(table).isin(list(codes)))
        if len(codes) <= LONG_LIST:
            return found
        here = (id(value), tuple(codes))
        if here not in self._lists:
            self._lists[here] = (value, self.keep(found))
        return self._lists[here][1]

    def known(self, value: Value) -> Value:
        return Lazy(lambda table: value.on(table).notnull())

    def unless(self, condition: Value, value: Value) -> Value:
        return Lazy(lambda table: ibis.cases((~condition.on(table), value.on(table))))


def _on(value: Any, table: Any) -> Any:
    return ibis.literal(value) if isinstance(value, str) else value.on(table)
