"""``mandat manage grants_day``: what a timer runs every hour or so."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from mandat.apps.grants.services import clock


class Command(BaseCommand):
    help = "Applies what has come due to cases: completions over, silence, reminders. Twice does nothing twice."

    def handle(self, *args: Any, **options: Any) -> None:
        run = clock.day_pass()
        self.stdout.write(", ".join(f"{name}: {count}" for name, count in run.done.items()) + f", failed: {run.failed}")
