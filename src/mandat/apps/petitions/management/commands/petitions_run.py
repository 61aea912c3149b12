"""Every minute, and every day: petitions are added up, thresholds crossed, what is over is ended, votes opened. Safe to run twice.

``--count`` also counts communes and tells the day's counts: the daily run does, that of the minute need not.
"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from mandat.apps.petitions.services import closing, counting, referendums, thresholds
from mandat.apps.programme.published import published


class Command(BaseCommand):
    help = "Add petitions up, cross thresholds, end what is over, open the votes of referendums, count the day."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--quick", action="store_true", help="leave out the counts of the day")

    def handle(self, *args: Any, **options: Any) -> None:
        programme = published().code
        done = {"looked at": thresholds.look_all(programme=programme)}
        done |= closing.clock_run(programme=programme)
        done["votes opened"] = referendums.clock_run(programme=programme)
        if not options["quick"]:
            done["counted"] = counting.count_all(programme=programme)
        self.stdout.write(", ".join(f"{name}: {count}" for name, count in done.items()))
