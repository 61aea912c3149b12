"""The last minute of a call: members of one organisation send the same draft at once, from real processes, on both databases."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.databases import KINDS, copied, prepared

pytestmark = [pytest.mark.processes, pytest.mark.timeout(600)]

PRELUDE = """
import sys
import django
django.setup()
from django.conf import settings
from mandat import journal
from mandat.apps.accounts.models import Notice, User
from mandat.apps.grants.models import Case, Move, Submission
from mandat.apps.grants.services import drafts, sending
from mandat.apps.grants.submitted import read_back
from tests.apps.grants.intake import world
"""

SETUP = """
from mandat.apps.programme.services import programme_load
from mandat.definitions.folder import read_texts
from tests.programmes_folder import texts
programme_load(folder=read_texts(texts() | world.files()))
rives = world.organisation()
people = [world.member(rives, f"membre{n}", "owner") for n in range(3)]
for n in range(8):
    world.draft(people[0], rives, scheme="simple", intitule=f"Projet {n}")
"""

SEND = """
user = User.objects.get(email=f"membre{sys.argv[1]}@example.org")
for case in Case.objects.order_by("pk"):
    sent = sending.case_submit(actor=user, case=case)
    print(case.pk, sent.pk, sent.sha256, flush=True)
"""

SAVE = """
user = User.objects.get(email=f"membre{sys.argv[1]}@example.org")
case = Case.objects.order_by("pk").first()
won = 0
for n in range(20):
    case.refresh_from_db()
    try:
        drafts.case_save(actor=user, case=case, answers={"intitule": f"Projet {sys.argv[1]}-{n}"}, revision=case.revision)
        won += 1
    except drafts.StaleError:
        pass
print(won)
"""

CHECK = """
assert Submission.objects.count() == Case.objects.filter(state="submitted").count() == 8
assert Move.objects.filter(name="submit").count() == 8
assert sum(entry.fact.kind == "grants.applied.v1" for entry in journal.iterate()) == 8
assert Notice.objects.filter(kind="grants.received").count() == 24
for sent in Submission.objects.select_related("case__subject").order_by("pk"):
    assert read_back(sent)["reference"] == sent.case.reference
print("ok")
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


def together(env: dict[str, str], text: str) -> list[str]:
    """What three processes print that run at the same time."""
    started = [
        subprocess.Popen(program(text, str(n)), env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for n in range(3)
    ]
    said = []
    for process in started:
        out, errors = process.communicate(timeout=180)
        assert process.returncode == 0, errors
        said.append(out)
    return said


def test_members_who_send_at_once_hold_the_same_receipts_and_none_is_lost_or_double(
    environment: dict[str, str],
) -> None:
    receipts = together(environment, SEND)
    assert receipts[0] == receipts[1] == receipts[2]
    assert len(receipts[0].splitlines()) == 8
    checked = subprocess.run(program(CHECK), env=environment, check=False, capture_output=True, text=True)
    assert checked.stdout == "ok\n", checked.stderr


def test_members_who_save_at_once_overwrite_nothing_unseen(environment: dict[str, str]) -> None:
    """As many revisions as saves that were told they were kept."""
    won = sum(int(text) for text in together(environment, SAVE))
    count = "print(Case.objects.order_by('pk').values_list('revision', flat=True).first())"
    revision = subprocess.run(program(count), env=environment, check=True, capture_output=True, text=True).stdout
    assert int(revision) == won + 1
    assert won >= 20
