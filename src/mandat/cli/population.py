"""``mandat population FOLDER``: a synthetic population of a region, as Parquet files by département."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from mandat.kernel.errors import InputError
from mandat.kernel.text import Text, counted

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)

REFERENCE_DAY = dt.date(2026, 1, 1)


@app.command()
def population(
    folder: Annotated[Path, typer.Argument(help="Dossier à écrire. / Folder to write.")],
    territory: Annotated[
        str,
        typer.Option(
            help="Région livrée (24) ou fichier de territoire .json.gz. / Region shipped (24) or territory file."
        ),
    ] = "24",
    margins: Annotated[
        Path | None, typer.Option(help="Marges (YAML) ; à défaut celles livrées. / Margins (YAML); else those shipped.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Graine. / Seed.")] = 1,
    as_of: Annotated[
        str, typer.Option("--as-of", help="Jour où les âges sont vrais. / Day on which ages hold.")
    ] = REFERENCE_DAY.isoformat(),
    departement: Annotated[
        list[str] | None, typer.Option(help="Ce département seulement (répétable). / This département only.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Bilan en JSON. / Report as JSON.")] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Remplace une population déjà là. / Replace a population already there.")
    ] = False,
) -> None:
    """Écrit une population de synthèse en Parquet. / Write a synthetic population as Parquet."""
    # Imported here because arrays take a while to load and --help should not wait.
    from mandat.apps.territory import reference as references
    from mandat.engines import population as engine

    day = _day(as_of)
    known = engine.read_margins(margins.read_text("utf-8"), file=margins.name) if margins else engine.shipped_margins()
    path = references.bundled().get(territory) or Path(territory)
    with path.open("rb") as stream:
        reference = references.read_bundle(stream, file=path.name)
    communes = [
        engine.Commune(row.code, row.departement, row.population or 0)
        for row in reference.communes
        if not departement or row.departement in departement
    ]
    if not any(commune.population for commune in communes):
        raise InputError(Text("aucune commune peuplée à remplir", "no inhabited commune to fill"))
    if folder.exists() and (not folder.is_dir() or (any(folder.iterdir()) and not replace)):
        raise InputError(
            Text(
                f"{folder.name} existe déjà : donnez un autre dossier, ou --replace",
                f"{folder.name} already exists: give another folder, or --replace",
            )
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    people = households = 0
    fits: dict[str, list[engine.Fit]] = {}
    try:
        for part in engine.generate(communes, margins=known, seed=seed, reference_day=day):
            files = []
            for kind in ("personnes", "menages"):
                inside = beside / kind / f"departement={part.departement}"
                inside.mkdir(parents=True)
                files.append(inside / "part.parquet")
            with files[0].open("wb") as persons_file, files[1].open("wb") as households_file:
                engine.write_part(part, persons=persons_file, households=households_file)
            people += part.persons.num_rows
            households += part.households.num_rows
            fits[part.departement] = engine.fit([part], known)
        if folder.exists():
            _clear(folder)
        beside.chmod(0o755)
        beside.replace(folder)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    worst = max((fit for found in fits.values() for fit in found if fit.wanted >= 1_000), key=lambda fit: fit.gap)
    report = {
        "kind": str(engine.SYNTHETIC),
        "persons": people,
        "households": households,
        "departements": list(fits),
        "seed": seed,
        "as_of": day.isoformat(),
        "margins": str(known.title),
        "assumptions": [source.part for source in known.sources if source.status == "assumption"],
        "worst": {"margin": worst.margin, "cell": worst.cell, "gap": round(worst.gap, 5)},
    }
    if as_json:
        typer.echo(json.dumps(report, ensure_ascii=False, indent=2))
        return
    say = _number
    departments = counted(len(fits), Text("département", "department"), Text("départements", "departments"))
    typer.echo(
        str(
            Text(
                f"Population de synthèse : {say(people)} personnes, {say(households)} ménages, "
                f"{departments.fr}, graine {seed}.",
                f"Synthetic population: {say(people)} persons, {say(households)} households, "
                f"{departments.en}, seed {seed}.",
            )
        )
    )
    typer.echo(
        str(
            Text(
                f"Marges : {known.title} ; hypothèses : {', '.join(report['assumptions'])}.",  # type: ignore[arg-type]
                f"Margins: {known.title}; assumptions: {', '.join(report['assumptions'])}.",  # type: ignore[arg-type]
            )
        )
    )
    typer.echo(
        str(
            Text(
                f"Plus grand écart à une marge de plus de 1 000 : {worst.gap * 100:.1f} % ({worst.margin}, {worst.cell}).".replace(
                    ".", ",", 1
                ),
                f"Largest gap to a margin over 1,000: {worst.gap * 100:.1f}% ({worst.margin}, {worst.cell}).",
            )
        )
    )


def _number(value: int) -> Text:
    return Text(f"{value:,}".replace(",", "\u202f"), f"{value:,}")


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise InputError(
            Text(f"date illisible : {text} (AAAA-MM-JJ)", f"unreadable date: {text} (YYYY-MM-DD)")
        ) from None


def _clear(folder: Path) -> None:
    """Remove what an earlier run wrote, and only that: a folder with anything else in it is left as it is."""
    known = {"personnes", "menages"}
    others = [path.name for path in folder.iterdir() if path.name not in known]
    if others:
        raise InputError(
            Text(
                f"{folder.name} contient autre chose qu'une population : {others[0]}",
                f"{folder.name} holds something else than a population: {others[0]}",
            )
        )
    shutil.rmtree(folder)
