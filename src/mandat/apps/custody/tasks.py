"""What a worker does every day."""

from __future__ import annotations

from django_tasks import task

from mandat.apps.custody import services, uploads


@task()
def retention_apply() -> int:
    """Apply the retention; gives the passage's number."""
    return services.retention_run().pk


@task()
def files_rescan() -> dict[str, int]:
    """Ask the antivirus again about the files it did not answer for."""
    return uploads.rescan()
