"""Visitors on the demonstration: 2 workers, 200 pages a second for 60 seconds, on loopback, then it stops by itself.

    python -m benchmarks.load [--rate 200] [--seconds 60] [--folder VAR]

Arrivals follow the clock whatever the server does (open loop), and a wait counts from the moment the visitor came, so a slow
server cannot hide its queue. The client shares the machine with the server. Each page is met before by both workers,
as on a site in service; ``--cold`` leaves that out, as after a new fact.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.table import Table

PORT = 8765
LIMIT = 120
PATHS = (
    *("/",) * 8,
    *("/mesures/",) * 4,
    *(f"/mesures/{n}/" for n in range(1, 101)),
    *(f"/en/mesures/{n}/" for n in range(1, 101, 5)),
    *("/communes/37261/", "/communes/45234/", "/communes/18033/", "/communes/41018/") * 3,
    *("/faits/", "/faits/?kind=grants.awarded.v1", "/statut/", "/instances/", "/programme/", "/en/") * 2,
    *("/recherche/?q=medecins", "/recherche/?q=bio", "/engagements/2.1/pourquoi/", "/engagements/10.1/pourquoi/") * 2,
)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rate", type=int, default=200)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--folder", default="")
    parser.add_argument("--cold", action="store_true", help="do not let each worker meet the pages before")
    options = parser.parse_args()
    if options.seconds > LIMIT:
        parser.error(f"at most {LIMIT} seconds")
    with tempfile.TemporaryDirectory(prefix="mandat-load-") as temporary:
        environment = {**os.environ, "MANDAT_VAR": str(Path(options.folder or temporary).resolve())}
        environment.pop("DJANGO_SETTINGS_MODULE", None)
        command = [sys.executable, "-m", "mandat.cli", "demo", "--port", str(PORT), "--workers", "2"]
        with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
            try:
                wait_until_ready(server)
                if not options.cold:
                    warm()
                asyncio.run(visit(options.rate, options.seconds))
            finally:
                server.terminate()
                server.wait(timeout=20)


def wait_until_ready(server: subprocess.Popen[bytes], patience: float = 300) -> None:
    import http.client

    end = time.monotonic() + patience
    while time.monotonic() < end:
        if server.poll() is not None:
            raise SystemExit("the server stopped before it was ready")
        try:
            connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=5)
            connection.request("GET", "/")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.5)
    raise SystemExit("the server was not ready in time")


def warm(rounds: int = 4) -> None:
    """Visit each page some times on fresh connections, so that both workers have met it: a site in service."""
    import http.client

    for path in sorted(set(PATHS)) * rounds:
        connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30)
        connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
        connection.getresponse().read()
        connection.close()


async def visit(rate: int, seconds: int) -> None:
    chance = random.Random(7)
    waits: list[float] = []
    outcomes: Counter[str] = Counter()
    idle: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter] | None] = asyncio.Queue()
    for _ in range(100):
        idle.put_nowait(None)
    start = time.perf_counter()

    async def one(path: str, due: float) -> None:
        held = await idle.get()
        try:
            held = held or await asyncio.open_connection("127.0.0.1", PORT)
            status, held = await asyncio.wait_for(get(held, path), timeout=30)
            outcomes[status] += 1
            waits.append(time.perf_counter() - start - due)
        except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
            outcomes[type(error).__name__] += 1
            held = None
        finally:
            idle.put_nowait(held)

    tasks = []
    for number in range(rate * seconds):
        due = number / rate
        await asyncio.sleep(max(0.0, due - (time.perf_counter() - start)))
        tasks.append(asyncio.create_task(one(chance.choice(PATHS), due)))
    await asyncio.gather(*tasks)
    report(waits, outcomes, rate, time.perf_counter() - start)


async def get(
    held: tuple[asyncio.StreamReader, asyncio.StreamWriter], path: str
) -> tuple[str, tuple[asyncio.StreamReader, asyncio.StreamWriter] | None]:
    """One request on a kept connection; the body is read whole."""
    reader, writer = held
    writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{PORT}\r\nAccept-Encoding: gzip\r\n\r\n".encode())
    await writer.drain()
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    status = head.split(" ", 2)[1]
    if "transfer-encoding: chunked" in head:
        while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
            await reader.readexactly(size + 2)
        await reader.readexactly(2)
    else:
        length = next((line.split(":")[1] for line in head.split("\r\n") if line.startswith("content-length:")), "0")
        await reader.readexactly(int(length))
    if "connection: close" in head:
        writer.close()
        return status, None
    return status, held


def report(waits: list[float], outcomes: Counter[str], rate: int, seconds: float) -> None:
    ordered = sorted(waits)
    table = Table("what", "figure", "limit", title=f"{rate} visitors/s on 2 workers")
    table.add_row("answers", ", ".join(f"{status}: {count}" for status, count in sorted(outcomes.items())), "no error")
    table.add_row("served", f"{len(waits) / seconds:.0f}/s for {seconds:.0f} s", f"{rate}/s for 60 s")
    for name, part in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99)):
        value = ordered[min(len(ordered) - 1, int(len(ordered) * part))] * 1e3 if ordered else float("nan")
        table.add_row(name, f"{value:.1f} ms", "< 150 ms" if name == "p95" else "")
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
