"""The one act on the territory: importing a reference."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

from django.db import models, transaction

from mandat.apps.territory.models import BassinDeVie, Commune, Departement, Epci, Region, Shape
from mandat.apps.territory.reference import CommuneRow, FormerRow, Reference, check
from mandat.apps.territory.selectors import fold
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text, counted

BATCH = 500
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class ImportReport:
    """What an import changed. ``unchanged`` is true where the reference was already there."""

    region: str
    communes: int
    former: int
    created: int = 0
    updated: int = 0
    merged: int = 0
    unchanged: bool = False


def territory_import(*, reference: Reference, progress: Progress | None = None) -> ImportReport:
    """Write a reference, all of it or nothing; the same reference twice changes nothing.

    Communes that were current and are no longer listed must be among the former ones: otherwise
    facts on them would lose their place, and the import is refused with an InputError.
    Former communes already known are kept even where the new reference is silent.
    """
    problems = check(reference)
    if problems:
        shown = " ; ".join(problems[:5])
        more = len(problems) - 5
        raise InputError(
            Text(
                shown + (f" ; et {more} autres" if more > 0 else ""), shown + (f"; and {more} more" if more > 0 else "")
            )
        )
    digest = reference.digest()
    with transaction.atomic():
        present = Region.objects.select_for_update().filter(code=reference.code).first()
        if present is not None and present.digest == digest:
            return ImportReport(reference.code, len(reference.communes), len(reference.former), unchanged=True)
        _refuse_losses(reference)
        return _write(reference, digest, progress or (lambda done, total: None))


def _refuse_losses(reference: Reference) -> None:
    listed = {row.code for row in reference.communes} | {row.code for row in reference.former}
    lost = sorted(
        Commune.objects.active()
        .filter(departement__region_id=reference.code)
        .exclude(code__in=listed)
        .values_list("code", flat=True)
    )
    if lost:
        shown = ", ".join(lost[:10]) + ("…" if len(lost) > 10 else "")
        said = counted(
            len(lost),
            Text("commune connue absente", "known commune missing"),
            Text("communes connues absentes", "known communes missing"),
        )
        raise InputError(
            Text(
                f"{said.fr} du fichier, sans commune suivante : {shown}. Donnez les fusions avec --mergers.",
                f"{said.en} from the file, without a successor: {shown}. Give the mergers with --mergers.",
            )
        )


def _write(reference: Reference, digest: str, progress: Progress) -> ImportReport:
    frame = reference.frame
    Region.objects.update_or_create(
        code=reference.code,
        defaults={
            "name": reference.name,
            "vintage": reference.vintage,
            "population_year": reference.population_year,
            "sources": [asdict(source) for source in reference.sources],
            "digest": digest,
            "map_width": frame.width if frame else 0,
            "map_height": frame.height if frame else 0,
            "metres_per_unit": frame.metres_per_unit if frame else 0,
            "map_tolerance": frame.tolerance if frame else 0,
            "map_borders": frame.borders if frame else "",
        },
    )
    _upsert(
        Departement,
        [Departement(code=a.code, name=a.name, region_id=reference.code) for a in reference.departements],
    )
    _upsert(Epci, [Epci(code=a.code, name=a.name, kind=a.kind, members=a.members) for a in reference.epcis])
    _upsert(BassinDeVie, [BassinDeVie(code=a.code, name=a.name) for a in reference.bassins])

    rows = [_current(row) for row in reference.communes] + [_former(row) for row in _successors_first(reference.former)]
    before = {c.pk: c for c in Commune.objects.filter(pk__in=[row.pk for row in rows])}
    names = [f.attname for f in Commune._meta.concrete_fields if not f.primary_key]
    created = sum(row.pk not in before for row in rows)
    merged = sum(
        row.status == Commune.Status.MERGED and before[row.pk].status == Commune.Status.ACTIVE
        for row in rows
        if row.pk in before
    )
    changed = [
        row for row in rows if row.pk not in before or any(getattr(row, n) != getattr(before[row.pk], n) for n in names)
    ]
    total = len(changed) + len(reference.shapes)
    done = 0
    for start in range(0, len(changed), BATCH):
        batch = changed[start : start + BATCH]
        _upsert(Commune, batch)
        done += len(batch)
        progress(done, total)
    Shape.objects.filter(region_id=reference.code).delete()
    drawn = [
        Shape(area=area, region_id=reference.code, level=area.split(":")[0], path=s.path, x=s.x, y=s.y)
        for area, s in sorted(reference.shapes.items())
    ]
    for start in range(0, len(drawn), BATCH):
        batch_of_shapes = drawn[start : start + BATCH]
        Shape.objects.bulk_create(batch_of_shapes)
        done += len(batch_of_shapes)
        progress(done, total)
    return ImportReport(
        reference.code,
        len(reference.communes),
        len(reference.former),
        created=created,
        updated=len(changed) - created,
        merged=merged,
    )


def _upsert(model: type[models.Model], rows: Iterable[Any]) -> None:
    key = model._meta.pk
    assert key is not None
    model._default_manager.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=[key.name],
        update_fields=[f.name for f in model._meta.concrete_fields if not f.primary_key],
    )


def _search(names: Iterable[str], codes: Iterable[str]) -> str:
    """Folded names and codes, each preceded by a space; the bar ends the present name."""
    first, *others = [fold(name) for name in names]
    return " ".join(["", first, "|", *others, *codes, ""])


def _current(row: CommuneRow) -> Commune:
    return Commune(
        code=row.code,
        name=row.name,
        status=Commune.Status.ACTIVE,
        departement_id=row.departement,
        epci_id=row.epci or None,
        bassin_id=row.bassin or None,
        population=row.population,
        surface=row.surface,
        longitude=row.longitude,
        latitude=row.latitude,
        postal_codes=" ".join(row.postal_codes),
        former_names=", ".join(row.former_names),
        neighbours=" ".join(row.neighbours),
        search=_search((row.name, *row.former_names), (row.code, *row.postal_codes)),
    )


def _former(row: FormerRow) -> Commune:
    return Commune(
        code=row.code,
        name=row.name,
        status=Commune.Status.MERGED,
        departement_id=row.departement,
        successor_id=row.successor,
        ended_on=row.ended_on,
        ended_by=row.ended_by,
        survives_as=row.kind,
        search=_search((row.name,), (row.code,)),
    )


def _successors_first(rows: Iterable[FormerRow]) -> list[FormerRow]:
    """Former communes so that each comes after the one it leads to."""
    by_code = {row.code: row for row in rows}
    ordered: dict[str, FormerRow] = {}
    for row in by_code.values():
        chain: list[FormerRow] = []
        following: FormerRow | None = row
        while following is not None and following.code not in ordered and following not in chain:
            chain.append(following)
            following = by_code.get(following.successor)
        for link in reversed(chain):
            ordered[link.code] = link
    return list(ordered.values())
