"""``mandat manage daily``: the one line a timer needs."""

from __future__ import annotations

import logging
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from mandat.web import daily

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Runs every daily command of the apps. One that fails stops no other, and is named at the end. Running it twice does nothing twice."

    def handle(self, *args: Any, **options: Any) -> None:
        failed: list[str] = []
        for name in daily.commands():
            self.stdout.write(f"== {name}")
            try:
                call_command(name, stdout=self.stdout, stderr=self.stderr)
            except (Exception, SystemExit) as error:  # noqa: BLE001 - the others must still run
                # Its message may quote what is kept about someone: the kind alone is logged.
                logger.error("daily: %s stopped by %s", name, type(error).__name__)
                failed.append(name)
        if failed:
            raise CommandError(_("stopped: %(names)s") % {"names": ", ".join(failed)})
