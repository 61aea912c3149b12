"""What a worker does for accounts."""

from __future__ import annotations

from django_tasks import task

from mandat.apps.accounts.notices import notices_send


@task()
def accounts_notices() -> int:
    """The e-mails that wait."""
    return notices_send()
