"""The last places are never sold twice, whatever many processes do at once: real processes, on both databases."""

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
from mandat.apps.meetings.models import Booking, Meeting
from mandat.apps.meetings.services import places
from mandat.apps.meetings.services.meetings import meeting_create
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text
"""

SETUP = """
from mandat.apps.programme.services import programme_load
from mandat.definitions.folder import read_texts
from tests.programmes_folder import texts
programme_load(folder=read_texts(texts()))
agent = User.objects.create_user("agent@example.org")
RoleGrant.objects.create(user=agent, role="agent")
for n in range(60):
    User.objects.create_user(f"p{n}@example.org")
start = timezone.now() + dt.timedelta(days=9)
meeting_create(actor=agent, title=Text("Atelier", "Workshop"), kind="workshop", starts_at=start, ends_at=start + dt.timedelta(hours=2),
    place="Salle", commune="18033", places=20)
"""

#: Each process books for the same sixty people, and gives back every third place it got.
BOOK = """
meeting = Meeting.objects.get()
people = list(User.objects.filter(email__startswith="p").order_by("pk"))
shift = int(sys.argv[1])
for rank in range(60):
    someone = people[(rank + shift * 20) % 60]
    row = places.book(actor=someone, meeting=meeting)
    if rank % 3 == shift:
        try:
            places.cancel(actor=someone, booking=row)
        except InputError:
            pass
"""

CHECK = """
meeting = Meeting.objects.get()
held = meeting.bookings.filter(state__in=Booking.HOLDING).count()
live = meeting.bookings.filter(state__in=Booking.LIVE)
assert live.count() == live.values("user").distinct().count()
assert meeting.taken == held <= 20, (meeting.taken, held)
waiting = meeting.bookings.filter(state="waiting").count()
assert held == 20 or waiting == 0, (held, waiting)
print(held, waiting)
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


def test_people_who_book_and_give_back_at_once_never_hold_more_than_the_places(environment: dict[str, str]) -> None:
    running = [
        subprocess.Popen(program(BOOK, str(n)), env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for n in range(3)
    ]  # fmt: skip
    for one in running:
        _out, errors = one.communicate(timeout=300)
        assert one.returncode == 0, errors
    done = subprocess.run(program(CHECK), env=environment, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    held, _waiting = (int(part) for part in done.stdout.split())
    assert held == 20
