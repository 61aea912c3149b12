"""``mandat manage notices_send``: hand over the e-mails that wait."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from mandat.apps.accounts.notices import notices_send


class Command(BaseCommand):
    help = "Sends the notices that wait. Twice sends nothing twice."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"sent: {notices_send()}")
