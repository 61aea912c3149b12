"""What a worker does every day."""

from __future__ import annotations

from django_tasks import task

from mandat.apps.custody import services


@task()
def retention_apply() -> int:
    """Apply the retention; gives the passage's number."""
    return services.retention_run().pk
