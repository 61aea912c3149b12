"""A read cannot write, whichever way it tries; texts speak the page's language."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.test import RequestFactory
from django.utils import translation

from mandat.definitions.models import Revision
from mandat.kernel.text import Text
from mandat.web.middleware import LanguageMiddleware, ReadOnlyError, ReadOnlyMiddleware, writes

pytestmark = pytest.mark.django_db


def asking(view: Callable[[HttpRequest], HttpResponseBase], method: str = "GET") -> HttpResponseBase:
    return ReadOnlyMiddleware(view)(RequestFactory().generic(method, "/"))


def writing(request: HttpRequest) -> HttpResponse:
    with transaction.atomic():
        Revision.objects.create(programme="essai")
    return HttpResponse()


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_a_read_that_writes_is_refused(method: str, refused_writes: list[str]) -> None:
    with pytest.raises(ReadOnlyError, match="may not write"):
        asking(writing, method)
    assert refused_writes
    refused_writes.clear()
    assert not Revision.objects.exists()


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_an_act_may_write(method: str) -> None:
    asking(writing, method)
    assert Revision.objects.count() == 1


def test_a_view_that_swallows_the_error_has_written_nothing_and_is_known(refused_writes: list[str]) -> None:
    def view(request: HttpRequest) -> HttpResponse:
        try:
            return writing(request)
        except ReadOnlyError:
            return HttpResponse()

    asking(view)
    assert len(refused_writes) == 1
    refused_writes.clear()
    assert not Revision.objects.exists()


def test_a_streamed_answer_cannot_write_either(refused_writes: list[str]) -> None:
    def parts() -> Iterator[bytes]:
        yield b"a"
        with transaction.atomic():
            Revision.objects.create(programme="essai")
        yield b"b"

    response = asking(lambda request: StreamingHttpResponse(parts()))
    assert isinstance(response, StreamingHttpResponse)
    with pytest.raises(ReadOnlyError):
        b"".join(response)  # type: ignore[arg-type]
    refused_writes.clear()


def test_a_streamed_answer_comes_whole_and_leaves_the_connection_free() -> None:
    def parts() -> Iterator[bytes]:
        for n in range(3):
            yield str(Revision.objects.count() + n).encode()

    response = asking(lambda request: StreamingHttpResponse(parts()))
    stream = iter(response)
    first = next(stream)
    Revision.objects.create(programme="between two parts, outside the view")
    assert first + b"".join(stream) == b"023"


def test_reading_is_free() -> None:
    def view(request: HttpRequest) -> HttpResponse:
        with connection.cursor() as cursor:
            cursor.execute("WITH numbers AS (SELECT 1 AS n) SELECT n FROM numbers")
        return HttpResponse(str(Revision.objects.count()))

    response = asking(view)
    assert isinstance(response, HttpResponse)
    assert response.content == b"0"


@pytest.mark.parametrize(
    "sql",
    [
        'INSERT INTO "programme_figure" ("account_id") VALUES (1)',
        'UPDATE "programme_declaration" SET "account_email" = 1',
        'UPDATE "journal_line" SET "x" = (SELECT 1 FROM "django_session")',
        'DELETE FROM "journal_line" WHERE 1 IN (SELECT 1 FROM accounts_user)',
        'WITH gone AS (DELETE FROM "journal_line" RETURNING *) SELECT * FROM gone',
        "INSERT OR REPLACE INTO journal_line VALUES (1)",
        "DROP TABLE django_session",
        "TRUNCATE journal_line",
        "/* hello */ DELETE FROM journal_line",
        "CREATE TABLE account_x (id int)",
    ],
)
def test_statements_that_write(sql: str) -> None:
    assert writes(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1",
        "(SELECT 1) UNION (SELECT 2)",
        'SELECT * FROM "journal_line" WHERE "text" = %s FOR UPDATE',
        "WITH a AS (SELECT 1) SELECT * FROM a",
        'SAVEPOINT "x"',
        'INSERT INTO "django_session" VALUES (1)',
        'UPDATE "accounts_user" SET "last_login" = now()',
        'DELETE FROM "usersessions_usersession"',
        "PRAGMA foreign_keys",
    ],
)
def test_statements_a_visit_may_send(sql: str) -> None:
    assert not writes(sql)


@pytest.mark.parametrize(("language", "said"), [("fr", "oui"), ("en", "yes"), ("en-gb", "yes")])
def test_texts_speak_the_language_of_the_page(language: str, said: str) -> None:
    middleware = LanguageMiddleware(lambda request: HttpResponse(str(Text("oui", "yes"))))
    with translation.override(language):
        response = middleware(RequestFactory().get("/"))
    assert isinstance(response, HttpResponse)
    assert response.content.decode() == said
    assert str(Text("oui", "yes")) == "oui"
