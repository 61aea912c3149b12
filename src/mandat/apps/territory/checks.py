"""What the loaded territory holds, and what contradicts itself in it."""

from __future__ import annotations

from django.db.models import Count, Q, Sum

from mandat.apps.territory.models import Commune, Region
from mandat.apps.territory.selectors import reference
from mandat.kernel.text import Text


def loaded() -> list[Text]:
    """One sentence a region."""
    rows = Region.objects.annotate(
        active=Count("departements__communes", filter=Q(departements__communes__status=Commune.Status.ACTIVE)),
        gone=Count("departements__communes", filter=Q(departements__communes__status=Commune.Status.MERGED)),
        population=Sum("departements__communes__population"),
    )
    lines = []
    for row in rows:
        departements = row.departements.count()
        drawn = row.shapes.filter(level="commune").count()
        year = row.population_year or "?"
        lines.append(
            Text(
                f"{row.code} {row.name} : {row.active} communes ({row.gone} anciennes), {departements} départements, "
                f"population {year} : {row.population or 0}, {drawn} sur la carte, "
                f"code officiel au {row.vintage.isoformat()}",
                f"{row.code} {row.name}: {row.active} communes ({row.gone} former), {departements} departments, "
                f"population {year}: {row.population or 0}, {drawn} on the map, "
                f"official code of {row.vintage.isoformat()}",
            )
        )
    return lines


def missing() -> list[Text]:
    """Contradictions: mergers that lead nowhere, communes off the map, without a population or a surface."""
    problems: list[Text] = []
    known = reference()
    for code, successor in known.successors.items():
        if successor not in known.places:
            problems.append(
                Text(
                    f"{code} : sa suite ({successor}) n’est pas une commune",
                    f"{code}: its successor ({successor}) is no commune",
                )
            )
    for region in Region.objects.all():
        active = Commune.objects.active().filter(departement__region=region)
        drawn = set(region.shapes.filter(level="commune").values_list("area", flat=True))
        for fr, en, codes in (
            ("sans population", "without a population", active.filter(population=None).values_list("code", flat=True)),
            ("sans surface", "without a surface", active.filter(surface=None).values_list("code", flat=True)),
            (
                "hors de la carte",
                "off the map",
                [c for c in active.values_list("code", flat=True) if f"commune:{c}" not in drawn],
            ),
        ):
            if codes:
                some = ", ".join(list(codes)[:5])
                problems.append(
                    Text(
                        f"{region.name} : {len(codes)} communes {fr} ({some}…)",
                        f"{region.name}: {len(codes)} communes {en} ({some}…)",
                    )
                )
    return problems
