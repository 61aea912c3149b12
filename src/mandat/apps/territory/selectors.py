"""Questions about areas: by code, by name, what contains what, weights for shares.

An area is named as in facts: ``commune:18033``, ``epci:241800507``, ``departement:18``, ``region:24``,
``bassin:18033``. A former commune's code is answered by the commune that followed it.
The whole reference (codes, parents, weights) is small and is kept in memory until an import
changes it.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When

from mandat.apps.territory.models import BassinDeVie, Commune, Departement, Epci, Region, Shape
from mandat.facts.base import AREA
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

_LIGATURES = str.maketrans({"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "ß": "ss"})
_SHORT = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes"}


def fold(text: str) -> str:
    """Words as they are searched: no accents, no capitals, no punctuation, ``st`` read as ``saint``."""
    plain = unicodedata.normalize("NFKD", text.translate(_LIGATURES))
    words = re.findall(r"[a-z0-9]+", "".join(c for c in plain if not unicodedata.combining(c)).lower())
    return " ".join(_SHORT.get(word, word) for word in words)


@dataclass(frozen=True)
class _Place:
    departement: str
    epci: str
    bassin: str
    region: str
    population: int | None
    surface: int | None


@dataclass(frozen=True)
class Reference:
    """The loaded territory in memory: communes of today, chains of mergers, names of all areas."""

    stamp: tuple[tuple[str, str], ...]
    places: Mapping[str, _Place] = field(default_factory=dict)
    successors: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    members: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    predecessors: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


_kept: Reference | None = None
_request = threading.local()


def request_begins(**_: object) -> None:
    """Signal: within a request the territory is looked at once."""
    _request.checked, _request.active = False, True


def request_ends(**_: object) -> None:
    """Signal: outside requests the territory is looked at each time."""
    _request.active = False


def reference() -> Reference:
    """The territory in memory, read again when an import has changed it. One short query; one a request."""
    global _kept
    active = getattr(_request, "active", False)
    if active and _request.checked and _kept is not None:
        return _kept
    _request.checked = active
    stamp = tuple(Region.objects.order_by("code").values_list("code", "digest"))
    if _kept is None or _kept.stamp != stamp or any(not digest for _, digest in stamp):
        _kept = _read(stamp)
    return _kept


def fingerprint() -> str:
    """A short text that changes with the loaded territory."""
    return "-".join(digest[:8] for _, digest in reference().stamp)


def _read(stamp: tuple[tuple[str, str], ...]) -> Reference:
    region_of = dict(Departement.objects.values_list("code", "region_id"))
    names: dict[str, str] = {}
    for level, rows in (
        ("region", Region.objects.values_list("code", "name")),
        ("departement", Departement.objects.values_list("code", "name")),
        ("epci", Epci.objects.values_list("code", "name")),
        ("bassin", BassinDeVie.objects.values_list("code", "name")),
        ("commune", Commune.objects.values_list("code", "name")),
    ):
        names.update({f"{level}:{code}": name for code, name in rows})
    places: dict[str, _Place] = {}
    successors: dict[str, str] = {}
    members: dict[str, list[str]] = {}
    fields = ("code", "departement_id", "epci_id", "bassin_id", "population", "surface", "successor_id")
    for code, departement, epci, bassin, population, surface, successor in Commune.objects.order_by("code").values_list(
        *fields
    ):
        if successor:
            successors[code] = successor
            continue
        region = region_of[departement]
        places[code] = _Place(departement, epci or "", bassin or "", region, population, surface)
        parents = (("departement", departement), ("epci", epci), ("bassin", bassin), ("region", region))
        for level, parent in parents:
            if parent:
                members.setdefault(f"{level}:{parent}", []).append(code)
    final = {code: _last(code, successors) for code in successors}
    predecessors: dict[str, list[str]] = {}
    for code, last in sorted(final.items()):
        predecessors.setdefault(last, []).append(code)
    return Reference(
        stamp=stamp,
        places=MappingProxyType(places),
        successors=MappingProxyType(final),
        names=MappingProxyType(names),
        members=MappingProxyType({area: tuple(codes) for area, codes in members.items()}),
        predecessors=MappingProxyType({code: tuple(codes) for code, codes in predecessors.items()}),
    )


def _last(code: str, successors: Mapping[str, str]) -> str:
    visited: set[str] = set()
    while code in successors and code not in visited:
        visited.add(code)
        code = successors[code]
    return code


def _split(area: str) -> tuple[str, str]:
    if not AREA.match(area):
        raise InputError(Text(f"code de territoire invalide : {area}", f"invalid area code: {area}"))
    level, code = area.split(":", 1)
    return level, code


def current_region(code: str = "") -> Region | None:
    """The loaded region of this code (the programme's own); without a code, or not loaded, the first one."""
    known = {region.code: region for region in Region.objects.order_by("code")}
    return known.get(code) or next(iter(known.values()), None)


def resolve(area: str) -> str:
    """The area code in force: a former commune's is that of its successor; others are unchanged.

    An unknown code is returned as it is. Raises InputError for what is not an area code.
    """
    level, code = _split(area)
    if level != "commune":
        return area
    return f"commune:{reference().successors.get(code, code)}"


def exists(area: str) -> bool:
    """Whether the loaded reference knows this area, present or former."""
    return bool(AREA.match(area)) and area in reference().names


def area_name(area: str) -> str:
    """The name of an area; its code where it is not known."""
    return reference().names.get(area, area.split(":", 1)[-1])


def expand(area: str) -> tuple[str, ...]:
    """Codes of today's communes inside an area, in order; empty for an unknown one."""
    level, code = _split(area)
    known = reference()
    if level == "commune":
        code = known.successors.get(code, code)
        return (code,) if code in known.places else ()
    return known.members.get(area, ())


def containing(area: str) -> tuple[str, ...]:
    """Area codes whose facts concern the whole of ``area``: itself, then what contains it, smallest first.

    For a commune: itself, its former codes, its EPCI, bassin de vie, department and region.
    A department is contained by its region only; an EPCI by nothing (it may straddle regions).
    """
    level, code = _split(area)
    known = reference()
    if level == "commune":
        code = known.successors.get(code, code)
        place = known.places.get(code)
        if place is None:
            return (area,)
        own = (f"commune:{code}", *(f"commune:{old}" for old in known.predecessors.get(code, ())))
        parents = (
            ("epci", place.epci),
            ("bassin", place.bassin),
            ("departement", place.departement),
            ("region", place.region),
        )
        return (*own, *(f"{name}:{parent}" for name, parent in parents if parent))
    if level == "departement" and area in known.members:
        return (area, f"region:{known.places[known.members[area][0]].region}")
    return (area,)


def within(area: str) -> tuple[str, ...]:
    """Area codes whose facts happen inside ``area``: itself, its communes of today and their former codes.

    A region also contains its departments, and the EPCI all of whose communes it holds;
    so does a department.
    """
    level, _ = _split(area)
    known = reference()
    communes = expand(area)
    codes = [f"commune:{c}" for c in communes]
    codes += [f"commune:{old}" for c in communes for old in known.predecessors.get(c, ())]
    if level == "commune":
        return tuple(codes) or (area,)
    parts: list[str] = []
    if level in ("region", "departement"):
        inside = set(communes)
        if level == "region":
            parts += sorted({f"departement:{known.places[c].departement}" for c in communes})
        epcis = sorted({f"epci:{known.places[c].epci}" for c in communes if known.places[c].epci})
        parts += [epci for epci in epcis if inside.issuperset(known.members[epci])]
    return (area, *parts, *codes)


def area_weights(over: str, area: str) -> dict[str, int]:
    """The weight of each of today's communes inside ``area``, by commune code, for shares.

    ``population`` in inhabitants, ``surface`` in hectares, ``communes`` 1 each. A commune whose
    figure is unknown is left out. An unknown area gives no weights.
    """
    if over not in ("population", "surface", "communes"):
        raise InputError(Text(f"pondération inconnue : {over}", f"unknown weighting: {over}"))
    known = reference()
    weights: dict[str, int] = {}
    for code in expand(area):
        value = 1 if over == "communes" else getattr(known.places[code], over)
        if value is not None:
            weights[code] = value
    return weights


def epci_areas(region: str) -> list[str]:
    """Area codes of the EPCI that have communes in a region, by SIREN."""
    known = reference()
    return sorted({f"epci:{p.epci}" for p in known.places.values() if p.epci and p.region == region})


@dataclass(frozen=True)
class Totals:
    """Sums over an area. ``unknown`` counts the communes without a population."""

    communes: int
    population: int
    surface: int
    unknown: int


def totals(area: str) -> Totals:
    """Communes, inhabitants and hectares of an area."""
    known = reference()
    places = [known.places[code] for code in expand(area)]
    return Totals(
        communes=len(places),
        population=sum(p.population or 0 for p in places),
        surface=sum(p.surface or 0 for p in places),
        unknown=sum(p.population is None for p in places),
    )


def commune(code: str) -> Commune | None:
    """A commune by code, present or former, with its department, EPCI and successor."""
    return (
        Commune.objects.select_related("departement__region", "epci", "bassin", "successor").filter(code=code).first()
    )


def children(area: str) -> QuerySet[Commune]:
    """Today's communes inside an area, by name."""
    return Commune.objects.active().filter(code__in=expand(area)).select_related("departement", "epci").order_by("name")


def search_communes(query: str, *, departement: str = "", former: bool = True) -> QuerySet[Commune]:
    """Communes whose name, former name, INSEE code or postal code begins with each word of ``query``.

    Accents, capitals, hyphens and ``St``/``Saint`` make no difference. The exact name comes first, then
    names that begin so, then the most populated. Former communes come last where ``former``.
    """
    words = fold(query).split()[:8]
    found = Commune.objects.select_related("departement", "epci", "successor")
    if not former:
        found = found.active()
    if departement:
        found = found.filter(departement_id=departement)
    condition = Q()
    for word in words:
        condition &= Q(search__contains=f" {word}")
    whole = " ".join(words)
    rank = Case(
        When(search__startswith=f" {whole} |", then=Value(0)),
        When(search__startswith=f" {whole}", then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    gone = Case(When(status=Commune.Status.ACTIVE, then=Value(0)), default=Value(1), output_field=IntegerField())
    return (
        found.filter(condition)
        .annotate(gone=gone, rank=rank)
        .order_by("gone", "rank", F("population").desc(nulls_last=True), "code")
    )


def shapes(region: str, level: str, codes: Sequence[str] = ()) -> dict[str, Shape]:
    """Shapes of one level of a region by area code; only those of ``codes`` (``commune:…``) where given."""
    wanted = Shape.objects.filter(region_id=region, level=level)
    if codes:
        wanted = wanted.filter(area__in=codes)
    return {shape.area: shape for shape in wanted.order_by("area")}
