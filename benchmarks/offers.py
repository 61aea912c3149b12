"""What a systematic offer costs at full size: 130,000 pupils of 100 lycées listed, invited, proved and read.

    python benchmarks/offers.py [--pupils N] [--schools N] [--database URL]

Lines are made up. Each figure stands beside the limit it must hold; the exit code says whether all do.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import quantiles
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

#: Milliseconds of the slowest of twenty readings of a list page.
PAGE_LIMIT = 150.0
#: The proof counts every member and invitation anew, each time it is asked.
PROOF_LIMIT = 1000.0
#: Statements a page may send, whatever the size.
STATEMENTS = 40
#: Up to 256 MB of it are pages of the database, mapped (settings/base.py).
MEMORY_LIMIT = 600.0


def write(path: Path, schools: int, pupils: int) -> None:
    first = dt.date(2008, 9, 1)
    with path.open("w", encoding="utf-8") as out:
        out.write("etablissement;classe;nom;prenom;date_naissance;sexe;courriel\n")
        for n in range(pupils):
            school, rank = n % schools, n // schools
            born = first + dt.timedelta(days=n % 1000)
            out.write(f"{school:07d}A;Classe {rank // 30 + 1};NOM{n:06d};Prenom;{born};{'FM'[n % 2]};\n")


def p95(act: Callable[[], Any], times: int = 20) -> float:
    act()
    found = []
    for _ in range(times):
        start = time.perf_counter()
        act()
        found.append((time.perf_counter() - start) * 1000)
    return quantiles(found, n=20)[-1]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pupils", type=int, default=130_000)
    parser.add_argument("--schools", type=int, default=100)
    parser.add_argument("--database", default="")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "mandat.config.settings.demo",
            "MANDAT_VAR": folder,
            "MANDAT_DATABASE_URL": given.database or f"sqlite:///{folder}/mandat.sqlite3",
            "MANDAT_PROGRAMME": "essai",
        }
        return measure(Path(folder), given.schools, given.pupils)


def measure(folder: Path, schools: int, pupils: int) -> int:
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.utils import timezone

    from mandat.apps.accounts.models import RoleGrant, User
    from mandat.apps.offers import letters, selectors, services
    from mandat.apps.offers.models import Assignment, Establishment, Place, Slot
    from mandat.apps.programme.services import programme_load
    from mandat.definitions.folder import read_texts
    from tests.apps.offers.examples import OFFERS
    from tests.programmes_folder import texts

    settings.ALLOWED_HOSTS = ["*"]
    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    day = timezone.localdate()
    opens = f"opens: {day - dt.timedelta(days=60)}, closes: {day + dt.timedelta(days=200)}"
    offers = {
        name: text.replace("opens: 2025-09-01, closes: 2026-07-04", "opens: 2021-09-01, closes: 2022-07-04")
        .replace("opens: 2026-09-01, closes: 2027-07-03", opens)
        .replace("least: 14, most: 20", "least: 10, most: 40")
        .encode()
        for name, text in OFFERS.items()
    }
    programme_load(folder=read_texts(texts() | offers))
    agent = User.objects.create_user("agent@example.org")
    RoleGrant.objects.bulk_create([RoleGrant(user=agent, role=role) for role in ("agent", "administrator")])
    for n in range(schools):
        school = Establishment.objects.create(
            code=f"{n:07d}A", kind="lycee", name=f"Lycée {n:03d}", commune="45234", department=f"{n % 6 + 10}"
        )
        place = Place.objects.create(code=f"lieu-{n}", name=school.name, commune="45234")
        place.serves.add(school)
    first = Establishment.objects.order_by("code")[0]
    Assignment.objects.create(user=agent, establishment=first)
    Assignment.objects.create(user=agent, place=first.places.get())
    file = folder / "liste.csv"
    write(file, schools, pupils)
    given = {"actor": agent, "offer": "consultation", "round": "r2026-2027"}
    wrong: list[str] = []

    def say(label: str, value: float, unit: str, limit: float | None = None) -> None:
        held = limit is None or value <= limit
        print(f"{label:<58} {value:>10.1f} {unit:<4} {'' if limit is None else f'limit {limit:g}'}")
        if not held:
            wrong.append(label)

    def timed(label: str, act: Callable[[], Any]) -> Any:
        start = time.perf_counter()
        found = act()
        say(label, time.perf_counter() - start, "s")
        return found

    def read() -> Any:
        with file.open("rb") as stream:
            return services.roll_import(stream=stream, filename="liste.csv", complete=True, **given)

    run = timed(f"roll of {pupils} pupils, {schools} lycées: first reading", read)
    assert run.arrived == pupils, (run.arrived, run.refused)
    run = timed("the same list again: all unchanged", read)
    assert run.unchanged == pupils
    timed("close the rolls", lambda: services.roll_close(**given))
    batch = services.batch_open(**given)
    invited = timed("invitations, each with its code, all lycées", lambda: services.batch_carry_out(batch=batch))
    assert invited == pupils
    proof = timed(
        "the proof: none twice, none forgotten", lambda: selectors.reconciliation("consultation", "r2026-2027")
    )
    assert proof.holds
    assert proof.forgotten == 0
    timed("coverage published", lambda: services.coverage_publish(**given))
    pdf = timed(
        "letters of one class (PDF/UA)",
        lambda: letters.letters_pdf(actor=agent, batch=batch, establishment=first, group="Classe 1"),
    )
    assert pdf.startswith(b"%PDF")
    place = first.places.get()
    weekdays = [(day + dt.timedelta(days=2)).weekday()]
    made = services.slots_generate(
        place=place,
        first=day + dt.timedelta(days=2),
        last=day + dt.timedelta(days=190),
        weekdays=weekdays,
        begins=dt.time(8),
        ends=dt.time(18),
        **given,
    )
    free = [str(r) for r in Slot.objects.order_by("pk").values_list("reference", flat=True)]
    mine = (
        batch.invitations.filter(member__establishment=first).order_by("pk").values_list("pk", flat=True)[: made // 2]
    )
    start = time.perf_counter()
    for one, slot in zip(mine, free, strict=False):
        services.slot_book(invitation=one, slot=slot)
    say("bookings, one at a time", len(mine) / (time.perf_counter() - start), "/s")

    visitor, office = Client(), Client()
    office.force_login(agent)
    settings.MANDAT_PAGE_CACHE = False
    pages = {
        "/offres/": visitor,
        "/offres/consultation/": visitor,
        "/bureau/offres/": office,
        "/bureau/offres/o/consultation/": office,
        "/bureau/offres/o/consultation/listes/": office,
        "/bureau/offres/o/consultation/rapprochement/": office,
        "/bureau/offres/o/consultation/invitations/": office,
        "/bureau/offres/o/consultation/creneaux/": office,
        "/bureau/offres/etablissements/": office,
        f"/bureau/offres/o/consultation/e/{first.code}/": office,
        f"/bureau/offres/o/consultation/e/{first.code}/?classe=Classe+1": office,
        f"/bureau/offres/lieux/{place.code}/?jour={day + dt.timedelta(days=2)}": office,
    }
    for address, client in pages.items():
        with CaptureQueriesContext(connection) as seen:
            assert client.get(address).status_code == 200, address
        limit = PROOF_LIMIT if "rapprochement" in address else PAGE_LIMIT
        say(f"{address}  ({len(seen)} statements)", p95(lambda c=client, a=address: c.get(a)), "ms", limit)
        if len(seen) > STATEMENTS:
            wrong.append(f"{address}: {len(seen)} statements")
    say("memory", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MB", MEMORY_LIMIT)
    for one in wrong:
        print("over its limit:", one)
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
