"""The last minute of a call, and the check before an account.

    tools/test-postgres python -m benchmarks.applications [--rate 50] [--seconds 60] [--workers 2]

Server processes on loopback receive ``--rate`` applications a second for ``--seconds`` (the promise is ten minutes: ``--seconds 600``), each
sent by a member who presses the button: arrivals follow the clock whatever the server does, and a wait counts from the moment the
button was pressed. One in twenty presses twice. Then every draft is counted: none lost, none double, a receipt for each, sealed and true.
On PostgreSQL where ``MANDAT_TEST_DATABASE_URL`` names one, else on SQLite.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parents[1]
TOKEN = "a" * 32
#: Drafts that one account holds: as many as the limits let it begin in a day, and fewer.
EACH = 30
PRE_CHECK_LIMIT = 50
LONGEST = 900

SETUP = """
import sys, json
import django
django.setup()
from pathlib import Path
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone
from mandat.apps.custody.models import Subject
from mandat.apps.grants.models import Case
from mandat.apps.programme.services import programme_load
from mandat.apps.territory import reference
from mandat.apps.territory.services import territory_import
from mandat.definitions.folder import read_texts
from tests.apps.grants.intake import world
from tests.programmes_folder import texts

count, each, out = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
with reference.bundled()["24"].open("rb") as stream:
    territory_import(reference=reference.read_bundle(stream, file="24.json.gz"))
programme_load(folder=read_texts(texts() | world.files()))
backend = "django.contrib.auth.backends.ModelBackend"
found, first = [], None
for start in range(0, count, each):
    organisation = world.organisation(f"Association {start}")
    user = world.member(organisation, f"membre{start}")
    session = SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), backend, user.get_session_auth_hash()
    session.create()
    model = world.draft(user, organisation, scheme="simple")
    found.append((model.reference, session.session_key))
    n = min(each, count - start) - 1
    subjects = Subject.objects.bulk_create([Subject(**Subject.fresh()) for _ in range(n)])
    copies = []
    for subject in subjects:
        kept = {name: getattr(model, name) for name in (
            "programme", "scheme", "scheme_version", "rule_version", "call", "measure", "applicant_kind", "title", "answers", "revision",
            "area", "cost", "asked", "computed", "created_at", "saved_at")}
        copy = Case(applicant=organisation, opened_by=user, subject=subject, **kept)
        copy.private = {}
        copies.append(copy)
    Case.objects.bulk_create(copies)
    found += [(copy.reference, session.session_key) for copy in copies]
out.write_text(json.dumps(found))
"""

CHECK = """
import django
django.setup()
from django.db.models import Count
from mandat import journal
from mandat.apps.grants.models import Case, Move, Submission
from mandat.apps.grants.submitted import read_back
sent = Case.objects.filter(state="submitted").count()
double = Case.objects.annotate(n=Count("submissions")).filter(n__gt=1).count()
without = Case.objects.filter(state="submitted", submissions=None).count()
facts = sum(entry.fact.kind == "grants.applied.v1" for entry in journal.iterate())
true = sum(read_back(one)["reference"] == one.case.reference for one in Submission.objects.select_related("case__subject").iterator(chunk_size=500))
print(sent, Submission.objects.count(), double, without, facts, true, Move.objects.filter(name="submit").count())
"""

PRE_CHECK = """
import sys, time
import django
django.setup()
from django.test import Client
taken = []
client = Client(HTTP_HOST="127.0.0.1")
first = {"asked": ["siege", "cout", "demande"], "siege": "45234", "cout": "10000", "demande": "4000"}
for n in range(int(sys.argv[1])):
    began = time.perf_counter()
    answer = client.post("/aides/complet/verifier/", {**first, "cout": str(2000 + n)})
    taken.append(time.perf_counter() - began)
    assert answer.status_code == 200 and "verdict" in answer.content.decode()
print(*(f"{one * 1e3:.3f}" for one in taken))
"""


@contextmanager
def database(folder: Path) -> Iterator[tuple[str, str]]:
    """A new database: its kind and its address."""
    url = os.environ.get("MANDAT_TEST_DATABASE_URL", "")
    if not url.startswith("postgres"):
        yield "SQLite", f"sqlite:///{folder}/mandat.sqlite3"
        return
    import psycopg

    name = f"applications_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield "PostgreSQL", f"{url.rpartition('/')[0]}/{name}"
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def settings_of(folder: Path, url: str, port: int) -> dict[str, str]:
    found = {
        **os.environ,
        "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
        "DJANGO_SETTINGS_MODULE": "mandat.config.settings.demo",
        "MANDAT_VAR": str(folder),
        "MANDAT_DATABASE_URL": url,
        "MANDAT_PROGRAMME": "essai",
        "MANDAT_SITE_URL": f"http://127.0.0.1:{port}",
    }
    found.pop("MANDAT_TEST_DATABASE_URL", None)
    return found


def run(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], env=environment, cwd=ROOT, check=False, capture_output=True, text=True
    )
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    return done.stdout


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rate", type=int, default=50)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    if options.seconds > LONGEST:
        parser.error(f"at most {LONGEST} seconds")
    count = options.rate * options.seconds
    console = Console(width=110)
    with tempfile.TemporaryDirectory(prefix="mandat-applications-") as temporary:
        folder, port = Path(temporary), free_port()
        with database(folder) as (kind, url):
            environment = settings_of(folder, url, port)
            run(environment, "-m", "django", "migrate", "--verbosity", "0")
            run(environment, "-m", "django", "collectstatic", "--noinput", "--verbosity", "0")
            run(environment, "-c", SETUP, str(count), str(EACH), str(folder / "drafts.json"))
            console.print(f"{count} drafts are ready on {kind}.")
            checks = [float(one) for one in run(environment, "-c", PRE_CHECK, "200").split()][20:]
            import json

            drafts = [tuple(one) for one in json.loads((folder / "drafts.json").read_text())]
            random.Random(7).shuffle(drafts)
            command = [
                sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers",
                str(options.workers), "--no-ws", "--blocking-threads", "4", "mandat.config.wsgi:application",
            ]  # fmt: skip
            with subprocess.Popen(
                command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            ) as server:
                try:
                    wait(server, port)
                    waits, outcomes, seconds = asyncio.run(press(drafts, options.rate, port))
                finally:
                    server.terminate()
                    server.wait(timeout=60)
            sent, submissions, double, without, facts, true, moves = map(int, run(environment, "-c", CHECK).split())
    good = sent == submissions == facts == true == moves == count and double == without == 0
    table = Table(
        "what",
        "figure",
        "limit",
        title=f"{options.rate} applications/s for {options.seconds} s, {options.workers} processes, {kind}",
    )
    table.add_row("answers", ", ".join(f"{one}: {n}" for one, n in sorted(outcomes.items())), "a receipt each")
    table.add_row("sent, of those pressed", f"{sent} of {count}", "all")
    table.add_row("sealed, true to their digest", str(true), "all")
    table.add_row("facts / steps", f"{facts} / {moves}", "one each")
    table.add_row("double / without receipt", f"{double} / {without}", "0 / 0")
    table.add_row("done in", f"{seconds:.0f} s, {count / seconds:.1f}/s", f"{options.rate}/s")
    ordered = sorted(waits)
    for name, part in (("wait p50", 0.5), ("wait p95", 0.95), ("wait p99", 0.99)):
        table.add_row(name, f"{ordered[int((len(ordered) - 1) * part)] * 1e3:.0f} ms", "")
    p95 = statistics.quantiles(checks, n=20)[18]
    table.add_row("pre-check p50", f"{statistics.median(checks):.1f} ms", "")
    table.add_row("pre-check p95", f"{p95:.1f} ms", f"< {PRE_CHECK_LIMIT} ms")
    console.print(table)
    if not good:
        raise SystemExit("an application was lost or doubled")
    if p95 > PRE_CHECK_LIMIT:
        raise SystemExit("the pre-check is too slow")


def wait(server: subprocess.Popen[bytes], port: int, patience: float = 120) -> None:
    import http.client

    end = time.monotonic() + patience
    while time.monotonic() < end:
        if server.poll() is not None:
            raise SystemExit("the server stopped before it was ready")
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("GET", "/mentions-legales/")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.3)
    raise SystemExit("the server was not ready in time")


async def press(drafts: list[tuple[str, str]], rate: int, port: int) -> tuple[list[float], Counter[str], float]:
    """Press the button of each draft at its moment; one in twenty twice. Waits are of those that got their receipt."""
    chance = random.Random(11)
    waits: list[float] = []
    outcomes: Counter[str] = Counter()
    room = asyncio.Semaphore(400)
    start = time.perf_counter()

    async def one(reference: str, session: str, due: float, *, again: bool = False) -> None:
        async with room:
            try:
                status, place = await asyncio.wait_for(post(reference, session, port), timeout=120)
            except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
                outcomes[type(error).__name__] += 1
                return
        receipt = status == "302" and "/recepisse/1/" in place
        outcomes["receipt, pressed twice" if again and receipt else "receipt" if receipt else f"{status} {place}"] += 1
        if receipt and not again:
            waits.append(time.perf_counter() - start - due)

    tasks = []
    for number, (reference, session) in enumerate(drafts):
        due = number / rate
        await asyncio.sleep(max(0.0, due - (time.perf_counter() - start)))
        tasks.append(asyncio.create_task(one(reference, session, due)))
        if chance.random() < 0.05:
            tasks.append(asyncio.create_task(one(reference, session, due, again=True)))
    await asyncio.gather(*tasks)
    return waits, outcomes, time.perf_counter() - start


async def post(reference: str, session: str, port: int) -> tuple[str, str]:
    """The status of the answer, and where it leads."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        body = f"sure=1&csrfmiddlewaretoken={TOKEN}"
        head = (
            f"POST /mes-dossiers/{reference}/verifier/ HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n"
            f"Cookie: sessionid={session}; csrftoken={TOKEN}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}"
        )
        writer.write(head.encode())
        await writer.drain()
        answer = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        status = answer.split(" ", 2)[1]
        place = next(
            (line.partition(":")[2].strip() for line in answer.split("\r\n") if line.lower().startswith("location:")),
            "",
        )
        return status, place
    finally:
        writer.close()


if __name__ == "__main__":
    main()
