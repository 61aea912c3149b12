"""The export of a survey's answers: time and peak memory of a process that writes 250,000 sets as CSV, JSON and XLSX.

    python -m benchmarks.surveys --sets 250000

Limit: 200 MB a format, the whole process included. A database of its own is made and thrown away (SQLite; PostgreSQL where
``MANDAT_TEST_DATABASE_URL`` names one). Each format is written by a process of its own, so that peaks do not mix.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.databases import postgres, settings_of

LIMIT_MB = 200

FILL = """
import sys, random
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0, interactive=False)
from django.utils import timezone
from mandat.apps.programme.services import programme_load
from mandat.definitions.folder import read_texts
from tests.programmes_folder import texts
from tests.apps.consultations.examples import PROCESSES
programme_load(folder=read_texts(texts() | {name: text.encode() for name, text in PROCESSES.items()}))
from mandat.apps.consultations.models import AnswerSet, Consultation
row = Consultation.objects.create(programme="essai", process="ensemble", component="enquete", type="survey",
    opened_at=timezone.now(), closed_at=timezone.now())
chance = random.Random(1)
left = int(sys.argv[1])
while left:
    batch = [AnswerSet(consultation=row, age_band="25-39", departement="45", answers={
        "mode": chance.choice(("train", "voiture")), "pourquoi": "Pas de train le soir. " * chance.randint(1, 12),
        "raisons": chance.sample(("prix", "temps", "confort"), 2), "ordre": chance.sample(("a", "b", "c"), 3),
        "note": chance.randint(1, 5), "avis": {"gare": "bien", "bus": "mal"}, "nombre": chance.randint(0, 50),
        "commune": "45234", "jour": "2026-10-03", "revenir": "yes"}) for _ in range(min(left, 2000))]
    AnswerSet.objects.bulk_create(batch)
    left -= len(batch)
"""

WRITE = """
import json, os, sys, time
import django
django.setup()
from mandat.apps.consultations.exports import answers
from mandat.apps.consultations.exports.safe import csv_lines
from mandat.apps.consultations.held import held
from mandat.apps.consultations.models import Consultation
from mandat.apps.participation.schema.contributions import Survey
survey, row, form = held("ensemble", "enquete", Survey), Consultation.objects.get(), sys.argv[1]
start, size = time.perf_counter(), 0
if form == "xlsx":
    with open(sys.argv[2], "wb") as out:
        answers.xlsx(survey, row, out)
    size = os.path.getsize(sys.argv[2])
elif form == "count":
    from mandat.apps.consultations.services.tallying import sets_of, tally
    assert tally(survey.document, sets_of(row))["people"] > 0
else:
    lines = csv_lines(answers.heading(survey), answers.rows(survey, row)) if form == "csv" else answers.json_lines(survey, row)
    for part in lines:
        size += len(part)
# Of this program alone: what getrusage tells begins with the memory of the process that started it.
peak = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(json.dumps({"form": form, "seconds": round(time.perf_counter() - start, 1), "bytes": size, "peak_mb": round(peak / 1024)}))
"""


def measured(env: dict[str, str], folder: Path, sets: int) -> list[dict[str, float]]:
    """Fill a database, then one process a format."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", FILL, str(sets)], env=env, check=True)
    print(f"filled with {sets} sets in {time.perf_counter() - start:.0f} s", file=sys.stderr)
    found = []
    for form in ("csv", "json", "xlsx", "count"):
        told = subprocess.run(
            [sys.executable, "-c", WRITE, form, str(folder / f"answers.{form}")],
            env=env,
            check=True,
            capture_output=True,
            text=True,
        )
        found.append(json.loads(told.stdout))
        print(found[-1])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", type=int, default=250_000)
    sets = parser.parse_args().sets
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if os.environ.get("MANDAT_TEST_DATABASE_URL", "").startswith("postgres"):
            with postgres() as (_name, url):
                found = measured(settings_of(folder, url), folder, sets)
        else:
            found = measured(settings_of(folder, f"sqlite:///{folder / 'answers.sqlite3'}"), folder, sets)
    over = [one for one in found if one["peak_mb"] > LIMIT_MB]
    print("over the limit:" if over else f"all under {LIMIT_MB} MB", over or "")
    sys.exit(1 if over else 0)


if __name__ == "__main__":
    main()
