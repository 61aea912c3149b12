"""``mandat draw``: a panel by lot under quotas, from the field's usual files."""

from __future__ import annotations

import csv
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.resources import files
from math import isfinite
from pathlib import Path
from typing import Annotated, Any

import typer

from mandat.engines.sortition import (
    OBJECTIVES,
    InfeasibleError,
    Lottery,
    Pool,
    Problem,
    Quotas,
    build_problem,
    optimal_lottery,
    read_pool,
    read_quotas,
)
from mandat.engines.sortition.infeasible import Relaxation, explain, relaxations
from mandat.engines.sortition.invite import draw_addresses, plan_invitations, read_addresses, read_strata
from mandat.engines.sortition.public import PublicDraw, pool_hash, publish, select, verify
from mandat.engines.sortition.rounding import round_lottery
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


@app.command()
def draw(
    pool: Annotated[
        Path, typer.Argument(help="Volontaires, ou adresses avec --invite. / Volunteers, or addresses with --invite.")
    ],
    categories: Annotated[
        Path, typer.Argument(help="Quotas, ou strates avec --invite. / Quotas, or strata with --invite.")
    ],
    seats: Annotated[int, typer.Option("--seats", "-k", help="Nombre de places. / Number of seats.")],
    objective: Annotated[str, typer.Option(help=" | ".join(OBJECTIVES))] = "leximin",
    number: Annotated[
        str | None, typer.Option(help="Le nombre public qui décide. / The public number that decides.")
    ] = None,
    seed: Annotated[
        str | None,
        typer.Option(help="Graine publiée ; à défaut l’empreinte du vivier. / Published seed; else the pool's hash."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Résultat en JSON. / Result as JSON.")] = False,
    html: Annotated[Path | None, typer.Option(help="Écrit le rapport. / Write the report.")] = None,
    publish_to: Annotated[
        Path | None,
        typer.Option("--publish", help="Dossier de la phase publique 1. / Folder for public phase 1."),
    ] = None,
    replay: Annotated[
        Path | None, typer.Option(help="Rejoue un lottery.json publié. / Replay a published lottery.json.")
    ] = None,
    id_column: Annotated[str | None, typer.Option(help="Colonne d’identifiant. / Identifier column.")] = None,
    household: Annotated[
        list[str] | None, typer.Option(help="Colonnes du foyer ou de l’adresse. / Household or address columns.")
    ] = None,
    household_limit: Annotated[int, typer.Option(help="Personnes par foyer. / People per household.")] = 1,
    keep: Annotated[
        str | None, typer.Option(help="Déjà retenus : fichier ou liste. / Already selected: file or list.")
    ] = None,
    exclude: Annotated[
        str | None, typer.Option(help="Partis ou écartés : fichier ou liste. / Left or barred: file or list.")
    ] = None,
    panels: Annotated[int, typer.Option(help="Panels tirés à la fois. / Panels drawn at once.")] = 1,
    lottery_size: Annotated[int, typer.Option(help="Panels de la loterie publique. / Panels in the lottery.")] = 1000,
    invite: Annotated[bool, typer.Option("--invite", help="Étape des invitations. / Invitation stage.")] = False,
    pool_per_seat: Annotated[float, typer.Option(help="Volontaires par place (--invite). / Volunteers a seat.")] = 4.0,
    confidence: Annotated[float, typer.Option(help="Confiance (--invite). / Confidence.")] = 0.95,
) -> None:
    """Tire au sort un panel sous quotas, au plus juste. / Draw a panel by lot under quotas, as fairly as can be."""
    if invite:
        _invite(pool, categories, seats, pool_per_seat, confidence, seed or "mandat")
        return
    if objective not in OBJECTIVES:
        raise InputError(
            Text("objectif inconnu : {o} (choix : {all})", "unknown objective: {o} (choose from {all})").format(
                o=objective, all=", ".join(OBJECTIVES)
            )
        )
    if lottery_size < 1:
        raise InputError(Text("la loterie compte au moins un panel", "the lottery has at least one panel"))
    with categories.open("rb") as stream:
        quotas = read_quotas(stream, file=str(categories))
    with pool.open("rb") as stream:
        people = read_pool(
            stream, quotas, file=str(pool), id_column=id_column, household_columns=tuple(household or ())
        )
    options: dict[str, Any] = {
        "seats": seats,
        "household_limit": household_limit if household else None,
        "kept": _names(keep),
        "excluded": _names(exclude),
        "copies": panels,
    }
    published = None if replay is None else _read_published(replay)
    if published is not None:
        seed, objective = published["seed"], published["objective"]
    seed = seed or pool_hash(people)
    lottery, relaxation = _solve(people, quotas, objective, options)
    public = publish(round_lottery(lottery, panels=lottery_size), seed=seed)
    if published is not None:
        verify(published, people, quotas, public.tickets)
        public = PublicDraw(document=published, tickets=public.tickets)
    if publish_to is not None:
        _write_public(publish_to, public)
    chosen = None if number is None else select(public, number)
    result = _result(lottery, public, relaxation, chosen, number)
    if html is not None:
        _write(html, _report(lottery, public, relaxation, chosen, number))
    if as_json:
        typer.echo(json.dumps(result, ensure_ascii=False))
    else:
        _say(result)


def _solve(people: Pool, quotas: Quotas, objective: str, options: dict[str, Any]) -> tuple[Lottery, Relaxation | None]:
    """Solve, stretching flexible quotas by the least when the strict ones leave no panel."""
    problem = build_problem(people, quotas, **options)
    try:
        return _optimise(problem, objective), None
    except InfeasibleError:
        found = relaxations(problem)
        if not found or not found[0].within_flex or not found[0].changes:
            raise InputError(explain(problem)) from None
    relaxed = build_problem(people, found[0].apply(quotas), **options)
    message = Text("quotas assouplis comme le fichier le permet : {t}", "quotas stretched as the file allows: {t}")
    typer.echo(str(message.format(t=found[0].text)), err=True)
    return _optimise(relaxed, objective), found[0]


def _optimise(problem: Problem, objective: str) -> Lottery:
    with _progress() as report:
        return optimal_lottery(problem, objective=objective, progress=report)  # type: ignore[arg-type]


@contextmanager
def _progress() -> Iterator[Callable[[str, float], None] | None]:
    """A bar on stderr for whoever watches; nothing when stderr goes to a file."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    stages = {"relaxation": Text("Optimum", "Optimum"), "panels": Text("Panels", "Panels")}
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=1.0)
        yield lambda stage, share: bar.update(task, completed=share, description=str(stages.get(stage, stage)))


def _names(given: str | None) -> list[str]:
    """Identifiers from a file (one a line) or a comma-separated list."""
    if not given:
        return []
    path = Path(given)
    if path.is_file():
        return [line.strip() for line in path.read_text("utf-8-sig").splitlines() if line.strip()]
    return [name.strip() for name in given.split(",") if name.strip()]


def _result(
    lottery: Lottery,
    public: PublicDraw,
    relaxation: Relaxation | None,
    chosen: tuple[int, list[list[str]]] | None,
    number: str | None,
) -> dict[str, Any]:
    certificate = lottery.certificate
    probabilities = lottery.by_person()
    result: dict[str, Any] = {
        "minimum_probability": lottery.minimum,
        "upper_bound": max(certificate.minimum_bound, lottery.minimum),
        "probabilities": probabilities,
        "panels": len(lottery.panels),
        "objective": certificate.objective,
        "objective_value": _finite(certificate.value),
        "objective_bound": _finite(certificate.bound),
        "gap": certificate.gap,
        "distance_to_bound": certificate.distance,
        "seats": lottery.problem.seats // lottery.problem.copies,
        "people": len(probabilities),
        "types": len(lottery.problem.classes),
        "seed": public.document["seed"],
        "pool_hash": public.document["pool_hash"],
        "lottery_hash": public.hash,
        "lottery_panels": len(public.document["panels"]),
        "rounding": public.document["rounding"],
        "relaxed": [] if relaxation is None else [str(change.text) for change in relaxation.changes],
    }
    if chosen is not None:
        which, parts = chosen
        result["number"] = number
        result["panel"] = which
        result["selected"] = parts[0] if len(parts) == 1 else parts
    return result


def _finite(value: float) -> float | None:
    """JSON has no infinity: goldilocks is infinite when somebody can be on no panel."""
    return value if isfinite(value) else None


def _say(result: dict[str, Any]) -> None:
    lines = [
        Text(
            "Vivier : {people} personnes, {types} types ; {seats} places.",
            "Pool: {people} people, {types} types; {seats} seats.",
        ),
        Text(
            "Probabilité la plus basse : {minimum_probability:.6f} (aucune loterie ne dépasse {upper_bound:.6f}).",
            "Lowest probability: {minimum_probability:.6f} (no lottery exceeds {upper_bound:.6f}).",
        ),
        Text(
            "Objectif {objective} : {objective_value}, borne {objective_bound}, écart {gap:.1e}.",
            "Objective {objective}: {objective_value}, bound {objective_bound}, gap {gap:.1e}.",
        ),
        Text("Empreinte du vivier : {pool_hash}", "Pool hash: {pool_hash}"),
        Text("Empreinte de la loterie : {lottery_hash}", "Lottery hash: {lottery_hash}"),
    ]
    for line in lines:
        typer.echo(str(line.format(**result)))
    if "selected" in result:
        typer.echo(str(Text("Panel n° {panel} :", "Panel no. {panel}:").format(**result)))
        for item in result["selected"]:
            typer.echo(item if isinstance(item, str) else " ".join(item))
    else:
        text = Text(
            "Donnez le nombre public avec --number pour désigner le panel.", "Give the public number with --number."
        )
        typer.echo(str(text))


def _report(
    lottery: Lottery,
    public: PublicDraw,
    relaxation: Relaxation | None,
    chosen: tuple[int, list[list[str]]] | None,
    number: str | None,
) -> str:
    from mandat.engines.sortition.report import report_values
    from mandat.web.report import render_report

    return render_report(
        "draw.html.jinja",
        title=str(Text("Tirage au sort", "Drawing by lot")),
        **report_values(
            lottery, public.document, public.hash, relaxation, None if chosen is None else chosen[0], number
        ),
    )


def _read_published(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text("utf-8"))
        if not isinstance(document, dict) or not {"seed", "objective", "panels", "types"} <= document.keys():
            raise ValueError
    except ValueError:
        raise InputError(
            Text("ce n’est pas une loterie publiée", "this is not a published lottery"), file=str(path), line=1
        ) from None
    return document


def _write_public(folder: Path, public: PublicDraw) -> None:
    """``public/`` may be shown to all; ``private/tickets.csv`` says who holds which ticket and stays inside."""
    (folder / "public").mkdir(parents=True, exist_ok=True)
    (folder / "private").mkdir(parents=True, exist_ok=True)
    _write(folder / "public" / "lottery.json", json.dumps(public.document, ensure_ascii=False, indent=None) + "\n")
    script = files("mandat.engines.sortition").joinpath("replay.py").read_text("utf-8")
    _write(folder / "public" / "replay.py", script)
    _write(folder / "public" / "SHA256", f"{public.hash}\n")
    lines = [
        "ticket,id",
        *(f'{ticket},"{name.replace(chr(34), chr(34) * 2)}"' for name, ticket in public.tickets.items()),
    ]
    _write(folder / "private" / "tickets.csv", "\n".join(lines) + "\n")


def _write(path: Path, content: str) -> None:
    """All of it or nothing: a reader never meets half a file."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        beside.write_text(content, "utf-8")
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _invite(addresses: Path, strata: Path, seats: int, pool_per_seat: float, confidence: float, seed: str) -> None:
    with strata.open("rb") as stream:
        known, rates = read_strata(stream, file=str(strata))
    with addresses.open("rb") as stream:
        by_stratum = read_addresses(stream, known, file=str(addresses))
    from dataclasses import replace

    counted = [replace(stratum, addresses=len(by_stratum[stratum.name])) for stratum in known]
    plan = plan_invitations(counted, seats=seats, pool_per_seat=pool_per_seat, confidence=confidence, rates=rates)
    drawn = draw_addresses(by_stratum, plan, seed=seed)
    for row in plan:
        if not row.enough:
            text = Text(
                "{s} : même avec toutes les adresses, {needed} volontaires ne sont atteints qu’avec une chance de {c:.0%}",
                "{s}: even with every address, {needed} volunteers are reached only with a chance of {c:.0%}",
            )
            typer.echo(str(text.format(s=row.stratum, needed=row.needed, c=row.chance)), err=True)
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["stratum", "address", "probability"])
    for row in plan:
        for address in drawn[row.stratum]:
            writer.writerow([row.stratum, address, f"{row.probability:.6f}"])
