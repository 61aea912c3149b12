"""Publications: the PDF, exports, the archive of a figure, the API, and alerts to 40,000 people.

    python -m benchmarks.publications [--facts 100000] [--people 40000] [--folder DIR]

SQLite in a temporary folder, the bundled programme, seeded facts. Limits are those the project set itself; nothing here
fails a build. Memory is the growth of the process's peak while the row was measured.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--facts", type=int, default=100_000)
    parser.add_argument("--people", type=int, default=40_000)
    parser.add_argument("--folder", default="", help="keep the database here and use it again")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mandat-bench-") as temporary:
        folder = Path(options.folder or temporary).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        os.environ["MANDAT_VAR"] = str(folder)
        os.environ["DJANGO_SETTINGS_MODULE"] = "mandat.config.settings.demo"
        run(options.facts, options.people)


def run(count: int, people: int) -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.test.utils import setup_test_environment

    setup_test_environment()
    call_command("migrate", verbosity=0, interactive=False)
    current = _fill(count)
    table = Table("what", "wall s", "CPU s", "how much", "MB more", "limit", title=f"{count:,} facts, SQLite")
    _documents(current, table)
    _exports(current, table)
    _api(table)
    _alerts(current, people, table)
    Console().print(table)


def _fill(count: int) -> Any:
    from benchmarks.facts import facts
    from mandat import journal
    from mandat.apps.programme.published import published
    from mandat.apps.programme.services import programme_load
    from mandat.apps.territory import reference
    from mandat.apps.territory.selectors import expand
    from mandat.apps.territory.services import territory_import
    from mandat.definitions.folder import read_folder

    with reference.bundled()["24"].open("rb") as stream:
        territory_import(reference=reference.read_bundle(stream))
    programme_load(folder=read_folder(ROOT / "programmes" / "centre-val-de-loire"), synthetic=True)
    current = published()
    areas = [f"commune:{code}" for code in expand("region:24")]
    journal.append_many(facts(current, areas, count))
    return current


def _measured(table: Table, what: str, work: Callable[[], Any], limit: str = "") -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    wall, cpu = time.perf_counter(), time.process_time()
    told = work()
    spent = time.perf_counter() - wall, time.process_time() - cpu
    more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    table.add_row(what, f"{spent[0]:.2f}", f"{spent[1]:.2f}", str(told), f"{more:.0f}", limit)


def _size(pieces: Iterable[bytes]) -> str:
    return f"{sum(map(len, pieces)) / 1e6:.1f} MB"


def _documents(current: Any, table: Table) -> None:
    from mandat.apps.programme.standing import today
    from mandat.apps.publications.document.content import content
    from mandat.apps.publications.document.typesetting import typeset_pdf
    from mandat.apps.publications.site import stamp

    for language in ("fr", "en"):

        def document(language: Any = language) -> str:
            data = content(current, language=language, stamp=stamp(current), as_of=today())
            return _size([typeset_pdf(data)])

        _measured(table, f"PDF of the programme, {language}", document, "< 2 s")


def _exports(current: Any, table: Table) -> None:
    from mandat.apps.programme.standing import today
    from mandat.apps.publications.exports.facts import canonical_chunks, facts_table
    from mandat.apps.publications.exports.writers import chunks
    from mandat.apps.publications.recompute.kit import kit_chunks

    everything = {"programme": current.code}
    _measured(table, "facts, JSON Lines", lambda: _size(canonical_chunks(everything)), "flat memory")
    for form in ("csv", "parquet"):
        pieces = chunks(facts_table(everything), form, synthetic=True)
        _measured(table, f"facts, {form}", lambda pieces=pieces: _size(pieces), "flat memory")
    code = next(c.code for c in current.commitments.values() if "grants.awarded.v1" in c.indicator.facts)
    _measured(table, f"archive to recompute {code}", lambda: _size(kit_chunks(current, code, as_of=today())))


def _api(table: Table) -> None:
    from django.test import Client

    client = Client()
    client.get("/api/v1/programme")
    for path in ("/api/v1/commitments?limit=200", "/api/v1/facts?limit=200"):

        def answers(path: str = path) -> str:
            for _ in range(10):
                tag = client.get(path)["ETag"]
            return f"10 answers, {tag[:6]}…"

        _measured(table, path, answers)
        tag = client.get(path)["ETag"]
        _measured(table, f"{path}, unchanged", lambda path=path, tag=tag: [client.get(path, headers={"if-none-match": tag}).status_code for _ in range(100)].count(304))  # fmt: skip


def _alerts(current: Any, people: int, table: Table) -> None:
    from django.utils import timezone

    from benchmarks.facts import facts
    from mandat import journal
    from mandat.apps.accounts.models import User
    from mandat.apps.community.digests.cutting import cut
    from mandat.apps.community.digests.sending import left, send_slice
    from mandat.apps.community.models import DigestSection, Follow, Pace
    from mandat.apps.publications.alerts.changes import observe
    from mandat.apps.territory.selectors import expand

    User.objects.bulk_create(
        [User(email=f"n{rank}@example.org", language="fr" if rank % 10 else "en") for rank in range(people)],
        batch_size=2000,
        ignore_conflicts=True,
    )
    users = list(User.objects.order_by("pk"))
    numbers = list(current.measures)
    Follow.objects.bulk_create(
        [
            Follow(
                user=user,
                programme=current.code,
                target="all:" if rank % 2 else f"measure:{numbers[rank % len(numbers)]}",
                pace="instant",
                since=timezone.now(),
            )
            for rank, user in enumerate(users)
        ],
        batch_size=2000,
        ignore_conflicts=True,
    )
    observe(current)
    cut(current.code, Pace.INSTANT)
    areas = [f"commune:{code}" for code in expand("region:24")]
    journal.append_many(facts(current, areas, 200, seed=2))
    _measured(table, "see changes of standing", lambda: f"{len(observe(current))} changes")

    def written() -> str:
        digest = cut(current.code, Pace.INSTANT)
        return f"{digest.due if digest else 0:,} due, {DigestSection.objects.count()} composed"

    _measured(table, f"cut the digest of {people:,} people", written)
    slices = list(left(current.code).values_list("pk", flat=True)[:10])
    _measured(table, "hand 10 slices over", lambda: f"{sum(send_slice(pk) for pk in slices):,} sent")


if __name__ == "__main__":
    main()
