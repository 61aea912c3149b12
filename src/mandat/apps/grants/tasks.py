"""What a worker does for cases: apply the day."""

from __future__ import annotations

from django_tasks import task

from mandat.apps.grants.services import clock


@task()
def grants_day() -> dict[str, int]:
    """Everything that has come due."""
    run = clock.day_pass()
    return {**run.done, "failed": run.failed}
