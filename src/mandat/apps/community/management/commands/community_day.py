"""``mandat manage community_day``: once a day."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from mandat.apps.community.services.counting import count_days


class Command(BaseCommand):
    help = "Appends the daily counts of moderation. Running it twice does nothing twice."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"days counted: {count_days()}")
