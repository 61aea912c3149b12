"""Finished pages are kept for visitors only, and only while nothing they show has changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import RequestFactory

from mandat import journal
from mandat.definitions.models import Revision
from mandat.web.caching import PageCacheMiddleware

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept(settings: Any) -> Callable[..., PageCacheMiddleware]:
    """A middleware over a view that counts its calls; its stamp is read at each request."""
    settings.MANDAT_PAGE_CACHE = True
    caches["pages"].clear()

    def make(answer: Callable[[HttpRequest], HttpResponse] | None = None) -> PageCacheMiddleware:
        calls: list[HttpRequest] = []

        def view(request: HttpRequest) -> HttpResponse:
            calls.append(request)
            return (
                answer(request) if answer else HttpResponse(f"page {len(calls)}", headers={"ETag": f'"{len(calls)}"'})
            )

        middleware = PageCacheMiddleware(view)
        middleware.calls = calls  # type: ignore[attr-defined]
        return middleware

    return make


def get(middleware: PageCacheMiddleware, path: str = "/", **headers: str) -> HttpResponse:
    middleware.read_at = float("-inf")
    request = RequestFactory().get(path, headers={k.replace("_", "-"): v for k, v in headers.items()})
    return middleware(request)


def test_a_second_visitor_gets_the_kept_page(kept: Any) -> None:
    middleware = kept()
    assert get(middleware).content == get(middleware).content == b"page 1"
    assert get(middleware, "/?page=2").content == b"page 2"


def test_compressed_and_plain_answers_are_kept_apart(kept: Any) -> None:
    middleware = kept()
    assert get(middleware).content != get(middleware, accept_encoding="gzip").content


def test_each_theme_has_its_own_kept_page(kept: Any) -> None:
    middleware = kept()
    plain, dark = get(middleware).content, get(middleware, cookie="theme=dark").content
    assert plain != dark
    assert get(middleware, cookie="theme=dark").content == dark
    assert get(middleware, cookie="theme=anything").content == plain


def test_a_kept_page_answers_that_nothing_changed(kept: Any) -> None:
    middleware = kept()
    tag = get(middleware)["ETag"]
    assert get(middleware, if_none_match=tag).status_code == 304


def test_a_publication_a_fact_or_another_day_make_the_pages_anew(
    kept: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    middleware = kept()
    seen = [get(middleware).content]
    Revision.objects.create(programme=settings.MANDAT_PROGRAMME, number=7)
    seen.append(get(middleware).content)
    monkeypatch.setattr(journal, "size", lambda: 12, raising=False)
    seen.append(get(middleware).content)
    import datetime as dt

    monkeypatch.setattr("mandat.web.caching.timezone.localdate", lambda: dt.date(2031, 1, 1))
    seen.append(get(middleware).content)
    assert seen == [b"page 1", b"page 2", b"page 3", b"page 4"]


def test_a_signed_in_visitor_never_gets_nor_leaves_a_kept_page(kept: Any) -> None:
    middleware = kept()
    request = RequestFactory().get("/")
    request.COOKIES["sessionid"] = "x"
    middleware(request)
    assert get(middleware).content == b"page 2"
    assert middleware(request).content == b"page 3"


@pytest.mark.parametrize("change", ["post", "cookie", "stream", "404", "private", "large"])
def test_what_is_not_for_everyone_is_not_kept(kept: Any, change: str) -> None:
    def answer(request: HttpRequest) -> HttpResponse:
        if change == "stream":
            return StreamingHttpResponse([b"a"], content_type="text/html")  # type: ignore[return-value]
        response = HttpResponse("x" * (700_000 if change == "large" else 1), status=404 if change == "404" else 200)
        if change == "cookie":
            response.set_cookie("csrftoken", "x")
        if change == "private":
            response["Cache-Control"] = "private"
        return response

    middleware = kept(answer)
    for _ in range(2):
        middleware(RequestFactory().post("/") if change == "post" else RequestFactory().get("/"))
    assert len(middleware.calls) == 2
