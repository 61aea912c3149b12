"""``mandat manage rights_day``: what a timer runs every hour or so."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from mandat.apps.rights import services


class Command(BaseCommand):
    help = "Applies what has come due to claims and benefits, counts beneficiaries, sends notices. Twice does nothing twice."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--no-mail", action="store_true", help="leave the notices waiting")
        parser.add_argument("--no-count", action="store_true", help="do not count beneficiaries")

    def handle(self, *args: Any, **options: Any) -> None:
        run = services.day_pass()
        done = dict(run.done)
        if not options["no_count"]:
            done["counted"] = services.beneficiaries_count()
        if not options["no_mail"]:
            done["sent"] = services.notices_send()
        self.stdout.write(", ".join(f"{name}: {count}" for name, count in done.items()) + f", failed: {run.failed}")
