"""What the journal costs: append, tree, verify, pages.

    python benchmarks/journal.py [--facts N] [--database URL]

Each figure stands beside the limit it must hold; the exit code says whether all do. Run on both databases by giving
``--database`` (``tools/test-postgres`` makes one).
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

WORDS = [
    "ferme",
    "forêt",
    "lycée",
    "vélo",
    "école",
    "santé",
    "culture",
    "rivière",
    "logement",
    "énergie",
    "agriculture",
    "musique",
    "sport",
    "commune",
]


def facts(count: int):
    import datetime as dt

    from mandat.facts import Fact

    chance = random.Random(7)
    for n in range(count):
        measure = 1 + int(chance.expovariate(0.05)) % 100
        purpose = " ".join(chance.choices(WORDS, k=6))
        yield Fact(
            kind=("grants.awarded.v1", "grants.paid.v1", "statistics.observed.v1")[n % 3 if n % 50 == 0 else n % 2],
            occurred_on=dt.date(2021, 7, 1) + dt.timedelta(days=n * 1900 // count),
            programme="centre-val-de-loire",
            data={"series": purpose, "publisher": "essai"}
            if n % 50 == 0 and n % 3 == 2
            else {"beneficiary": f"Association {chance.randrange(60_000)}", "purpose": f"Projet {purpose}"},
            measures=(measure,),
            commitments=(f"{measure}.{1 + n % 2}",),
            area=f"commune:{chance.choice(('18', '28', '36', '37', '41', '45'))}{chance.randrange(300):03d}",
            amount=Decimal(chance.randrange(100, 5_000_000)) / 100,
            subject=f"aide-{n}",
            source=f"banc:{n}",
            synthetic=True,
        )


def memory() -> float:
    """The memory this process holds for itself, in MB: pages of the database's file mapped by SQLite are the system's to take back."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("RssAnon"):
            return int(line.split()[1]) / 1024
    return 0.0


def timed(call, times: int) -> float:
    """The 95th percentile of ``call``, in milliseconds."""
    spent = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        spent.append((time.perf_counter() - start) * 1000)
    return statistics.quantiles(spent, n=20)[-1]


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--facts", type=int, default=1_000_000)
    options.add_argument("--database", default=os.environ.get("MANDAT_TEST_DATABASE_URL", ""))
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="mandat-banc-") as folder:
        os.environ["DJANGO_SETTINGS_MODULE"] = "mandat.config.settings.dev"
        os.environ["MANDAT_VAR"] = folder
        os.environ["MANDAT_DATABASE_URL"] = chosen.database or f"sqlite:///{folder}/bench.sqlite3"
        return run(chosen.facts, Path(folder))


def run(count: int, folder: Path) -> int:
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection, transaction

    settings.DEBUG = False
    from mandat import journal
    from mandat.facts import canonical
    from mandat.journal import files, merkle

    call_command("migrate", verbosity=0)
    rows: list[tuple[str, str, str, bool]] = []

    def row(name: str, value: float, limit: float, unit: str, *, at_least: bool = False) -> None:
        held = value >= limit if at_least else value <= limit
        rows.append((name, f"{value:,.2f} {unit}", f"{'≥' if at_least else '≤'} {limit:,g} {unit}", held))
        print(f"  {name:58s} {rows[-1][1]:>18s} {rows[-1][2]:>16s}  {'ok' if held else 'NO'}", flush=True)

    print(f"journal, {count:,} facts, {connection.vendor}")
    start = time.perf_counter()
    made = list(facts(20_000))
    making = (time.perf_counter() - start) / len(made)
    start = time.perf_counter()
    held: list[float] = []
    busy = time.process_time()
    journal.append_many(facts(count), each=lambda _: held.append(memory()))
    spent = time.perf_counter() - start
    row("append in bulk", count / spent, 5_000, "facts/s", at_least=True)
    print(f"    by processor time: {count / (time.process_time() - busy):,.0f} facts/s")
    print(f"    of which making the facts themselves: {making * count / spent:.0%}")
    row("most memory during the bulk append", max(held), 300, "MB")
    row("of which gained over the last half", max(held[len(held) // 2 :]) - held[len(held) // 2], 20, "MB")

    leaves = [canonical(fact, index=n, recorded_at=journal.head().recorded_at) for n, fact in enumerate(made)]
    start = time.perf_counter()
    frontier = merkle.Frontier()
    for at in range(0, len(leaves), 2000):
        frontier.extend([merkle.leaf_hash(leaf) for leaf in leaves[at : at + 2000]], every=8)
    tree = (time.perf_counter() - start) / len(leaves) * count
    row("tree, share of the append", 100 * tree / spent, 20, "%")

    extra = iter([journal.correction(journal.entry(n), subject=f"c{n}") for n in range(100)])

    def act() -> None:
        with transaction.atomic():
            journal.append([next(extra)])

    row("one act, one fact (p95)", timed(act, 100), 20, "ms")

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    code = "centre-val-de-loire"
    total = journal.head().size
    chance = random.Random(3)
    for name, conditions in {
        "latest facts": dict,
        "of a measure": lambda: {"programme": code, "measure": chance.randrange(1, 101)},
        "of a commitment": lambda: {"programme": code, "commitment": f"{chance.randrange(1, 60)}.1"},
        "of a commune": lambda: {"area": f"commune:45{chance.randrange(300):03d}"},
        "of a department": lambda: {"department": "45"},
        "of a kind": lambda: {"kind": "grants.paid.v1"},
        "of a rare kind, in effect": lambda: {"kind": "statistics.observed.v1", "effective": True},
        "of a beneficiary": lambda: {"beneficiary": f"Association {chance.randrange(60_000)}"},
        "with a word": lambda: {"text": chance.choice(WORDS)},
        "with two words, of a measure": lambda: {"text": "forêts vélos", "programme": code, "measure": 3},
    }.items():
        row(f"first page {name} (p95)", timed(lambda: journal.page(**conditions()), 40), 50, "ms")  # noqa: B023
    row("page in the middle (p95)", timed(lambda: journal.page(before=chance.randrange(total)), 40), 50, "ms")

    from mandat.journal import proofs

    row("proof of inclusion (p95)", timed(lambda: proofs.document(chance.randrange(total)), 60), 50, "ms")

    start = time.perf_counter()
    before = memory()
    held = [memory() for entry in journal.iterate() if entry.index % 10_000 == 0]
    print(f"    stream of all facts: {time.perf_counter() - start:.1f} s")
    row("memory gained while streaming all of it", max(held) - before, 20, "MB")

    start = time.perf_counter()
    files.export(folder / "log")
    print(f"    export: {time.perf_counter() - start:.1f} s")
    program = (
        "import sys,time;from mandat.cli.main import run;sys.argv=['mandat','journal','verify','--from',sys.argv[1]];"
        "start=time.perf_counter()\ntry: run()\nfinally: print(time.perf_counter()-start,"
        "[int(l.split()[1])/1024 for l in open('/proc/self/status') if l.startswith('VmHWM')][0])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(folder / "log")],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )
    seconds, most = map(float, done.stdout.split()[-2:])
    row("verify from the exported files", seconds, 10 * max(1, count / 1_000_000), "s")
    row("most memory of verify", most, 120, "MB")
    return 0 if all(held for *_, held in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
