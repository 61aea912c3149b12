"""Two committees never award the same euro: real processes, on both databases."""

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
from decimal import Decimal
import django
django.setup()
from mandat.apps.funds import services
from mandat.apps.funds.models import Allocation, Envelope
from mandat.apps.funds.selectors import standings, verify
from mandat.apps.ledger.selectors import verify as verify_ledger
from mandat.kernel.errors import InputError
from django.db import transaction
"""

SETUP = """
from mandat.apps.accounts.models import RoleGrant, User
from mandat.apps.programme.services import programme_load
from mandat.definitions.folder import read_texts
from tests.programmes_folder import texts
programme_load(folder=read_texts(texts()))
agent = User.objects.create_user("agent@example.org")
RoleGrant.objects.create(user=agent, role="agent")
envelope = services.envelope_open(actor=agent, code="fonds", title="Fonds", line="1", section="operating", year=2026, measure=2)
services.vote(actor=agent, envelope=envelope, on=dt.date(2025, 12, 18), decision="D", stage="primary", commitment=Decimal(100))
"""

VOTE = """
committee, cases = int(sys.argv[1]), int(sys.argv[2])
envelope = Envelope.objects.get(code="fonds")
won = 0
for n in range(cases):
    try:
        with transaction.atomic():
            held = services.reserve(envelope=envelope, case=f"{committee}-{n}", amount=Decimal(2), key="reserve")
            services.award(allocation=held, amount=Decimal(2), key="award")
        won += 1
        print(won, flush=True)
    except InputError:
        pass
"""

CHECK = """
assert list(verify("essai")) == [], list(verify("essai"))
assert list(verify_ledger()) == []
[found] = standings([Envelope.objects.get(code="fonds")])
assert found.voted == 100
print(int(found.awarded), int(found.available), int(found.reserved), Allocation.objects.filter(awarded=200).count())
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


def checked(env: dict[str, str]) -> list[int]:
    done = subprocess.run(program(CHECK), env=env, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return [int(part) for part in done.stdout.split()]


def test_committees_that_vote_at_once_award_the_whole_envelope_and_not_a_euro_more(environment: dict[str, str]) -> None:
    committees = [
        subprocess.Popen(program(VOTE, str(n), "30"), env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for n in range(3)
    ]  # fmt: skip
    won = []
    for committee in committees:
        out, errors = committee.communicate(timeout=120)
        assert committee.returncode == 0, errors
        won.append(len(out.split()))
    assert sum(won) == 50
    assert checked(environment) == [100, 0, 0, 50]


def test_a_committee_killed_in_the_middle_leaves_whole_awards_only(environment: dict[str, str]) -> None:
    with subprocess.Popen(program(VOTE, "1", "40"), env=environment, stdout=subprocess.PIPE, text=True) as killed:
        assert killed.stdout is not None
        for line in killed.stdout:
            if int(line) >= 5:
                time.sleep(0.02)
                os.kill(killed.pid, signal.SIGKILL)
                break
    awarded, available, reserved, cases = checked(environment)
    assert awarded + available == 100
    assert reserved == 0
    assert 5 <= cases == awarded // 2 < 40


LEND = """
from mandat.apps.accounts.models import User
from mandat.apps.funds.plans import LoanTerms
agent = User.objects.get(email="agent@example.org")
envelope = Envelope.objects.get(code="fonds")
services.vote(actor=agent, envelope=envelope, on=dt.date(2025, 12, 19), decision="P", stage="primary", payments={2026: Decimal(100)})
held = services.reserve(envelope=envelope, case="P-1", amount=Decimal(100), key="r")
held = services.award(allocation=held, amount=Decimal(100), key="a")
held = services.engage(allocation=held, amount=Decimal(100), key="e")
services.loan_release(allocation=held, beneficiary=None, amount=Decimal(100), on=dt.date(2026, 1, 5), year=2026, terms=LoanTerms(rate=Decimal(0), instalments=10, every_months=1), key="release")
"""

RECEIVE = """
from mandat.apps.accounts.models import User
from mandat.apps.funds.models import Loan
agent = User.objects.get(email="agent@example.org")
loan = Loan.objects.get(reference="P-1")
recorded = 0
for n in range(20):
    try:
        # The same twelve payments of 10 euros, whoever records them: ten are owed.
        services.repayment_record(actor=agent, loan=loan, amount=Decimal(10), on=dt.date(2026, 2, 5), reference=f"BANK {n % 12}")
        recorded += 1
    except InputError:
        pass
print(recorded)
"""

REPAID = """
from mandat.apps.funds.models import Loan, LoanMove
from mandat.apps.ledger.models import Account
assert list(verify("essai")) == [], list(verify("essai"))
assert list(verify_ledger()) == []
loan = Loan.objects.get(reference="P-1")
assert loan.state == "closed", loan.state
assert Account.objects.get(book="loans:essai", code="loan:P-1").balance == 0
print(int(loan.repaid / 100), LoanMove.objects.filter(kind="repaid").count())
"""


def test_agents_who_record_the_same_payments_at_once_record_each_of_them_once(environment: dict[str, str]) -> None:
    lent = subprocess.run(program(LEND), env=environment, check=False, capture_output=True, text=True)
    assert lent.returncode == 0, lent.stderr
    agents = [
        subprocess.Popen(program(RECEIVE), env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    for agent in agents:
        out, errors = agent.communicate(timeout=120)
        assert agent.returncode == 0, errors
        assert int(out) >= 10
    done = subprocess.run(program(REPAID), env=environment, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["100", "10"]
