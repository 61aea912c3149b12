"""The ``mandat`` command: a table of commands, each imported only when it is called.

``mandat --help`` must answer at once, and a command that needs no database must
not pay for Django; so this module imports neither commands nor Django.
"""

from __future__ import annotations

import errno
import importlib
import io
import os
import sys
from dataclasses import dataclass
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException

from mandat import __version__
from mandat.cli import usage
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
    "rules": Lazy(
        "mandat.cli.rules",
        Text("Vérifie, explique et applique des règles.", "Check, explain and run rules."),
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
    "population": Lazy(
        "mandat.cli.population",
        Text("Écrit une population de synthèse (Parquet).", "Write a synthetic population (Parquet)."),
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
            said = str(lazy.help)
            return usage.speak(TyperCommand(cmd_name, help=said, short_help=said, rich_markup_mode=None))
        app: typer.Typer = importlib.import_module(lazy.module).app
        command = typer.main.get_command(app)
        command.name = cmd_name
        command.help = command.help or str(lazy.help)
        return usage.speak(command)

    def get_help(self, ctx: Any) -> str:
        return usage.said(super().get_help(ctx))

    def get_usage(self, ctx: Any) -> str:
        return usage.said(super().get_usage(ctx))


# Plain help: rich's own costs two thirds of the 0.3 s that --help may take.
app = typer.Typer(
    cls=LazyGroup,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"mandat {__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: bool = typer.Option(
        False, "--version", is_eager=True, callback=_version, help="Affiche la version. / Print the version."
    ),
) -> None:
    """Mandat : un programme public, exécuté et vérifiable."""


def run() -> Any:
    """Entry point: what a user can mend becomes one sentence on stderr and exit code 1; the rest is a bug and shows."""
    set_language(os.environ.get("MANDAT_LANG", "fr"))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        code = app(standalone_mode=False)
    except typer.Abort:
        typer.echo(str(Text("Abandonné.", "Aborted.")), err=True)
        raise SystemExit(1) from None
    except TyperException as error:
        text, code = usage.show(error)
        typer.echo(text, err=True)
        raise SystemExit(code) from None
    except Exception as error:
        sentence = explain(error)
        if not sentence:
            raise
        typer.echo(f"{Text('Erreur : ', 'Error: ')}{sentence}", err=True)
        raise SystemExit(1) from None
    raise SystemExit(code if isinstance(code, int) else 0)


#: What the system says in English only, for what users meet.
_SYSTEM = {
    errno.ENOENT: Text("ce fichier n'existe pas", "no such file"),
    errno.EACCES: Text("accès refusé à ce fichier", "permission denied"),
    errno.EISDIR: Text("c'est un dossier, pas un fichier", "this is a folder, not a file"),
    errno.ENOTDIR: Text("ce n'est pas un dossier", "this is not a folder"),
    errno.ENOSPC: Text("le disque est plein : rien n'est à moitié écrit", "the disk is full: nothing is half written"),
    errno.EROFS: Text("ce disque est en lecture seule", "this disk is read-only"),
}


def explain(error: Exception) -> str:
    """What happened and what to do, for errors a user can mend; empty for others. Django is known by name only."""
    if isinstance(error, MandatError):
        return str(error)
    if isinstance(error, OSError):
        where = f" ({error.filename})" if error.filename else ""
        return f"{_SYSTEM.get(error.errno or 0, error.strerror or error)}{where}"
    if isinstance(error, MemoryError):
        return str(Text("mémoire insuffisante", "not enough memory"))
    module, name = type(error).__module__, type(error).__name__
    if (module, name) == ("django.core.exceptions", "ImproperlyConfigured"):
        return str(error)
    if module == "django.db.utils":
        said = str(error).lower()
        return next((str(text) for words, text in _DATABASE if any(word in said for word in words)), "")
    return ""


_DATABASE: tuple[tuple[tuple[str, ...], Text], ...] = (
    (
        ("is locked", "lock timeout", "deadlock"),
        Text(
            "la base est occupée par un autre programme : rien n'est enregistré, réessayez dans un instant",
            "the database is in use by another program: nothing is recorded, try again in a moment",
        ),
    ),
    (
        ("no such table", "no such column", "does not exist"),
        Text(
            "la base n'est pas prête : lancez d'abord « mandat manage migrate »",
            "the database is not ready: first run “mandat manage migrate”",
        ),
    ),
    (
        ("disk is full", "no space left"),
        Text("le disque est plein : rien n'est enregistré", "the disk is full: nothing is recorded"),
    ),
    (
        ("readonly database", "read-only"),
        Text("la base ne peut être modifiée : voyez ses droits", "the database cannot be written: see its permissions"),
    ),
    (
        ("not a database", "malformed"),
        Text("ce fichier n'est pas une base lisible", "this file is no readable database"),
    ),
    (
        ("unable to open", "connection", "password authentication"),
        Text(
            "la base ne répond pas : vérifiez MANDAT_DATABASE_URL et MANDAT_VAR",
            "the database does not answer: check MANDAT_DATABASE_URL and MANDAT_VAR",
        ),
    ),
)


if __name__ == "__main__":
    run()
