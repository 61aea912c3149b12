"""``mandat manage participation_run``: what a timer runs every minute, and at least every day."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from mandat.apps.participation.services.rules import rules_tell
from mandat.apps.participation.services.running import processes_run


class Command(BaseCommand):
    help = "Opens, announces and closes processes whose time has come, and tells of changes of rules. Running it twice does nothing twice."

    def handle(self, *args: Any, **options: Any) -> None:
        done = processes_run()
        told = rules_tell()
        self.stdout.write(", ".join([*(f"{name}: {count}" for name, count in done.items()), f"told: {told}"]))
