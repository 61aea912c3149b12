"""Proposals in pages read by cursor: by chance (each visitor begins elsewhere), by supports, by day, by comments.

A page never counts what is before it, so the last of 50,000 costs what the first does.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from mandat.apps.participation.models import Proposal

SIZE = 20
#: Order to the field it follows; ``chance`` goes up, the others down.
ORDERS = {"hasard": "shuffle", "soutiens": "supports", "recentes": "published_at", "commentaires": "comments"}
WHOLE = 2**31
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
#: Places where visitors may begin.
STARTS = 256


@dataclass(frozen=True, slots=True)
class Listed:
    """Rows of a page, and the cursors of its neighbours (empty: none)."""

    rows: Sequence[Proposal]
    newer: str
    older: str


def pivot(start: int) -> int:
    """Where in the order of chance a visitor begins."""
    return start * (WHOLE // STARTS)


def listed(
    found: QuerySet[Proposal], *, order: str, start: int = 0, after: str = "", before: str = "", size: int = SIZE
) -> Listed:
    """A page of ``found``. A cursor that says nothing is the first page. At most two queries."""
    if order == "hasard":
        return _by_chance(found, pivot(start), after, before, size)
    name = ORDERS[order]
    back = bool(before) and not after
    value = _parsed(name, before if back else after)
    down = not back
    rows = found.order_by(f"{'-' if down else ''}{name}", f"{'-' if down else ''}pk")
    if value is not None:
        key, pk = value
        side = "lt" if down else "gt"
        rows = rows.filter(Q(**{f"{name}__{side}": key}) | Q(**{name: key, f"pk__{side}": pk}))
    page = list(rows[: size + 1])
    more, page = len(page) > size, page[:size]
    if back:
        page.reverse()
    return _with_cursors(
        page, name, older=more if not back else value is not None, newer=more if back else value is not None
    )


def _with_cursors(page: list[Proposal], name: str, *, older: bool, newer: bool) -> Listed:
    if not page:
        return Listed([], "", "")
    return Listed(page, _cursor(page[0], name) if newer else "", _cursor(page[-1], name) if older else "")


def _cursor(row: Proposal, name: str) -> str:
    value = getattr(row, name)
    said = str((value - EPOCH) // dt.timedelta(microseconds=1)) if isinstance(value, dt.datetime) else str(value)
    return f"{said}_{row.pk}"


def _parsed(name: str, cursor: str) -> tuple[Any, int] | None:
    value, _, pk = cursor.rpartition("_")
    if not value or not pk.isdigit() or len(pk) > 18 or len(value) > 25:
        return None
    try:
        if name == "published_at":
            return EPOCH + dt.timedelta(microseconds=int(value)), int(pk)
        return min(int(value), WHOLE), int(pk)
    except (ValueError, OverflowError, OSError):
        return None


def _by_chance(found: QuerySet[Proposal], start: int, after: str, before: str, size: int) -> Listed:
    """The order of chance as a ring that begins at ``start``: what is before it comes last."""
    back = bool(before) and not after
    value = _parsed("shuffle", before if back else after)
    page: list[Proposal] = []
    halves = [Q(shuffle__gte=start), Q(shuffle__lt=start)]
    if value is not None and (value[0] < start) != back:
        halves = halves[1:] if not back else halves[:1]
    if back:
        halves = halves[::-1] if value is not None and value[0] < start else halves[:1]
    down = "-" if back else ""
    for rank, half in enumerate(halves):
        rows = found.filter(half).order_by(f"{down}shuffle", f"{down}pk")
        if value is not None and rank == 0:
            key, pk = value
            side = "lt" if back else "gt"
            rows = rows.filter(Q(**{f"shuffle__{side}": key}) | Q(shuffle=key, **{f"pk__{side}": pk}))
        page += rows[: size + 1 - len(page)]
        if len(page) > size:
            break
    more, page = len(page) > size, page[:size]
    if back:
        page.reverse()
    return _with_cursors(
        page, "shuffle", older=more if not back else value is not None, newer=more if back else value is not None
    )
