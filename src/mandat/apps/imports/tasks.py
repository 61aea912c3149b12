"""Imports too long to be waited for."""

from __future__ import annotations

from django_tasks import task

from mandat.apps.imports import services
from mandat.apps.imports.models import Run


@task()
def carry_out(run_id: int) -> None:
    """Read the kept file of a run to its end."""
    services.import_carry_out(Run.objects.get(pk=run_id))


def start(run: Run) -> None:
    """Read a small file at once, leave a large one to a worker."""
    if run.size <= services.READ_AT_ONCE:
        services.import_carry_out(run)
    else:
        carry_out.enqueue(run.pk)
