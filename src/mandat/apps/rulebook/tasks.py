"""What the rulebook leaves to a worker: the sample that reforms are tried on."""

from __future__ import annotations

from django.core.cache import cache
from django_tasks import task

from mandat.apps.rulebook import population

#: Seconds for which the task is not asked for again.
PATIENCE = 600


@task()
def prepare_population() -> None:
    """Make the sample of the synthetic population where it is missing."""
    population.prepare()


def ensure_population() -> bool:
    """Whether the sample is ready; where it is not, ask a worker for it, once in a while."""
    if population.sample() is not None:
        return True
    if cache.add("rulebook:population", 1, PATIENCE):
        prepare_population.enqueue()
    return False
