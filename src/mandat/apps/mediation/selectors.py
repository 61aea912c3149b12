"""Counts of mediation as they may be told, and what waits for a mediator without reading it."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db.models import QuerySet

from mandat.apps.mediation.models import Case, Told
from mandat.apps.mediation.services.cases import OPEN


@dataclass(frozen=True, slots=True)
class Counts:
    """What was told so far: never less than the smallest count at once."""

    asked: int
    completed: int


def counts_of(process: str, component: str) -> Counts:
    rows = Told.objects.filter(programme=settings.MANDAT_PROGRAMME, process=process, component=component)
    found = dict(rows.order_by("pk").values_list("sort", "count"))
    return Counts(found.get("asked", 0), found.get("completed", 0))


def to_assign(programme: str) -> QuerySet[Case]:
    """Cases without a mediator, threatened people first, then by their last day: no title, no name is read."""
    wanted = Case.objects.filter(programme=programme, state__in=OPEN, mediator=None)
    return wanted.only(
        "reference", "service", "urgent", "take_up_by", "state", "process", "component", "process_version", "programme"
    ).order_by("-urgent", "take_up_by", "pk")


def running(programme: str) -> QuerySet[Case]:
    """Cases with a mediator, for following delays."""
    return (
        Case.objects.filter(programme=programme, state__in=OPEN, mediator__isnull=False)
        .only("reference", "service", "urgent", "end_by", "state")
        .order_by("end_by", "pk")
    )
