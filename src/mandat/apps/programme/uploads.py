"""Uploads with a limit that holds while the bytes arrive: what is too large is thrown away, never stored."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from mandat.apps.programme.services.checks import LARGEST_DOCUMENT

View = Callable[..., HttpResponseBase]


class LimitHandler(FileUploadHandler):
    """Drops a file that grows over the limit, and notes its field on the request (``too_large``)."""

    def __init__(self, request: HttpRequest, most: int = LARGEST_DOCUMENT) -> None:
        super().__init__(request)
        self.most = most
        self.size = 0
        self.dropped: set[str] = set()
        request.too_large = self.dropped  # type: ignore[attr-defined]

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.size = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.size += len(raw_data)
        if self.size > self.most:
            self.dropped.add(self.field_name or "")
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None


def limited_uploads(view: View) -> View:
    """Put the limit before anything reads the body; the token is checked right after."""
    protected = csrf_protect(view)

    @csrf_exempt
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        request.upload_handlers.insert(0, LimitHandler(request))
        return protected(request, *args, **kwargs)

    return guarded


def too_large(request: HttpRequest) -> set[str]:
    """Names of the fields whose file was dropped."""
    return set(getattr(request, "too_large", ()))
