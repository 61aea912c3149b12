"""``manage retention``: delete or anonymise what has been kept long enough."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from mandat.apps.custody import retention, services


class Command(BaseCommand):
    """To be run every day; ``--dry-run`` only counts. Exits 1 when a treatment failed."""

    help = "Apply how long personal data are kept; --dry-run only counts."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("codes", nargs="*", help="treatments (all of them where none is named)")
        parser.add_argument("--dry-run", action="store_true", help="count what is due and touch nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        known = {treatment.code for treatment in retention.treatments()}
        if unknown := sorted(set(options["codes"]) - known):
            raise CommandError(
                _("unknown treatment: %(code)s (known: %(known)s)")
                % {"code": ", ".join(unknown), "known": ", ".join(sorted(known))}
            )
        run = services.retention_run(dry_run=options["dry_run"], codes=options["codes"])
        failed = False
        for line in run.lines.order_by("code"):
            said = f"{line.due:>9} {line.done:>9}  {line.code}"
            self.stdout.write(f"{said}  {line.error}" if line.error else said)
            failed = failed or bool(line.error)
        if failed:
            raise SystemExit(1)
