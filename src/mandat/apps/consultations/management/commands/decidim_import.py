"""``mandat import decidim FOLDER_OR_ZIP --process CODE``: take over what another site gathered."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from mandat.apps.consultations import decidim
from mandat.apps.consultations.services.importing import decidim_import
from mandat.kernel.errors import MandatError
from mandat.kernel.text import Text

SHOWN = 20


class Command(BaseCommand):
    help = "Reprend un export de données ouvertes Decidim. / Takes over an open data export of Decidim."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path)
        parser.add_argument("--process", required=True)
        parser.add_argument("--component", default="")
        parser.add_argument("--dry-run", action="store_true")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["path"]
        try:
            run = decidim_import(
                actor=None, export=decidim.read(files_of(path)), filename=path.name, process=options["process"],
                component=options["component"], dry_run=options["dry_run"],
            )  # fmt: skip
        except MandatError as error:
            raise CommandError(str(error)) from None
        if options["json"]:
            self.stdout.write(json.dumps({"counts": run.counts, "refused": run.refused}, ensure_ascii=False, indent=2))
            return
        head = (
            Text("Essai, rien n'est enregistré", "Trial, nothing is recorded")
            if options["dry_run"]
            else Text("Import", "Import")
        )
        self.stdout.write(f"{head} : {path.name}")
        for name, words in WORDS.items():
            self.stdout.write(f"{run.counts.get(name, 0):>10}  {words}")
        for file, line, message in run.refused[:SHOWN]:
            self.stderr.write(f"{file}:{line}: {message}")
        if len(run.refused) > SHOWN:
            self.stderr.write("…")


WORDS = {
    "read": Text("lignes lues", "lines read"),
    "proposals": Text("propositions reprises", "proposals taken over"),
    "comments": Text("commentaires repris", "comments taken over"),
    "results": Text("résultats repris", "results taken over"),
    "changed": Text("mis à jour", "brought up to date"),
    "known": Text("déjà là", "there already"),
    "refused": Text("lignes refusées", "lines refused"),
}


def files_of(path: Path) -> dict[str, bytes]:
    """The useful files of a folder, a zip or one CSV. Raises InputError."""
    from mandat.kernel.errors import InputError

    if path.is_dir():
        found = [one for one in sorted(path.iterdir()) if one.is_file() and decidim.entity_of(one.name)]
        if sum(one.stat().st_size for one in found) > decidim.MOST_BYTES:
            raise InputError(Text("ces fichiers sont trop grands", "these files are too large"))
        return {one.name: one.read_bytes() for one in found}
    if not path.is_file():
        raise InputError(Text(f"fichier introuvable : {path}", f"no such file: {path}"))
    if path.suffix.lower() == ".csv":
        return {path.name: path.read_bytes()}
    with path.open("rb") as stream:
        return dict(decidim.parts_of(stream))
