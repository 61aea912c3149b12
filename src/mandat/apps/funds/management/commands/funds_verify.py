"""``mandat manage funds_verify``: envelopes, cases, sums of the board and ledger must say the same."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from mandat.apps.funds import cells
from mandat.apps.funds.selectors import verify


class Command(BaseCommand):
    help = "Adds every case again and compares. Exits in error where something differs; --rebuild computes the sums of the board anew first."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--rebuild", action="store_true", help="compute the sums of the board anew")

    def handle(self, *args: Any, **options: Any) -> None:
        programme = settings.MANDAT_PROGRAMME
        if options["rebuild"]:
            self.stdout.write(f"sums: {cells.rebuild(programme)}")
        faults = [str(fault) for fault in verify(programme)]
        if faults:
            raise CommandError("\n".join(faults))
        self.stdout.write("ok")
