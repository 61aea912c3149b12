"""One HTTP question, bounded in time and length, that follows no redirection."""

from __future__ import annotations

import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

TIMEOUT = 4.0
#: Of a whole answer, whatever its pace.
DEADLINE = 8.0
LARGEST = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Reply:
    """Status, body, and how long to wait before asking again (seconds, 0 where it is not said)."""

    status: int
    body: bytes
    retry_after: int = 0


class UnreachableError(Exception):
    """No answer: refused, too slow, too long, cut."""


Transport = Callable[[str], Reply]


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_NoRedirect)


def over_http(url: str) -> Reply:
    """Ask a service. Raises UnreachableError."""
    request = urllib.request.Request(url, headers={"Accept": "application/json", "User-Agent": "Mandat"})  # noqa: S310 - the address is a setting, checked
    try:
        with _OPENER.open(request, timeout=TIMEOUT) as response:
            return Reply(response.status, _bounded(response))
    except urllib.error.HTTPError as error:
        with error:
            return Reply(error.code, b"", _seconds(error.headers.get("Retry-After", "")))
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise UnreachableError(type(error).__name__) from None


def _bounded(response: Any) -> bytes:
    began, body = time.monotonic(), b""
    while part := response.read1(64 * 1024):
        body += part
        if len(body) > LARGEST:
            raise UnreachableError("too long")
        if time.monotonic() - began > DEADLINE:
            raise UnreachableError("too slow")
    return body


def _seconds(text: str) -> int:
    return min(int(text), 3600) if text.isascii() and text.isdigit() and len(text) < 9 else 0
