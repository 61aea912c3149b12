"""``mandat indicators``: rebuild, verify and list the figures."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from mandat.cli.django import start
from mandat.kernel.text import Text, counted

app = typer.Typer(add_completion=False, rich_markup_mode=None, no_args_is_help=True)


@app.command()
def rebuild(
    commitment: Annotated[
        list[str] | None, typer.Argument(help=str(Text("Engagements, tous sinon.", "Commitments, or all.")))
    ] = None,
) -> None:
    """Recalcule les chiffres depuis les faits."""
    start()
    from django.conf import settings

    from mandat.apps.programme.rollups import rebuild as build

    count = build(settings.MANDAT_PROGRAMME, commitments=commitment or None)
    typer.echo(
        str(
            counted(
                count,
                Text("engagement recalculé.", "commitment recomputed."),
                Text("engagements recalculés.", "commitments recomputed."),
            )
        )
    )


@app.command()
def verify() -> None:
    """Compare les chiffres tenus à jour et ceux recalculés depuis tous les faits."""
    start()
    from django.conf import settings

    from mandat.apps.programme.rollups import verify as compare

    wrong = compare(settings.MANDAT_PROGRAMME)
    for code in wrong:
        typer.echo(
            str(Text(f"{code} : le chiffre tenu diffère des faits", f"{code}: the figure kept differs from the facts")),
            err=True,
        )
    if wrong:
        raise typer.Exit(1)
    typer.echo(str(Text("Tous les chiffres sont ceux des faits.", "Every figure is that of the facts.")))


@app.command("list")
def list_(
    as_json: Annotated[bool, typer.Option("--json", help=str(Text("Résultat en JSON.", "Result as JSON.")))] = False,
) -> None:
    """Liste le statut et le chiffre de chaque engagement."""
    start()
    from mandat.apps.programme.published import published
    from mandat.apps.programme.standing import standings
    from mandat.engines.indicators.status import LABELS

    rows = []
    for measure in standings(published()).values():
        for part in measure.commitments:
            rows.append(
                {
                    "commitment": part.commitment.code,
                    "status": part.status.value,
                    "value": None if part.value.value is None else f"{part.value.value:f}",
                    "goal": f"{part.commitment.goal.value:f}",
                    "unit": part.commitment.goal.unit,
                    "facts": part.value.facts,
                    "last_fact": part.value.last_day.isoformat() if part.value.last_day else None,
                    "reason": str(part.standing.reason),
                }
            )
            if not as_json:
                row = rows[-1]
                typer.echo(
                    f"{row['commitment']:>6}  {LABELS[part.status]!s:14}  {row['value'] or '—':>14} / {row['goal']} {row['unit']}"
                )
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
