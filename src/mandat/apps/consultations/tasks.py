"""What a worker does for consultations."""

from __future__ import annotations

from django_tasks import task

from mandat.apps.consultations.services.day import day_pass


@task()
def consultations_day() -> dict[str, int]:
    """Everything that has come due: maps and results are computed too."""
    return dict(day_pass())
