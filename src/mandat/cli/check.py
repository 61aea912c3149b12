"""``mandat check PATH``: validate a programme folder without a database."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from mandat.definitions.folder import read_folder
from mandat.definitions.registry import kinds
from mandat.kernel.text import Text, counted

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def check(
    path: Annotated[Path, typer.Argument(help=str(Text("Dossier du programme.", "Programme folder.")))],
    as_json: Annotated[bool, typer.Option("--json", help=str(Text("Résultat en JSON.", "Result as JSON.")))] = False,
) -> None:
    """Compte les documents et liste chaque erreur : fichier:ligne: message."""
    folder = read_folder(path)
    if as_json:
        errors = [{"file": p.file, "line": p.line, "message": p.message} for p in folder.problems]
        typer.echo(json.dumps({"counts": folder.counts(), "errors": errors}, ensure_ascii=False, indent=2))
    else:
        for name, count in folder.counts().items():
            typer.echo(f"{count:6d}  {kinds()[name].label}")
        for problem in folder.problems:
            typer.echo(str(problem), err=True)
        if folder.problems:
            typer.echo(str(counted(len(folder.problems), Text("erreur", "error"), Text("erreurs", "errors"))), err=True)
        else:
            typer.echo(str(Text("Aucune erreur.", "No error.")))
    if folder.problems:
        raise typer.Exit(1)
