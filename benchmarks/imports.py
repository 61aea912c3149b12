"""What an import costs: a million lines read, tried and recorded, in how much memory.

    python benchmarks/imports.py [--lines N] [--database URL]

The file is made from the columns of SCDL subventions 2.1.1, with the irregularities of real ones. Each figure stands beside
the limit it must hold; the exit code says whether all do.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

HEADER = "nomAttribuant;idAttribuant;dateConvention;referenceDecision;nomBeneficiaire;idBeneficiaire;objet;montant;nature;notificationUE;pourcentageSubvention"
WORDS = [
    "festival",
    "santé",
    "ferme",
    "lycée",
    "vélo",
    "école",
    "forêt",
    "culture",
    "rivière",
    "logement",
    "énergie",
    "musique",
    "sport",
    "abattoir",
    "biodiversité",
    "compostage",
]
LIMIT_MEMORY = 300.0


def siret(number: int) -> str:
    """A number with right check digits, never one of a real company by intent."""

    def key(digits: str) -> str:
        for last in "0123456789":
            total = 0
            for place, digit in enumerate(reversed(digits + last)):
                value = int(digit) * (2 if place % 2 else 1)
                total += value - 9 if value > 9 else value
            if total % 10 == 0:
                return digits + last
        raise AssertionError

    return key(key(f"9{number:07d}") + "0001")


def write(path: Path, lines: int) -> None:
    chance = random.Random(11)
    known = [siret(n) for n in range(20_000)]
    with path.open("w", encoding="utf-8", newline="") as out:
        out.write(HEADER + "\r\n")
        for n in range(lines):
            day = (
                f"{1 + n % 28:02d}/{1 + n % 12:02d}/{2021 + n % 4}"
                if n % 3
                else f"{2021 + n % 4}-{1 + n % 12:02d}-{1 + n % 28:02d}"
            )
            euros = f"{chance.randrange(100, 90_000)},{n % 100:02d}" if n % 2 else f"{chance.randrange(100, 90_000)}.5"
            purpose = " ".join(chance.choices(WORDS, k=6))
            number = known[n % len(known)] if n % 200 else "12345"
            out.write(
                f"Région;23450002300028;{day};CP {n};Association {n % 20_000};{number};Projet {purpose};{euros};aide en numéraire;non;1\r\n"
            )


def memory() -> float:
    """The memory this process holds for itself, in MB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("RssAnon"):
            return int(line.split()[1]) / 1024
    return 0.0


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--lines", type=int, default=1_000_000)
    options.add_argument("--database", default=os.environ.get("MANDAT_TEST_DATABASE_URL", ""))
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="mandat-banc-") as folder:
        os.environ["DJANGO_SETTINGS_MODULE"] = "mandat.config.settings.dev"
        os.environ["MANDAT_VAR"] = folder
        os.environ["MANDAT_DATABASE_URL"] = chosen.database or f"sqlite:///{folder}/bench.sqlite3"
        return run(chosen.lines, Path(folder))


def run(lines: int, folder: Path) -> int:
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    settings.DEBUG = False
    from mandat.apps.imports import services
    from mandat.apps.programme.services import programme_load
    from mandat.definitions.folder import read_folder
    from mandat.engines.opendata import read

    call_command("migrate", verbosity=0)
    programme = "centre-val-de-loire"
    programme_load(folder=read_folder(ROOT / "programmes" / programme))
    file = folder / "subventions.csv"
    write(file, lines)
    print(f"imports, {lines:,} lines ({file.stat().st_size / 1e6:.0f} MB), {connection.vendor}")
    held: list[float] = []
    kept = True

    def row(name: str, value: float, limit: float | None, unit: str) -> None:
        nonlocal kept
        good = limit is None or value <= limit
        kept = kept and good
        shown = "" if limit is None else f"≤ {limit:g} {unit}"
        print(f"  {name:48s} {value:>14,.1f} {unit:8s} {shown:>14s}  {'ok' if good else 'NO'}", flush=True)

    start, busy = time.perf_counter(), time.process_time()
    with file.open("rb") as stream:
        for rank, _ in enumerate(read("scdl-subventions", stream)):
            if rank % 5000 == 0:
                held.append(memory())
    row("read alone", lines / (time.perf_counter() - start), None, "lines/s")
    row("  by processor time", lines / (time.process_time() - busy), None, "lines/s")
    row("  most memory", max(held), LIMIT_MEMORY, "MB")
    for name, dry_run in (("trial", True), ("import", False), ("the same file again", False)):
        held.clear()
        start, busy = time.perf_counter(), time.process_time()
        done = services.import_file(
            path=file,
            mapping="subventions",
            dry_run=dry_run,
            programme=programme,
            synthetic=True,
            progress=lambda _: held.append(memory()),
        )
        row(name, lines / (time.perf_counter() - start), None, "lines/s")
        row("  by processor time", lines / (time.process_time() - busy), None, "lines/s")
        row("  most memory", max(held), LIMIT_MEMORY, "MB")
        print(
            f"    new {done.new:,}, known {done.known:,}, corrected {done.corrected:,}, repeated {done.repeated:,}, refused {done.refused:,}"
        )
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
