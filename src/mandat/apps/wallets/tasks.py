"""What a worker does every night."""

from __future__ import annotations

from django_tasks import task

from mandat.apps.wallets import services


@task()
def nightly() -> int:
    """Take back what has ended, then tell what was spent; gives how many facts were appended."""
    services.expire()
    return services.publish()
