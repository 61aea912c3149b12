"""Two committees that close at once never award the same euro: real processes, on both databases."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.databases import KINDS, copied, prepared

pytestmark = pytest.mark.processes

PRELUDE = """
import sys
from decimal import Decimal
import django
django.setup()
from django.utils import timezone
from mandat.apps.accounts.models import User
from mandat.apps.funds.selectors import standings, verify
from mandat.apps.funds.models import Envelope
from mandat.apps.grants.models import Decision, Sitting
from mandat.apps.grants.services import sittings, voting
from mandat.apps.ledger.selectors import verify as verify_ledger
from mandat.apps.rulebook import published as rulebook
from mandat.kernel.errors import InputError
from tests.apps.grants.committee import world
rulebook.perimeters = lambda programme: world.PLACES
"""

# Three sittings of four cases of 5,000 euros each, over 45,000 euros: two may close, whatever comes first.
SETUP = """
from mandat.apps.programme.services import programme_load
from mandat.definitions.folder import read_texts
from tests.programmes_folder import texts
programme_load(folder=read_texts(texts() | world.files()))
world.envelope(45_000)
secretary, members = world.user("secretaire", "agent"), world.members(4)
for _ in range(3):
    made = world.cases(4)
    sitting = sittings.sitting_convene(actor=secretary, body="conseil", on=timezone.localdate())
    sittings.agenda_set(actor=secretary, sitting=sitting, references=[case.reference for case in made])
    sittings.sitting_open(actor=secretary, sitting=sitting, members=members)
    voting.block_vote(actor=secretary, sitting=sitting)
"""

CLOSE = """
sitting = Sitting.objects.get(pk=int(sys.argv[1]))
try:
    sittings.sitting_close(actor=world.user("secretaire"), sitting=sitting)
    print("closed")
except InputError:
    print("refused")
"""

CHECK = """
assert list(verify("essai")) == [], list(verify("essai"))
assert list(verify_ledger()) == []
[found] = standings([Envelope.objects.get()])
print(int(found.awarded), int(found.available), Decision.objects.count(), Sitting.objects.filter(state="closed").count())
"""


def program(text: str, *arguments: str) -> list[str]:
    return [sys.executable, "-c", PRELUDE + text, *arguments]


@pytest.fixture(scope="module", params=KINDS)
def migrated(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Any]]:
    with prepared(request.param, tmp_path_factory.mktemp("migrated"), ("-c", PRELUDE + SETUP)) as ready:
        yield request.param, ready


@pytest.fixture
def environment(migrated: tuple[str, Any], tmp_path: Path) -> Iterator[dict[str, str]]:
    with copied(*migrated, tmp_path) as env:
        yield env


def run_at_once(env: dict[str, str], sittings: list[str]) -> list[str]:
    started = [
        subprocess.Popen(program(CLOSE, pk), env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for pk in sittings
    ]
    said = []
    for one in started:
        out, errors = one.communicate(timeout=280)
        assert one.returncode == 0, errors
        said.append(out.strip())
    return said


def checked(env: dict[str, str]) -> list[int]:
    done = subprocess.run(program(CHECK), env=env, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return [int(part) for part in done.stdout.split()]


def test_sittings_that_close_at_once_never_award_the_same_euro(environment: dict[str, str]) -> None:
    assert sorted(run_at_once(environment, ["1", "2", "3"])) == ["closed", "closed", "refused"]
    assert checked(environment) == [40_000, 5_000, 8, 2]


def test_a_sitting_closed_by_two_people_at_once_is_closed_once(environment: dict[str, str]) -> None:
    assert run_at_once(environment, ["1", "1"]) == ["closed", "closed"]
    assert checked(environment) == [20_000, 25_000, 4, 1]
