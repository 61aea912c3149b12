"""``mandat manage wallets_day``: what a timer runs every day."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from mandat.apps.wallets import services


class Command(BaseCommand):
    help = "Takes back allowances that have ended, then tells what was spent. Running it twice does nothing twice."

    def handle(self, *args: Any, **options: Any) -> None:
        ended = services.expire()
        self.stdout.write(f"ended: {ended}, facts: {services.publish()}")
