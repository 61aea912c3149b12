"""What every answer of the API has: validators, caching, CORS, errors as problems; and its OpenAPI document."""

from __future__ import annotations

import copy
import functools
import json
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, re_path
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import http_date, quote_etag
from ninja.errors import ValidationError

from mandat.apps.programme.standing import today
from mandat.apps.programme.views.shared import programme_or_404
from mandat.apps.publications.api import aids, civic, rules  # noqa: F401 - their operations join the API
from mandat.apps.publications.api.routes import BASE, api
from mandat.apps.publications.site import stamp
from mandat.journal import UnknownFactError
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

View = Callable[..., HttpResponse]
#: Seconds an answer may be kept without asking again, and served while it is asked for.
FRESH, WHILE = 60, 600


def problem(status: int, title: str, detail: str = "", errors: list[Any] | None = None) -> HttpResponse:
    """An error after RFC 9457."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, "errors": errors or []}
    return HttpResponse(json.dumps(body, ensure_ascii=False), status=status, content_type="application/problem+json")


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    errors = [
        {"where": ".".join(map(str, part.get("loc", ()))), "message": str(part.get("msg", ""))} for part in error.errors
    ]
    return problem(422, "Unprocessable Content", "a parameter is not what it should be", errors)


@api.exception_handler(Http404)
@api.exception_handler(UnknownFactError)
def _missing(request: HttpRequest, error: Exception) -> HttpResponse:
    return problem(404, "Not Found", "there is nothing at this address")


@api.exception_handler(InputError)
def _never(request: HttpRequest, error: InputError) -> HttpResponse:
    text = error.args[0] if error.args else ""
    return problem(404, "Not Found", text.en if isinstance(text, Text) else str(text))


def _served(view: View) -> View:
    """CORS, HEAD, validators and caching around one operation."""

    @functools.wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "OPTIONS":
            response = HttpResponse(status=204)
            response["Allow"] = "GET, HEAD, OPTIONS"
        elif request.method not in ("GET", "HEAD"):
            response = problem(405, "Method Not Allowed", "this API only reads")
            response["Allow"] = "GET, HEAD, OPTIONS"
        else:
            request.method = "GET"
            response = _validated(request, lambda: view(request, *args, **kwargs))
        response["Access-Control-Allow-Origin"] = "*"
        response["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
        response["Access-Control-Allow-Headers"] = "If-None-Match, If-Modified-Since"
        response["Access-Control-Expose-Headers"] = "ETag, Last-Modified"
        response["Access-Control-Max-Age"] = "86400"
        return response

    inner.csrf_exempt = True  # type: ignore[attr-defined]
    return inner


def _validated(request: HttpRequest, make: Callable[[], HttpResponse]) -> HttpResponse:
    """Answer 304 before any work where the client holds the present state."""
    try:
        state = stamp(programme_or_404())
    except Http404:
        return problem(404, "Not Found", "no programme is published")
    now, moves = timezone.localtime(), civic.live(request.path)
    # A status may change at midnight without any new fact, and what people do at any time: it is told by the minute.
    since = now.replace(second=0, microsecond=0) if moves else now.replace(hour=0, minute=0, second=0, microsecond=0)
    tag = quote_etag(
        state.key("api", request.get_full_path(), since.isoformat() if moves else today(), settings.MANDAT_DEMO)
    )
    moment = int(max(since, state.recorded_at or since).timestamp())
    response = get_conditional_response(request, etag=tag, last_modified=moment)
    if response is None:
        response = make()
        if response.status_code != 200:
            return response
    response["ETag"] = tag
    response["Last-Modified"] = http_date(moment)
    patch_cache_control(response, public=True, max_age=FRESH, stale_while_revalidate=FRESH if moves else WHILE)
    return response


@functools.lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    """The OpenAPI 3.1 description: errors are problems, and the server is this site."""
    made: dict[str, Any] = copy.deepcopy(dict(api.get_openapi_schema(path_prefix=BASE + "/")))
    made["openapi"] = "3.1.0"
    made["servers"] = [{"url": settings.SITE_URL}]
    made["info"]["license"] = {"name": "Licence Ouverte 2.0 / Open Licence 2.0", "identifier": "etalab-2.0"}
    for operations in made["paths"].values():
        for operation in operations.values():
            for code, answer in operation["responses"].items():
                if str(code) != "200" and "content" in answer:
                    answer["content"] = {"application/problem+json": next(iter(answer["content"].values()))}
    found: dict[str, Any] = json.loads(json.dumps(made))
    return found


def _openapi(request: HttpRequest) -> HttpResponse:
    raw = json.dumps(document(), ensure_ascii=False, indent=1)
    return HttpResponse(raw, content_type="application/vnd.oai.openapi+json; version=3.1; charset=utf-8")


def _lost(request: HttpRequest, **_: Any) -> HttpResponse:
    return problem(404, "Not Found", f"there is nothing at this address; see {BASE}/openapi.json")


def _patterns() -> list[URLPattern]:
    return [
        URLPattern(pattern.pattern, _served(pattern.callback), pattern.default_args, pattern.name)
        for pattern in api.urls[0]
        if isinstance(pattern, URLPattern) and pattern.name != "api-root"
    ]


urlpatterns = [
    path("openapi.json", _served(_openapi), name="openapi"),
    *_patterns(),
    re_path(r"^.*$", _served(_lost), name="lost"),
]
