"""A petition that everybody signs at once.

    tools/test-postgres python -m benchmarks.petitions [--rate 2000] [--seconds 60] [--workers 2] [--readers 10]

Server processes on loopback receive ``--rate`` signatures a minute for ``--seconds`` (the promise is ten minutes: ``--seconds 600``), each by
someone who signs for the first time: who they are for the process, the roll, the signature and its counter are written by the one request.
Arrivals follow the clock whatever the server does, and a wait counts from the moment the button was pressed. One in twenty presses twice;
``--readers`` visitors a second read the petition meanwhile. Then everything is counted: no signature that was acknowledged is lost, none is
double, the counter is exact, each threshold was crossed once. ``--kill`` kills a worker in the middle (SIGKILL): its people press again.
On PostgreSQL where ``MANDAT_TEST_DATABASE_URL`` names one, else on SQLite.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.applications import ROOT, TOKEN, database, free_port, run, settings_of, wait

LIMIT = 300
LONGEST = 900

SETUP = """
import sys, json, datetime as dt
import django
django.setup()
from pathlib import Path
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.crypto import get_random_string
from mandat.apps.accounts.models import RoleGrant, User
from mandat.apps.petitions.services import drafting, examining
from mandat.apps.programme.services import programme_load
from mandat.apps.territory import reference
from mandat.apps.territory.services import territory_import
from mandat.definitions.folder import read_texts
from tests.apps.petitions import examples
from tests.apps.petitions.conftest import WORDS

count, out = int(sys.argv[1]), Path(sys.argv[2])
with reference.bundled()["24"].open("rb") as stream:
    territory_import(reference=reference.read_bundle(stream, file="24.json.gz"))
house = examples.HOUSE
for was, now in (("signatures: 3", "signatures: 100"), ("signatures: 5", "signatures: 500"), ("signatures: 6", "signatures: 1000"), ("signatures: 8", "signatures: 1000000")):
    house = house.replace(was, now)
programme_load(folder=read_texts(examples.files(house=house)))
author, agent, *backers = (User.objects.create_user(f"{name}@example.org") for name in ("author", "agent", "one", "two"))
RoleGrant.objects.create(user=agent, role="agent")
petition = drafting.petition_start(actor=author, process="droit-de-petition", component="petitions", **WORDS)
drafting.sponsors_ask(actor=author, petition=petition)
for backer in backers:
    drafting.petition_back(actor=backer, petition=petition)
examining.petition_publish(actor=agent, petition=drafting.petition_submit(actor=author, petition=petition))
backend, store, expire = "django.contrib.auth.backends.ModelBackend", SessionStore(), timezone.now() + dt.timedelta(days=2)
keys = []
for start in range(0, count, 2000):
    users = User.objects.bulk_create([User(email=f"s{n}@example.org", password="!") for n in range(start, min(count, start + 2000))])
    rows = []
    for user in users:
        key = get_random_string(32, "abcdefghijklmnopqrstuvwxyz0123456789")
        data = {SESSION_KEY: str(user.pk), BACKEND_SESSION_KEY: backend, HASH_SESSION_KEY: user.get_session_auth_hash()}
        rows.append(Session(session_key=key, session_data=store.encode(data), expire_date=expire))
        keys.append(key)
    Session.objects.bulk_create(rows)
out.write_text(json.dumps([petition.reference, keys]))
"""

CHECK = """
import django
django.setup()
from mandat import journal
from mandat.apps.ballots.models import Voter
from mandat.apps.petitions.models import Crossing, Petition, Signature, Tally
from mandat.apps.petitions.services import thresholds
petition = Petition.objects.get()
thresholds.look(petition=petition)
petition.refresh_from_db()
rows = Signature.objects.count()
people = Signature.objects.values("nullifier").distinct().count()
crossed = [entry.fact.data["threshold"] for entry in journal.iterate() if entry.fact.kind == "petitions.threshold_crossed.v1"]
print(rows, people, sum(Tally.objects.values_list("n", flat=True)), petition.total, Voter.objects.count(), Crossing.objects.count(), len(crossed))
"""

COMMUNES = ("45234", "37261", "18033", "28085", "41018", "36044")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rate", type=int, default=2000, help="signatures a minute")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--readers", type=int, default=10, help="visits of the petition a second")
    parser.add_argument("--kill", action="store_true", help="kill a worker in the middle")
    options = parser.parse_args()
    if options.seconds > LONGEST:
        parser.error(f"at most {LONGEST} seconds")
    count = options.rate * options.seconds // 60
    console = Console(width=110)
    with tempfile.TemporaryDirectory(prefix="mandat-petitions-") as temporary:
        folder, port = Path(temporary), free_port()
        with database(folder) as (kind, url):
            environment = settings_of(folder, url, port) | {"MANDAT_PROXIES": "1"}
            run(environment, "-m", "django", "migrate", "--verbosity", "0")
            run(environment, "-m", "django", "collectstatic", "--noinput", "--verbosity", "0")
            run(environment, "-c", SETUP, str(count), str(folder / "signers.json"))
            reference, keys = json.loads((folder / "signers.json").read_text())
            console.print(f"{count} people are ready on {kind}.")
            command = [
                sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers",
                str(options.workers), "--no-ws", "--blocking-threads", "4", "--respawn-failed-workers",
                "mandat.config.wsgi:application",
            ]  # fmt: skip
            with subprocess.Popen(
                command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            ) as server:
                try:
                    wait(server, port)
                    pressing = Pressing(port, reference, options.rate / 60, server.pid if options.kill else 0)
                    seconds = asyncio.run(pressing.all(keys, options.readers, options.seconds))
                finally:
                    server.terminate()
                    server.wait(timeout=60)
            rows, people, tally, total, voters, crossings, told = map(int, run(environment, "-c", CHECK).split())
    report(console, pressing, options, kind, seconds, count, (rows, people, tally, total, voters, crossings, told))


def report(
    console: Console,
    pressing: Pressing,
    options: argparse.Namespace,
    kind: str,
    seconds: float,
    count: int,
    found: tuple[int, ...],
) -> None:
    rows, people, tally, total, voters, crossings, told = found
    table = Table(
        "what", "figure", "limit",
        title=f"{options.rate} signatures/min for {options.seconds} s, {options.workers} processes, {options.readers} readers/s, {kind}",
    )  # fmt: skip
    table.add_row("answers", ", ".join(f"{one}: {n}" for one, n in sorted(pressing.outcomes.items())), "")
    table.add_row("acknowledged / signatures", f"{len(pressing.acknowledged)} / {rows}", f"{count}, all of them")
    table.add_row("people / counter / shown", f"{people} / {tally} / {total}", "equal")
    table.add_row("on the roll", str(voters), "equal")
    table.add_row("thresholds crossed / told", f"{crossings} / {told}", "equal")
    table.add_row("done in", f"{seconds:.0f} s, {60 * count / seconds:.0f}/min", f"{options.rate}/min")
    signing, reading = sorted(pressing.waits), sorted(pressing.reads)
    for name, values in (("signing", signing), ("reading", reading)):
        for label, part in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99)):
            if values:
                limit = f"< {LIMIT} ms" if (name, label) == ("signing", "p95") else ""
                table.add_row(f"{name} {label}", f"{values[int((len(values) - 1) * part)] * 1e3:.0f} ms", limit)
    console.print(table)
    if len(pressing.acknowledged) > rows or not rows == people == tally == total or crossings != told:
        raise SystemExit("a signature was lost or doubled")
    if not options.kill and rows != count:
        raise SystemExit("somebody could not sign")
    if not options.kill and signing[int((len(signing) - 1) * 0.95)] * 1e3 > LIMIT:
        raise SystemExit("signing is too slow")


class Pressing:
    """People who press the button at their moment, and visitors who read."""

    def __init__(self, port: int, reference: str, rate: float, kill: int) -> None:
        self.port, self.reference, self.rate, self.kill = port, reference, rate, kill
        self.outcomes: Counter[str] = Counter()
        self.acknowledged: set[int] = set()
        self.waits: list[float] = []
        self.reads: list[float] = []
        self.start = 0.0

    async def all(self, keys: list[str], readers: int, seconds: int) -> float:
        """Everyone signs; seconds it took."""
        chance, self.start = random.Random(11), time.perf_counter()
        reading = asyncio.create_task(self.read(readers, seconds))
        tasks, killed = [], False
        for number, key in enumerate(keys):
            due = number / self.rate
            await asyncio.sleep(max(0.0, due - (time.perf_counter() - self.start)))
            if self.kill and not killed and number > len(keys) // 2:
                killed = True
                kill_worker(self.kill)
            tasks.append(asyncio.create_task(self.sign(number, key, due)))
            if chance.random() < 0.05:
                tasks.append(asyncio.create_task(self.sign(number, key, due, again=True)))
        await asyncio.gather(*tasks)
        taken = time.perf_counter() - self.start
        await reading
        return taken

    async def sign(self, number: int, key: str, due: float, *, again: bool = False) -> None:
        body = f"commune={COMMUNES[number % 6]}&birth={1950 + number % 55}-05-04&sure=on&csrfmiddlewaretoken={TOKEN}"
        for attempt in range(3):
            try:
                status, place = await asyncio.wait_for(
                    self.ask("POST", f"/petitions/{self.reference}/signer/", key, number, body), timeout=60
                )
            except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
                # Killed in the middle: nobody knows whether it counted, and whoever signs presses again.
                self.outcomes[f"{type(error).__name__}, pressed again"] += 1
                await asyncio.sleep(0.5 * (attempt + 1))
                continue
            done = status == "302" and "/ma-signature/" in place
            self.outcomes["signed, pressed twice" if again and done else "signed" if done else f"{status} {place}"] += 1
            if done:
                self.acknowledged.add(number)
                if not again and attempt == 0:
                    self.waits.append(time.perf_counter() - self.start - due)
            return

    async def read(self, readers: int, seconds: int) -> None:
        """Visitors without an account, at their own pace."""
        for n in range(readers * seconds):
            await asyncio.sleep(max(0.0, n / readers - (time.perf_counter() - self.start)))
            began = time.perf_counter()
            try:
                status, _place = await asyncio.wait_for(
                    self.ask("GET", f"/petitions/{self.reference}/", "", n, ""), timeout=60
                )
            except (OSError, TimeoutError, asyncio.IncompleteReadError):
                continue
            if status == "200":
                self.reads.append(time.perf_counter() - began)

    async def ask(self, method: str, path: str, key: str, number: int, body: str) -> tuple[str, str]:
        """The status of the answer, and where it leads."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            address = f"10.{number // 65536 % 256}.{number // 256 % 256}.{number % 256}"
            cookies = f"Cookie: sessionid={key}; csrftoken={TOKEN}\r\n" if key else ""
            head = (
                f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nConnection: close\r\nX-Forwarded-For: {address}\r\n"
                f"{cookies}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n{body}"
            )
            writer.write(head.encode())
            await writer.drain()
            answer = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            status = answer.split(" ", 2)[1]
            lines = (line for line in answer.split("\r\n") if line.lower().startswith("location:"))
            return status, next((line.partition(":")[2].strip() for line in lines), "")
        finally:
            writer.close()


def kill_worker(parent: int) -> None:
    """SIGKILL one child of the server's first process, where the system tells who they are."""
    children = Path(f"/proc/{parent}/task/{parent}/children")
    if children.exists() and (found := children.read_text().split()):
        os.kill(int(found[-1]), signal.SIGKILL)


if __name__ == "__main__":
    main()
