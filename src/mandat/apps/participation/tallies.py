"""Counters of components and processes: changed in the transaction of the act, as its last statement."""

from __future__ import annotations

from django.db.models import F

from mandat.apps.participation.models import Tally


def tally_add(programme: str, process: str, component: str, **by: int) -> None:
    """Add to the counters of a component; the row is made where it is missing."""
    row = Tally.objects.filter(programme=programme, process=process, component=component)
    if not row.update(**{name: F(name) + n for name, n in by.items()}):
        Tally.objects.bulk_create(
            [Tally(programme=programme, process=process, component=component)], ignore_conflicts=True
        )
        row.update(**{name: F(name) + n for name, n in by.items()})


def tallies_of(programme: str, process: str) -> dict[str, Tally]:
    """The tallies of a process by component; the empty code is the whole process. One query."""
    rows = Tally.objects.filter(programme=programme, process=process).order_by("component")
    return {row.component: row for row in rows}


def all_tallies(programme: str) -> dict[str, Tally]:
    """The tallies of whole processes, by process. One query."""
    return {row.process: row for row in Tally.objects.filter(programme=programme, component="").order_by("process")}
