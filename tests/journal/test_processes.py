"""Several processes append at once, one is killed: nothing lost, no gap, every fact proved."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from tests.databases import KINDS, copied, prepared

pytestmark = pytest.mark.processes

PRELUDE = """
import sys, datetime as dt
import django
django.setup()
from django.db import connection, transaction
from mandat import journal
from tests.journal.factories import award
"""

APPEND = """
worker, acts = int(sys.argv[1]), int(sys.argv[2])
for n in range(acts):
    with transaction.atomic():
        journal.append([award(worker * 1_000_000 + n), award(worker * 1_000_000 + n + 500_000)])
"""

IMPORT = """
count = int(sys.argv[1])
def facts():
    for n in range(count):
        yield award(n)
def told(entries):
    print(entries[-1].index, flush=True)
done = journal.append_many(facts(), batch=50, each=told)
print("done", done.new, done.known, flush=True)
"""

SAME = """
done = journal.append_many((award(n) for n in range(int(sys.argv[1]))), batch=20)
print(done.new, done.known)
"""

VERIFY = """
from mandat.journal import columns, state
from mandat.journal.models import Line
from mandat.journal.verify import verify
now = journal.head()
report = verify(columns.Database(now), key=state.verifier_key())
columns.check_copies(now, report)
assert report.ok, [str(f) for f in report.findings]
places = list(Line.objects.order_by("index").values_list("index", flat=True))
assert places == list(range(now.size)), "a gap"
sources = set(Line.objects.values_list("source", flat=True))
assert len(sources) == now.size, "a source twice"
print(now.size)
"""


def program(text: str) -> list[str]:
    return [sys.executable, "-c", PRELUDE + text]


@pytest.fixture(scope="module", params=KINDS)
def migrated(request, tmp_path_factory):
    """An empty migrated database to copy: its kind, and its file or name."""
    with prepared(request.param, tmp_path_factory.mktemp("migrated")) as empty:
        yield request.param, empty


@pytest.fixture
def environment(migrated, tmp_path):
    """A database of its own for real processes, on both kinds."""
    with copied(*migrated, tmp_path) as env:
        yield env


def run(env: dict[str, str], text: str, *arguments: str) -> str:
    done = subprocess.run([*program(text), *arguments], env=env, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_processes_that_append_at_once_leave_no_gap_and_lose_nothing(environment):
    workers = [
        subprocess.Popen([*program(APPEND), str(worker), "25"], env=environment, stderr=subprocess.PIPE, text=True)
        for worker in range(4)
    ]
    for worker in workers:
        _, errors = worker.communicate(timeout=120)
        assert worker.returncode == 0, errors
    assert run(environment, VERIFY) == str(4 * 25 * 2)


def test_processes_that_import_the_same_file_at_once_record_each_line_once(environment):
    workers = [
        subprocess.Popen(
            [*program(SAME), "200"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    outputs = [worker.communicate(timeout=120) for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0, 0], outputs
    new, known = zip(*(map(int, out.split()) for out, _ in outputs), strict=True)
    assert (sum(new), sum(known)) == (200, 400)
    assert run(environment, VERIFY) == "200"


def test_an_import_killed_in_the_middle_goes_on_and_verifies(environment):
    count = 3000
    with subprocess.Popen([*program(IMPORT), str(count)], env=environment, stdout=subprocess.PIPE, text=True) as killed:
        assert killed.stdout is not None
        for line in killed.stdout:
            if int(line) >= 400:
                os.kill(killed.pid, signal.SIGKILL)
                break
    assert killed.returncode == -signal.SIGKILL
    before = int(run(environment, VERIFY))
    assert 0 < before < count
    assert before % 50 == 0, "a batch is recorded whole or not at all"
    again = run(environment, IMPORT, str(count)).splitlines()[-1]
    assert again == f"done {count - before} {before}"
    assert run(environment, VERIFY) == str(count)
