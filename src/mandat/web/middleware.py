"""Middleware every request passes: the language of Django-free layers, and reads that cannot write."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from django.db import connections
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language

from mandat.kernel.text import speaking

Respond = Callable[[HttpRequest], HttpResponse]

#: Statements a safe request may send besides SELECT: transaction control, session upkeep.
_READS = (
    "SELECT",
    "WITH",
    "EXPLAIN",
    "SAVEPOINT",
    "RELEASE",
    "ROLLBACK",
    "BEGIN",
    "COMMIT",
    "PRAGMA",
    "SHOW",
    "SET ",
    "DECLARE",
    "FETCH",
    "CLOSE",
)
#: Tables a visit may touch: signing in and staying signed in are not acts of the programme.
_UPKEEP = ("django_session", "account_", "mfa_", "socialaccount_", "usersessions_", "accounts_user")


class ReadOnlyError(RuntimeError):
    """A GET view tried to write."""


def refuse_writes(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    statement = sql.lstrip("( \n").upper()
    if not statement.startswith(_READS) and not any(table in sql for table in _UPKEEP):
        raise ReadOnlyError(f"a GET request may not write: {sql[:120]}")
    return execute(sql, params, many, context)


class ReadOnlyMiddleware:
    """GET and HEAD run behind a wrapper that refuses every statement that writes."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return self.get_response(request)
        with ExitStack() as stack:
            for connection in connections.all():
                stack.enter_context(connection.execute_wrapper(refuse_writes))
            return self.get_response(request)


class LanguageMiddleware:
    """Texts that carry both languages (facts, definitions, engines) speak the page's language."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with speaking("en" if (get_language() or "fr").startswith("en") else "fr"):
            return self.get_response(request)
