"""Every day: cases that last, keys whose time is over, counts. Safe to run twice."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from mandat.apps.mediation.services import telling
from mandat.apps.programme.published import published


class Command(BaseCommand):
    help = "Remind mediators of cases that last, destroy keys whose time is over, tell counts."

    def handle(self, *args: Any, **options: Any) -> None:
        done = telling.clock_run(programme=published().code)
        self.stdout.write(", ".join(f"{name}: {count}" for name, count in done.items()))
