"""A million facts: bulk append, one more fact, and pages, in process.

    python -m benchmarks.site [--facts 1000000] [--database sqlite|postgresql] [--keep]

SQLite lives in a temporary folder; PostgreSQL is the one of MANDAT_TEST_DATABASE_URL (see tools/test-postgres),
in a database of its own. Limits are those the project set itself; nothing here fails a build.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

#: Wall and processor seconds.
Spent = tuple[float, float]
ROOT = Path(__file__).resolve().parents[1]
PAGES = (
    "/",
    "/mesures/",
    "/mesures/2/",
    "/mesures/96/",
    "/chapitres/sante/",
    "/communes/37261/",
    "/communes/45234/",
    "/communes/18033/",
    "/faits/",
    "/engagements/96.1/pourquoi/",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--facts", type=int, default=1_000_000)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--folder", default="", help="keep the database here and use it again")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mandat-bench-") as temporary:
        folder = Path(options.folder or temporary).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        os.environ["MANDAT_VAR"] = str(folder)
        os.environ["DJANGO_SETTINGS_MODULE"] = "mandat.config.settings.demo"
        if options.database == "postgresql":
            os.environ["MANDAT_DATABASE_URL"] = os.environ["MANDAT_TEST_DATABASE_URL"]
        run(options.facts, options.database)


def run(count: int, database: str) -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.test.utils import setup_test_environment

    setup_test_environment()
    call_command("migrate", verbosity=0, interactive=False)
    call_command("collectstatic", verbosity=0, interactive=False)
    table = Table("what", "figure", "limit", title=f"{count:,} facts on {database}")
    fill(count, table)
    if database == "postgresql":
        from django.db import connection

        connection.cursor().execute("ANALYZE")
    one_more(table)
    pages(table)
    Console(width=140).print(table)


def fill(count: int, table: Table) -> None:
    """Load the bundled programme and region, then append the facts in bulk."""
    from benchmarks.facts import facts
    from mandat import journal
    from mandat.apps.programme.published import published
    from mandat.apps.programme.services import programme_load
    from mandat.apps.territory import reference, selectors
    from mandat.apps.territory.services import territory_import
    from mandat.definitions.folder import read_folder

    with reference.bundled()["24"].open("rb") as stream:
        territory_import(reference=reference.read_bundle(stream))
    programme_load(folder=read_folder(ROOT / "programmes" / "centre-val-de-loire"), synthetic=True)
    current = published()
    known = journal.count(programme=current.code)
    if known > count // 2:
        return
    areas = [f"commune:{code}" for code in sorted(selectors.area_weights("communes", "region:24"))]
    stream_of_facts = facts(current, areas, count)
    with spent_in_rollups() as spent:
        start = clocks()
        journal.append_many(stream_of_facts)
        wall, cpu = since(start)
    share = spent()[1] / cpu
    table.add_row(
        "bulk append",
        f"{count / wall:,.0f} facts/s, {count / cpu:,.0f} per CPU second (rollups {share:.0%})",
        "≥ 5,000",
    )
    table.add_row(
        "peak memory of the process", f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB", "flat"
    )


class spent_in_rollups:  # noqa: N801 - reads as a phrase where it is used
    """Time spent in the journal's callbacks."""

    def __enter__(self) -> Callable[[], Spent]:
        from mandat.journal import appending

        self.kept = list(appending._callbacks)
        total = [0.0, 0.0]

        def timed(callback: Callable[..., Any]) -> Callable[..., None]:
            def call(entries: Any) -> None:
                start = clocks()
                callback(entries)
                wall, cpu = since(start)
                total[0] += wall
                total[1] += cpu

            return call

        appending._callbacks[:] = [timed(callback) for callback in self.kept]
        return lambda: (total[0], total[1])

    def __exit__(self, *_: object) -> None:
        from mandat.journal import appending

        appending._callbacks[:] = self.kept


def one_more(table: Table, times: int = 200) -> None:
    """Append single facts: the whole act, and the refresh of the indicators it concerns."""
    from django.db import transaction
    from django.utils import timezone

    from benchmarks.facts import facts
    from mandat import journal
    from mandat.apps.programme.published import published
    from mandat.apps.territory import selectors

    areas = [f"commune:{code}" for code in sorted(selectors.area_weights("communes", "region:24"))]
    whole, refresh = [], []
    for fact in facts(published(), areas, times, seed=int(time.time())):
        with spent_in_rollups() as spent:
            start = clocks()
            with transaction.atomic():
                journal.append([replace(fact, occurred_on=timezone.localdate())])
            whole.append(since(start))
            refresh.append(spent())
    table.add_row("one act, committed", percentiles(whole), "")
    table.add_row("an indicator refreshed after one fact", percentiles(refresh), "< 5 ms")


def pages(table: Table, times: int = 40) -> None:
    """Every page composed anew at each visit, then as the page cache serves it."""
    from django.conf import settings
    from django.test import Client

    import mandat.config.wsgi  # noqa: F401 - settles the garbage collector as the server does

    client = Client()
    settings.MANDAT_PAGE_CACHE = False
    for path in PAGES:
        for _ in range(3):
            response = client.get(path)
        if response.status_code != 200:
            table.add_row(path, f"status {response.status_code}", "")
            continue
        spent = [timed_get(client, path) for _ in range(times)]
        table.add_row(path, f"{percentiles(spent)}, {len(response.content) / 1024:.0f} KB", "p95 < 50 ms")
    settings.MANDAT_PAGE_CACHE = True
    client.get("/")
    table.add_row("/ kept by the page cache", percentiles([timed_get(client, "/") for _ in range(times)]), "")


def timed_get(client: Any, path: str) -> Spent:
    start = clocks()
    client.get(path)
    return since(start)


def clocks() -> Spent:
    return time.perf_counter(), time.process_time()


def since(start: Spent) -> Spent:
    wall, cpu = clocks()
    return wall - start[0], cpu - start[1]


def percentiles(spent: list[Spent]) -> str:
    """Wall time, and the processor's own: on a shared machine only the second can be compared."""
    cpu = sorted(cpu for _, cpu in spent)
    ordered = sorted(wall for wall, _ in spent)
    return f"CPU p95 {cpu[int(len(cpu) * 0.95) - 1] * 1e3:.1f} ms; wall p50 {statistics.median(ordered) * 1e3:.1f} ms, p95 {ordered[int(len(ordered) * 0.95) - 1] * 1e3:.1f} ms"


if __name__ == "__main__":
    main()
