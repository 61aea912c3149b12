"""``mandat import FILE --mapping CODE``: turn a file of open data into facts.

``mandat import decidim FOLDER_OR_ZIP --process CODE`` takes over the proposals, comments and results of another site.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

app = typer.Typer(add_completion=False, rich_markup_mode=None)

SHOWN = 20


@app.command()
def import_(
    file: Annotated[
        Path, typer.Argument(help=str(Text("Fichier CSV ou JSON ; ou « decidim ».", "CSV or JSON file; or “decidim”.")))
    ],
    export: Annotated[
        Path | None,
        typer.Argument(
            help=str(Text("Dossier ou archive d'un export Decidim.", "Folder or archive of a Decidim export."))
        ),
    ] = None,
    mapping: Annotated[
        str,
        typer.Option(
            "--mapping", help=str(Text("Code de la correspondance publiée.", "Code of the published mapping."))
        ),
    ] = "",
    process: Annotated[
        str,
        typer.Option("--process", help=str(Text("Processus qui reçoit l'export.", "Process that takes the export."))),
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=str(Text("Essaie sans rien enregistrer.", "Try, and record nothing.")))
    ] = False,
    refused: Annotated[
        Path | None,
        typer.Option(
            "--refused",
            help=str(Text("Écrit chaque ligne refusée dans ce CSV.", "Write every refused line to this CSV.")),
        ),
    ] = None,
    synthetic: Annotated[
        bool,
        typer.Option("--synthetic", help=str(Text("Marque les faits comme inventés.", "Mark the facts as made up."))),
    ] = False,
    programme: Annotated[
        str,
        typer.Option(
            "--programme",
            help=str(Text("Programme, celui du site par défaut.", "Programme, the site's own by default.")),
        ),
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help=str(Text("Résultat en JSON.", "Result as JSON.")))] = False,
) -> None:
    """Importe des données ouvertes en faits ; chaque ligne refusée est nommée avec son motif."""
    if str(file) == "decidim" and export is not None:
        _decidim(export, process, dry_run=dry_run, as_json=as_json)
        return
    if export is not None:
        raise InputError(Text("un seul fichier à la fois", "one file at a time"))
    if not mapping:
        raise InputError(
            Text("dites avec quelle correspondance : --mapping CODE", "say with which mapping: --mapping CODE")
        )
    if not file.exists():
        raise InputError(Text(f"fichier introuvable : {file}", f"no such file: {file}"))
    if not file.is_file():
        raise InputError(Text(f"ce n'est pas un fichier : {file}", f"not a file: {file}"))

    from mandat.cli.django import start

    start()
    from django.conf import settings
    from django.db import OperationalError

    from mandat.apps.imports import running, services

    try:
        with _bar(quiet=as_json) as progress:
            run = services.import_file(
                path=file,
                mapping=mapping,
                dry_run=dry_run,
                programme=programme or settings.MANDAT_PROGRAMME,
                synthetic=synthetic or settings.MANDAT_DEMO,
                progress=progress,
            )
    except OperationalError as error:
        raise InputError(
            Text(
                f"base de données occupée ou absente ({error}) ; relancez : l'import reprendra",
                f"database busy or missing ({error}); run again: the import goes on",
            )
        ) from None
    if refused is not None:
        _write_refused(refused, running.refusals(run))
    if as_json:
        typer.echo(json.dumps(_plain(run, running.refusals(run)), ensure_ascii=False, indent=2))
        return
    _tell(run, running)


def _decidim(export: Path, process: str, *, dry_run: bool, as_json: bool) -> None:
    if not process:
        raise InputError(Text("dites dans quel processus : --process CODE", "say into which process: --process CODE"))

    from mandat.cli.django import start

    start()
    from django.core.management import CommandError, call_command

    try:
        call_command("decidim_import", str(export), process=process, dry_run=dry_run, json=as_json)
    except CommandError as error:
        raise InputError(Text(str(error), str(error))) from None


def _plain(run: Any, refusals: Any) -> dict[str, Any]:
    return {
        "file": run.filename,
        "mapping": run.mapping,
        "dry_run": run.dry_run,
        "records": run.records,
        "new": run.new,
        "corrected": run.corrected,
        "known": run.known,
        "repeated": run.repeated,
        "refused": run.refused,
        "by_measure": run.summary.get("lines", {}),
        "notes": run.summary.get("notes", {}),
        "refusals": [{"line": line, "reason": str(Text(fr, en))} for line, fr, en in refusals],
    }


def _tell(run: Any, running: Any) -> None:
    head = (
        Text("Essai, rien n'est enregistré", "Trial, nothing is recorded") if run.dry_run else Text("Import", "Import")
    )
    typer.echo(f"{head} : {run.filename}")
    for count, text in (
        (run.records, Text("lignes lues", "lines read")),
        (run.new, Text("faits nouveaux", "new facts")),
        (run.corrected, Text("corrections", "corrections")),
        (run.known, Text("déjà enregistrées", "already recorded")),
        (run.repeated, Text("répétées dans le fichier", "repeated in the file")),
        (run.refused, Text("refusées", "refused")),
    ):
        typer.echo(f"{count:>10}  {text}")
    unbound = run.summary.get("lines", {}).get("", 0)
    if unbound:
        typer.echo(f"{unbound:>10}  {Text('faits liés à aucune mesure', 'facts bound to no measure')}")
    for name, count in sorted(run.summary.get("notes", {}).items()):
        typer.echo(f"{count:>10}  {running.NOTES.get(name, name)}")
    for rank, (line, fr, en) in enumerate(running.refusals(run)):
        if rank == SHOWN:
            typer.echo(str(Text("… la suite avec --refused FICHIER", "… the rest with --refused FILE")), err=True)
            break
        typer.echo(f"{run.filename}:{line}: {Text(fr, en)}", err=True)


def _write_refused(target: Path, refusals: Any) -> None:
    import csv
    import os

    draft = target.with_name(f".{target.name}.part")
    try:
        with draft.open("w", encoding="utf-8-sig", newline="") as out:
            writer = csv.writer(out, delimiter=";")
            writer.writerow([str(Text("ligne", "line")), str(Text("motif", "reason"))])
            for line, fr, en in refusals:
                writer.writerow([line, str(Text(fr, en))])
        os.replace(draft, target)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


class _bar:  # noqa: N801 - used as a function
    """A progress bar on the terminal's error stream: lines done, and how fast."""

    def __init__(self, *, quiet: bool) -> None:
        from rich.console import Console

        console = Console(stderr=True)
        self._shown = console.is_terminal and not quiet
        if self._shown:
            from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

            words = str(Text("lignes", "lines"))
            self._progress = Progress(
                SpinnerColumn(),
                TextColumn("{task.completed:,.0f} " + words),
                TimeElapsedColumn(),
                console=console,
                transient=True,
            )

    def __enter__(self) -> Any:
        if not self._shown:
            return None
        self._progress.__enter__()
        task = self._progress.add_task("", total=None)
        return lambda done: self._progress.update(task, completed=done)

    def __exit__(self, *error: Any) -> None:
        if self._shown:
            self._progress.__exit__(*error)
