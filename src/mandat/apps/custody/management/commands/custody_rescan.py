"""``manage custody_rescan``: ask the antivirus again about files it did not answer for."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from mandat.apps.custody import uploads


class Command(BaseCommand):
    """To be run every few minutes where an antivirus is set up."""

    help = "Scan again the files that wait for the antivirus."

    def handle(self, *args: Any, **options: Any) -> None:
        for state, count in uploads.rescan().items():
            self.stdout.write(f"{count:>9}  {state}")
