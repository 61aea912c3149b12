"""What a purchase costs: several tills at once for a minute, then everything is added up again.

    python -m benchmarks.wallets [--seconds N] [--tills N] [--database URL]

Limits: 500 purchases a second sustained on PostgreSQL, 100 on SQLite, nothing lost. Each till is a process; each purchase is the service
with its checks, caps and locks, by card, its own transaction. ``tools/test-postgres`` makes a PostgreSQL that forgets what a power cut would
lose: give ``--database`` a server of yours for a figure with durable commits.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

PREPARE = """
import django
django.setup()
from tests.apps.wallets import trial
print(*trial.prepare(holders={holders}, shops={shops}, amount="10000", caps=False))
"""

TILL = """
import sys, time, random, gc
import django
django.setup()
from decimal import Decimal
from mandat.apps.wallets.services import spend
from tests.apps.wallets import trial
rank, seconds, numbers = int(sys.argv[1]), float(sys.argv[2]), sys.stdin.readline().split()
chance = random.Random(rank)
shops, till = trial.approvals(), trial.till()
for number in numbers[:3]:
    spend(actor=till, approval=shops[0], number=number, amount=Decimal("0.01"), key=f"warm-{rank}-{number}")
gc.freeze()
print("ready", flush=True)
sys.stdin.readline()
before = time.process_time()
end, took, n = time.perf_counter() + seconds, [], 0
while (start := time.perf_counter()) < end:
    spend(actor=till, approval=chance.choice(shops), number=chance.choice(numbers), amount=Decimal("0.01"), key=f"{rank}-{n}")
    took.append(time.perf_counter() - start)
    n += 1
took.sort()
print(n, took[n // 2], took[int(n * 0.95)], took[-1], time.process_time() - before)
"""

CHECK = """
import django
django.setup()
from django.db.models import Sum
from mandat.apps.ledger import selectors
from mandat.apps.ledger.models import Account
from mandat.apps.wallets.models import Spend
faults = [str(fault) for fault in selectors.verify()]
assert faults == [], faults[:5]
partners = Account.objects.filter(kind="partner").aggregate(s=Sum("balance"))["s"]
assert partners == Spend.objects.aggregate(s=Sum("amount"))["s"]
print(Spend.objects.count())
"""


def python(env: dict[str, str], text: str) -> str:
    done = subprocess.run([sys.executable, "-c", text], env=env, check=False, capture_output=True, text=True, cwd=ROOT)
    if done.returncode:
        raise SystemExit(done.stderr)
    return done.stdout.strip()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--tills", type=int, default=0)
    parser.add_argument("--holders", type=int, default=400)
    parser.add_argument("--database", default=os.environ.get("MANDAT_TEST_DATABASE_URL", ""))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = options.database or f"sqlite:///{folder}/bench.sqlite3"
        postgres = url.startswith("postgres")
        tills = options.tills or (6 if postgres else 3)
        env = {
            **os.environ,
            "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
            "DJANGO_SETTINGS_MODULE": "mandat.config.settings.base",
            "MANDAT_SECRET_KEY": "benchmark",
            "MANDAT_CUSTODY_KEYS": "bench:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
            "MANDAT_CUSTODY_INDEX_KEYS": "bench:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
            "MANDAT_JOURNAL_KEY": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
            "MANDAT_VAR": folder,
            "MANDAT_DATABASE_URL": url,
            "MANDAT_PROGRAMME": "essai",
        }
        python(
            env,
            "import django; django.setup(); from django.core.management import call_command; call_command('migrate', verbosity=0)",
        )
        numbers = python(env, PREPARE.format(holders=options.holders, shops=40)).split()
        pipe = subprocess.PIPE
        workers = [
            subprocess.Popen(
                [sys.executable, "-c", TILL, str(rank), str(options.seconds)],
                env=env,
                cwd=ROOT,
                stdin=pipe,
                stdout=pipe,
                text=True,
            )
            for rank in range(tills)
        ]
        for worker in workers:
            assert worker.stdin is not None
            worker.stdin.write(" ".join(numbers) + "\n")
            worker.stdin.flush()
        for worker in workers:
            assert worker.stdout is not None
            assert worker.stdout.readline() == "ready\n"
        for worker in workers:
            assert worker.stdin is not None
            worker.stdin.write("go\n")
            worker.stdin.flush()
        results = [[float(x) for x in worker.communicate()[0].split()] for worker in workers]
        recorded = int(python(env, CHECK))
    spent = int(sum(result[0] for result in results))
    rate, limit = spent / options.seconds, 500 if postgres else 100
    lost = spent + 3 * tills - recorded
    print(
        f"{'PostgreSQL' if postgres else 'SQLite'}, {tills} tills, {options.seconds:.0f} s, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    )
    print(f"purchases: {spent} ({rate:.0f}/s; limit {limit}/s), lost: {lost}, accounts verified")
    middle = statistics.median(result[1] for result in results) * 1000
    print(
        f"each: p50 {middle:.1f} ms, p95 {max(r[2] for r in results) * 1000:.1f} ms, worst {max(r[3] for r in results) * 1000:.0f} ms"
    )
    print(f"CPU of the tills: {sum(r[4] for r in results) / max(spent, 1) * 1000:.2f} ms a purchase")
    print(f"peak memory of a till: {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024} MB")
    return 0 if rate >= limit and lost == 0 else 1


if __name__ == "__main__":
    raise SystemExit(main())
