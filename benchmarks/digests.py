"""What a digest costs at full size: 40,000 people who follow different things, cut, composed and handed over by two workers at once.

    python benchmarks/digests.py [--people N] [--workers N] [--mail locmem|file] [--database URL]

People are made up and follow one to eight of 400 targets each, so that most of them read a message of their own. Messages are handed to
Django's file backend, or to one in memory that counts and forgets. Each figure stands beside the limit it must hold; the exit code says whether all do.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
# A file beside this one is called as a package that the site needs.
sys.path[:] = [str(ROOT / "src"), str(ROOT), *(path for path in sys.path if path != str(ROOT / "benchmarks"))]

#: Seconds for 40,000 recipients, from the cut to the last message; megabytes of one worker.
TIME_LIMIT = 300.0
#: Up to 256 MB of it are pages of the database, mapped (settings/base.py).
MEMORY_LIMIT = 600.0
TARGETS, EVENTS = 400, 2000


def prepare(people: int) -> None:
    """Accounts, what they follow, and a week of events of which one in twenty is an answer."""
    from django.utils import timezone

    from mandat.apps.accounts.models import User
    from mandat.apps.community.digests.cutting import cut
    from mandat.apps.community.models import Follow, Pace
    from mandat.apps.community.services import events
    from mandat.kernel.text import Text

    chance = random.Random(6)
    rows = (User(email=f"n{rank}@example.org", language="en" if rank % 10 == 0 else "fr") for rank in range(people))
    while batch := [row for row, _n in zip(rows, range(2000), strict=False)]:
        User.objects.bulk_create(batch)
    since = timezone.now()
    follows: list[Follow] = []
    for pk in User.objects.order_by("pk").values_list("pk", flat=True).iterator():
        follows += [
            Follow(user_id=pk, programme="essai", target=f"proposal:P-{target}", pace="weekly", since=since)
            for target in chance.sample(range(TARGETS), chance.randint(1, 8))
        ]
        if len(follows) > 5000:
            Follow.objects.bulk_create(follows)
            follows.clear()
    Follow.objects.bulk_create(follows)
    cut("essai", Pace.WEEKLY)
    for number in range(EVENTS):
        events.tell(
            target=f"proposal:P-{number % TARGETS}",
            title=Text(f"Étape {number} d'une proposition suivie", f"Step {number} of a proposal"),
            url=f"/reponses/R-{number}/",
            at=timezone.now(),
            answer=number % 20 == 0,
            key=f"event:{number}",
        )


def work(settings: dict[str, str], rank: int, results: Any) -> None:
    """One worker: takes slices until none is left; another may be at the same one."""
    start(settings)
    from mandat.apps.community.digests.sending import left, send_slice

    sent, begun = 0, time.perf_counter()
    slices = list(left("essai").values_list("pk", flat=True))
    # Each begins elsewhere, as tasks of a queue do; both end on what the other left.
    for pk in slices[rank::2] + slices[1 - rank :: 2]:
        sent += send_slice(pk)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    results.put((sent, time.perf_counter() - begun, peak))


def start(settings: dict[str, str]) -> None:
    os.environ.update(settings)
    import django

    django.setup()
    from django.conf import settings as held

    held.EMAIL_BACKEND = settings["BENCH_MAIL"]
    held.EMAIL_FILE_PATH = settings["BENCH_FOLDER"]
    held.MANDAT_PROGRAMME = "essai"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=40_000)
    parser.add_argument("--workers", type=int, default=2, choices=(1, 2))
    parser.add_argument("--mail", choices=("locmem", "file"), default="file")
    parser.add_argument("--database", default="")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(f"{folder}/mail")
        backend = (
            "django.core.mail.backends.filebased.EmailBackend"
            if options.mail == "file"
            else "benchmarks.digests.Counting"
        )
        settings = {
            "DJANGO_SETTINGS_MODULE": "mandat.config.settings.demo",
            "MANDAT_VAR": folder,
            "MANDAT_DATABASE_URL": options.database or f"sqlite:///{folder}/digests.sqlite3",
            "BENCH_MAIL": backend,
            "BENCH_FOLDER": f"{folder}/mail",
        }
        start(settings)
        return run(options, settings)


def run(options: argparse.Namespace, settings: dict[str, str]) -> int:
    from datetime import timedelta

    from django.core.management import call_command
    from django.db import connection, connections
    from django.utils import timezone

    from mandat.apps.community.digests.cutting import cut
    from mandat.apps.community.models import DigestDelivery, DigestSection, Pace

    call_command("migrate", verbosity=0)
    prepare(options.people)
    begun = time.perf_counter()
    digest = cut("essai", Pace.WEEKLY, now=timezone.now() + timedelta(days=7))
    assert digest is not None
    cutting = time.perf_counter() - begun
    connections.close_all()
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    workers = [context.Process(target=work, args=(settings, rank, results)) for rank in range(options.workers)]
    sending = time.perf_counter()
    for worker in workers:
        worker.start()
    told = [results.get() for _worker in workers]
    for worker in workers:
        worker.join()
    sending = time.perf_counter() - sending
    deliveries = DigestDelivery.objects.filter(digest=digest)
    sent = deliveries.filter(sent_at__isnull=False).count()
    total, peak = cutting + sending, max(one[2] for one in told)
    limit = TIME_LIMIT * options.people / 40_000
    checks = {
        f"all {digest.due:,} sent, each once": sent == digest.due == sum(one[0] for one in told),
        f"{total:.1f} s under {limit:.0f} s": total < limit,
        f"{peak:.0f} MB a worker under {MEMORY_LIMIT:.0f} MB": peak < MEMORY_LIMIT,
    }
    print(f"{connection.vendor}, {options.people:,} people, {options.workers} workers, mail to {options.mail}")
    print(
        f"cut and composed: {cutting:.1f} s, {DigestSection.objects.filter(digest=digest).count()} sections; sent: {sending:.1f} s"
    )
    for words, held in checks.items():
        print(f"{'ok  ' if held else 'FAIL'} {words}")
    return 0 if all(checks.values()) else 1


def __getattr__(name: str) -> Any:
    """``Counting``: a mail backend that writes each message whole, counts and forgets it."""
    if name != "Counting":
        raise AttributeError(name)
    from django.core.mail.backends.base import BaseEmailBackend

    class Counting(BaseEmailBackend):
        def send_messages(self, messages: Any) -> int:
            return sum(1 for message in messages if message.message().as_bytes())

    return Counting


if __name__ == "__main__":
    sys.exit(main())
