"""``mandat manage grants_letters --sitting 12 --out lettres/``: every letter of a sitting's decisions as PDF, and files to print."""

from __future__ import annotations

import os
import time
import zipfile
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from mandat.apps.grants.models import Decision, Sitting
from mandat.apps.grants.services import letters
from mandat.web.letters import MOST, merged


class Command(BaseCommand):
    """Typeset letters to a folder: ``lettres.zip``, one PDF a letter, or with ``--print`` one PDF a hundred letters."""

    help = "Typeset the letters of a sitting's decisions, or of all decisions of a day, to a folder."

    def add_arguments(self, parser: CommandParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--sitting", type=int)
        which.add_argument("--day", help="YYYY-MM-DD: every decision of that day")
        parser.add_argument("--out", type=Path, required=True)
        parser.add_argument("--print", action="store_true", dest="to_print")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["sitting"] is not None:
            sitting = Sitting.objects.filter(pk=options["sitting"]).first()
            if sitting is None:
                raise CommandError(f"no sitting {options['sitting']}")
            found = letters.of_sitting(sitting)
        else:
            found = Decision.objects.filter(decided_on=options["day"]).order_by("pk")
        keys = list(found.values_list("pk", flat=True))
        folder: Path = options["out"]
        folder.mkdir(parents=True, exist_ok=True)
        begun = time.monotonic()
        if options["to_print"]:
            for start in range(0, len(keys), MOST):
                made = letters.contents(keys[start : start + MOST])
                _whole(folder / f"lettres-{start + 1:05d}.pdf", merged(made))
                self._progress(min(start + MOST, len(keys)), len(keys))
        else:
            part = folder / ".lettres.zip.part"
            with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as archive:
                for name, raw in letters.each(keys, told=lambda done: self._progress(done, len(keys))):
                    archive.writestr(name, raw)
            part.replace(folder / "lettres.zip")
        self.stdout.write(f"\n{len(keys)} letters in {time.monotonic() - begun:.0f} s")

    def _progress(self, done: int, total: int) -> None:
        width = 40
        if done % 25 and done != total:
            return
        filled = width * done // max(total, 1)
        self.stdout.write(f"\r[{'█' * filled}{'·' * (width - filled)}] {done}/{total}", ending="")
        self.stdout.flush()


def _whole(path: Path, raw: bytes) -> None:
    """The file appears once it is complete."""
    part = path.with_suffix(".part")
    part.write_bytes(raw)
    os.replace(part, path)
