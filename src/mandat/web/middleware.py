"""Middleware every request passes: the language of Django-free layers, and reads that cannot write."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, cast

from django.db import connections
from django.http import FileResponse, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import get_language

from mandat.kernel.text import speaking

Respond = Callable[[HttpRequest], HttpResponseBase]

#: Statements a safe request may send: reads, transaction control, session upkeep.
_READS = (
    "SELECT",
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
_WRITE = re.compile(
    r"\b(?:INSERT\s+(?:OR\s+\w+\s+)?INTO|REPLACE\s+INTO|UPDATE|DELETE\s+FROM)\s+(?:ONLY\s+)?\"?(?P<table>\w+)",
    re.IGNORECASE,
)
#: Tables a visit may touch: signing in and staying signed in are not acts of the programme.
_UPKEEP = ("django_session", "account_", "mfa_", "socialaccount_", "usersessions_", "accounts_user")


class ReadOnlyError(RuntimeError):
    """A GET view tried to write."""


def writes(sql: str) -> bool:
    """Whether a statement writes to a table that is not of the session's upkeep."""
    statement = sql.lstrip("( \n")
    if statement.upper().startswith(_READS):
        return False
    if statement[:4].upper() == "WITH":
        # PostgreSQL lets the parts of a WITH statement write.
        return any(not _of_upkeep(found["table"]) for found in _WRITE.finditer(statement))
    found = _WRITE.match(statement)
    return found is None or not _of_upkeep(found["table"])


def _of_upkeep(table: str) -> bool:
    return table.startswith(_UPKEEP)


def refuse_writes(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    if writes(sql):
        raise ReadOnlyError(f"a GET request may not write: {sql[:120]}")
    return execute(sql, params, many, context)


@contextmanager
def reading_only() -> Iterator[None]:
    """Refuse every statement that writes, on every database connection of this thread."""
    with ExitStack() as stack:
        for connection in connections.all():
            # Looked up when called: tests watch what is refused.
            stack.enter_context(connection.execute_wrapper(lambda *call: refuse_writes(*call)))
        yield


class ReadOnlyMiddleware:
    """GET, HEAD and OPTIONS run behind a wrapper that refuses every statement that writes, streamed answers too."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method not in ("GET", "HEAD", "OPTIONS"):
            return self.get_response(request)
        with reading_only():
            response = self.get_response(request)
        if (
            isinstance(response, StreamingHttpResponse)
            and not isinstance(response, FileResponse)
            and not response.is_async
        ):
            response.streaming_content = _streamed(cast(Iterator[bytes], response.streaming_content))
        return response


def _streamed(parts: Iterator[bytes]) -> Iterator[bytes]:
    """The parts of a streamed answer, each made while reading only."""
    while True:
        with reading_only():
            part = next(parts, None)
        if part is None:
            return
        yield part


class LanguageMiddleware:
    """Texts that carry both languages (facts, definitions, engines) speak the page's language."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with speaking("en" if (get_language() or "fr").startswith("en") else "fr"):
            return self.get_response(request)
