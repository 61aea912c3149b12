"""``mandat schema KIND``: the JSON Schema of a kind of document."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from mandat.definitions.registry import kinds
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def schema(
    kind: Annotated[str, typer.Argument(help=str(Text("Genre : programme, chapter, measure…", "Kind.")))] = "",
) -> None:
    """Imprime le schéma JSON d'un genre ; sans argument, la liste des genres."""
    if not kind:
        for name, known in kinds().items():
            typer.echo(f"{name:16} {known.label}")
        return
    if kind not in kinds():
        listed = ", ".join(kinds())
        raise InputError(Text(f"genre inconnu : {kind} (connus : {listed})", f"unknown kind: {kind} (known: {listed})"))
    document = kinds()[kind].model.model_json_schema()
    document["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    document["properties"] = {"kind": {"const": kind}, **document.get("properties", {})}
    document["required"] = ["kind", *document.get("required", [])]
    typer.echo(json.dumps(document, ensure_ascii=False, indent=2))
