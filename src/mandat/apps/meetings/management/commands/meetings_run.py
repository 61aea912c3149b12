"""``mandat manage meetings_run``: what a timer runs every day, or more often where places are waited for."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from mandat.apps.meetings.services import attending, places


class Command(BaseCommand):
    help = "Passes on places not confirmed in time, sends reminders, tells what was too few. Running it twice does nothing twice."

    def handle(self, *args: Any, **options: Any) -> None:
        offered, reminded, told = places.places_pass(), places.reminders_pass(), attending.fold()
        self.stdout.write(f"offered: {offered}, reminded: {reminded}, facts: {told}")
