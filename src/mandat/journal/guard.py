"""Notice an act that changes state without appending a fact, before it commits. For tests.

``with guard.acts(): service(...)`` fails at the commit, or at the end of the block where the test holds a transaction
of its own, if rows of the apps were written and no fact was appended in the same transaction. What was undone by a rollback
does not count. The idea is pretix's, which notices after commit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import connection

#: Signing in, drafting a definition's text and the like are not acts of the programme; what is kept about persons and
#: organisations is private, and no fact may tell it.
QUIET_APPS = frozenset({"accounts", "custody", "journal", "organisations", "web"})

_WRITE = re.compile(r"""^\W*(?:INSERT\s+(?:OR\s+\w+\s+)?INTO|UPDATE|DELETE\s+FROM)\s+["`]?(\w+)""", re.IGNORECASE)
_SAVEPOINT = re.compile(r"""^(SAVEPOINT|ROLLBACK TO SAVEPOINT|RELEASE SAVEPOINT)\s+["`]?(\w+)""", re.IGNORECASE)


class ForgottenFactError(AssertionError):
    """An act changed state and appended nothing."""


@dataclass
class _Watch:
    tables: frozenset[str]
    written: set[str] = field(default_factory=set)
    appended: int = 0
    savepoints: list[tuple[str, frozenset[str], int]] = field(default_factory=list)

    def statement(self, sql: str) -> None:
        if match := _SAVEPOINT.match(sql):
            self._savepoint(match[1].upper(), match[2])
        elif (match := _WRITE.match(sql)) and match[1] in self.tables:
            self.written.add(match[1])

    def _savepoint(self, verb: str, name: str) -> None:
        if verb == "SAVEPOINT":
            self.savepoints.append((name, frozenset(self.written), self.appended))
            return
        if verb.startswith("ROLLBACK"):
            for known, written, appended in reversed(self.savepoints):
                if known == name:
                    self.written, self.appended = set(written), appended
                    break

    def check(self) -> None:
        written, appended = self.written, self.appended
        self.forget()
        if written and not appended:
            raise ForgottenFactError(f"state changed without a fact: {', '.join(sorted(written))}")

    def forget(self) -> None:
        self.written, self.appended, self.savepoints = set(), 0, []


_watch: ContextVar[_Watch | None] = ContextVar("watch", default=None)


def watched_tables(quiet: frozenset[str] = QUIET_APPS) -> frozenset[str]:
    """The tables of Mandat's own apps, but for the quiet ones."""
    return frozenset(
        model._meta.db_table
        for config in apps.get_app_configs()
        if config.name.startswith("mandat.") and config.label not in quiet
        for model in config.get_models(include_auto_created=True)
    )


@contextmanager
def acts(*, exempt: tuple[str, ...] = ()) -> Iterator[None]:
    """Refuse a commit that wrote rows of the apps and no fact. ``exempt`` names tables that hold no public state. Also a decorator."""
    watch = _Watch(watched_tables() - set(exempt))
    token = _watch.set(watch)

    def execute(run: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        result = run(sql, params, many, context)
        watch.statement(sql)
        return result

    held: Any = connection
    commit, rollback = held._commit, held._rollback

    def checked_commit() -> Any:
        try:
            watch.check()
        except ForgottenFactError:
            rollback()  # Django rolls back by itself only where the database refused
            raise
        return commit()

    def forgetting_rollback() -> Any:
        watch.forget()
        return rollback()

    held._commit, held._rollback = checked_commit, forgetting_rollback
    try:
        with connection.execute_wrapper(execute):
            yield
        watch.check()
    finally:
        del held._commit, held._rollback
        _watch.reset(token)


def appended() -> None:
    """Called by the journal: a fact joins the transaction under watch."""
    watch = _watch.get()
    if watch is not None:
        watch.appended += 1
