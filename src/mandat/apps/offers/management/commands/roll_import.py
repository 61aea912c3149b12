"""``mandat manage roll_import``: a list too large for a form."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from mandat.apps.accounts.models import User
from mandat.apps.offers.services import roll_import
from mandat.kernel.errors import InputError


class Command(BaseCommand):
    help = "Reads a list of pupils or classes into a round of a systematic offer: all of it, or nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("offer")
        parser.add_argument("round")
        parser.add_argument("file", type=Path)
        parser.add_argument("--actor", required=True, help="e-mail address of the account that acts")
        parser.add_argument("--complete", action="store_true", help="who is not in the list has left")
        parser.add_argument("--dry-run", action="store_true", help="report, change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        actor = User.objects.filter(email=options["actor"].lower()).first()
        if actor is None:
            raise CommandError("no account has this address")
        try:
            with options["file"].open("rb") as stream:
                run = roll_import(
                    actor=actor,
                    offer=options["offer"],
                    round=options["round"],
                    stream=stream,
                    filename=options["file"].name,
                    complete=options["complete"],
                    dry_run=options["dry_run"],
                )
        except (InputError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"lines: {run.lines}, new: {run.arrived}, moved: {run.moved}, back: {run.returned}, "
            f"unchanged: {run.unchanged}, left: {run.departed}, refused: {run.refused}, repeated: {run.repeated}"
        )
        for line in run.refusals.order_by("line", "id")[:50]:
            self.stdout.write(f"{options['file'].name}:{line.line}: {line.fr}")
