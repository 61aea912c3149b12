"""What a worker does for cases: apply the day."""

from __future__ import annotations

from django_tasks import task

from mandat.apps.grants.models import LetterRun
from mandat.apps.grants.services import clock, letters


@task()
def grants_day() -> dict[str, int]:
    """Everything that has come due."""
    run = clock.day_pass()
    return {**run.done, "failed": run.failed}


@task()
def letters_make(run_id: int) -> int:
    """Typeset the letters of a run. Returns how many are done."""
    return letters.letters_make(LetterRun.objects.select_related("sitting").get(pk=run_id)).done
