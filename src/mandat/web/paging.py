"""Pages of a list in a known order, turned by number in the address (``?page=2``)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from django.core.paginator import Paginator
from django.http import HttpRequest

from mandat.web.components import Page
from mandat.web.links import with_

T = TypeVar("T")


def turned(request: HttpRequest, items: Sequence[T], *, size: int) -> tuple[list[T], Page]:
    """The items of the page that the address asks, and its neighbours.

    The first page where it asks none or nonsense, the last where it asks too far.
    """
    pages = Paginator(items, size)
    shown = pages.get_page(request.GET.get("page"))
    query = request.GET.urlencode()
    rows = list(shown)
    return rows, Page(
        shown=len(rows),
        newer=with_(query, page=shown.previous_page_number()) if shown.has_previous() else "",
        older=with_(query, page=shown.next_page_number()) if shown.has_next() else "",
        total=len(items),
        number=shown.number,
        pages=pages.num_pages,
    )
