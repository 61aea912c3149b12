"""``mandat journal``: head, prove, export, verify. ``verify --from`` needs neither database nor framework."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from mandat.kernel.errors import InputError
from mandat.kernel.text import Text, counted

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help=str(Text("Vérifie, exporte et prouve le journal des faits.", "Verify, export and prove the log of facts.")),
)

AsJson = Annotated[bool, typer.Option("--json", help=str(Text("Résultat en JSON.", "Result as JSON.")))]


@app.command(help=str(Text("Taille, racine et point de contrôle signé.", "Size, root and signed checkpoint.")))
def head(as_json: AsJson = False) -> None:
    _start()
    from mandat.journal.state import head as now
    from mandat.journal.state import verifier_key

    found = now()
    if as_json:
        _print(
            {
                "origin": found.origin,
                "size": found.size,
                "root": found.root.hex(),
                "checkpoint": found.note,
                "key": str(verifier_key()),
            }
        )
        return
    typer.echo(found.note, nl=False)
    typer.echo(f"{Text('clé', 'key')} : {verifier_key()}")


@app.command(
    help=str(
        Text("Imprime un fait et sa preuve d'inclusion, en JSON.", "Print a fact and its proof of inclusion, as JSON.")
    )
)
def prove(index: Annotated[int, typer.Argument(min=0, help=str(Text("Place du fait.", "Place of the fact.")))]) -> None:
    _start()
    from mandat.journal.proofs import document

    _print(document(index))


@app.command(
    help=str(
        Text(
            "Écrit le journal en fichiers ; reprend là où il s'était arrêté.",
            "Write the log as files; goes on where it stopped.",
        )
    )
)
def export(
    folder: Annotated[Path, typer.Argument(help=str(Text("Dossier à remplir.", "Folder to fill.")))],
    as_json: AsJson = False,
) -> None:
    _start()
    from mandat.journal.files import export as write

    with _bar(str(Text("Export", "Export")), quiet=as_json) as progress:
        done = write(folder, progress=progress)
    if as_json:
        _print({"size": done.size, "written": done.written, "kept": done.kept})
        return
    typer.echo(
        str(
            Text(
                f"{done.size} faits : {done.written} fichiers écrits, {done.kept} déjà là.",
                f"{done.size} facts: {done.written} files written, {done.kept} already there.",
            )
        )
    )


@app.command(
    help=str(
        Text(
            "Vérifie chaque fait ; avec --from, sans base ni réseau, sur les seuls fichiers publiés.",
            "Verify every fact; with --from, without database or network, on the published files alone.",
        )
    )
)
def verify(
    address: Annotated[
        str,
        typer.Option(
            "--from", help=str(Text("Dossier exporté ou adresse du journal.", "Exported folder or address of the log."))
        ),
    ] = "",
    key_file: Annotated[
        Path | None,
        typer.Option(
            "--key", help=str(Text("Clé publique que vous tenez d'ailleurs.", "Public key you hold from elsewhere."))
        ),
    ] = None,
    since: Annotated[
        Path | None,
        typer.Option(
            "--since",
            help=str(Text("Point de contrôle conservé d'un jour passé.", "Checkpoint kept from an earlier day.")),
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    from mandat.journal.note import VerifierKey
    from mandat.journal.verify import KEY, MissingError, Report
    from mandat.journal.verify import source as source_of
    from mandat.journal.verify import verify as check

    earlier = _text_of(since) if since else None
    key = VerifierKey.parse(_text_of(key_file)) if key_file else None
    if address:
        log = source_of(address)
        if key is None:
            try:
                key = VerifierKey.parse(log.read(KEY).decode(errors="replace"))
            except MissingError:
                raise InputError(
                    Text("donnez la clé publique : --key FICHIER", "give the public key: --key FILE")
                ) from None
            _warn(
                Text(
                    "la clé vient du journal lui-même : elle prouve sa cohérence, pas qui l'a signé (--key)",
                    "the key comes from the log itself: it proves consistency, not who signed (--key)",
                )
            )
        with _bar(str(Text("Vérification", "Verification")), quiet=as_json) as progress:
            report: Report = check(log, key=key, since=earlier, progress=progress)
    else:
        report = _verify_database(key, earlier, as_json)
    _tell(report, as_json)
    if not report.ok:
        raise typer.Exit(1)


def _verify_database(key: Any, since: str | None, as_json: bool) -> Any:
    _start()
    from mandat.journal.columns import Database, check_copies
    from mandat.journal.state import head as now
    from mandat.journal.state import verifier_key
    from mandat.journal.verify import verify as check

    found = now()
    with _bar(str(Text("Faits et arbre", "Facts and tree")), quiet=as_json) as progress:
        report = check(Database(found), key=key or verifier_key(), since=since, progress=progress)
    with _bar(str(Text("Colonnes", "Columns")), quiet=as_json) as progress:
        check_copies(found, report, progress=progress)
    return report


def _tell(report: Any, as_json: bool) -> None:
    checkpoint = report.checkpoint
    if as_json:
        findings = [{"what": f.what, "index": f.index, "message": str(f)} for f in report.findings]
        _print(
            {
                "ok": report.ok,
                "origin": checkpoint.origin if checkpoint else None,
                "size": checkpoint.size if checkpoint else None,
                "root": checkpoint.root.hex() if checkpoint else None,
                "facts": report.facts,
                "checkpoints": report.checkpoints,
                "findings": findings,
            }
        )
        return
    for finding in report.findings:
        typer.echo(str(finding), err=True)
    if report.full:
        typer.echo("…", err=True)
    if report.ok:
        typer.echo(
            str(
                Text(
                    f"{report.facts} faits vérifiés : chacun est tel qu'il a été signé "
                    f"({checkpoint.origin}, {report.checkpoints} points de contrôle antérieurs).",
                    f"{report.facts} facts verified: each is as it was signed "
                    f"({checkpoint.origin}, {report.checkpoints} earlier checkpoints).",
                )
            )
        )
    else:
        count = len(report.findings)
        typer.echo(str(counted(count, Text("anomalie.", "anomaly."), Text("anomalies.", "anomalies."))), err=True)


def _start() -> None:
    from mandat.cli.django import start  # deferred: verify --from must not pay for Django

    start()


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise InputError(Text(f"fichier illisible : {path}", f"unreadable file: {path}")) from None


def _warn(text: Text) -> None:
    typer.echo(f"{Text('Attention', 'Warning')} : {text}", err=True)


def _print(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


@contextmanager
def _bar(label: str, *, quiet: bool) -> Iterator[Callable[[int, int], None] | None]:
    """A progress bar on the terminal's error stream; nothing where it is not one."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
