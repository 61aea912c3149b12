"""``mandat manage answers_day``: once a day."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from mandat.apps.answers.services.clock import run


class Command(BaseCommand):
    help = "Marks overdue answers, contests and promises, and reminds those who answer. Running it twice does nothing twice."

    def handle(self, *args: Any, **options: Any) -> None:
        day = run()
        self.stdout.write(
            f"overdue: {day.overdue}, deliveries late: {day.deliveries_late}, "
            f"contests overdue: {day.contests_overdue}, duties reminded: {day.reminded}"
        )
