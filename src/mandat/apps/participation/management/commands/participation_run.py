"""``mandat manage participation_run``: what a timer runs every minute, and at least every day."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from mandat.apps.participation.definitions import published_processes
from mandat.apps.participation.services.counting import days_tell
from mandat.apps.participation.services.rules import rules_tell
from mandat.apps.participation.services.running import processes_run
from mandat.apps.participation.services.votes import votes_run


class Command(BaseCommand):
    help = "Opens, announces and closes processes and votes whose time has come, tells of changes of rules and of the days that are over. Running it twice does nothing twice."

    def handle(self, *args: Any, **options: Any) -> None:
        done = processes_run()
        at = timezone.now()
        done["votes"] = sum(votes_run(one, at=at) for one in published_processes().values())
        told, days = rules_tell(), days_tell()
        counts = {**done, "told": told, "days": days}
        self.stdout.write(", ".join(f"{name}: {count}" for name, count in counts.items()))
