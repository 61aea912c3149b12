"""``mandat load PATH``: publish what changed in a programme folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mandat.cli.django import start
from mandat.definitions.folder import read_folder
from mandat.definitions.registry import kinds
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text, counted

app = typer.Typer(add_completion=False, rich_markup_mode=None)

_WHAT = {
    "added": Text("ajouté", "added"),
    "changed": Text("modifié", "changed"),
    "retired": Text("retiré", "retired"),
}


@app.command()
def load(path: Annotated[Path, typer.Argument(help=str(Text("Dossier du programme.", "Programme folder.")))]) -> None:
    """Publie les définitions nouvelles ou modifiées et dit ce qui a changé."""
    folder = read_folder(path)
    if folder.problems:
        for problem in folder.problems:
            typer.echo(str(problem), err=True)
        count = len(folder.problems)
        said = counted(
            count,
            Text("erreur : rien n'est publié", "error: nothing is published"),
            Text("erreurs : rien n'est publié", "errors: nothing is published"),
        )
        raise InputError(said)
    start()
    from django.conf import settings

    from mandat.apps.programme.services import programme_load

    changes = programme_load(folder=folder, synthetic=settings.MANDAT_DEMO)
    for change in changes:
        typer.echo(
            f"{_WHAT[change.what]}  {kinds()[change.kind].label} {change.code}  v{change.version}  {change.title}"
        )
        for name, (before, after) in change.differences.items():
            typer.echo(f"    {name} : {before!r} → {after!r}")
    if changes:
        typer.echo(
            str(
                counted(
                    len(changes),
                    Text("définition publiée.", "definition published."),
                    Text("définitions publiées.", "definitions published."),
                )
            )
        )
    else:
        typer.echo(str(Text("Rien n'a changé.", "Nothing changed.")))
