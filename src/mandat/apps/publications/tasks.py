"""What a worker does ahead of visitors and for those who wait: build documents."""

from __future__ import annotations

from django_tasks import task

from mandat.apps.programme.published import published
from mandat.apps.publications.document.files import refresh_all


@task()
def documents_refresh() -> int:
    """Build the documents of the present state that are missing."""
    return len(refresh_all(published()))
