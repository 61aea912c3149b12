"""A payment is ordered once and an undertaking's ceiling holds, whoever acts at the same moment: real processes, on both databases."""

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
from decimal import Decimal
import django
django.setup()
from django.conf import settings
settings.MANDAT_DEMO = True
from django.db import transaction
from django.utils import timezone
from mandat.apps.accounts.models import User
from mandat.apps.grants.models import Case, PaymentRequest, SmallAid
from mandat.apps.grants.services import payments, small_aids
from mandat.apps.ledger.models import Payment as Transferred, PaymentFile
from mandat.kernel.errors import InputError
from tests.apps.grants.desk import world as desk
from tests.apps.grants.following import world
"""

SETUP = """
from mandat.apps.programme.services import programme_load
from mandat.apps.rulebook import published as rulebook
from mandat.definitions.folder import read_texts
from tests.apps.grants.following.conftest import files
from tests.programmes_folder import texts
rulebook.perimeters = lambda programme: desk.PLACES
programme_load(folder=read_texts(texts() | files()))
desk.posted("rose", "pay")
for number in range(12):
    case = world.banked(world.running())
    asked = payments.payment_ask(actor=world.owner(case), case=case, code="avance")
    payments.payment_check(actor=world.agents()[0], payment=asked)
atelier = desk.organisation("Atelier", legal_category="5710")
for number in range(20):
    desk.case("aide-entreprises", applicant=atelier, applicant_kind="company", opened_by=world.agents()[0])
"""

ORDER = """
actor = User.objects.get(email=sys.argv[1])
try:
    run = payments.payments_order(actor=actor, reference=sys.argv[2], execution_on=timezone.localdate())
    print(run.file.count)
except InputError:
    print(0)
"""

ORDERED = """
print(Transferred.objects.count(), PaymentRequest.objects.filter(state="ordered").count(), Transferred.objects.values("key").distinct().count())
"""

AWARD = """
won = 0
for case in Case.objects.filter(scheme="aide-entreprises").order_by("pk")[int(sys.argv[1])::2]:
    try:
        with transaction.atomic():
            small_aids.check(case, Decimal(40_000), dt.date(2026, 6, 1))
        won += 1
    except InputError:
        pass
print(won)
"""

GRANTED = """
print(sum(SmallAid.objects.values_list("amount", flat=True)) // 100, SmallAid.objects.count())
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


def at_once(env: dict[str, str], *programs: list[str]) -> list[int]:
    started = [
        subprocess.Popen(one, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for one in programs
    ]
    found = []
    for process in started:
        out, errors = process.communicate(timeout=180)
        assert process.returncode == 0, errors
        found.append(int(out.split()[-1]))
    return found


def said(env: dict[str, str], text: str) -> list[int]:
    done = subprocess.run(program(text), env=env, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return [int(part) for part in done.stdout.split()]


def test_two_agents_who_order_at_once_pay_nothing_twice(environment: dict[str, str]) -> None:
    counts = at_once(environment, program(ORDER, "paul@example.org", "A-1"), program(ORDER, "rose@example.org", "B-1"))
    assert sum(counts) == 12
    assert said(environment, ORDERED) == [12, 12, 12]


def test_two_awards_at_once_to_one_undertaking_do_not_exceed_its_ceiling(environment: dict[str, str]) -> None:
    won = at_once(environment, program(AWARD, "0"), program(AWARD, "1"))
    assert sum(won) == 7
    assert said(environment, GRANTED) == [280_000, 7]
