"""What DuckDB answers to an expression, without the plans it would take minutes to make."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

#: DuckDB 2 may compute part of an aggregate below a join: to know whether it can, it writes every column out in terms of those of the
#: tables, and what uses each column again in turn. Measured on a total of days elapsed times a ratio: 42 s and more than 10 GB to plan, for
#: 0.02 s without this step, which earns nothing on totals by household (1.10 s of CPU time either way over 2.59 million persons).
UNBOUNDED = ("partial_aggregate_pushdown",)


def fetch(connection: Any, table: Any) -> Any:
    """The rows of an Ibis table of this Ibis connection to DuckDB, as an Arrow table of the types Ibis announces.

    ``connection.to_pyarrow`` gives the same rows, more slowly: it plans as DuckDB likes, and loads pandas. Temporary tables of
    memory (``ibis.memtable``) are not known here: create them first.
    """
    query = connection.compile(table)
    with _bounded(connection.con):
        return connection.con.sql(query).to_arrow_table().cast(table.schema().to_pyarrow())


@contextmanager
def _bounded(database: Any) -> Iterator[None]:
    """The connection's setting is what it was, after."""
    ((before,),) = database.execute("SELECT current_setting('disabled_optimizers')").fetchall()
    steps = {name for (name,) in database.execute("SELECT name FROM duckdb_optimizers()").fetchall()}
    disabled = [name for name in before.split(",") if name]
    # A name that another version does not know would be refused.
    disabled += [name for name in UNBOUNDED if name in steps and name not in disabled]
    _disable(database, ",".join(disabled))
    try:
        yield
    finally:
        _disable(database, before)


def _disable(database: Any, names: str) -> None:
    # Names of DuckDB's own: nothing to escape.
    database.execute(f"SET disabled_optimizers = '{names}'")
