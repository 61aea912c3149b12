"""What a worker does ahead of visitors and for those who wait: build documents, send alerts."""

from __future__ import annotations

from django_tasks import task

from mandat.apps.programme.published import published
from mandat.apps.publications.alerts.running import send_alerts
from mandat.apps.publications.document.files import refresh_all


@task()
def documents_refresh() -> int:
    """Build the documents of the present state that are missing."""
    return len(refresh_all(published()))


@task()
def alerts_send() -> int:
    """Send the alerts that are due."""
    return send_alerts(published()).sent
