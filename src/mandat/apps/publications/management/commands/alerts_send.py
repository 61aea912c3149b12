"""``mandat manage alerts_send``: what a timer runs every few minutes."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from mandat.apps.programme.published import published
from mandat.apps.publications.alerts.running import send_alerts


class Command(BaseCommand):
    help = "Sends the alerts that are due by e-mail. Running it twice sends nothing twice."

    def handle(self, *args: Any, **options: Any) -> None:
        run = send_alerts(published())
        self.stdout.write(f"changes: {run.changes}, due: {run.due}, sent: {run.sent}")
