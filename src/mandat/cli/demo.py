"""``mandat demo``: prepare the demonstration where it is not yet, and serve it.

Each step looks whether its work is done, so that a second run starts at once and loses nothing.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Annotated, cast

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from mandat.cli.django import start
from mandat.kernel.errors import MandatError
from mandat.kernel.text import Text

app = typer.Typer(add_completion=False, rich_markup_mode=None)
console = Console(stderr=True, highlight=False)

PROGRAMMES = Path(__file__).resolve().parents[3] / "programmes"


@app.command()
def demo(
    port: Annotated[
        int, typer.Option(min=1024, max=65535, help=str(Text("Port d'écoute.", "Port to listen on.")))
    ] = 8000,
    workers: Annotated[
        int, typer.Option(min=1, max=16, help=str(Text("Processus serveurs.", "Server processes.")))
    ] = 2,
    serve: Annotated[
        bool, typer.Option(help=str(Text("Sert le site une fois prêt.", "Serve the site once ready.")))
    ] = True,
) -> None:
    """Prépare la démonstration, affiche l'adresse et les comptes, et sert le site."""
    port = _free_port(port) if serve else port
    os.environ.setdefault("MANDAT_SITE_URL", f"http://127.0.0.1:{port}")
    start("mandat.config.settings.demo")
    from django.conf import settings

    if not settings.MANDAT_DEMO:
        raise MandatError(
            Text(
                "la démonstration a ses propres réglages : DJANGO_SETTINGS_MODULE=mandat.config.settings.demo",
                "the demonstration has settings of its own: DJANGO_SETTINGS_MODULE=mandat.config.settings.demo",
            )
        )
    try:
        prepare()
    except KeyboardInterrupt:
        _step(
            "Interrompu. Relancez la même commande : la préparation reprend où elle s'est arrêtée.",
            "Interrupted. Run the same command again: the preparation goes on where it stopped.",
        )
        raise typer.Exit(130) from None
    if serve:
        _announce(port)
        _serve(port, workers)


def prepare() -> None:
    """Database, territory, programme, history, accounts, search and static files: what is missing is made."""
    from django.conf import settings
    from django.core.management import call_command

    from mandat.apps.demonstration import accounts, history
    from mandat.apps.programme.schema import Programme
    from mandat.apps.programme.services import programme_load
    from mandat.apps.rulebook.tasks import ensure_population
    from mandat.apps.territory import reference
    from mandat.apps.territory.services import territory_import
    from mandat.definitions.folder import read_folder
    from mandat.kernel.periods import PARIS

    _step("La base de données", "The database")
    call_command("migrate", verbosity=0, interactive=False)
    folder = read_folder(PROGRAMMES / settings.MANDAT_PROGRAMME)
    region = cast(Programme, folder.of("programme")[0].model).region if not folder.problems else ""
    if bundle := reference.bundled().get(region):
        with bundle.open("rb") as stream:
            territory_import(reference=reference.read_bundle(stream, file=bundle.name))
    first = not history.begun()
    opening = dt.datetime(2021, 7, 2, 9, tzinfo=PARIS) if first else None
    if changes := programme_load(folder=folder, synthetic=True, at=opening):
        _step(
            f"Le programme : {len(changes)} définitions publiées",
            f"The programme: {len(changes)} definitions published",
        )
    accounts.create()
    ensure_population()
    if not history.written():
        with _bar() as bar:
            task = bar.add_task(str(Text("L'histoire synthétique", "The synthetic history")), total=None)
            history.write_history(progress=lambda done, total: bar.update(task, completed=done, total=total))
    _collect_static()


def _collect_static() -> None:
    """Gather and compress the static files, only when one of them changed."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    found = sorted(
        (path, storage.get_modified_time(path).timestamp())
        for finder in get_finders()
        for path, storage in finder.list([])
    )
    stamp = settings.STATIC_ROOT / ".gathered"
    digest = hashlib.sha256(repr(found).encode()).hexdigest()
    if not stamp.exists() or stamp.read_text() != digest:
        call_command("collectstatic", verbosity=0, interactive=False)
        stamp.write_text(digest)


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=console
    )


def _step(fr: str, en: str) -> None:
    console.print(f"· {Text(fr, en)}")


def _free_port(port: int) -> int:
    for candidate in range(port, min(port + 20, 65536)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", candidate))
            except OSError:
                continue
            return candidate
    raise MandatError(Text(f"aucun port libre à partir de {port}", f"no free port from {port} on"))


def _announce(port: int) -> None:
    from mandat.apps.demonstration.accounts import ACCOUNTS

    out = Console(highlight=False)
    out.print()
    out.print(str(Text("Mandat est prêt :", "Mandat is ready:")), f"http://127.0.0.1:{port}/")
    out.print(
        str(
            Text(
                "Comptes de démonstration (un clic suffit sur la page « Se connecter ») :",
                "Demonstration accounts (one click on the “Sign in” page):",
            )
        )
    )
    for account in ACCOUNTS:
        out.print(f"  {account.email:34} {account.label}")
    out.print(str(Text("Ctrl-C pour arrêter.", "Ctrl-C to stop.")))


def _serve(port: int, workers: int) -> None:
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    server = Granian(
        "mandat.config.wsgi:application",
        address="127.0.0.1",
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=2,
        backpressure=256,
        log_level=LogLevels.warning,
    )
    # Large imports, the PDF and e-mails are done beside the pages, as in production.
    worker = subprocess.Popen([sys.executable, "-m", "django", "db_worker", "--interval", "3", "-v", "0"])
    try:
        server.serve()
    finally:
        worker.terminate()
        worker.wait(timeout=20)
