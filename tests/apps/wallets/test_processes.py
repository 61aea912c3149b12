"""Several tills at once, one of them killed: no cent spent twice, none lost, and the accounts sum to zero whenever one looks."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.databases import KINDS, copied, prepared

pytestmark = pytest.mark.processes

PRELUDE = """
import sys, time
import django
django.setup()
from decimal import Decimal
from django.db import connection
from mandat.apps.ledger import selectors as ledger
from mandat.apps.ledger.models import Account, Transaction
from mandat.apps.ledger.services import InsufficientError
from mandat.apps.wallets.models import Spend, Wallet
from mandat.apps.wallets.services import code_make, credit, refund, run_make, spend
from mandat.apps.wallets.services.spending import WrongCodeError
from mandat.kernel.errors import InputError
from tests.apps.wallets import trial
"""

PREPARE = """
print(*trial.prepare(holders=int(sys.argv[1]), shops=2, amount=sys.argv[2], caps=False))
"""

#: Every worker tries to spend the whole of the same cards, a euro at a time.
DRAIN = """
worker, numbers = sys.argv[1], sys.argv[2:]
shops, till = trial.approvals(), trial.till()
print("ready", flush=True)
sys.stdin.readline()
done = 0
for n in range(40):
    for rank, number in enumerate(numbers):
        try:
            spend(actor=till, approval=shops[(n + rank) % 2], number=number, amount=Decimal(1), key=f"{worker}-{n}-{rank}")
            done += 1
        except InsufficientError:
            pass
print(done, flush=True)
"""

ONE_CODE = """
number, key = sys.argv[1], sys.argv[2]
shops, till = trial.approvals(), trial.till()
print("ready", flush=True)
sys.stdin.readline()
try:
    print(spend(actor=till, approval=shops[int(sys.argv[3])], number=number, amount=Decimal(10), key=key).reference)
except (WrongCodeError, InputError) as error:
    print(type(error).__name__)
"""

FOREVER = """
numbers = sys.argv[1:]
shops, till = trial.approvals(), trial.till()
n = 0
while True:
    for rank, number in enumerate(numbers):
        made = spend(actor=till, approval=shops[(n + rank) % 2], number=number, amount=Decimal("0.01"), key=f"f-{n}-{rank}")
        print(made.key, flush=True)
    n += 1
"""

CREDIT = """
from mandat.apps.custody.models import Subject
subjects = list(Subject.objects.order_by("pk"))
print("ready", flush=True)
sys.stdin.readline()
for n in range(10):
    for subject in subjects:
        credit(wallet="panier", holder=subject, amount=Decimal(1), key=f"same:{subject.pk.hex}:{n}", departement="37")
"""

READ = """
from django.db.models import Sum
print("ready", flush=True)
looks, seen = 0, set()
end = time.monotonic() + float(sys.argv[1])
while time.monotonic() < end:
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(balance), sum(abs(balance)), min(CASE WHEN kind = 'wallet' THEN balance ELSE 0 END) FROM ledger_account")
        total, moved, lowest = cursor.fetchone()
    assert int(total) == 0, total
    assert int(lowest) >= 0, lowest
    looks += 1
    seen.add(Spend.objects.count())
print(looks, len(seen))
"""

CHECK = """
assert [str(fault) for fault in ledger.verify()] == []
from django.db.models import Sum
bought = Spend.objects.aggregate(s=Sum("amount"))["s"] or 0
partners = Account.objects.filter(kind="partner").aggregate(s=Sum("balance"))["s"] or 0
assert bought == partners, (bought, partners)
assert Spend.objects.count() == Transaction.objects.filter(reason="spend").count()
left = Account.objects.filter(kind="wallet").aggregate(s=Sum("balance"))["s"] or 0
given = -(Account.objects.filter(kind="fund").aggregate(s=Sum("balance"))["s"] or 0)
assert left + bought == given, (left, bought, given)
print(Spend.objects.count(), left, *sorted(Spend.objects.values_list("key", flat=True)))
"""


def program(text: str) -> list[str]:
    return [sys.executable, "-c", PRELUDE + text]


@pytest.fixture(scope="module", params=KINDS)
def migrated(request: Any, tmp_path_factory: Any) -> Any:
    with prepared(request.param, tmp_path_factory.mktemp("migrated")) as empty:
        yield request.param, empty


@pytest.fixture
def environment(migrated: Any, tmp_path: Path) -> Any:
    with copied(*migrated, tmp_path) as env:
        yield env


def run(env: dict[str, str], text: str, *arguments: str) -> str:
    done = subprocess.run([*program(text), *arguments], env=env, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def begin(env: dict[str, str], text: str, *arguments: str) -> subprocess.Popen[str]:
    """A process that waits, once ready, for a line on its input."""
    pipe = subprocess.PIPE
    return subprocess.Popen([*program(text), *arguments], env=env, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


def together(workers: list[subprocess.Popen[str]]) -> list[str]:
    """Let all of them go at once; what each printed."""
    for worker in workers:
        assert worker.stdout is not None
        first = worker.stdout.readline()
        assert first == "ready\n", first + (worker.stderr.read() if worker.stderr else "")
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()
    printed = []
    for worker in workers:
        out, errors = worker.communicate(timeout=200)
        assert worker.returncode == 0, errors
        printed.append(out.strip())
    return printed


def test_tills_that_drain_the_same_wallets_spend_each_euro_once(environment: dict[str, str]) -> None:
    numbers = run(environment, PREPARE, "4", "30").split()
    reader = begin(environment, READ, "6")
    counts = together([begin(environment, DRAIN, str(worker), *numbers) for worker in range(4)])
    looks, states = map(int, reader.communicate(timeout=100)[0].split()[1:])
    assert reader.returncode == 0
    assert looks > 10
    assert states > 1, "the reader looked while tills were spending"
    assert sum(map(int, counts)) == 4 * 30
    done, left, *_ = run(environment, CHECK).split()
    assert (int(done), int(left)) == (120, 0)


def test_a_code_typed_at_two_tills_at_once_pays_once(environment: dict[str, str]) -> None:
    run(environment, PREPARE, "1", "100")
    number = run(environment, "print(code_make(wallet=trial.wallets()[0]).number)")
    printed = together([begin(environment, ONE_CODE, number, f"key-{n}", str(n % 2)) for n in range(4)])
    assert sorted(word == "WrongCodeError" for word in printed) == [False, True, True, True]
    assert run(environment, CHECK).split()[:2] == ["1", "9000"]


def test_a_button_pressed_twice_pays_once_and_answers_alike(environment: dict[str, str]) -> None:
    run(environment, PREPARE, "1", "100")
    number = run(environment, "print(code_make(wallet=trial.wallets()[0]).number)")
    printed = together([begin(environment, ONE_CODE, number, "same", "0") for _ in range(3)])
    assert len(set(printed)) == 1
    assert run(environment, CHECK).split()[:2] == ["1", "9000"]


def test_the_same_credits_given_by_several_processes_are_given_once(environment: dict[str, str]) -> None:
    run(environment, PREPARE, "3", "100")
    together([begin(environment, CREDIT) for _ in range(3)])
    assert run(environment, CHECK).split()[:2] == ["0", str(3 * 11000)]


def test_a_till_killed_in_the_middle_loses_nothing_it_confirmed(environment: dict[str, str]) -> None:
    numbers = run(environment, PREPARE, "3", "1000").split()
    confirmed: list[str] = []
    with subprocess.Popen([*program(FOREVER), *numbers], env=environment, stdout=subprocess.PIPE, text=True) as killed:
        assert killed.stdout is not None
        for line in killed.stdout:
            confirmed.append(line.strip())
            if len(confirmed) >= 40:
                os.kill(killed.pid, signal.SIGKILL)
                break
        confirmed += [line.strip() for line in killed.stdout]
    assert killed.returncode == -signal.SIGKILL
    done, _, *keys = run(environment, CHECK).split()
    # What it had told is there; one more may have been recorded before it could be told.
    assert set(confirmed) <= set(keys)
    assert int(done) - len(confirmed) in (0, 1)
