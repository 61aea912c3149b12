"""``mandat dump PATH``: write the published programme back to files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mandat.cli.django import start
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text, counted

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def dump(
    path: Annotated[Path, typer.Argument(help=str(Text("Dossier où écrire.", "Folder to write to.")))],
    programme: Annotated[str, typer.Option(help=str(Text("Code du programme.", "Programme code.")))] = "",
    force: Annotated[
        bool,
        typer.Option(
            "--force", help=str(Text("Écrit dans un dossier non vide.", "Write into a folder that is not empty."))
        ),
    ] = False,
) -> None:
    """Réécrit les fichiers tels qu'ils ont été publiés."""
    if path.exists() and not path.is_dir():
        raise InputError(Text(f"ce n'est pas un dossier : {path}", f"not a folder: {path}"))
    if path.is_dir() and any(path.iterdir()) and not force:
        raise InputError(
            Text(
                f"{path} n'est pas vide : ajoutez --force pour y écrire",
                f"{path} is not empty: add --force to write there",
            )
        )
    start()
    from django.conf import settings

    from mandat.definitions.store import dump as write

    written = write(programme or settings.MANDAT_PROGRAMME, path)
    typer.echo(
        str(
            counted(
                len(written),
                Text(f"fichier écrit dans {path}.", f"file written to {path}."),
                Text(f"fichiers écrits dans {path}.", f"files written to {path}."),
            )
        )
    )
