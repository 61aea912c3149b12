"""Letters by the thousand: the text of each from its sealed record, its PDF/UA-1, one by one and a hundred in a file.

    python -m benchmarks.letters [--letters N]

N decisions of one sitting are made first (not counted). What fewer than 10,000 letters take is extrapolated, and said so. The exit code says
whether 10,000 hold in five minutes on two cores: by the clock, or by the processor's time over two cores where others use the machine.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

WANTED, LIMIT = 10_000, 300.0


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--letters", type=int, default=1_000)
    options = parser.parse_args()
    folder = tempfile.mkdtemp()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mandat.config.settings.dev")
    os.environ["MANDAT_VAR"] = folder
    os.environ["MANDAT_DATABASE_URL"] = f"sqlite:///{folder}/letters.sqlite3"
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.utils import timezone
    from rich.console import Console
    from rich.table import Table

    from benchmarks.committees import BODY, PLACE, seed
    from mandat.apps.grants.models import Sitting
    from mandat.apps.grants.services import letters, sittings, voting
    from mandat.apps.programme.services import programme_load
    from mandat.apps.rulebook import published as rulebook
    from mandat.definitions.folder import read_folder
    from mandat.web.letters import MOST, merged

    settings.DEBUG = False
    rulebook.perimeters = lambda programme: {"region": frozenset({PLACE})}
    call_command("migrate", verbosity=0)
    programme_load(folder=read_folder(ROOT / "programmes" / "centre-val-de-loire"))
    made = seed(options.letters, 16)
    agent, left = made["agent"], options.letters
    while left > 0:
        # An agenda holds so many cases at most.
        sitting = sittings.sitting_convene(actor=agent, body=BODY, on=timezone.localdate())
        ready = sittings.ready_cases(sitting).values_list("reference", flat=True)[: min(left, 1_000)]
        left -= sittings.agenda_set(actor=agent, sitting=sitting, references=list(ready))
        sittings.sitting_open(actor=agent, sitting=sitting, members=made["members"])
        voting.block_vote(actor=agent, sitting=sitting)
        sittings.sitting_close(actor=agent, sitting=sitting)
    keys = [
        key
        for sitting in Sitting.objects.order_by("pk")
        for key in letters.of_sitting(sitting).values_list("pk", flat=True)
    ]
    rows: list[tuple[str, float, float]] = []

    def timed(name: str, act: Any) -> None:
        begun, processor = time.perf_counter(), time.process_time()
        act()
        rows.append((name, time.perf_counter() - begun, time.process_time() - processor))

    timed("each as a file", lambda: sum(len(raw) for _name, raw in letters.each(keys)))
    timed(
        f"{MOST} in a file, to print",
        lambda: [merged(letters.contents(keys[start : start + MOST])) for start in range(0, len(keys), MOST)],
    )
    times = WANTED / len(keys)
    said = "measured" if len(keys) >= WANTED else f"extrapolated from {len(keys):,}"
    table = Table("letters", "seconds", "of processor", f"{WANTED:,} ({said})", title=f"{len(keys):,} letters")
    held = True
    for name, wall, processor in rows:
        total = min(wall, processor / 2) * times
        held = held and total <= LIMIT
        table.add_row(
            name, f"{wall:.1f}", f"{processor:.1f}", f"{wall * times:.0f} s, {processor * times:.0f} s of processor"
        )
    table.add_row("memory at most", "", "", f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")
    Console(width=110).print(table)
    return 0 if held else 1


if __name__ == "__main__":
    raise SystemExit(main())
