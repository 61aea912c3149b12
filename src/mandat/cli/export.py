"""``mandat export``: write the PDF, the open data, the catalogue and the journal to a folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from mandat.cli.django import start
from mandat.kernel.text import Text, counted

if TYPE_CHECKING:
    from mandat.apps.publications.folders import Progress as Tell

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help=str(
        Text(
            "Écrit le PDF, les données ouvertes, le catalogue et le journal.",
            "Write the PDF, the open data, the catalogue and the journal.",
        )
    ),
)

Folder = Annotated[Path, typer.Argument(help=str(Text("Dossier où écrire.", "Folder to write to.")))]
Code = Annotated[str, typer.Option(help=str(Text("Code du programme.", "Programme code.")))]


@app.command(
    help=str(Text("Le programme en PDF/UA, dans chaque langue.", "The programme as PDF/UA, in each language."))
)
def pdf(folder: Folder, programme: Code = "") -> None:
    start()
    from mandat.apps.programme.published import published
    from mandat.apps.publications import folders

    with _telling() as tell:
        sizes = folders.export_pdf(published(programme or None), folder, progress=tell)
    _done(folder, len(sizes))


@app.command(help=str(Text("Les données ouvertes, en CSV, JSON Lines, Parquet et XLSX.", "The open data, as CSV, JSON Lines, Parquet and XLSX.")))  # fmt: skip
def data(folder: Folder, programme: Code = "") -> None:
    start()
    from mandat.apps.programme.published import published
    from mandat.apps.publications import folders

    with _telling() as tell:
        sizes = folders.export_data(published(programme or None), folder, progress=tell)
    _done(folder, len(sizes))


@app.command(help=str(Text("Le catalogue DCAT et la description schema.org.", "The DCAT catalogue and the schema.org description.")))  # fmt: skip
def catalogue(folder: Folder, programme: Code = "") -> None:
    start()
    from mandat.apps.programme.published import published
    from mandat.apps.publications import folders

    folders.export_catalogue(published(programme or None), folder)
    _done(folder, 2)


@app.command(help=str(Text("Le journal en fichiers vérifiables.", "The journal as files anyone can verify.")))
def journal(folder: Folder) -> None:
    start()
    from mandat.journal.files import export

    with _telling() as tell:
        done = export(folder, progress=lambda n, total: tell("journal", n, total))
    _done(folder, done.written)


@app.command("all", help=str(Text("Tout à la fois.", "All of it.")))
def everything(folder: Folder, programme: Code = "") -> None:
    start()
    from mandat.apps.programme.published import published
    from mandat.apps.publications import folders
    from mandat.journal.files import export

    current = published(programme or None)
    with _telling() as tell:
        sizes = folders.export_data(current, folder, progress=tell)
        sizes |= folders.export_pdf(current, folder, progress=tell)
        done = export(folder / "journal", progress=lambda n, total: tell("journal", n, total))
        folders.export_catalogue(current, folder, sizes=sizes, progress=tell)
    _done(folder, len(sizes) + done.written + 2)


def _done(folder: Path, count: int) -> None:
    typer.echo(
        str(
            counted(
                count,
                Text(f"fichier écrit dans {folder}.", f"file written to {folder}."),
                Text(f"fichiers écrits dans {folder}.", f"files written to {folder}."),
            )
        )
    )


@contextmanager
def _telling() -> Iterator[Tell]:
    """One line a file, on stderr, so that what is printed can be piped."""
    console = Console(stderr=True, highlight=False)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bars:
        tasks = {}

        def tell(name: str, done: int, total: int | None) -> None:
            if name not in tasks:
                tasks[name] = bars.add_task(name, total=total)
            bars.update(tasks[name], completed=done, total=total)

        yield tell
