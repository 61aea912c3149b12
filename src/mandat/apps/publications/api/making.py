"""From the domain to the shapes of answers."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.conf import settings

from mandat.apps.programme.published import Published
from mandat.apps.programme.standing import CommitmentStanding, MeasureStanding
from mandat.apps.programme.vocabulary import MARKERS
from mandat.apps.publications.exports.facts import public_breakdowns
from mandat.apps.publications.exports.programme import six
from mandat.apps.publications.site import address
from mandat.apps.territory.models import Commune
from mandat.definitions.models import DefinitionVersion
from mandat.engines.indicators.expression import explain
from mandat.engines.indicators.status import LABELS, Status
from mandat.facts import DefinitionRef, fact_types
from mandat.facts.base import decimal_text
from mandat.journal import Entry
from mandat.web.sentences import sentence


def both(words: Any) -> dict[str, str]:
    return {"fr": str(words.fr), "en": str(words.en)}


def exact(value: Decimal | None) -> str | None:
    return None if value is None else decimal_text(value)


def status_of(status: Status) -> dict[str, Any]:
    return {"code": status.value, "label": both(LABELS[status])}


def ref_of(ref: DefinitionRef) -> dict[str, Any]:
    return {"kind": ref.kind, "code": ref.code, "version": ref.version, "digest": ref.digest}


def programme_of(current: Published, found: Mapping[int, MeasureStanding]) -> dict[str, Any]:
    programme = current.programme
    tally = Counter(standing.status.value for standing in found.values())
    mandate = programme.mandate
    return {
        "code": current.code,
        "title": both(programme.title),
        "region": programme.region,
        "region_name": programme.region_name,
        "mandate": {"start": mandate.start, "end": mandate.end, "assumption": both(mandate.assumption)},
        "source": both(programme.source),
        "neutrality": both(programme.neutrality),
        "counts": {
            "pillars": len(current.pillars),
            "chapters": len(current.chapters),
            "measures": len(current.measures),
            "commitments": len(current.commitments),
            "bodies": len(current.bodies),
        },
        "statuses": {status.value: tally[status.value] for status in Status},
        "revision": current.revision,
        "synthetic": settings.MANDAT_DEMO,
        "url": address("programme:home", language="fr"),
    }


def pillar_of(current: Published, code: str) -> dict[str, Any]:
    pillar = current.pillars[code]
    return {
        "code": code,
        "number": pillar.number,
        "title": both(pillar.title),
        "goal": both(pillar.goal),
        "chapters": [chapter.code for chapter in current.chapters_of(code)],
    }


def chapter_of(current: Published, code: str) -> dict[str, Any]:
    chapter = current.chapters[code]
    return {
        "code": code,
        "number": chapter.number,
        "pillar": chapter.pillar,
        "title": both(chapter.title),
        "goal": both(chapter.goal),
        "measures": [measure.number for measure in chapter.measures],
        "url": address("programme:chapter", code, language="fr"),
    }


def measure_of(current: Published, standing: MeasureStanding, *, as_of: dt.date) -> dict[str, Any]:
    measure = standing.measure
    chapter = current.chapter_of[measure.number]
    return {
        "number": measure.number,
        "code": measure.code,
        "title": both(measure.title),
        "summary": both(measure.summary),
        "chapter": chapter.code,
        "pillar": chapter.pillar,
        "responsible": measure.responsible,
        "sdgs": list(measure.sdgs),
        "audiences": list(measure.audiences),
        "figures": [
            {"value": decimal_text(figure.value), "unit": figure.unit, "text": both(figure.text)}
            for figure in measure.figures
        ],
        "markers": [
            {"marker": use.marker, "label": both(MARKERS[use.marker]), "because": use.because}
            for use in measure.markers
        ],
        "commitments": [commitment.code for commitment in measure.commitments],
        "status": status_of(standing.status),
        "as_of": as_of,
        "url": address("programme:measure", measure.number, language="fr"),
    }


def commitment_of(current: Published, part: CommitmentStanding, *, as_of: dt.date) -> dict[str, Any]:
    commitment, standing = part.commitment, part.standing
    goal = commitment.goal
    return {
        "code": commitment.code,
        "measure": current.measure_of(commitment.code).number,
        "promise": both(commitment.promise),
        "truth": commitment.truth,
        "goal": {
            "value": decimal_text(goal.value),
            "unit": goal.unit,
            "promised": goal.promised,
            "baseline": exact(goal.baseline),
            "direction": goal.direction,
            "each": goal.each,
        },
        "due": current.due(commitment.code),
        "due_from": commitment.due_from,
        "kept_when": both(commitment.kept_when),
        "formula": both(explain(commitment.indicator)),
        "indicator": commitment.indicator.model_dump(mode="json", exclude_defaults=True),
        "expected_every_months": commitment.expected_every_months,
        "instruments": list(commitment.instruments),
        "milestones": [
            {
                "code": milestone.code,
                "title": both(milestone.title),
                "due": milestone.due,
                "reached_on": part.milestones.get(milestone.code),
            }
            for milestone in commitment.milestones
        ],
        "standing": {
            "status": status_of(part.status),
            "reason": both(standing.reason),
            "value": exact(six(part.value.value)),
            "expected": exact(six(standing.expected)),
            "facts": part.value.facts,
            "last_fact_on": part.value.last_day,
            "stale_since": standing.stale_since,
            "regressed_from": exact(six(standing.regressed)),
            "missed_milestones": list(standing.missed),
            "as_of": as_of,
        },
        "definition": ref_of(current.ref("commitment", commitment.code)),
        "url": address("programme:why", commitment.code, language="fr"),
        "recompute": address("publications:commitment_proof", commitment.code, language="fr"),
    }


def fact_of(entry: Entry) -> dict[str, Any]:
    fact = entry.fact
    known = fact_types()[fact.kind]
    return {
        "index": entry.index,
        "recorded_at": entry.recorded_at,
        "occurred_on": fact.occurred_on,
        "kind": fact.kind,
        "label": both(known.label),
        "sentence": both(sentence(fact)),
        "programme": fact.programme,
        "measures": list(fact.measures),
        "commitments": list(fact.commitments),
        "area": fact.area,
        "quantity": exact(fact.quantity),
        "unit": fact.unit,
        "amount": exact(fact.amount),
        "breakdowns": public_breakdowns(fact.breakdowns),
        "definition": ref_of(fact.definition) if fact.definition else None,
        "subject": fact.subject,
        "data": {name: exact(value) if isinstance(value, Decimal) else value for name, value in fact.data.items()},
        "corrects": fact.corrects,
        "replaced_by": entry.replaced_by,
        "counts": entry.effective and known.counts,
        "synthetic": fact.synthetic,
        "leaf": entry.leaf.hex(),
        "url": address("programme:fact", entry.index, language="fr"),
    }


def body_of(current: Published, code: str) -> dict[str, Any]:
    body = current.bodies[code]
    return {
        "code": code,
        "title": both(body.title),
        "type": body.type,
        "summary": both(body.summary),
        "parent": body.parent,
        "measures": [number for number, measure in current.measures.items() if measure.responsible == code],
        "url": address("bodies:body", code, language="fr"),
    }


def commune_of(commune: Commune) -> dict[str, Any]:
    return {
        "code": commune.code,
        "name": commune.name,
        "area": f"commune:{commune.code}",
        "status": str(commune.status),
        "successor": commune.successor_id,
        "departement": commune.departement_id,
        "epci": commune.epci_id or None,
        "population": commune.population,
        "surface_ha": commune.surface,
    }


def definition_of(row: DefinitionVersion) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "code": row.code,
        "version": row.version,
        "digest": row.digest,
        "current": row.current,
        "published_at": row.published_at,
        "body": row.body,
    }
