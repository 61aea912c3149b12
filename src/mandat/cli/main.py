"""The ``mandat`` command: a table of commands, each imported only when it is called.

``mandat --help`` must answer at once, and a command that needs no database must
not pay for Django; so this module imports neither commands nor Django.
"""

from __future__ import annotations

import importlib
import os
import sys
from dataclasses import dataclass
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from mandat import __version__
from mandat.kernel.errors import MandatError
from mandat.kernel.text import Text, set_language


@dataclass(frozen=True, slots=True)
class Lazy:
    """A command and the module whose ``app`` (a Typer application) answers it."""

    module: str
    help: Text


COMMANDS: dict[str, Lazy] = {
    "check": Lazy(
        "mandat.cli.check",
        Text("Vérifie un dossier de programme, sans base.", "Check a programme folder, without a database."),
    ),
    "schema": Lazy(
        "mandat.cli.schema",
        Text("Imprime le schéma JSON d'un genre de document.", "Print the JSON Schema of a kind of document."),
    ),
    "load": Lazy(
        "mandat.cli.load", Text("Publie ce qui a changé dans un programme.", "Publish what changed in a programme.")
    ),
    "dump": Lazy(
        "mandat.cli.dump",
        Text("Réécrit les fichiers du programme publié.", "Write the published programme back to files."),
    ),
    "import": Lazy("mandat.cli.import_", Text("Importe des données ouvertes en faits.", "Import open data as facts.")),
    "journal": Lazy(
        "mandat.cli.journal", Text("Vérifie, exporte et prouve le journal.", "Verify, export and prove the journal.")
    ),
    "indicators": Lazy(
        "mandat.cli.indicators",
        Text("Recalcule les indicateurs depuis les faits.", "Recompute the indicators from the facts."),
    ),
    "territory": Lazy(
        "mandat.cli.territory", Text("Charge communes, EPCI et départements.", "Load communes, EPCI and departments.")
    ),
    "export": Lazy(
        "mandat.cli.export", Text("Écrit les données ouvertes et le PDF.", "Write the open data and the PDF.")
    ),
    "demo": Lazy("mandat.cli.demo", Text("Prépare et sert la démonstration.", "Prepare and serve the demonstration.")),
    "manage": Lazy(
        "mandat.cli.manage", Text("Passe la main aux commandes de Django.", "Hand over to Django's own commands.")
    ),
    "count": Lazy("mandat.cli.count", Text("Dépouille un vote (.pb ou CSV).", "Count a vote (.pb or CSV).")),
    "draw": Lazy("mandat.cli.draw", Text("Tire au sort un panel sous quotas.", "Draw a panel by lot under quotas.")),
    "opinion": Lazy(
        "mandat.cli.opinion",
        Text("Dessine la carte des opinions d'une consultation.", "Map the opinions of a conversation."),
    ),
}


class LazyGroup(TyperGroup):
    """Lists commands from the table and imports one when it is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        lazy = COMMANDS.get(cmd_name)
        if lazy is None:
            return None
        if "--help" in sys.argv[1:2] or len(sys.argv) == 1:
            return TyperCommand(cmd_name, help=str(lazy.help), short_help=str(lazy.help))
        app: typer.Typer = importlib.import_module(lazy.module).app
        command = typer.main.get_command(app)
        command.name = cmd_name
        command.help = command.help or str(lazy.help)
        return command


# Plain help: rich's own costs two thirds of the 0.3 s that --help may take.
app = typer.Typer(
    cls=LazyGroup,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback()
def main(
    ctx: typer.Context,
    version: bool = typer.Option(False, "--version", help="Affiche la version. / Print the version."),
) -> None:
    """Mandat : un programme public, exécuté et vérifiable."""
    if version:
        typer.echo(f"mandat {__version__}")
        raise typer.Exit


def run() -> Any:
    """Entry point: user errors become one line on stderr and exit code 1."""
    set_language(os.environ.get("MANDAT_LANG", "fr"))
    try:
        return app()
    except MandatError as error:
        typer.echo(f"{Text('Erreur', 'Error')} : {error}", err=True)
        raise SystemExit(1) from None
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        typer.echo(f"{Text('Erreur', 'Error')} : {error.strerror or error}{where}", err=True)
        raise SystemExit(1) from None


if __name__ == "__main__":
    run()
