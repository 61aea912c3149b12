"""Several processes invite and book at once, one is killed: nobody twice, nobody forgotten, no place given twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.databases import KINDS, copied, prepared

pytestmark = pytest.mark.processes

PRELUDE = """
import sys, datetime as dt
import django
django.setup()
from django.db import connection, transaction
from django.utils import timezone
from mandat.apps.accounts.models import User
from mandat.apps.offers import services
from mandat.apps.offers.models import *
from mandat.apps.offers.selectors import reconciliation
from mandat.kernel.errors import InputError
ROUND = "r2026-2027"
"""

SET_UP = """
from mandat.apps.accounts.models import RoleGrant
from mandat.apps.offers.services import roll_import
from mandat.apps.programme.services import programme_load
from mandat.definitions.folder import read_texts
from tests.apps.offers.conftest import lines, roll
from tests.apps.offers.examples import OFFERS
from tests.programmes_folder import texts
files = texts() | {name: text.replace("opens: 2026-09-01, closes: 2027-07-03", "opens: 2026-09-01, closes: 2028-03-01").encode() for name, text in OFFERS.items()}
programme_load(folder=read_texts(files))
agent = User.objects.create_user("agent@example.org")
RoleGrant.objects.create(user=agent, role="agent")
rows = []
for n in range(8):
    code = f"045000{n}A"
    school = Establishment.objects.create(code=code, kind="lycee", name=f"Lycée {n}", commune="45234", department="45")
    place = Place.objects.create(code=f"lieu-{n}", name=f"Lieu {n}", commune="45234")
    place.serves.add(school)
    rows += lines(code, 60, first=n * 60)
run = roll_import(actor=agent, offer="consultation", round=ROUND, stream=roll(*rows), filename="l.csv", complete=True)
assert run.arrived == 480, (run.arrived, run.refused)
"""

OPEN = """
print(services.batch_open(actor=User.objects.get(), offer="consultation", round=ROUND).pk)
"""

CARRY_OUT = """
from mandat.apps.offers.services import inviting
invite = inviting._invite
def told(published, batch, school):
    done = invite(published, batch, school)
    print(done, flush=True)
    return done
inviting._invite = told
services.batch_carry_out(batch=Batch.objects.get(pk=sys.argv[1]))
print("end", flush=True)
"""

PROVE = """
from mandat import journal
from django.db.models import Sum
proof = reconciliation("consultation", ROUND)
assert proof.holds, proof
invited = Invitation.objects.count()
assert Invitation.objects.values("member").distinct().count() == invited
assert proof.total("invited") == invited
told = sum(int(e.fact.quantity) for e in journal.iterate() if e.fact.kind == "offers.invited.v1")
assert told == (Tally.objects.aggregate(n=Sum("told_invited"))["n"] or 0), "facts and tallies"
print(invited, told)
"""

SLOTS = """
place = Place.objects.get(code="lieu-0")
start = timezone.now() + dt.timedelta(days=3)
for n in range(5):
    Slot.objects.create(offer="consultation", round=ROUND, place=place, starts_at=start + dt.timedelta(hours=n),
        ends_at=start + dt.timedelta(hours=n, minutes=45), capacity=3)
"""

BOOK = """
from mandat.apps.offers.services.answering import FullError
import random
worker = int(sys.argv[1])
chance = random.Random(worker)
mine = list(Invitation.objects.filter(member__establishment__code="0450000A").order_by("pk").values_list("pk", flat=True))
slots = [str(r) for r in Slot.objects.order_by("pk").values_list("reference", flat=True)]
done = 0
for _ in range(60):
    one = chance.choice(mine)
    try:
        if chance.random() < 0.2:
            services.slot_cancel(invitation=one)
        else:
            services.slot_book(invitation=one, slot=chance.choice(slots))
            done += 1
    except InputError:
        pass
print(done)
"""

COUNT = """
from django.db.models import Count, Q, F
for slot in Slot.objects.annotate(n=Count("appointments", filter=Q(appointments__state="booked"))).order_by("pk"):
    assert slot.taken == slot.n <= slot.capacity, (slot.taken, slot.n)
twice = Appointment.objects.filter(state="booked").values("invitation").annotate(n=Count("pk")).filter(n__gt=1)
assert not twice.exists()
print(sum(Slot.objects.order_by("pk").values_list("taken", flat=True)))
"""


def program(text: str) -> list[str]:
    return [sys.executable, "-c", PRELUDE + text]


def start(env: dict[str, str], text: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*program(text), *arguments], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def run(env: dict[str, str], text: str, *arguments: str) -> str:
    done = subprocess.run([*program(text), *arguments], env=env, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module", params=KINDS)
def enrolled(request: Any, tmp_path_factory: Any) -> Iterator[tuple[str, Path | str]]:
    """A database with 480 pupils of eight lycées, to copy."""
    with prepared(request.param, tmp_path_factory.mktemp("offers"), ("-c", PRELUDE + SET_UP)) as ready:
        yield request.param, ready


@pytest.fixture
def environment(enrolled: tuple[str, Path | str], tmp_path: Path) -> Iterator[dict[str, str]]:
    with copied(*enrolled, tmp_path) as env:
        yield env


def test_a_batch_killed_in_the_middle_goes_on_and_invites_nobody_twice(environment: dict[str, str]) -> None:
    batch = run(environment, OPEN)
    killed = start(environment, CARRY_OUT, batch)
    assert killed.stdout is not None
    done = 0
    for line in killed.stdout:
        done += int(line)
        if done >= 120:
            os.kill(killed.pid, signal.SIGKILL)
            break
    killed.communicate(timeout=60)
    assert killed.returncode == -signal.SIGKILL
    invited, told = map(int, run(environment, PROVE).split())
    assert 120 <= invited < 480
    assert told == invited, "each establishment is told in the transaction that invites it"
    assert run(environment, CARRY_OUT, batch).endswith("end")
    assert run(environment, PROVE) == "480 480"


def test_processes_that_carry_out_the_same_batch_at_once_invite_each_member_once(environment: dict[str, str]) -> None:
    batches = [run(environment, OPEN) for _ in range(2)]
    workers = [start(environment, CARRY_OUT, batch) for batch in (*batches, batches[0])]
    outputs = [worker.communicate(timeout=120) for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0, 0], outputs
    assert run(environment, PROVE) == "480 480"


def test_processes_that_book_the_same_slots_at_once_never_pass_their_capacity(environment: dict[str, str]) -> None:
    batch = run(environment, OPEN)
    run(environment, CARRY_OUT, batch)
    run(environment, SLOTS)
    workers = [start(environment, BOOK, str(worker)) for worker in range(4)]
    outputs = [worker.communicate(timeout=180) for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0, 0, 0], [errors[-2000:] for _, errors in outputs]
    assert sum(int(out) for out, _ in outputs) > 15
    assert int(run(environment, COUNT)) <= 15
