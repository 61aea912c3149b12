"""Members who vote, petitions that ask and secretaries who close at the same instant: real processes, on both databases."""

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
import sys, datetime as dt
import django
django.setup()
from django.utils import timezone
from mandat.apps.accounts.models import RoleGrant, User
from mandat.apps.bodies.models import *
from mandat.apps.bodies.services import agenda, attendance, sessions, terms, voting
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text
"""

SETUP = """
from mandat.apps.programme.services import programme_load
from mandat.definitions.folder import read_texts
from tests.apps.bodies.conftest import folder_texts
programme_load(folder=read_texts(folder_texts()))
agent = User.objects.create_user("agent@example.org")
for role in ("agent", "administrator"):
    RoleGrant.objects.create(user=agent, role=role)
given = [terms.Given(name=f"Membre {n}", college=c) for n, c in enumerate(["usagers"] * 3 + ["elus"] * 2)]
seated = terms.terms_give(actor=agent, body="comite", given=given)
now = timezone.now()
session = sessions.session_convene(actor=agent, body="comite", starts_at=now + dt.timedelta(seconds=1), place="Salle")
for n in range(3):
    agenda.item_add(actor=agent, session=session, title=Text(f"Point {n}", ""), text="Adopter.")
attendance.attendance_set(actor=agent, session=session, statuses={one.pk: "present" for one in seated})
# A session convened late in the day still opens: its day is what counts.
Session.objects.update(starts_at=now)
session = sessions.session_open(actor=agent, session=Session.objects.get())
voting.division_open(actor=agent, item=session.items.order_by("position")[0])
"""

VOTE = """
agent, division = User.objects.get(), Division.objects.get()
for term in Term.objects.order_by("pk"):
    try:
        voting.vote_cast(actor=agent, division=division, term=term, choice=sys.argv[1])
        print("cast", flush=True)
    except InputError:
        print("refused", flush=True)
"""

ASK = """
for n in range(8):
    print(agenda.item_ask(body="comite", title=Text("Un sujet", ""), source=f"petition:P-{n}", url="").pk, flush=True)
"""

CLOSE = """
agent, session = User.objects.get(), Session.objects.get()
division = Division.objects.order_by("pk")[0]  # the other secretary may have opened more already
try:
    voting.division_close(actor=agent, division=division)
except InputError:
    pass
for item in session.items.filter(outcome="").order_by("position"):
    try:
        voting.show_of_hands(actor=agent, item=item, yes=4, no=1)
    except InputError:
        pass
try:
    sessions.session_close(actor=agent, session=session)
    print("closed")
except InputError as error:
    print(error)
"""

CHECK = """
from mandat import journal
division = Division.objects.order_by("pk")[0]
kinds = [entry.fact.kind for entry in journal.iterate()]
print(division.votes.count(), division.votes.order_by().values("term").distinct().count(), AgendaRequest.objects.count(),
      Decision.objects.count(), Decision.objects.order_by().values("number").distinct().count(),
      kinds.count("bodies.session_closed.v1"), kinds.count("bodies.decided.v1"), kinds.count("bodies.item_requested.v1"))
"""


def program(text: str, *arguments: str) -> list[str]:
    return [sys.executable, "-c", PRELUDE + text, *arguments]


@pytest.fixture(scope="module", params=KINDS)
def migrated(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Any]]:
    folder = tmp_path_factory.mktemp("migrated")
    with prepared(request.param, folder, ("-c", PRELUDE + SETUP)) as ready:
        yield request.param, ready


@pytest.fixture
def environment(migrated: tuple[str, Any], tmp_path: Path) -> Iterator[dict[str, str]]:
    with copied(*migrated, tmp_path) as env:
        yield env


def together(env: dict[str, str], *commands: list[str]) -> list[str]:
    running = [
        subprocess.Popen(one, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for one in commands
    ]
    outputs = []
    for one in running:
        out, errors = one.communicate(timeout=240)
        assert one.returncode == 0, errors
        outputs.append(out)
    return outputs


def counted(env: dict[str, str]) -> list[int]:
    done = subprocess.run(program(CHECK), env=env, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return [int(part) for part in done.stdout.split()]


def test_a_member_votes_once_whoever_writes_it_down_at_once(environment: dict[str, str]) -> None:
    outputs = together(environment, *(program(VOTE, choice) for choice in ("for", "against", "abstain")))
    assert sum(out.split().count("cast") for out in outputs) == 5
    assert counted(environment)[:2] == [5, 5]


def test_what_is_asked_by_several_at_once_is_asked_once(environment: dict[str, str]) -> None:
    outputs = together(environment, *(program(ASK) for _ in range(3)))
    assert len(set(outputs)) == 1
    found = counted(environment)
    assert (found[2], found[7]) == (8, 8)


def test_two_secretaries_who_close_a_session_close_it_once(environment: dict[str, str]) -> None:
    together(environment, program(VOTE, "for"))
    outputs = together(environment, program(CLOSE), program(CLOSE), program(VOTE, "against"))
    assert "closed" in "".join(outputs[:2])
    assert outputs[2].split() == ["refused"] * 5
    votes, members, _asked, decisions, numbers, closed, decided, _requested = counted(environment)
    assert (votes, members, closed) == (5, 5, 1)
    assert decisions == numbers == decided == 3
