"""``mandat manage digests_send``: what a timer runs every few minutes, or every day."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from mandat.apps.community.digests.running import digests_send
from mandat.apps.community.tasks import digests_share


class Command(BaseCommand):
    help = "Sends the digests that are due by e-mail. Running it twice sends nothing twice."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--workers", action="store_true", help="hand the slices of recipients to the workers")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["workers"]:
            digests_share.enqueue()
            self.stdout.write("handed to the workers")
            return
        run = digests_send()
        self.stdout.write(f"observed: {run.observed}, due: {run.due}, sent: {run.sent}")
