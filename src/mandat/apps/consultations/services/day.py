"""What the day brings: consultations whose last phase is over are closed, results and maps computed, participation counted as facts."""

from __future__ import annotations

import datetime as dt
import logging
from collections import Counter
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from mandat import journal
from mandat.apps.consultations.held import Held, held_of
from mandat.apps.consultations.models import Amendment, AmendmentVote, Consultation, Observation, Shown
from mandat.apps.consultations.services import following
from mandat.apps.consultations.services.adopting import text_close
from mandat.apps.consultations.services.common import line, open_row
from mandat.apps.consultations.services.drafting import open_text
from mandat.apps.consultations.services.observations import people_of, subject_of
from mandat.apps.consultations.services.opinions import map_close, map_compute, open_map
from mandat.apps.consultations.services.surveys import box_shake, recounted, survey_close
from mandat.apps.consultations.services.tallying import survey_count
from mandat.kernel.errors import InputError

log = logging.getLogger(__name__)


def day_pass(*, at: dt.datetime | None = None) -> Counter[str]:
    """All of it, one consultation a transaction; running it again changes nothing. Counts what was done."""
    from mandat.apps.consultations.held import all_held

    at = at or timezone.now()
    done: Counter[str] = Counter()
    for held in all_held():
        if held.is_open(at) and held.row() is None:
            with transaction.atomic():
                consultation_open(held=held, at=at)
            done["opened"] += 1
    for row in Consultation.objects.filter(closed_at__isnull=True).order_by("pk"):
        try:
            held = held_of(row)
        except InputError:
            log.warning("consultation %s is published no more", row.pk)
            continue
        done[consultation_day(held=held, row=row, at=at)] += 1
    return done


def consultation_open(*, held: Held[Any], at: dt.datetime) -> Consultation:
    """The row of a component on its first day, whoever comes first."""
    kind = held.document.type
    if kind == "drafting":
        return open_text(held, at)
    return open_map(held, at) if kind == "opinion-map" else open_row(held, at)


def consultation_day(*, held: Held[Any], row: Consultation, at: dt.datetime) -> str:
    """One consultation: counted, then closed where its time is over. Says which was done."""
    close: Any = {"drafting": text_close, "survey": survey_close, "opinion-map": map_close}.get(
        row.type, _close_observations
    )
    with transaction.atomic():
        _count(held, row, at)
        if close(held=held, at=at) is not None:
            return "closed"
    return "counted"


def _count(held: Held[Any], row: Consultation, at: dt.datetime) -> None:
    before = row.items
    if row.type == "survey":
        recounted(row)
        row.refresh_from_db()
        if row.items != before:
            box_shake(row=row)
        survey_count(held=held, row=row, at=at)
    elif row.type == "opinion-map":
        map_compute(held=held, row=row, at=at)
    elif row.type == "drafting":
        people = {
            *AmendmentVote.objects.filter(amendment__consultation=row).order_by().values_list("voter", flat=True).distinct(),
            *Amendment.objects.filter(consultation=row, author__isnull=False).order_by().values_list("author", flat=True),
        }  # fmt: skip
        Consultation.objects.filter(pk=row.pk).update(people=len(people))
    else:
        Consultation.objects.filter(pk=row.pk).update(people=people_of(row))
    row.refresh_from_db()
    day = timezone.localdate(at)
    if row.counted_on is not None and row.counted_on >= day:
        return
    facts = []
    # Fewer people than that are not told, nor is a day on which nothing came.
    smallest = int(settings.MANDAT_SMALLEST_COUNT)
    if row.people >= smallest and row.told.get("counted") != row.people:
        facts.append(
            line(
                "consultations.counted.v1", held, on=day, quantity=row.people, unit="person", synthetic=row.synthetic,
                data={"items": row.items}, source=f"consultations-counted:{row}:{day.isoformat()}",
            )
        )  # fmt: skip
        row.told = {**row.told, "counted": row.people}
    if row.type == "observations":
        facts += _sightings(held, row, day)
    if facts:
        journal.append(facts)
    row.counted_on = day
    row.save(update_fields=["counted_on", "told"])


def _sightings(held: Held[Any], row: Consultation, day: dt.date) -> list[Any]:
    """Sightings confirmed since the last count: by commune, those of sensitive subjects for the region together."""
    told: dict[str, int] = row.told.get("sightings", {})
    counts: Counter[str] = Counter()
    found = Observation.objects.filter(consultation=row, shown=Shown.SHOWN, state=Observation.State.CONFIRMED)
    for subject, commune in found.order_by().values_list("subject", "commune"):
        known = subject_of(held.document, subject)
        counts["" if known is None or known.sensitive else commune] += 1
    facts = []
    area = held.process.process.area
    region = area if area.startswith("region:") else ""
    for commune, count in sorted(counts.items()):
        new = count - told.get(commune, 0)
        if new > 0:
            facts.append(
                line(
                    "consultations.observations_counted.v1", held, on=day, quantity=new, unit="observation",
                    area=f"commune:{commune}" if commune else region, synthetic=row.synthetic,
                    source=f"consultations-sightings:{row}:{commune}:{day.isoformat()}",
                )
            )  # fmt: skip
    row.told = {**row.told, "sightings": {code: max(n, told.get(code, 0)) for code, n in counts.items()}}
    return facts


@transaction.atomic
def _close_observations(*, held: Held[Any], at: dt.datetime) -> Consultation | None:
    row = held.row()
    if row is None or row.closed_at is not None or not held.is_over(at):
        return None
    row = Consultation.objects.select_for_update().get(pk=row.pk)
    row.closed_at = row.changed_at = at
    row.save(update_fields=["closed_at", "changed_at"])
    told = row.people if row.people >= int(settings.MANDAT_SMALLEST_COUNT) else None
    journal.append(
        [
            line(
                "consultations.closed.v1", held, on=timezone.localdate(at), quantity=told,
                unit="person" if told is not None else "", synthetic=row.synthetic, data={"items": row.items},
                source=f"consultations-closed:{row}",
            )
        ]
    )  # fmt: skip
    following.closed(held, row, at)
    return row
