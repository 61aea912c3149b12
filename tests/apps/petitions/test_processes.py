"""One signature each, one request a quarter, one crossing a threshold: real processes at once, on both databases; a crash loses nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
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
from django.db import transaction, IntegrityError
from django.utils import timezone
from mandat import journal
from mandat.apps.accounts.models import RoleGrant, User
from mandat.apps.answers.models import Duty
from mandat.apps.petitions import rolls
from mandat.apps.petitions.models import Crossing, Invalidation, Petition, Quarter, Referendum, Signature, Sponsor, Tally
from mandat.apps.petitions.services import drafting, examining, fraud, signing, thresholds
from mandat.apps.petitions.services.signing import Signer
from mandat.kernel.errors import InputError

def signer(petition, n):
    person, elector = rolls.persons_known(petition, channel="account", known_as=[f"account:{n}"], commune="45234" if n % 2 else "37261", band="25-39")
    return Signer(person=person, elector=elector, commune="45234" if n % 2 else "37261", age=30, band="25-39", channel="account")
"""

SETUP = """
from mandat.apps.programme.services import programme_load
from mandat.apps.territory.services import territory_import
from mandat.definitions.folder import read_texts
from tests.apps.petitions import examples
from tests.apps.petitions.conftest import WORDS
from tests.apps.territory.conftest import small
territory_import(reference=small())
programme_load(folder=read_texts(examples.files()))
author, agent = (User.objects.create_user(f"{name}@example.org") for name in ("author", "agent"))
RoleGrant.objects.create(user=agent, role="agent")
for process, component, request, title in (
    ("droit-de-petition", "petitions", "", "Rouvrir la gare"),
    ("demandes-des-electeurs", "demandes", "consultation", "Consulter sur les gares"),
    ("demandes-des-electeurs", "demandes", "deliberation", "Consulter sur les cars"),
):
    petition = drafting.petition_start(actor=author, process=process, component=component, request=request, **(WORDS | {"title": title}))
    if not request:
        drafting.sponsors_ask(actor=author, petition=petition)
        for n in range(2):
            drafting.petition_back(actor=User.objects.create_user(f"b{n}@example.org"), petition=petition)
    petition = drafting.petition_submit(actor=author, petition=petition)
    examining.petition_publish(actor=agent, petition=petition)
"""

#: Every process signs for the same people, in its own order.
SIGN = """
first, last, step = map(int, sys.argv[1:4])
petition = Petition.objects.get(basis="house")
signed = twice = 0
for n in range(first, last, step):
    try:
        signing.sign(petition=petition, signer=signer(petition, n))
        signed += 1
        print(n, flush=True)
    except signing.AlreadySignedError:
        twice += 1
"""

REQUESTS = """
which = sys.argv[1]
petition = Petition.objects.get(request=which)
won = 0
for n in range(30):
    try:
        signing.sign(petition=petition, signer=signer(petition, n))
        won += 1
    except (signing.QuarterError, signing.AlreadySignedError):
        pass
print(won)
"""

LOOK = """
petition = Petition.objects.get(basis="house")
for _ in range(20):
    thresholds.look(petition=petition)
print("looked")
"""

CHECK = """
petition = Petition.objects.get(basis="house")
thresholds.look(petition=petition)
rows = Signature.objects.filter(petition=petition).count()
kept = sum(Tally.objects.filter(petition=petition).values_list("n", flat=True))
petition.refresh_from_db()
facts = [entry.fact.data["threshold"] for entry in journal.iterate() if entry.fact.kind == "petitions.threshold_crossed.v1"]
print(rows, kept, petition.total, Crossing.objects.count(), len(facts), len(set(facts)), Duty.objects.count(), Referendum.objects.count())
"""


def program(text: str, *arguments: str) -> list[str]:
    return [sys.executable, "-c", PRELUDE + text, *arguments]


def together(env: dict[str, str], *programs: list[str]) -> list[str]:
    """Run programs at once; all must succeed. What each printed."""
    running = [
        subprocess.Popen(one, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for one in programs
    ]
    found = []
    for one in running:
        out, errors = one.communicate(timeout=240)
        assert one.returncode == 0, errors
        found.append(out)
    return found


@pytest.fixture(scope="module", params=KINDS)
def migrated(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Any]]:
    folder = tmp_path_factory.mktemp("migrated")
    with prepared(request.param, folder, ("-c", PRELUDE + SETUP)) as ready:
        yield request.param, ready


@pytest.fixture
def environment(migrated: tuple[str, Any], tmp_path: Path) -> Iterator[dict[str, str]]:
    with copied(*migrated, tmp_path) as env:
        yield env


def test_people_who_sign_at_once_by_several_ways_count_once_and_thresholds_are_crossed_once(
    environment: dict[str, str],
) -> None:
    together(
        environment,
        program(SIGN, "0", "40", "1"),
        program(SIGN, "39", "-1", "-1"),
        program(SIGN, "0", "40", "1"),
        program(LOOK),
    )
    [told] = together(environment, program(CHECK))
    assert told.split() == ["40", "40", "40", "4", "4", "4", "4", "1"]


def test_an_elector_who_signs_two_requests_at_once_signs_one(environment: dict[str, str]) -> None:
    won = together(
        environment,
        program(REQUESTS, "consultation"),
        program(REQUESTS, "deliberation"),
        program(REQUESTS, "consultation"),
    )
    assert sum(map(int, won)) == 30
    [told] = together(environment, program("print(Quarter.objects.count(), Signature.objects.count())"))
    assert told.split() == ["30", "30"]


def test_two_agents_who_confirm_at_once_take_signatures_out_once(environment: dict[str, str]) -> None:
    together(environment, program(SIGN, "0", "20", "1"))
    together(
        environment,
        program(
            """
agents = [User.objects.create_user(f"second{n}@example.org") for n in range(3)]
for one in agents:
    RoleGrant.objects.create(user=one, role="agent")
petition = Petition.objects.get(basis="house")
fraud.invalidation_propose(actor=User.objects.get(email="agent@example.org"), petition=petition, pattern={"commune": "45234"}, reason="automated", explanation="Envoyées par une machine, en une minute.")
"""
        ),
    )
    confirm = """
try:
    fraud.invalidation_confirm(actor=User.objects.get(email=f"second{sys.argv[1]}@example.org"), invalidation=Invalidation.objects.get())
    print("done")
except InputError:
    print("late")
"""
    found = together(environment, *(program(confirm, str(n)) for n in range(3)))
    assert sorted(one.strip() for one in found) == ["done", "late", "late"]
    [told] = together(environment, program(CHECK))
    assert told.split()[1:3] == ["10", "10"]


def test_a_process_killed_in_the_middle_loses_no_signature_it_acknowledged(environment: dict[str, str]) -> None:
    acknowledged = []
    with subprocess.Popen(program(SIGN, "0", "400", "1"), env=environment, stdout=subprocess.PIPE, text=True) as killed:
        assert killed.stdout is not None
        for line in killed.stdout:
            acknowledged.append(int(line))
            if len(acknowledged) >= 12:
                time.sleep(0.02)
                os.kill(killed.pid, signal.SIGKILL)
                break
        acknowledged += [int(line) for line in killed.stdout if line.strip()]
    [told] = together(environment, program(CHECK))
    rows, kept, total, *_rest = map(int, told.split())
    assert rows == kept == total
    assert len(acknowledged) <= rows <= len(acknowledged) + 1
    # The same people come again: those who were counted are told so.
    [again] = together(environment, program(SIGN, "0", str(rows), "1"))
    assert len(again.split()) == 0


def test_nobody_backs_a_petition_twice_at_once(environment: dict[str, str]) -> None:
    together(
        environment,
        program(
            """
author = User.objects.get(email="author@example.org")
from tests.apps.petitions.conftest import WORDS
petition = drafting.petition_start(actor=author, process="droit-de-petition", component="petitions", **(WORDS | {"title": "Une autre gare à rouvrir"}))
drafting.sponsors_ask(actor=author, petition=petition)
User.objects.create_user("backer@example.org")
"""
        ),
    )
    back = """
try:
    drafting.petition_back(actor=User.objects.get(email="backer@example.org"), petition=Petition.objects.get(state="sponsors"))
    print("backed")
except InputError:
    print("already")
"""
    found = together(environment, *(program(back) for _ in range(3)))
    assert sorted(one.strip() for one in found) == ["already", "already", "backed"]
    assert timeline(environment) == "1"


def timeline(env: dict[str, str]) -> str:
    [told] = together(env, program('print(Sponsor.objects.filter(petition__state="sponsors").count())'))
    return told.strip()
