"""``manage custody_key``: print a fresh key as the settings take it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from mandat.apps.custody.keys import new_key


class Command(BaseCommand):
    """Put it first in MANDAT_CUSTODY_KEYS, keep the older ones after it, then run ``reseal``."""

    help = "Print a fresh custody key."
    requires_system_checks: tuple[str, ...] = ()

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(new_key())
