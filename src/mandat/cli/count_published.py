"""``mandat count vote.ballots``: a vote published by the site, its list checked line by line, counted again by its own definition."""

from __future__ import annotations

import json
from pathlib import Path

import typer

from mandat.apps.ballots import bundle
from mandat.apps.ballots.choices import Option
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text


def recount(file: Path, *, root: str = "", as_json: bool = False) -> None:
    """Print what was found, and leave with code 1 where it is not what was announced. Raises InputError for a list that was changed."""
    try:
        with file.open(encoding="utf-8", newline="\n") as stream:
            found = bundle.recounted(stream, file=str(file), root=root)
    except UnicodeDecodeError:
        raise InputError(Text("le fichier n'est pas en UTF-8", "the file is not UTF-8"), file=str(file)) from None
    outcome, options = found.outcome, {one["code"]: Option.of(one) for one in found.header["definition"]["options"]}
    if as_json:
        told = {"root": found.root, "outcome": outcome, "agrees": found.agrees, "differences": list(found.differences)}
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        for place, code in enumerate(outcome["winners"], 1):
            sentence = outcome["sentences"].get(code)
            typer.echo(f"{place}. {options[code].title}  ({code}, {outcome['votes'][code]})")
            if sentence:
                typer.echo(f"    {Text(**sentence)}")
        if not outcome["valid"]:
            typer.echo(
                str(Text("Ce vote ne compte pas (quorum ou seuil).", "This vote does not count (quorum or threshold)."))
            )
        for tie in outcome["ties"]:
            typer.echo(f"{Text('Égalité', 'Tie')} : {', '.join(tie['options'])} → {tie['chosen']} ({tie['order']})")
        said = Text(
            f"{outcome['ballots']} bulletins, {outcome['expressed']} exprimés, {outcome['blank']} blancs, {outcome['spoiled']} nuls",
            f"{outcome['ballots']} ballots, {outcome['expressed']} valid, {outcome['blank']} blank, {outcome['spoiled']} spoiled",
        )
        typer.echo(str(said))
        typer.echo(f"{Text('Racine', 'Root')} : {found.root}")
    if found.differences:
        names = ", ".join(found.differences)
        raise InputError(
            Text(
                f"le résultat annoncé n'est pas celui que l'on trouve : {names}",
                f"the result announced is not the one found: {names}",
            ),
            file=str(file),
            line=2,
        )
    if not as_json:
        typer.echo(str(Text("Le résultat annoncé est le bon.", "The result announced is right.")))
