"""Triggers by which the database itself refuses to change or delete what is recorded.

Installed after every migration, not by one: on SQLite Django alters a table by making it anew, and its triggers are lost.

Exemption: Django's ``flush`` empties every table between transactional tests; ``management/commands/flush.py`` lifts the
triggers for its time, and refuses to run outside tests.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

#: Table → columns that may still change (none: no update at all).
PROTECTED: dict[str, tuple[str, ...]] = {
    "journal_line": (),
    "journal_measureline": (),
    "journal_commitmentline": (),
    "journal_tile": (),
    "journal_checkpoint": (),
    "definitions_definitionversion": ("current", "position", "file", "parent"),
}
MESSAGE = "append-only: what is recorded is neither changed nor deleted"


def install(using: str = "default") -> None:
    """Put every trigger in place; twice changes nothing. Tables that do not exist yet are left for later."""
    connection = connections[using]
    with transaction.atomic(using=using), connection.cursor() as cursor:
        existing = set(connection.introspection.table_names(cursor))
        if connection.vendor == "postgresql":
            cursor.execute(
                "CREATE OR REPLACE FUNCTION journal_refuse() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
            )
        for table, free in PROTECTED.items():
            if table not in existing:
                continue
            columns = [c.name for c in connection.introspection.get_table_description(cursor, table)]
            for statement in _statements(connection, table, [c for c in columns if c not in free], bool(free)):
                cursor.execute(statement)


def remove(using: str = "default") -> None:
    """Take every trigger away: only for the flush of transactional tests."""
    connection = connections[using]
    with connection.cursor() as cursor:
        existing = set(connection.introspection.table_names(cursor))
        for table in PROTECTED:
            if table not in existing:
                continue
            for event in ("update", "delete", "truncate"):
                on = f' ON "{table}"' if connection.vendor == "postgresql" else ""
                cursor.execute(f'DROP TRIGGER IF EXISTS "{table}_no_{event}"{on}')


@contextmanager
def lifted(using: str = "default") -> Iterator[None]:
    """Without triggers inside the block."""
    remove(using)
    try:
        yield
    finally:
        install(using)


def _statements(connection: BaseDatabaseWrapper, table: str, fixed: list[str], partly: bool) -> Iterator[str]:
    """``fixed``: columns that never change; ``partly``: others may."""
    names = ", ".join(connection.ops.quote_name(column) for column in fixed)
    of = f" OF {names}" if partly else ""
    if connection.vendor == "postgresql":
        for event, timing, each in (
            ("update", f"UPDATE{of}", "ROW"),
            ("delete", "DELETE", "ROW"),
            ("truncate", "TRUNCATE", "STATEMENT"),
        ):
            yield (
                f'CREATE OR REPLACE TRIGGER "{table}_no_{event}" BEFORE {timing} ON "{table}" FOR EACH {each} '
                "EXECUTE FUNCTION journal_refuse()"
            )
    else:
        for event, timing in (("update", f"UPDATE{of}"), ("delete", "DELETE")):
            yield f'DROP TRIGGER IF EXISTS "{table}_no_{event}"'
            yield (
                f'CREATE TRIGGER "{table}_no_{event}" BEFORE {timing} ON "{table}" '
                f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
            )


def reinstall(using: str = "default", **_: Any) -> None:
    """Receiver of ``post_migrate``."""
    install(using)
