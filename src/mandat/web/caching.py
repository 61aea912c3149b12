"""Keep finished public pages until something they show has changed.

A page for a visitor without session depends on its address, the theme chosen, the published definitions, the
journal, the day, and what apps add (``DEPENDENCIES``): nothing else. So it is kept under a stamp of these, in the memory of
each server process, and a new fact, a publication or midnight makes every page anew. Requests
with a session, and answers that set cookies, are never kept.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response

from mandat import journal
from mandat.definitions import revisions
from mandat.web.theme import chosen_theme

#: For how long a process trusts the stamp it last read, in seconds.
TRUST = 1.0
#: Bytes of an answer above which it is not kept: exports stream.
LARGEST = 250_000
#: What else pages depend on, said by apps when they start: each gives a short text that changes with it.
DEPENDENCIES: list[Callable[[], str]] = []
_SESSIONS = ("sessionid", "messages")
_KEPT_TYPES = ("text/html", "application/atom+xml", "image/svg+xml", "application/json")


class PageCacheMiddleware:
    """Stands outside compression and conditional answers, so that what is kept is ready to send."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.stamp = ""
        self.read_at = float("-inf")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not settings.MANDAT_PAGE_CACHE or not may_keep(request):
            return self.get_response(request)
        variant = f"{encoding(request)}:{chosen_theme(request)}"
        key = f"page:{self.current()}:{variant}:{request.get_host()}:{request.get_full_path()}"
        if len(key) > 500:
            return self.get_response(request)
        cache = caches["pages"]
        kept = cache.get(key)
        if kept is None:
            response = self.get_response(request)
            if fit_to_keep(response):
                headers = {name: value for name, value in response.items() if name != "Content-Length"}
                cache.set(key, (response.content, headers))
            return response
        content, headers = kept
        response = HttpResponse(content, headers=headers)
        response["Content-Length"] = str(len(content))
        answer = get_conditional_response(request, etag=headers.get("ETag"), response=response)
        return answer if answer is not None else response

    def current(self) -> str:
        """What all pages depend on, read again when it is older than ``TRUST``."""
        now = time.monotonic()
        if now - self.read_at > TRUST:
            revision = revisions.current(settings.MANDAT_PROGRAMME)
            parts = [str(revision or 0), str(journal.size()), f"{timezone.localdate():%Y%m%d}"]
            self.stamp = ".".join([*parts, *(said() for said in DEPENDENCIES)])
            self.read_at = now
        return self.stamp


def may_keep(request: HttpRequest) -> bool:
    """A read by a visitor who is not signed in."""
    return request.method in ("GET", "HEAD") and not any(name in request.COOKIES for name in _SESSIONS)


def fit_to_keep(response: HttpResponse) -> bool:
    """A whole, public, successful answer that says nothing to this visitor alone."""
    return (
        response.status_code == 200
        and not response.streaming
        and not response.cookies
        and len(response.content) <= LARGEST
        and response.get("Content-Type", "").startswith(_KEPT_TYPES)
        and "no-store" not in response.get("Cache-Control", "")
        and "private" not in response.get("Cache-Control", "")
    )


def encoding(request: HttpRequest) -> str:
    return "gzip" if "gzip" in request.headers.get("Accept-Encoding", "") else "plain"
