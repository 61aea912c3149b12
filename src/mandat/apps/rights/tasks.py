"""What a worker does for rights: apply the day, send notices, count beneficiaries."""

from __future__ import annotations

from django_tasks import task

from mandat.apps.rights import services


@task()
def rights_day() -> dict[str, int]:
    """Everything that has come due."""
    run = services.day_pass()
    return {**run.done, "failed": run.failed}


@task()
def rights_count() -> int:
    """The counts of the day."""
    return services.beneficiaries_count()
