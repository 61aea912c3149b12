"""What the bureau of aid applications costs with 100,000 cases and 200 agents.

    python -m benchmarks.cases [--cases N] [--agents N] [--database URL] [--times N]

Each figure stands beside the limit it must hold, with the number of SQL statements; the exit code says whether all do. Run on both
databases by giving ``--database`` (``tools/test-postgres`` makes one).
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

#: Milliseconds, 95th percentile.
LIST, CASE = 150, 100


def p95(act: Callable[[int], Any], times: int) -> tuple[float, float, float, float]:
    """Median and 95th percentile of ``times`` runs by the clock, then of the processor's own time, in ms.

    The latter tells what a page costs where others work on the same machine; it leaves out what a database server does.
    """
    act(0)
    taken, worked = [], []
    for n in range(times):
        start, own = time.perf_counter(), time.process_time()
        act(n)
        taken.append((time.perf_counter() - start) * 1000)
        worked.append((time.process_time() - own) * 1000)
    last = min(times - 1, int(times * 0.95))
    return sorted(taken)[times // 2], sorted(taken)[last], sorted(worked)[times // 2], sorted(worked)[last]


def counting(asked: list[str]) -> Callable[..., Any]:
    """Note each statement in ``asked``."""

    def run(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append(sql)
        return execute(sql, params, many, context)

    return run


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument(
        "--whole", type=int, default=3_000, help="cases with all their parts; the others are rows of the list"
    )
    parser.add_argument("--agents", type=int, default=200)
    parser.add_argument("--times", type=int, default=40)
    parser.add_argument("--database", default="")
    options = parser.parse_args()
    folder = tempfile.mkdtemp()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mandat.config.settings.dev")
    os.environ["MANDAT_VAR"] = folder
    os.environ["MANDAT_DATABASE_URL"] = options.database or f"sqlite:///{folder}/cases.sqlite3"
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from rich.console import Console
    from rich.table import Table

    from mandat.apps.accounts.models import RoleGrant, User
    from mandat.apps.demonstration import bulk_cases
    from mandat.apps.grants import queue
    from mandat.apps.grants.models import Case
    from mandat.apps.grants.terms import SCHEMES
    from mandat.apps.programme.services import programme_load
    from mandat.definitions.folder import read_folder

    settings.MANDAT_DEMO, settings.DEBUG, settings.ALLOWED_HOSTS = True, False, ["testserver"]
    call_command("migrate", verbosity=0)
    programme_load(folder=read_folder(ROOT / "programmes" / "centre-val-de-loire"))
    begun = time.perf_counter()
    agents = bulk_cases.agents_make(options.agents, schemes=[kit.terms.code for kit in bulk_cases.kits()])
    RoleGrant.objects.bulk_create([RoleGrant(user=agent, role="agent") for agent in agents])
    experts = User.objects.bulk_create([User(email=f"expert{n}@example.org", password="!") for n in range(5)])
    whole_ones = min(options.whole, options.cases)
    rows = bulk_cases.cases_make(whole_ones, agents=agents, experts=experts)
    rows += bulk_cases.cases_copy(options.cases) - whole_ones
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    seeded = time.perf_counter() - begun
    gc.collect()
    gc.freeze()  # as the server does once it is loaded (config/wsgi.py)
    gc.set_threshold(50_000, 20, 100)
    whole, some = Client(), Client()
    whole.force_login(agents[0], backend="django.contrib.auth.backends.ModelBackend")
    some.force_login(agents[min(7, len(agents) - 1)], backend="django.contrib.auth.backends.ModelBackend")
    cursor_text, held = "", queue.found("centre-val-de-loire", agents[0], queue.Wanted())
    for _ in range(100):
        cursor_text = queue.page(held, "", cursor_text).following or cursor_text
    references = list(
        Case.objects.order_by("pk").values_list("reference", flat=True)[: whole_ones : max(1, whole_ones // 200)]
    )
    one = Case.objects.select_related("applicant").order_by("pk")[whole_ones // 2]
    assert one.applicant is not None
    ranked = next((terms for terms in SCHEMES.all().values() if terms.document.scoring), None)
    here = "/bureau/dossiers/"
    lists: dict[str, Callable[[int], Any]] = {
        "first page of the queue": lambda n: whole.get(here),
        "hundredth page, by cursor": lambda n: whole.get(f"{here}?apres={cursor_text}"),
        "an agent of three schemes": lambda n: some.get(here),
        "mine": lambda n: some.get(f"{here}?qui=moi"),
        "overdue, given to nobody": lambda n: whole.get(f"{here}?quand=late&qui=personne"),
        "one scheme, every state": lambda n: whole.get(f"{here}?dispositif={one.scheme}&etat=all"),
        "one call, closed cases": lambda n: whole.get(f"{here}?dispositif={one.scheme}&appel={one.call}&etat=closed"),
        "one commune, every state": lambda n: whole.get(f"{here}?commune={one.area}&etat=all"),
        "one département": lambda n: whole.get(f"{here}?departement={one.area[:2]}"),
        "one département, every state": lambda n: whole.get(f"{here}?departement={one.area[:2]}&etat=all"),
        "one organisation": lambda n: whole.get(f"{here}?organisme={one.applicant.reference}&etat=all"),  # type: ignore[union-attr]
        "with messages to read": lambda n: whole.get(f"{here}?non_lus=on"),
        "every state, latest first": lambda n: whole.get(f"{here}?etat=all&tri=recents"),
        "every state, largest first": lambda n: whole.get(f"{here}?etat=all&tri=montant"),
        "one agent, every state, largest first": lambda n: some.get(f"{here}?etat=all&tri=montant"),
        "search an organisation by name": lambda n: whole.post(f"{here}chercher/", {"q": "organisme 77"}),
        "search a reference": lambda n: whole.post(f"{here}chercher/", {"q": references[n % len(references)]}),
    }
    cases: dict[str, Callable[[int], Any]] = {
        "open a case": lambda n: whole.get(f"{here}{references[n % len(references)]}/"),
    }
    if ranked is not None:
        call = ranked.document.calls[0].code
        lists["ranking of a call"] = lambda n: whole.get(f"/bureau/classement/{ranked.code}/{call}/")
    title = (
        f"{options.cases:,} cases ({rows:,} rows), {options.agents} agents, {connection.vendor}, made in {seeded:.0f} s"
    )
    table, all_held = (
        Table("page", "median, ms", "p95, ms", "CPU median", "CPU p95", "limit, ms", "SQL", title=title),
        True,
    )
    for acts, limit in ((lists, LIST), (cases, CASE)):
        for name, act in acts.items():
            act(1)
            asked: list[str] = []
            with connection.execute_wrapper(counting(asked)):
                response = act(1)
            assert response.status_code in (200, 302), (name, response.status_code)
            middle, high, usual, own = p95(act, options.times)
            all_held = all_held and high <= limit
            table.add_row(
                name, f"{middle:.0f}", f"{high:.0f}", f"{usual:.0f}", f"{own:.0f}", str(limit), str(len(asked))
            )
    Console(width=110).print(table)
    return 0 if all_held else 1


if __name__ == "__main__":
    raise SystemExit(main())
