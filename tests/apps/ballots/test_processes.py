"""One ballot a voter, whatever the number of processes, and no acknowledged ballot lost: real processes, on both databases."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.databases import KINDS, copied, prepared

pytestmark = pytest.mark.processes

PRELUDE = """
import sys, datetime as dt, time
import django
django.setup()
from django.utils import timezone
from mandat.apps.ballots.models import Ballot, Boxed, Mark, Nullifier, Poll, Roll, Voter
from mandat.apps.ballots.services import casting, closing, codes, mixing, polls, rolls
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text
"""

SETUP = """
from tests.apps.ballots import examples
roll = rolls.roll_open(process="essai", title=Text("Essai", "Trial"), programme="essai")
now = timezone.now()
for code in ("un", "deux"):
    polls.poll_open(actor=None, roll=roll, code=code, title=Text("Vote", "Vote"), question=None, rules=examples.rules("single"),
        options=examples.options("single"), opens_at=now - dt.timedelta(hours=1), closes_at=now + dt.timedelta(days=1), synthetic=True)
for n in range(60):
    rolls.enrol(roll=roll, channel="account", identity=f"account:{n}")
"""

#: Every process tries to vote for the same sixty people, each by its own channel and with its own choice, at the same second.
VOTE = """
process, channel, choice, start = int(sys.argv[1]), sys.argv[2], sys.argv[3], float(sys.argv[4])
poll = Poll.objects.select_related("roll").get(code="un")
voters = [rolls.found(roll=poll.roll, known_as=[f"account:{n}"]) for n in range(60)]
time.sleep(max(0, start - time.time()))
for voter in voters:
    try:
        print(casting.cast(poll=poll, voter=voter, ballot={"choice": choice}, channel=channel), flush=True)
    except casting.AlreadyVoted:
        print("-", flush=True)
"""

#: The same new people come by an account and by a digital identity at once.
ENROL = """
process, start = int(sys.argv[1]), float(sys.argv[2])
roll = Roll.objects.get(process="essai")
time.sleep(max(0, start - time.time()))
for n in range(40):
    name, number = f"civil:nom{n}|x|1990-01-01", f"account:{1000 + n}"
    first = [number, name] if process % 2 else [name, number]
    print(rolls.known(roll=roll, channel="oidc", known_as=first).pk, flush=True)
"""

CAST_ALONE = """
first = int(sys.argv[1])
poll = Poll.objects.select_related("roll").get(code="un")
for n in range(first, first + 400):
    voter = rolls.enrol(roll=poll.roll, channel="account", identity=f"account:{10_000 + n}")
    print(casting.cast(poll=poll, voter=voter, ballot={"choice": "haie"}, channel="account"), flush=True)
"""

CLOSE = """
poll = Poll.objects.get(code="un")
poll.closes_at = timezone.now() + dt.timedelta(seconds=float(sys.argv[1]))
Poll.objects.filter(pk=poll.pk).update(closes_at=poll.closes_at)
print("ready", flush=True)
while True:
    try:
        result = closing.poll_close(actor=None, poll=poll)
        break
    except InputError:
        time.sleep(0.002)
print(result.ballots, result.marks, flush=True)
"""

MIX = """
poll = Poll.objects.get(code="un")
for _ in range(int(sys.argv[1])):
    mixing.box_mix(poll=poll)
    time.sleep(0.02)
"""

CHECK = """
poll = Poll.objects.select_related("roll").get(code="un")
box = Boxed.objects.filter(poll=poll).count()
assert box == Mark.objects.filter(poll=poll).count() == closing.voters_so_far(poll), (box, Mark.objects.count(), closing.voters_so_far(poll))
if box:
    assert closing.reconciled(poll).holds
print(box)
from mandat.apps.ballots import receipts
for number in Boxed.objects.filter(poll=poll).order_by("pk").values_list("pk", flat=True):
    print(receipts.receipt(number))
"""


def program(text: str, *arguments: str) -> list[str]:
    return [sys.executable, "-c", PRELUDE + text, *arguments]


@pytest.fixture(autouse=True)
def clock() -> None:
    """Processes agree on the real time: the still clock of the other tests is this process's alone."""


@pytest.fixture(scope="module", params=KINDS)
def migrated(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Any]]:
    folder = tmp_path_factory.mktemp("migrated")
    with prepared(request.param, folder, ("-c", PRELUDE + SETUP)) as ready:
        yield request.param, ready


@pytest.fixture
def environment(migrated: tuple[str, Any], tmp_path: Path) -> Iterator[dict[str, str]]:
    with copied(*migrated, tmp_path) as env:
        yield env


def started(env: dict[str, str], text: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        program(text, *arguments), env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def finished(process: subprocess.Popen[str]) -> list[str]:
    out, errors = process.communicate(timeout=240)
    assert process.returncode == 0, errors
    return out.split()


def ended(process: subprocess.Popen[str]) -> None:
    """A process whose pipes were read by hand: waited for, and its pipes closed."""
    process.wait(timeout=60)
    for pipe in (process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()


def checked(env: dict[str, str]) -> tuple[int, list[str]]:
    number, *listed = finished(started(env, CHECK))
    return int(number), listed


def test_the_same_voters_in_four_processes_at_once_have_one_ballot_each(environment: dict[str, str]) -> None:
    start = str(time.time() + 6)
    channels = [("account", "haie"), ("code", "cour"), ("desk", "forum"), ("account", "velo")]
    processes = [started(environment, VOTE, str(n), *channels[n], start) for n in range(4)]
    given = [finished(one) for one in processes]
    assert all(len(one) == 60 for one in given)
    acknowledged = [receipt for one in given for receipt in one if receipt != "-"]
    assert len(acknowledged) == len(set(acknowledged)) == 60
    for voter in range(60):
        assert sum(one[voter] != "-" for one in given) == 1
    number, listed = checked(environment)
    assert number == 60
    assert sorted(acknowledged) == listed


def test_the_same_person_by_two_channels_at_once_is_one_voter(environment: dict[str, str]) -> None:
    start = str(time.time() + 6)
    given = [finished(one) for one in [started(environment, ENROL, str(n), start) for n in range(4)]]
    assert given[0] == given[1] == given[2] == given[3]
    assert len(set(given[0])) == 40


def test_processes_killed_in_the_middle_lose_no_acknowledged_ballot(environment: dict[str, str]) -> None:
    processes = [started(environment, CAST_ALONE, str(n * 1000)) for n in range(2)]
    acknowledged: list[str] = []
    for process in processes:
        assert process.stdout is not None
        for line in process.stdout:
            acknowledged.append(line.strip())
            if len(acknowledged) % 25 == 0:
                break
    for process in processes:
        os.kill(process.pid, signal.SIGKILL)
        assert process.stdout is not None
        # What was printed before the kill was acknowledged too; a line cut short was not. Read from the same stream: it reads ahead.
        acknowledged += [line for line in process.stdout.read().split("\n")[:-1] if line]
        ended(process)
    number, listed = checked(environment)
    assert set(acknowledged) <= set(listed)
    assert len(acknowledged) <= number <= len(acknowledged) + 2
    assert number < 800


def test_a_count_takes_every_ballot_that_was_acknowledged_and_none_after(environment: dict[str, str]) -> None:
    processes = [started(environment, CAST_ALONE.replace("400", "100000"), str(n * 100_000)) for n in range(2)]
    # Both are voting before the closing is near, however slow the machine.
    acknowledged = sum(process.stdout is not None and bool(process.stdout.readline()) for process in processes)
    ballots, marks = (int(part) for part in finished(started(environment, CLOSE, "2"))[1:])
    for process in processes:
        assert process.stdout is not None
        assert process.stderr is not None
        acknowledged += len(process.stdout.read().split())
        assert "NotVotingError" in process.stderr.read()
        ended(process)
    assert ballots == marks == acknowledged
    assert ballots >= 2


def test_mixing_the_box_while_people_vote_loses_nothing(environment: dict[str, str]) -> None:
    mixer = started(environment, MIX, "60")
    processes = [started(environment, CAST_ALONE.replace("400", "80"), str(n * 1000)) for n in range(2)]
    acknowledged = [receipt for process in processes for receipt in finished(process)]
    finished(mixer)
    number, listed = checked(environment)
    assert number == 160
    assert Counter(acknowledged) == Counter(listed)
