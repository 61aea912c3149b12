"""What the bureau of rights costs with 100,000 claims.

    python -m benchmarks.rights [--claims N] [--database URL]

Each figure stands beside the limit it must hold; the exit code says whether all do. Run on both databases by giving
``--database`` (``tools/test-postgres`` makes one).
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

#: Milliseconds, median.
LIMITS = {
    "first page of the queue": 150,
    "hundredth page, by cursor": 150,
    "overdue, assigned to nobody": 150,
    "one right, with messages to read": 250,
    "one claim by its reference": 120,
    "claims of one person": 60,
}


def seed(count: int) -> None:
    import datetime as dt

    from django.utils import timezone

    from mandat.apps.accounts.models import User
    from mandat.apps.custody.models import Subject
    from mandat.apps.rights.models import Claim, Message, Move
    from mandat.apps.rights.terms import rights

    chance, now, codes = random.Random(7), timezone.now(), list(rights())
    today = timezone.localdate()
    states = ["submitted"] * 6 + ["incomplete", "appealed", "granted", "refused"]
    for start in range(0, count, 5000):
        users = User.objects.bulk_create(
            [User(email=f"p{n}@example.org", password="!") for n in range(start, min(count, start + 5000))]
        )
        people = Subject.objects.bulk_create([Subject(**Subject.fresh()) for _ in users])
        claims = []
        for user, person in zip(users, people, strict=True):
            state = chance.choice(states)
            due = today + dt.timedelta(days=chance.randrange(-20, 60)) if state in ("submitted", "appealed") else None
            claim = Claim(
                programme="centre-val-de-loire", right=chance.choice(codes), right_version=1, claimant=user, person=person,
                state=state, is_open=state in ("submitted", "incomplete", "appealed"), created_at=now, saved_at=now, submitted_at=now, due_on=due,
            )  # fmt: skip
            claim.answers, claim.identity = {"personnes": [{"revenu_mensuel": "800"}]}, {"name": f"Personne {user.pk}"}
            claims.append(claim)
        Claim.objects.bulk_create(claims, batch_size=500)
        moves = [
            Move(claim=claim, name="submit", source="draft", target="submitted", actor=claim.claimant, at=now)
            for claim in claims
        ]
        Move.objects.bulk_create(moves, batch_size=500)
        talk = [
            Message(claim=claim, author=claim.claimant, from_service=False, at=now, text="Bonjour.")
            for claim in claims[::50]
        ]
        Message.objects.bulk_create(talk, batch_size=500)


def median(act: Callable[[], Any], times: int = 9) -> float:
    act()
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        act()
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--claims", type=int, default=100_000)
    parser.add_argument("--database", default="")
    options = parser.parse_args()
    folder = tempfile.mkdtemp()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mandat.config.settings.dev")
    os.environ["MANDAT_VAR"] = folder
    os.environ["MANDAT_DATABASE_URL"] = options.database or f"sqlite:///{folder}/rights.sqlite3"
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from rich.console import Console
    from rich.table import Table

    from mandat.apps.accounts.models import RoleGrant, User
    from mandat.apps.programme.services import programme_load
    from mandat.apps.rights import selectors
    from mandat.apps.rights.models import Claim
    from mandat.definitions.folder import read_folder

    settings.MANDAT_DEMO, settings.DEBUG, settings.ALLOWED_HOSTS = True, False, ["testserver"]
    call_command("migrate", verbosity=0)
    programme_load(folder=read_folder(ROOT / "programmes" / "centre-val-de-loire"))
    begun = time.perf_counter()
    seed(options.claims)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    seeded = time.perf_counter() - begun
    agent = User.objects.create_user("agent@example.org")
    RoleGrant.objects.create(user=agent, role="agent")
    client, person = Client(), Client()
    client.force_login(agent, backend="django.contrib.auth.backends.ModelBackend")
    some = Claim.objects.order_by("pk")[options.claims // 2]
    person.force_login(some.claimant, backend="django.contrib.auth.backends.ModelBackend")
    cursor = ""
    queue = selectors.queue("centre-val-de-loire", agent, selectors.Wanted())
    for _ in range(100):
        cursor = selectors.page(queue, cursor).following or cursor
    acts = {
        "first page of the queue": lambda: client.get("/bureau/demandes/"),
        "hundredth page, by cursor": lambda: client.get(f"/bureau/demandes/?apres={cursor}"),
        "overdue, assigned to nobody": lambda: client.get("/bureau/demandes/?quand=late&qui=personne"),
        "one right, with messages to read": lambda: client.get(f"/bureau/demandes/?droit={some.right}&non_lus=on"),
        "one claim by its reference": lambda: client.get(f"/bureau/demandes/{some.reference}/"),
        "claims of one person": lambda: person.get("/compte/demandes/"),
    }
    title = f"{options.claims:,} claims on {connection.vendor}, made in {seeded:.0f} s"
    table, held = Table("page", "median, ms", "limit, ms", title=title), True
    for name, act in acts.items():
        assert act().status_code == 200, name
        took = median(act)
        held = held and took <= LIMITS[name]
        table.add_row(name, f"{took:.0f}", str(LIMITS[name]))
    Console(width=100).print(table)
    return 0 if held else 1


if __name__ == "__main__":
    raise SystemExit(main())
