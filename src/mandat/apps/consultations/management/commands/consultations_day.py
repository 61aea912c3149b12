"""``mandat manage consultations_day``: open, count and close consultations, every day."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from mandat.apps.consultations.services.day import day_pass


class Command(BaseCommand):
    help = "Ouvre, compte et clôt les consultations du jour. / Opens, counts and closes the consultations of the day."

    def handle(self, *args: Any, **options: Any) -> None:
        done = day_pass()
        self.stdout.write(", ".join(f"{name}: {count}" for name, count in sorted(done.items())) or "–")
