"""A region's territory as plain values, and the compact file that carries it.

No Django here: the build tool and the readers of given files make the same ``Reference``, and
``services.territory_import`` writes it. The file is gzip of JSON with a format number; ``read_bundle``
refuses whatever is not one with an InputError that says why.
"""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import json
import re
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

FORMAT = 1
#: A bundle that unfolds beyond this is refused: the whole of France is under 100 MB.
MAX_BYTES = 200 * 1024 * 1024

COMMUNE_CODE = re.compile(r"^[0-9][0-9AB][0-9]{3}$")
DEPARTEMENT_CODE = re.compile(r"^(?:[0-9]{2}|2[AB]|97[0-9])$")
EPCI_CODE = re.compile(r"^[0-9]{9}$")
REGION_CODE = re.compile(r"^[0-9]{2}$")
BASSIN_CODE = re.compile(r"^[0-9A-Z]{4,6}$")

BUNDLED = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class Source:
    """What a part of the reference was taken from."""

    part: str
    title: str
    vintage: str
    licence: str


@dataclass(frozen=True, slots=True)
class Area:
    """A department, EPCI or bassin de vie. ``members`` counts an EPCI's communes, wherever they are."""

    code: str
    name: str
    kind: str = ""
    members: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommuneRow:
    """A commune of today. ``surface`` is in hectares, ``longitude`` and ``latitude`` in degrees."""

    code: str
    name: str
    departement: str
    epci: str = ""
    bassin: str = ""
    population: int | None = None
    surface: int | None = None
    longitude: float | None = None
    latitude: float | None = None
    postal_codes: tuple[str, ...] = ()
    former_names: tuple[str, ...] = ()
    neighbours: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FormerRow:
    """A commune that is no more: its code still leads to ``successor``.

    ``ended_on`` is the day it ended where a source says so; else ``ended_by`` is the first
    official list without it. ``kind`` says whether it survives as a delegated or associated commune.
    """

    code: str
    name: str
    departement: str
    successor: str
    ended_on: dt.date | None = None
    ended_by: dt.date | None = None
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Shape:
    """An area on the map: its path and where its label goes, in map units."""

    path: str
    x: int
    y: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MapFrame:
    """The map's size in units, how many metres a unit is, and how it was drawn."""

    width: int
    height: int
    metres_per_unit: float
    projection: str
    tolerance: float
    borders: str = ""


@dataclass(frozen=True, kw_only=True)
class Reference:
    """Everything known of one region. ``shapes`` maps an area code (``commune:18001``) to its shape.

    Communes have a second, closer one (``detail:18001``) for maps of a few of them.
    """

    code: str
    name: str
    vintage: dt.date
    population_year: int | None
    sources: tuple[Source, ...]
    departements: tuple[Area, ...]
    epcis: tuple[Area, ...]
    communes: tuple[CommuneRow, ...]
    bassins: tuple[Area, ...] = ()
    former: tuple[FormerRow, ...] = ()
    frame: MapFrame | None = None
    shapes: Mapping[str, Shape] = field(default_factory=dict)

    def digest(self) -> str:
        """SHA-256 of the content: the same reference is not imported twice."""
        return hashlib.sha256(_bytes(self)).hexdigest()


def _bytes(reference: Reference) -> bytes:
    return json.dumps(_pack(reference), ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


_COMMUNE_FIELDS = (
    "code", "name", "departement", "epci", "bassin", "population", "surface", "longitude", "latitude",
    "postal_codes", "former_names", "neighbours",
)  # fmt: skip
#: Lists of codes, written as one text.
_CODES = ("postal_codes", "neighbours")
_FORMER_FIELDS = ("code", "name", "departement", "successor", "ended_on", "ended_by", "kind")


def _pack(reference: Reference) -> dict[str, Any]:
    def plain(row: Any, name: str) -> Any:
        value = getattr(row, name)
        if isinstance(value, dt.date):
            return value.isoformat()
        return " ".join(value) if name in _CODES else value

    def table(rows: tuple[Any, ...], names: tuple[str, ...]) -> list[list[Any]]:
        return [[plain(row, name) for name in names] for row in rows]

    return {
        "format": FORMAT,
        "kind": "mandat-territory",
        "region": {"code": reference.code, "name": reference.name},
        "vintage": reference.vintage.isoformat(),
        "population_year": reference.population_year,
        "sources": [asdict(s) for s in reference.sources],
        "departements": [asdict(a) for a in reference.departements],
        "epcis": [asdict(a) for a in reference.epcis],
        "bassins": [asdict(a) for a in reference.bassins],
        "communes": {"fields": _COMMUNE_FIELDS, "rows": table(reference.communes, _COMMUNE_FIELDS)},
        "former": {"fields": _FORMER_FIELDS, "rows": table(reference.former, _FORMER_FIELDS)},
        "frame": asdict(reference.frame) if reference.frame else None,
        "shapes": {code: [s.path, s.x, s.y] for code, s in reference.shapes.items()},
    }


def write_bundle(reference: Reference, target: BinaryIO) -> int:
    """Write the compact file; the same reference gives the same bytes. Returns the number of bytes."""
    packed = gzip.compress(_bytes(reference), compresslevel=9, mtime=0)
    target.write(packed)
    return len(packed)


def read_bundle(stream: BinaryIO, *, file: str = "") -> Reference:
    """The reference of a compact file. Raises InputError for anything else."""
    try:
        with gzip.GzipFile(fileobj=stream) as unpacked:
            raw = unpacked.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            raise InputError(Text("fichier démesuré", "file out of all proportion"), file=file)
        return _unpack(json.loads(raw))
    except InputError:
        raise
    except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InputError(
            Text(
                f"ce n'est pas un fichier de territoire de Mandat ({type(error).__name__})",
                f"this is not a Mandat territory file ({type(error).__name__})",
            ),
            file=file,
        ) from None


def _unpack(document: dict[str, Any]) -> Reference:
    if document.get("kind") != "mandat-territory":
        raise ValueError("kind")
    if document["format"] != FORMAT:
        raise InputError(
            Text(
                f"format {document['format']} inconnu (attendu : {FORMAT})",
                f"unknown format {document['format']} (expected: {FORMAT})",
            )
        )
    frame = document["frame"]
    return Reference(
        code=str(document["region"]["code"]),
        name=str(document["region"]["name"]),
        vintage=dt.date.fromisoformat(document["vintage"]),
        population_year=document["population_year"],
        sources=tuple(Source(**s) for s in document["sources"]),
        departements=tuple(Area(**a) for a in document["departements"]),
        epcis=tuple(Area(**a) for a in document["epcis"]),
        bassins=tuple(Area(**a) for a in document["bassins"]),
        communes=tuple(_commune(document["communes"]["fields"], row) for row in document["communes"]["rows"]),
        former=tuple(_former(document["former"]["fields"], row) for row in document["former"]["rows"]),
        frame=MapFrame(**frame) if frame else None,
        shapes={code: Shape(str(d), int(x), int(y)) for code, (d, x, y) in document["shapes"].items()},
    )


def _commune(names: list[str], row: list[Any]) -> CommuneRow:
    values = dict(zip(names, row, strict=True))
    for name in _CODES:
        values[name] = tuple(values[name].split())
    values["former_names"] = tuple(values["former_names"])
    return CommuneRow(**values)


def _former(names: list[str], row: list[Any]) -> FormerRow:
    values = dict(zip(names, row, strict=True))
    for name in ("ended_on", "ended_by"):
        values[name] = dt.date.fromisoformat(values[name]) if values[name] else None
    return FormerRow(**values)


def bundled() -> dict[str, Path]:
    """The regions that come with Mandat: code to file."""
    return {path.name.split(".")[0]: path for path in sorted(BUNDLED.glob("*.json.gz"))}


def check(reference: Reference) -> list[str]:
    """What is wrong inside a reference, one sentence each; empty when it can be imported."""
    problems: list[str] = []

    def wrong(fr: str, en: str) -> None:
        problems.append(str(Text(fr, en)))

    if not REGION_CODE.match(reference.code):
        wrong(f"code de région invalide : {reference.code}", f"invalid region code: {reference.code}")
    if not reference.communes:
        wrong("aucune commune", "no commune")
    departements = {a.code for a in reference.departements}
    epcis = {a.code for a in reference.epcis}
    bassins = {a.code for a in reference.bassins}
    seen: set[str] = set()
    for row in reference.communes:
        if not COMMUNE_CODE.match(row.code):
            wrong(f"code de commune invalide : {row.code}", f"invalid commune code: {row.code}")
        if row.code in seen:
            wrong(f"commune en double : {row.code}", f"duplicate commune: {row.code}")
        seen.add(row.code)
        if not row.name.strip():
            wrong(f"{row.code} : nom absent", f"{row.code}: no name")
        if row.departement not in departements:
            wrong(
                f"{row.code} : département inconnu ({row.departement})",
                f"{row.code}: unknown department ({row.departement})",
            )
        if row.epci and row.epci not in epcis:
            wrong(f"{row.code} : EPCI inconnu ({row.epci})", f"{row.code}: unknown EPCI ({row.epci})")
        if row.bassin and row.bassin not in bassins:
            wrong(f"{row.code} : bassin de vie inconnu ({row.bassin})", f"{row.code}: unknown catchment ({row.bassin})")
        if row.population is not None and row.population < 0:
            wrong(f"{row.code} : population négative", f"{row.code}: negative population")
        if row.surface is not None and row.surface <= 0:
            wrong(f"{row.code} : surface nulle ou négative", f"{row.code}: surface of zero or less")
    successors = {row.code: row.successor for row in reference.former}
    for former in reference.former:
        if former.code in seen:
            wrong(f"{former.code} est à la fois actuelle et ancienne", f"{former.code} is both current and former")
        if _end(former.code, successors) not in seen:
            wrong(
                f"{former.code} : commune suivante inconnue ({former.successor})",
                f"{former.code}: unknown successor ({former.successor})",
            )
    return problems


def _end(code: str, successors: Mapping[str, str]) -> str:
    """The last code of a chain of mergers; empty where the chain turns in circles."""
    visited = set()
    while code in successors:
        if code in visited:
            return ""
        visited.add(code)
        code = successors[code]
    return code
