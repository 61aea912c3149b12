"""The money of 100,000 cases: the board, what a figure is made of, one loan, in process; and what a case's four moves cost.

    python -m benchmarks.funds [--cases 100000] [--database sqlite|postgresql] [--folder FOLDER]

SQLite lives in a temporary folder; PostgreSQL is the one of MANDAT_TEST_DATABASE_URL (see tools/test-postgres). Limits: the board under 300 ms,
a loan under 100 ms (p95); the processor's time beside tells a slow page from a busy machine. The page cache is off: each answer is made anew. Cases are drawn with a fixed seed over the bundled programme
and region; the sums of the board are computed from them, then compared with them again.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import random
import tempfile
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parents[1]
KINDS = ("association", "association", "company", "commune", "epci", "cooperative", "farm", "person", "person", "lycee")
YEARS = range(2022, 2027)
BOARD = (
    "/argent/",
    "/argent/?par=dispositif",
    "/argent/?par=beneficiaire&annee=2024",
    "/argent/?par=commune",
    "/argent/?par=departement",
    "/argent/?par=epci&mesure=20",
    "/argent/?par=mesure&lieu=departement:37&beneficiaire=association",
    "/argent/?par=versement",
    "/argent/?par=commune&page=80",
)
DETAIL = (
    "/argent/detail/?etat=voted",
    "/argent/detail/?etat=paid",
    "/argent/detail/?etat=awarded&mesure=20&annee=2024",
    "/argent/detail/?etat=engaged&lieu=departement:37",
    "/argent/detail/?etat=paid&versement=2024&beneficiaire=association",
)
FILES = ("/argent/tableau.csv?par=commune",)
LOANS = ("/bureau/prets/PRET-0/", "/bureau/prets/", "/argent/prets/")
PROMISES = ("/argent/promesses/", "/argent/promesses/20.1/")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--folder", default="", help="keep the database here")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mandat-bench-") as temporary:
        folder = Path(options.folder or temporary).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        os.environ["MANDAT_VAR"] = str(folder)
        os.environ["DJANGO_SETTINGS_MODULE"] = "mandat.config.settings.demo"
        if options.database == "postgresql":
            os.environ["MANDAT_DATABASE_URL"] = os.environ["MANDAT_TEST_DATABASE_URL"]
        return run(options.cases, options.database, options.rounds)


def run(cases: int, database: str, rounds: int) -> int:
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from django.test.utils import setup_test_environment

    setup_test_environment()
    settings.MANDAT_PAGE_CACHE = False
    call_command("migrate", verbosity=0, interactive=False)
    call_command("collectstatic", verbosity=0, interactive=False)
    table = Table("what", "figure", "limit", title=f"{cases:,} cases on {database}")
    agent = fill(cases, table)
    if database == "postgresql":
        connection.cursor().execute("ANALYZE")
    moves(agent, table)
    kept = [pages(group, rounds, limit, agent, table) for group, limit in ((BOARD, 300), (DETAIL, 300), (FILES, 300), (PROMISES, 300), (LOANS, 100))]  # fmt: skip
    Console(width=140).print(table)
    return 0 if all(kept) else 1


def fill(cases: int, table: Table) -> Any:
    """The bundled programme, envelopes for every measure and year, cases in every state, and loans."""
    from mandat.apps.accounts.models import RoleGrant, User
    from mandat.apps.funds import cells
    from mandat.apps.funds.models import Allocation, Cell, Envelope, PaidIn
    from mandat.apps.programme.published import published
    from mandat.apps.programme.services import programme_load
    from mandat.apps.territory import reference, selectors
    from mandat.apps.territory.services import territory_import
    from mandat.definitions.folder import read_folder

    with reference.bundled()["24"].open("rb") as stream:
        territory_import(reference=reference.read_bundle(stream))
    programme_load(folder=read_folder(ROOT / "programmes" / "centre-val-de-loire"), synthetic=True)
    current = published()
    agent, _ = User.objects.get_or_create(email="agent@bench.example")
    RoleGrant.objects.get_or_create(user=agent, role="agent")
    if Envelope.objects.exists():
        return agent
    chance = random.Random(24)
    envelopes = [envelope(agent, current, number, year) for number in list(current.measures)[:60] for year in YEARS]
    communes = sorted(selectors.area_weights("communes", "region:24"))
    start = time.perf_counter()
    rows: list[Allocation] = []
    years: list[int] = []
    for n in range(cases):
        of = envelopes[n % len(envelopes)]
        kind = chance.choice(KINDS)
        commune = chance.choice(communes)
        amount, state = chance.randrange(50_000, 5_000_000), chance.randrange(10)
        out = amount // 2 if state >= 4 else 0
        rows.append(
            Allocation(
                envelope=of, case=f"B-{n}", scheme=of.scheme, kind=kind,
                place=f"departement:{commune[:2]}" if kind == "person" else f"commune:{commune}",
                reserved=amount if state == 0 else 0, awarded=amount if state in (1, 2) else 0,
                engaged=amount - out if state > 2 else 0, paid=out,
            )
        )  # fmt: skip
        years.append(min(2026, of.year + chance.randrange(2)))
    Allocation.objects.bulk_create(rows, batch_size=2000)
    PaidIn.objects.bulk_create(
        [PaidIn(allocation=row, year=year, cents=row.paid) for row, year in zip(rows, years, strict=True) if row.paid],
        batch_size=4000,
    )
    table.add_row("cases written in bulk", f"{time.perf_counter() - start:.1f} s", "")
    start = time.perf_counter()
    cells.rebuild(current.code)
    table.add_row(
        "sums computed from the cases", f"{time.perf_counter() - start:.1f} s, {Cell.objects.count():,} cells", ""
    )
    assert list(cells.verify(current.code)) == []
    start = time.perf_counter()
    lend(agent, current)
    table.add_row("30 loans released, 840 repayments", f"{time.perf_counter() - start:.1f} s", "")
    return agent


def envelope(agent: Any, current: Any, number: int, year: int, **more: Any) -> Any:
    from mandat.apps.funds import services

    measure = current.measures[number]
    codes = [one.code for one in measure.commitments if one.truth == "money"]
    made = services.envelope_open(
        actor=agent, code=more.get("code", f"m{number}-{year}"), title=more.get("title", f"Mesure {number}, {year}"), line="65748",
        section="operating", year=year, measure=number, commitments=codes, scheme=more.get("scheme", f"dispositif-{number}"), synthetic=True,
    )  # fmt: skip
    services.vote(
        actor=agent, envelope=made, on=dt.date(year - 1, 12, 15), decision=f"DAP {year}", stage="primary",
        commitment=Decimal(50_000_000), payments={year: Decimal(10_000_000), year + 1: Decimal(10_000_000)},
    )  # fmt: skip
    return made


def lend(agent: Any, current: Any) -> None:
    """Loans of ten years by the month, half of them to organisations, with two years of repayments."""
    from mandat.apps.custody.subjects import subject_open
    from mandat.apps.funds import services
    from mandat.apps.funds.models import Envelope
    from mandat.apps.funds.plans import LoanTerms
    from mandat.apps.organisations.models import Organisation
    from mandat.kernel.periods import add_months

    of = Envelope.objects.get(code="m16-2022")
    terms = LoanTerms(rate=Decimal("1.2"), instalments=120, every_months=1, late_rate=Decimal(4), kind="annuity")
    day = dt.date(2022, 6, 1)
    for n in range(30):
        owner = None
        if n % 2 == 0:
            owner = Organisation.objects.create(
                subject=subject_open(), name=f"Coopérative {n}", siret=f"{n:014d}", legal_category="5458"
            )
        held = services.reserve(envelope=of, case=f"PRET-{n}", amount=Decimal(12_000), key="r", beneficiary_kind="cooperative" if owner else "person")  # fmt: skip
        held = services.award(allocation=held, amount=Decimal(12_000), key="a")
        held = services.engage(allocation=held, amount=Decimal(12_000), key="e")
        loan = services.loan_release(
            allocation=held, beneficiary=owner, amount=Decimal(12_000), on=day, year=2022, terms=terms, key="release"
        )
        for month in range(50 if n < 10 else 17):
            services.repayment_record(
                actor=agent, loan=loan, amount=Decimal(106), on=add_months(day, month + 1), reference=f"{n}-{month}"
            )


def moves(agent: Any, table: Table) -> None:
    """Reserve, award, engage and pay 200 cases, each move its own transaction."""
    from mandat.apps.funds import services
    from mandat.apps.funds.models import Envelope

    of = Envelope.objects.get(code="m20-2025")
    start, before, server = time.perf_counter(), processor(backend()), backend()
    for n in range(200):
        held = services.reserve(envelope=of, case=f"M-{start}-{n}"[:40], amount=Decimal(100), key="r", commune="37261", beneficiary_kind="association")  # fmt: skip
        held = services.award(allocation=held, amount=Decimal(100), key="a")
        held = services.engage(allocation=held, amount=Decimal(100), key="e")
        services.pay(allocation=held, amount=Decimal(100), year=2025, key="p")
    table.add_row("a move of a case, with its sums", f"{(time.perf_counter() - start) / 800 * 1000:.1f} ms, processor {(processor(server) - before) / 800 * 1000:.1f} ms", "")  # fmt: skip


def backend() -> str:
    """Where the system tells what the database's own process has used; empty where the database is in this one."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return ""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return f"/proc/{cursor.fetchone()[0]}/stat"


def processor(server: str) -> float:
    """Seconds of processor used so far, by this process and by the database's, where it is on this machine."""
    own = time.process_time()
    if not server or not Path(server).exists():
        return own
    fields = Path(server).read_text().rpartition(")")[2].split()
    return own + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def pages(addresses: tuple[str, ...], rounds: int, limit: int, agent: Any, table: Table) -> bool:
    """Each address in turn, the first round apart; p50 and p95 of the others."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    kept, server = True, backend()
    for address in addresses:
        client = Client()
        if address.startswith("/bureau/"):
            client.force_login(agent, backend="django.contrib.auth.backends.ModelBackend")
        answer = client.get(address)
        assert answer.status_code == 200, (address, answer.status_code)
        took, before = [], processor(server)
        for _ in range(rounds):
            start = time.perf_counter()
            client.get(address)
            took.append((time.perf_counter() - start) * 1000)
        cpu = (processor(server) - before) / rounds * 1000
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        took.sort()
        p95 = took[min(len(took) - 1, int(len(took) * 0.95))]
        kept = kept and p95 <= limit
        table.add_row(address, f"p50 {took[len(took) // 2]:.0f} ms, p95 {p95:.0f} ms, processor {cpu:.0f} ms, {len(queries)} statements, {len(answer.content) / 1000:.0f} kB", f"≤ {limit} ms")  # fmt: skip
    return kept


if __name__ == "__main__":
    raise SystemExit(main())
