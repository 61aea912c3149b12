"""Questions about proposals, comments and who said them; the pages' own queries, bounded whatever there is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import F, QuerySet, Window
from django.db.models.functions import RowNumber

from mandat.apps.participation.models import Comment, Proposal, Support, Thread

#: First comments shown on a page, and answers under each.
ROOTS, ANSWERS = 15, 3


def proposals_of(process: str, component: str, *, programme: str = "") -> QuerySet[Proposal]:
    """The published proposals of a component."""
    return Proposal.objects.filter(
        programme=programme or settings.MANDAT_PROGRAMME, process=process, component=component,
        state=Proposal.State.PUBLISHED, hidden=False,
    )  # fmt: skip


def with_authors(found: QuerySet[Proposal]) -> QuerySet[Proposal]:
    return found.select_related("author__organisation", "author__user")


def supported(place: Any, proposals: Iterable[Proposal]) -> set[int]:
    """Which of these a participant supports. One query."""
    if place is None:
        return set()
    rows = Support.objects.filter(participant=place, proposal__in=[one.pk for one in proposals])
    return set(rows.order_by().values_list("proposal_id", flat=True))


def thread_of(kind: str, target: str, *, programme: str = "") -> Thread | None:
    return Thread.objects.filter(programme=programme or settings.MANDAT_PROGRAMME, kind=kind, target=target).first()


@dataclass(frozen=True, slots=True)
class Branch:
    """A first comment, the first answers of its branch, and how many more there are."""

    root: Comment
    answers: Sequence[Comment]
    more: int


def branches(thread: Thread | None, *, side: str = "", before: int | None = None) -> tuple[list[Branch], int | None]:
    """The latest first comments of a thread with their first answers, and the cursor of what is older. Two queries."""
    if thread is None:
        return [], None
    roots = Comment.objects.filter(thread=thread, root=None)
    if side:
        roots = roots.filter(side=side)
    if before is not None:
        roots = roots.filter(pk__lt=before)
    rows = list(_people(roots).order_by("-pk")[: ROOTS + 1])
    more, rows = len(rows) > ROOTS, rows[:ROOTS]
    ranked = (
        Comment.objects.filter(root__in=[one.pk for one in rows])
        .annotate(rank=Window(RowNumber(), partition_by=F("root"), order_by=F("id").asc()))
        .filter(rank__lte=ANSWERS)
        .order_by("root", "pk")
    )
    below: dict[int, list[Comment]] = {}
    for one in _people(ranked) if rows else ():
        below.setdefault(one.root_id or 0, []).append(one)
    found = [Branch(one, threaded(below.get(one.pk, [])), max(0, one.replies - ANSWERS)) for one in rows]
    return found, rows[-1].pk if more else None


def branch(root: Comment, *, after: int = 0, size: int = 100) -> tuple[list[Comment], int | None]:
    """The answers of a branch from the oldest, and the cursor of what is newer. One query."""
    rows = list(_people(Comment.objects.filter(root=root, pk__gt=after)).order_by("pk")[: size + 1])
    more, rows = len(rows) > size, rows[:size]
    return threaded(rows), rows[-1].pk if more else None


def _people(rows: QuerySet[Comment]) -> QuerySet[Comment]:
    return rows.select_related("author__organisation", "author__user", "parent__author__organisation")


def threaded(rows: Sequence[Comment]) -> list[Comment]:
    """Answers after what they answer, each branch in its order; one whose parent is not here keeps its own place."""
    below: dict[int | None, list[Comment]] = {}
    here = {one.pk for one in rows}
    for one in rows:
        below.setdefault(one.parent_id if one.parent_id in here else None, []).append(one)
    found: list[Comment] = []
    waiting = list(reversed(below.get(None, [])))
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting += reversed(below.get(one.pk, []))
    return found
