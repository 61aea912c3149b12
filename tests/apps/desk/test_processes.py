"""Two agents who reconcile the same carnet at once take each entry once: real processes, on both databases."""

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
import sys, json, datetime as dt
import django
django.setup()
from django.utils import timezone
from mandat.apps.accounts.models import RoleGrant, User
from mandat.apps.desk import sealing
from mandat.apps.desk.models import Carnet, Entry
from mandat.apps.desk.services import bringing, preparing, reconciling
from mandat.apps.meetings.models import Booking, Meeting
from mandat.apps.meetings.services.meetings import meeting_create
from mandat.kernel.text import Text
"""

SETUP = """
from mandat.apps.programme.services import programme_load
from mandat.definitions.folder import read_texts
from tests.programmes_folder import texts
programme_load(folder=read_texts(texts()))
agent = User.objects.create_user("agent@example.org")
RoleGrant.objects.create(user=agent, role="agent")
start = timezone.now() + dt.timedelta(minutes=5)
meeting = meeting_create(actor=agent, title=Text("Marché", "Market"), kind="meeting", starts_at=start, ends_at=start + dt.timedelta(hours=2),
    place="Place", commune="18033", places=None, booking="none")
carnet = preparing.carnet_prepare(actor=agent, title="Marché", place="Place", event_on=timezone.localdate(), meeting=meeting.code,
    sections=[preparing.Wanted("attendance", meeting.code, 40)])
secret = str(Carnet.objects.get().secret)
rows = []
for n in range(1, 41):
    body = json.dumps({"n": n, "at": timezone.now().isoformat(), "data": {"name": f"Personne {n}", "age": ""}, "void": False, "nonce": str(n)})
    rows.append({"body": body, "tag": sealing.tag(secret, body)})
raw = sealing.sealed(json.dumps({"entries": rows}).encode(), code=carnet.code, digest=carnet.digest, public=carnet.public_key)
bringing.file_bring(actor=agent, carnet=carnet, raw=raw)
"""

RECONCILE = """
done = reconciling.carnet_reconcile(actor=User.objects.get(), carnet=Carnet.objects.get(), sworn=True)
print(done.taken)
"""

CHECK = """
assert not Entry.objects.exclude(state="taken").exists(), list(Entry.objects.values_list("number", "state", "reason_fr"))
print(Booking.objects.filter(state="attended").count())
"""


def program(text: str) -> list[str]:
    return [sys.executable, "-c", PRELUDE + text]


@pytest.fixture(scope="module", params=KINDS)
def migrated(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Any]]:
    folder = tmp_path_factory.mktemp("migrated")
    with prepared(request.param, folder, ("-c", PRELUDE + SETUP)) as ready:
        yield request.param, ready


@pytest.fixture
def environment(migrated: tuple[str, Any], tmp_path: Path) -> Iterator[dict[str, str]]:
    with copied(*migrated, tmp_path) as env:
        yield env


def test_two_agents_who_reconcile_at_once_take_each_entry_once(environment: dict[str, str]) -> None:
    running = [
        subprocess.Popen(program(RECONCILE), env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    taken = 0
    for one in running:
        out, errors = one.communicate(timeout=300)
        assert one.returncode == 0, errors
        taken += int(out)
    assert taken == 40
    done = subprocess.run(program(CHECK), env=environment, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["40"]
