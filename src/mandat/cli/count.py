"""``mandat count``: a vote counted, explained, compared, published and recounted from one file."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from mandat.engines import counting
from mandat.engines.counting.report_data import count_as_json
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@app.command(help=str(Text("Dépouille un vote (.pb ou CSV).", "Count a vote (.pb or CSV).")))
def count(
    file: Annotated[Path, typer.Argument(help="Fichier Pabulib (.pb) ou CSV. / Pabulib or CSV file.")],
    rule: Annotated[str, typer.Option(help=" | ".join(counting.RULES))] = "equal-shares",
    utility: Annotated[str, typer.Option(help=" | ".join(counting.UTILITIES))] = "cost",
    completion: Annotated[str, typer.Option(help=" | ".join(counting.COMPLETIONS))] = "none",
    increment: Annotated[str, typer.Option(help="Add1 : argent de plus par personne. / More money a voter.")] = "1",
    stop: Annotated[str, typer.Option(help="Add1 : exhaustive | overspend")] = "exhaustive",
    tie_order: Annotated[str, typer.Option(help="id | number | cost | votes | seed:… | list:…")] = "id",
    policy: Annotated[str, typer.Option(help="auto | enforce | report")] = "auto",
    as_json: Annotated[bool, typer.Option("--json", help="Imprime du JSON. / Print JSON.")] = False,
) -> None:
    election = read_election(file, policy=policy)
    result = counting.count(
        election,
        rule=rule,  # type: ignore[arg-type]
        utility=utility,  # type: ignore[arg-type]
        completion=completion,  # type: ignore[arg-type]
        increment=increment,
        stop=stop,  # type: ignore[arg-type]
        tie_order=tie_order,
    )
    if as_json:
        typer.echo(json.dumps(count_as_json(result), ensure_ascii=False, indent=2))
        return
    print_count(result)


def read_election(file: Path, *, policy: str = "auto") -> counting.Election:
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            return counting.read_pabulib(stream, file=str(file), policy=policy)  # type: ignore[arg-type]
    except UnicodeDecodeError as error:
        raise InputError(
            Text(f"le fichier n’est pas en UTF-8 (octet {error.start})", f"the file is not UTF-8 (byte {error.start})"),
            file=str(file),
        ) from None


def print_count(result: counting.Count) -> None:
    election = result.election
    for place, j in enumerate(result.winners, 1):
        project = election.projects[j]
        typer.echo(f"{place:>3}. {project.id:<12} {project.cost:>14}  {project.name}")
    typer.echo(f"{Text('Total', 'Total')} : {result.total_cost} / {election.budget}")
    for tie in result.ties:
        typer.echo(f"{Text('Égalité', 'Tie')} : {', '.join(tie.projects)} → {tie.chosen} ({tie.order})")
    for refusal in election.refused:
        typer.echo(str(refusal), err=True)


def write_atomically(path: Path, text: str) -> None:
    """The whole file or nothing: written beside, then moved into place."""
    handle, name = tempfile.mkstemp(dir=path.parent or Path(), prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
            stream.write(text)
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
