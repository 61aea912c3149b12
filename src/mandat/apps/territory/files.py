"""Readers of given files: communes in CSV, boundaries in GeoJSON, mergers in CSV.

Every problem says its line and the reading goes on; the caller decides with all of them at
hand. Column names are those of the field: see ``COLUMNS``.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import IO, Any

from mandat.apps.territory.geometry.topology import Polygons, whole
from mandat.apps.territory.reference import (
    BASSIN_CODE,
    COMMUNE_CODE,
    DEPARTEMENT_CODE,
    EPCI_CODE,
    Area,
    CommuneRow,
    FormerRow,
)
from mandat.kernel.errors import InputError, Problem
from mandat.kernel.text import Text

#: Accepted names of each column, first the one to prefer.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "code": ("code", "codgeo", "code_insee", "insee_com", "com"),
    "name": ("nom", "libelle", "libgeo", "name"),
    "departement": ("departement", "dep", "code_departement"),
    "epci": ("epci", "code_epci", "siren_epci"),
    "epci_name": ("epci_nom", "nom_epci", "libepci"),
    "bassin": ("bassin_vie", "bv2022", "bv"),
    "bassin_name": ("bassin_vie_nom", "libbv2022", "libbv"),
    "population": ("population", "population_municipale", "pmun"),
    "surface": ("surface_ha", "superficie_ha"),
    "longitude": ("longitude", "clon", "lon"),
    "latitude": ("latitude", "clat", "lat"),
    "postal_codes": ("codes_postaux", "code_postal"),
}
_POPULATION_YEAR = re.compile(r"^(?:population|pmun|pop)_?((?:19|20)[0-9]{2})$")
MAX_ROWS = 40_000

DEPARTEMENT_NAMES: Mapping[str, str] = dict(
    pair.split(":", 1)
    for pair in [
        "01:Ain",
        "02:Aisne",
        "03:Allier",
        "04:Alpes-de-Haute-Provence",
        "05:Hautes-Alpes",
        "06:Alpes-Maritimes",
        "07:Ardèche",
        "08:Ardennes",
        "09:Ariège",
        "10:Aube",
        "11:Aude",
        "12:Aveyron",
        "13:Bouches-du-Rhône",
        "14:Calvados",
        "15:Cantal",
        "16:Charente",
        "17:Charente-Maritime",
        "18:Cher",
        "19:Corrèze",
        "2A:Corse-du-Sud",
        "2B:Haute-Corse",
        "21:Côte-d’Or",
        "22:Côtes-d’Armor",
        "23:Creuse",
        "24:Dordogne",
        "25:Doubs",
        "26:Drôme",
        "27:Eure",
        "28:Eure-et-Loir",
        "29:Finistère",
        "30:Gard",
        "31:Haute-Garonne",
        "32:Gers",
        "33:Gironde",
        "34:Hérault",
        "35:Ille-et-Vilaine",
        "36:Indre",
        "37:Indre-et-Loire",
        "38:Isère",
        "39:Jura",
        "40:Landes",
        "41:Loir-et-Cher",
        "42:Loire",
        "43:Haute-Loire",
        "44:Loire-Atlantique",
        "45:Loiret",
        "46:Lot",
        "47:Lot-et-Garonne",
        "48:Lozère",
        "49:Maine-et-Loire",
        "50:Manche",
        "51:Marne",
        "52:Haute-Marne",
        "53:Mayenne",
        "54:Meurthe-et-Moselle",
        "55:Meuse",
        "56:Morbihan",
        "57:Moselle",
        "58:Nièvre",
        "59:Nord",
        "60:Oise",
        "61:Orne",
        "62:Pas-de-Calais",
        "63:Puy-de-Dôme",
        "64:Pyrénées-Atlantiques",
        "65:Hautes-Pyrénées",
        "66:Pyrénées-Orientales",
        "67:Bas-Rhin",
        "68:Haut-Rhin",
        "69:Rhône",
        "70:Haute-Saône",
        "71:Saône-et-Loire",
        "72:Sarthe",
        "73:Savoie",
        "74:Haute-Savoie",
        "75:Paris",
        "76:Seine-Maritime",
        "77:Seine-et-Marne",
        "78:Yvelines",
        "79:Deux-Sèvres",
        "80:Somme",
        "81:Tarn",
        "82:Tarn-et-Garonne",
        "83:Var",
        "84:Vaucluse",
        "85:Vendée",
        "86:Vienne",
        "87:Haute-Vienne",
        "88:Vosges",
        "89:Yonne",
        "90:Territoire de Belfort",
        "91:Essonne",
        "92:Hauts-de-Seine",
        "93:Seine-Saint-Denis",
        "94:Val-de-Marne",
        "95:Val-d’Oise",
        "971:Guadeloupe",
        "972:Martinique",
        "973:Guyane",
        "974:La Réunion",
        "976:Mayotte",
    ]
)
REGIONS: Mapping[str, tuple[str, str]] = {
    "01": ("Guadeloupe", "971"),
    "02": ("Martinique", "972"),
    "03": ("Guyane", "973"),
    "04": ("La Réunion", "974"),
    "06": ("Mayotte", "976"),
    "11": ("Île-de-France", "75 77 78 91 92 93 94 95"),
    "24": ("Centre-Val de Loire", "18 28 36 37 41 45"),
    "27": ("Bourgogne-Franche-Comté", "21 25 39 58 70 71 89 90"),
    "28": ("Normandie", "14 27 50 61 76"),
    "32": ("Hauts-de-France", "02 59 60 62 80"),
    "44": ("Grand Est", "08 10 51 52 54 55 57 67 68 88"),
    "52": ("Pays de la Loire", "44 49 53 72 85"),
    "53": ("Bretagne", "22 29 35 56"),
    "75": ("Nouvelle-Aquitaine", "16 17 19 23 24 33 40 47 64 79 86 87"),
    "76": ("Occitanie", "09 11 12 30 31 32 34 46 48 65 66 81 82"),
    "84": ("Auvergne-Rhône-Alpes", "01 03 07 15 26 38 42 43 63 69 73 74"),
    "93": ("Provence-Alpes-Côte d’Azur", "04 05 06 13 83 84"),
    "94": ("Corse", "2A 2B"),
}


@dataclass
class CommuneFile:
    """What a CSV of communes gave: rows, the areas they name, the year of their population, problems."""

    rows: list[CommuneRow] = field(default_factory=list)
    epcis: dict[str, Area] = field(default_factory=dict)
    bassins: dict[str, Area] = field(default_factory=dict)
    population_year: int | None = None
    problems: list[Problem] = field(default_factory=list)


def _rows(stream: IO[str], file: str) -> tuple[dict[str, str], Iterable[tuple[int, dict[str, str]]]]:
    """The header (our name to theirs) and the lines with their numbers."""
    sample = stream.read(4096)
    stream.seek(0)
    if not sample.strip():
        raise InputError(Text("fichier vide", "empty file"), file=file, line=1)
    separator = max(",;\t|", key=sample.split("\n", 1)[0].count)
    reader = csv.reader(stream, delimiter=separator, strict=True)
    try:
        header = [name.strip().lstrip("\ufeff").lower() for name in next(reader)]
    except csv.Error as error:
        raise InputError(Text(f"CSV illisible : {error}", f"unreadable CSV: {error}"), file=file, line=1) from None

    def lines() -> Iterable[tuple[int, dict[str, str]]]:
        try:
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    yield reader.line_num, dict(zip(header, (c.strip() for c in cells), strict=False))
        except csv.Error as error:
            raise InputError(
                Text(f"CSV illisible : {error}", f"unreadable CSV: {error}"), file=file, line=reader.line_num
            ) from None

    return {name: name for name in header if name}, lines()


def _column(header: Mapping[str, str], wanted: str) -> str | None:
    return next((name for name in COLUMNS[wanted] if name in header), None)


def read_communes(stream: IO[str], *, file: str, region: str = "") -> CommuneFile:
    """Communes of a CSV file, one a line. ``region`` keeps only the communes of its departments.

    ``code`` and ``nom`` are required; the department is read from the code where no column
    says it. Raises InputError where the file as a whole cannot be read.
    """
    header, lines = _rows(stream, file)
    names = {wanted: _column(header, wanted) for wanted in COLUMNS}
    result = CommuneFile()
    dated = next((m for m in map(_POPULATION_YEAR.match, header) if m), None)
    if names["population"] is None and dated:
        names["population"], result.population_year = dated.string, int(dated[1])
    for wanted in ("code", "name"):
        if names[wanted] is None:
            accepted = ", ".join(COLUMNS[wanted])
            raise InputError(
                Text(f"colonne absente (noms acceptés : {accepted})", f"missing column (accepted names: {accepted})"),
                file=file,
                line=1,
            )
    only = set(REGIONS[region][1].split()) if region in REGIONS else set()
    seen: dict[str, int] = {}
    for number, line in lines:
        if number > MAX_ROWS:
            raise InputError(Text("plus de lignes que de communes", "more lines than communes"), file=file, line=number)

        def value(wanted: str, line: Mapping[str, str] = line) -> str:
            return line.get(names[wanted] or "", "")

        row, wrong = _commune_row(value)
        if row is not None and only and row.departement not in only:
            continue
        if row is not None and row.code in seen:
            wrong = Text(
                f"{row.code} déjà donnée ligne {seen[row.code]}", f"{row.code} already given on line {seen[row.code]}"
            )
            row = None
        if row is None:
            result.problems.append(Problem(file, number, str(wrong)))
            continue
        seen[row.code] = number
        result.rows.append(row)
        if row.epci:
            result.epcis.setdefault(row.epci, Area(row.epci, value("epci_name") or row.epci, _kind(value("epci_name"))))
        if row.bassin:
            result.bassins.setdefault(row.bassin, Area(row.bassin, value("bassin_name") or row.bassin))
    return result


def _kind(name: str) -> str:
    starts = {"cc ": "CC", "ca ": "CA", "cu ": "CU", "communauté de communes": "CC", "communauté d": "CA"}
    folded = name.lower()
    if folded.startswith("communauté urbaine"):
        return "CU"
    if "métropole" in folded and not folded.startswith(("ca ", "cc ", "cu ", "communauté")):
        return "ME"
    return next((kind for start, kind in starts.items() if folded.startswith(start)), "")


def _commune_row(value: Any) -> tuple[CommuneRow | None, Text]:
    """One line as a commune, or what is wrong with it."""
    code = value("code").upper()
    if not COMMUNE_CODE.match(code):
        return None, Text(f"code de commune invalide : {code!r}", f"invalid commune code: {code!r}")
    name = value("name")
    if not name:
        return None, Text(f"{code} : nom absent", f"{code}: no name")
    departement = value("departement").upper() or (code[:3] if code.startswith("97") else code[:2])
    if not DEPARTEMENT_CODE.match(departement) or not code.startswith(departement):
        return None, Text(f"{code} : département {departement} ?", f"{code}: department {departement}?")
    epci, bassin = value("epci"), value("bassin").upper()
    if epci and not EPCI_CODE.match(epci):
        return None, Text(f"{code} : SIREN d’EPCI invalide : {epci}", f"{code}: invalid EPCI SIREN: {epci}")
    if bassin and not BASSIN_CODE.match(bassin):
        return None, Text(f"{code} : bassin de vie invalide : {bassin}", f"{code}: invalid catchment: {bassin}")
    try:
        population = _whole(value("population"))
        surface = _whole(value("surface"))
        longitude, latitude = _degree(value("longitude"), 180), _degree(value("latitude"), 90)
    except ValueError as error:
        return None, Text(f"{code} : nombre invalide : {error}", f"{code}: invalid number: {error}")
    if (population is not None and population < 0) or (surface is not None and surface <= 0):
        return None, Text(f"{code} : nombre négatif", f"{code}: negative number")
    return (
        CommuneRow(
            code=code,
            name=name,
            departement=departement,
            epci=epci,
            bassin=bassin,
            population=population,
            surface=surface,
            longitude=longitude,
            latitude=latitude,
            postal_codes=tuple(sorted(set(re.findall(r"\b[0-9]{5}\b", value("postal_codes"))))),
        ),
        Text("", ""),
    )


def _whole(text: str) -> int | None:
    """A whole number written with or without spaces; None where nothing is written."""
    if not text:
        return None
    plain = re.sub(r"[\s\u00a0\u202f]", "", text)
    if not re.fullmatch(r"-?[0-9]{1,9}(?:[.,]0*)?", plain):
        raise ValueError(text[:20])
    return int(re.split(r"[.,]", plain)[0])


def _degree(text: str, limit: int) -> float | None:
    if not text:
        return None
    degree = float(text.replace(",", "."))
    if not -limit <= degree <= limit:
        raise ValueError(text[:20])
    return round(degree, 5)


def read_mergers(stream: IO[str], *, file: str) -> tuple[list[FormerRow], list[Problem]]:
    """Former communes of a CSV: ``code`` (the old), ``nom``, ``successeur``, ``date`` (YYYY-MM-DD, may be empty)."""
    header, lines = _rows(stream, file)
    for wanted in ("code", "successeur"):
        if wanted not in header:
            raise InputError(Text(f"colonne absente : {wanted}", f"missing column: {wanted}"), file=file, line=1)
    rows: list[FormerRow] = []
    problems: list[Problem] = []
    for number, line in lines:
        code, successor = line.get("code", "").upper(), line.get("successeur", "").upper()
        try:
            if not (COMMUNE_CODE.match(code) and COMMUNE_CODE.match(successor)):
                raise ValueError(Text(f"code invalide : {code} → {successor}", f"invalid code: {code} → {successor}"))
            if code == successor:
                raise ValueError(Text(f"{code} se suivrait elle-même", f"{code} would follow itself"))
            ended = line.get("date", "")
            rows.append(
                FormerRow(
                    code=code,
                    name=line.get("nom", "") or code,
                    departement=code[:3] if code.startswith("97") else code[:2],
                    successor=successor,
                    ended_on=dt.date.fromisoformat(ended) if ended else None,
                )
            )
        except ValueError as error:
            problems.append(Problem(file, number, str(error)))
    return rows, problems


def read_boundaries(stream: IO[bytes], *, file: str) -> tuple[dict[str, Polygons], list[Problem]]:
    """Boundaries of a GeoJSON FeatureCollection, by commune code.

    A feature's code is read from ``code``, ``insee_com``, ``codgeo`` or ``com``; features
    that are not polygons are reported and left out. ``line`` of a problem is the feature's rank from 1.
    """
    try:
        document = json.load(stream)
        features = document["features"]
        if not isinstance(features, list):
            raise TypeError("features")
    except json.JSONDecodeError as error:
        raise InputError(
            Text(f"JSON illisible : {error.msg}", f"unreadable JSON: {error.msg}"), file=file, line=error.lineno
        ) from None
    except (ValueError, KeyError, TypeError, RecursionError):
        raise InputError(
            Text("ce n’est pas une collection GeoJSON", "this is not a GeoJSON collection"), file=file, line=1
        ) from None
    result: dict[str, Polygons] = {}
    problems: list[Problem] = []
    for rank, feature in enumerate(features, start=1):
        try:
            properties = {str(k).lower(): v for k, v in feature["properties"].items()}
            code = str(next(properties[k] for k in COLUMNS["code"] if k in properties)).upper()
            geometry = feature["geometry"]
            polygons = {"Polygon": [geometry["coordinates"]], "MultiPolygon": geometry["coordinates"]}[geometry["type"]]
            rings = whole(polygons)
            if not COMMUNE_CODE.match(code) or not rings:
                raise ValueError(code)
            if not all(
                -180 * 100_000 <= x <= 180 * 100_000 and abs(y) <= 9_000_000 for p in rings for r in p for x, y in r
            ):
                raise ValueError(Text("les coordonnées ne sont pas en degrés", "coordinates are not in degrees"))
            result[code] = rings
        except (KeyError, TypeError, ValueError, AttributeError, StopIteration, OverflowError) as error:
            problems.append(
                Problem(
                    file, rank, str(Text(f"objet {rank} inutilisable ({error})", f"feature {rank} unusable ({error})"))
                )
            )
    return result, problems
