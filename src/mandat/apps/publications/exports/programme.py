"""The programme as tables: measures, commitments with their standing, communes and areas with figures, bodies, definitions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db.models import Count, Sum

from mandat.apps.programme.models import RollupCell
from mandat.apps.programme.published import Published
from mandat.apps.programme.standing import CommitmentStanding, standings, today
from mandat.apps.publications.exports import columns
from mandat.apps.publications.exports.scdl import subventions_table
from mandat.apps.publications.exports.tables import Row, Table
from mandat.apps.publications.site import address
from mandat.apps.territory.models import Commune
from mandat.apps.territory.selectors import current_region, expand, reference
from mandat.definitions.models import DefinitionVersion
from mandat.engines.indicators.expression import explain
from mandat.engines.indicators.rollup import unscaled
from mandat.engines.indicators.status import LABELS
from mandat.kernel.text import Text


def measures_table(current: Published, *, as_of: dt.date | None = None) -> Table:
    """Every measure with its status on ``as_of`` (today by default). One query."""
    day = as_of or today()

    def rows() -> Iterator[Row]:
        found = standings(current, as_of=day)
        page = address("programme:measure", 0, language="fr")
        for number, measure in current.measures.items():
            status = found[number].status
            chapter = current.chapter_of[number]
            yield (
                current.code,
                number,
                measure.code,
                measure.title.fr,
                measure.title.en,
                measure.summary.fr,
                measure.summary.en,
                chapter.pillar,
                chapter.code,
                measure.responsible,
                " ".join(measure.audiences),
                " ".join(map(str, measure.sdgs)),
                " ".join(use.marker for use in measure.markers),
                " | ".join(use.because for use in measure.markers),
                len(measure.commitments),
                status.value,
                LABELS[status].fr,
                day,
                page.replace("/0/", f"/{number}/"),
                settings.MANDAT_DEMO,
            )

    return Table(
        "measures",
        Text("Mesures du programme", "Measures of the programme"),
        Text("Une mesure par ligne, avec son statut du jour.", "One measure a line, with its status of the day."),
        columns.MEASURES,
        ("programme", "number"),
        rows,
    )


def commitments_table(current: Published, *, as_of: dt.date | None = None) -> Table:
    """Every commitment with its standing on ``as_of`` (today by default). One query."""
    day = as_of or today()

    def rows() -> Iterator[Row]:
        page = address("programme:why", "0.0", language="fr")
        for number, standing in standings(current, as_of=day).items():
            for part in standing.commitments:
                yield _commitment(current, number, part, day, page)

    return Table(
        "commitments",
        Text("Engagements des mesures", "Commitments of the measures"),
        Text(
            "Un engagement par ligne : promesse, critère, échéance, valeur atteinte et statut du jour.",
            "One commitment a line: promise, criterion, due date, value reached and status of the day.",
        ),
        columns.COMMITMENTS,
        ("programme", "code"),
        rows,
    )


def _commitment(current: Published, number: int, part: CommitmentStanding, day: dt.date, page: str) -> Row:
    commitment, standing = part.commitment, part.standing
    ref = current.ref("commitment", commitment.code)
    return (
        current.code,
        commitment.code,
        number,
        commitment.promise.fr,
        commitment.promise.en,
        commitment.truth,
        commitment.goal.value,
        commitment.goal.unit,
        commitment.goal.promised,
        commitment.goal.baseline,
        commitment.goal.direction,
        commitment.goal.each,
        current.due(commitment.code),
        commitment.due_from,
        commitment.kept_when.fr,
        commitment.kept_when.en,
        explain(commitment.indicator).fr,
        commitment.expected_every_months,
        " ".join(commitment.instruments),
        six(part.value.value),
        six(standing.expected),
        part.value.facts,
        part.value.last_day,
        standing.stale_since,
        six(standing.regressed),
        part.status.value,
        LABELS[part.status].fr,
        standing.reason.fr,
        day,
        ref.version,
        ref.digest,
        page.replace("0.0", commitment.code),
        settings.MANDAT_DEMO,
    )


def six(value: Any) -> Any:
    """At most six decimals, as everywhere figures are kept; ties to even."""
    return None if value is None else round(value, 6)


def communes_table(current: Published) -> Table:
    """Today's communes of the region and how many counted facts name each. Two queries."""

    def rows() -> Iterator[Row]:
        region = current_region()
        wanted = set(expand(f"region:{region.code}")) if region else set()
        cells = RollupCell.objects.filter(programme=current.code, family__in=("area", "member"), n__gt=0)
        by_commune = cells.filter(key__startswith="commune:").order_by().values_list("key")
        counted = {
            key.split(":")[1]: (facts, commitments)
            for key, facts, commitments in by_commune.annotate(
                facts=Sum("n"), commitments=Count("commitment", distinct=True)
            )
        }
        names = ("code", "name", "departement_id", "epci_id", "population", "surface")
        for row in Commune.objects.active().order_by("code").values_list(*names).iterator():
            if row[0] in wanted:
                facts, commitments = counted.get(row[0], (0, 0))
                yield (*row, commitments, facts, settings.MANDAT_DEMO)

    return Table(
        "communes",
        Text("Communes et ce qui y est fait", "Communes and what is done there"),
        Text("Une commune par ligne.", "One commune a line."),
        columns.COMMUNES,
        ("code",),
        rows,
    )


def areas_table(current: Published) -> Table:
    """Sums and counts by area and year: what communes, EPCI and departments bring to each indicator."""

    def rows() -> Iterator[Row]:
        names = reference().names
        cells = RollupCell.objects.filter(programme=current.code, family="area", n__gt=0)
        ordered = cells.order_by("key", "commitment", "day").values_list("key", "commitment", "day", "value", "n")
        for area, code, day, value, n in ordered.iterator():
            commitment = current.commitments.get(code)
            if commitment is not None:
                measure = current.measure_of(code).number
                unit = commitment.goal.unit
                yield (
                    area,
                    names.get(area, ""),
                    measure,
                    code,
                    day.year,
                    unscaled(value),
                    unit,
                    n,
                    settings.MANDAT_DEMO,
                )

    return Table(
        "areas",
        Text("Chiffres par territoire", "Figures by area"),
        Text(
            "Ce que chaque territoire apporte à chaque indicateur (sommes et décomptes), par année.",
            "What each area brings to each indicator (sums and counts), by year.",
        ),
        columns.AREAS,
        ("area", "commitment", "year"),
        rows,
    )


def bodies_table(current: Published) -> Table:
    """Bodies with the measures they answer for. No query."""

    def rows() -> Iterator[Row]:
        served: dict[str, list[str]] = {}
        for number, measure in current.measures.items():
            served.setdefault(measure.responsible, []).append(str(number))
        for code, body in current.bodies.items():
            yield (
                code,
                body.title.fr,
                body.title.en,
                body.type,
                body.parent or "",
                body.summary.fr,
                body.summary.en,
                " ".join(served.get(code, ())),
                settings.MANDAT_DEMO,
            )

    return Table(
        "bodies",
        Text("Instances", "Bodies"),
        Text("Une délégation, un conseil ou un service par ligne.", "One delegation, council or service a line."),
        columns.BODIES,
        ("code",),
        rows,
    )


def definitions_table(current: Published) -> Table:
    """Every version of every definition of the programme."""

    def rows() -> Iterator[Row]:
        versions = DefinitionVersion.objects.filter(programme=current.code)
        names = ("kind", "code", "version", "current", "published_at", "digest", "body")
        ordered = versions.order_by("kind", "position", "code", "version").values_list(*names)
        for row in ordered.iterator(chunk_size=500):
            yield (*row, settings.MANDAT_DEMO)

    return Table(
        "definitions",
        Text("Définitions et leurs versions", "Definitions and their versions"),
        Text("Une version d'une définition par ligne.", "One version of a definition a line."),
        columns.DEFINITIONS,
        ("kind", "code", "version"),
        rows,
        small=False,
    )


TABLES = {
    "measures": measures_table,
    "commitments": commitments_table,
    "communes": communes_table,
    "areas": areas_table,
    "bodies": bodies_table,
    "definitions": definitions_table,
    "subventions": subventions_table,
}
