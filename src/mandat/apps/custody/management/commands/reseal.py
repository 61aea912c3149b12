"""``manage reseal``: seal anew, with the newest key, what older keys sealed."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from mandat.apps.custody import resealing


class Command(BaseCommand):
    """Renews in batches; stopped, it goes on where it was when started again."""

    help = "Seal anew, with the newest key, what older keys sealed (resumable)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--batch", type=int, default=500, help="rows a transaction")
        parser.add_argument("--status", action="store_true", help="only count what older keys still seal")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["status"]:
            for name, count in resealing.waiting().items():
                self.stdout.write(f"{count:>9}  {name}")
            return
        refused = 0
        for outcome in resealing.reseal(batch=max(1, options["batch"])):
            refused += outcome.refused
            self.stdout.write(f"{outcome.renewed:>9}  {outcome.name}")
        if refused:
            # Their keys must stay until someone has looked.
            self.stderr.write(_("%(count)d values do not open: keep the older keys") % {"count": refused})
            raise SystemExit(1)
        self.stdout.write(_("Nothing is sealed by an older key any more: it can be withdrawn."))
