"""Counts alone are told, together: a fact when enough cases have come since the last one, so that none can be recognised."""

from __future__ import annotations

import datetime as dt
import statistics
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from mandat import journal
from mandat.apps.accounts import notices
from mandat.apps.mediation.models import Case, Told
from mandat.apps.mediation.services.cases import OPEN, State, case_forget, mediators_check
from mandat.apps.mediation.terms import Terms, mediations
from mandat.engines.disclosure import withhold_line
from mandat.facts import Fact

SMALLEST = 5


def _fact(kind: str, terms: Terms, programme: str, *, source: str, count: int | None, **data: Any) -> Fact:
    return Fact(
        kind=kind,
        occurred_on=timezone.localdate(),
        programme=programme,
        measures=terms.process.measures,
        commitments=terms.process.commitments,
        quantity=None if count is None else Decimal(count),
        unit="" if count is None else "item",
        definition=terms.ref,
        source=source,
        synthetic=bool(settings.MANDAT_DEMO),
        data={"process": terms.process.code, "component": terms.component.code, **data},
    )


def _shown(counts: list[int], smallest: int) -> list[int | None]:
    return list(withhold_line(counts, smallest=smallest, total_known=True).cells)


@transaction.atomic
def counts_tell(*, programme: str) -> int:
    """Tell the cases asked for and those completed since the last time, where they are enough. Returns how many facts are new."""
    smallest = max(SMALLEST, int(settings.MANDAT_SMALLEST_COUNT))
    told = 0
    for held, component in mediations():
        terms = Terms(held.process, held.ref, component)
        rows = Case.objects.filter(programme=programme, process=held.code, component=component.code)
        told += _asked(terms, programme, rows, smallest)
        told += _completed(terms, programme, rows, smallest)
        told += _delays(terms, programme, rows, smallest)
    return told


def _told(terms: Terms, programme: str, sort: str) -> Told:
    key: dict[str, Any] = {
        "programme": programme,
        "process": terms.process.code,
        "component": terms.component.code,
        "sort": sort,
    }
    Told.objects.get_or_create(**key)
    return Told.objects.select_for_update().get(**key)


def _asked(terms: Terms, programme: str, rows: QuerySet[Case], smallest: int) -> int:
    told = _told(terms, programme, "asked")
    fresh = list(rows.filter(pk__gt=told.upto).order_by("pk"))
    if len(fresh) < smallest:
        return 0
    urgent = sum(one.urgent for one in fresh)
    in_time = sum(one.taken_at is not None and timezone.localdate(one.taken_at) <= one.take_up_by for one in fresh)
    shown_urgent = _shown([urgent, len(fresh) - urgent], smallest)[0]
    shown_time = _shown([in_time, len(fresh) - in_time], smallest)[0]
    found = []
    if not told.count:
        found.append(
            _fact("mediation.opened.v1", terms, programme, source=f"mediation-opened:{terms.process.code}", count=None)
        )
    found.append(
        _fact(
            "mediation.asked.v1", terms, programme, source=f"mediation-asked:{terms.process.code}:{told.count}", count=len(fresh),
            urgent=shown_urgent, in_time=shown_time,
        )
    )  # fmt: skip
    told.upto, told.count = fresh[-1].pk, told.count + len(fresh)
    told.save()
    return sum(entry.new for entry in journal.append(found))


def _completed(terms: Terms, programme: str, rows: QuerySet[Case], smallest: int) -> int:
    told = _told(terms, programme, "completed")
    done = list(rows.filter(state=State.CLOSED).order_by("closed_at", "pk"))[told.count :]
    if len(done) < smallest:
        return 0
    outcomes = [sum(one.outcome == outcome for one in done) for outcome in ("agreement", "partial", "none")]
    agreement, partial, none = _shown(outcomes, smallest)
    source = f"mediation-completed:{terms.process.code}:{told.count}"
    fact = _fact(
        "mediation.completed.v1",
        terms,
        programme,
        source=source,
        count=len(done),
        agreement=agreement,
        partial=partial,
        none=none,
    )
    told.count += len(done)
    told.save()
    return sum(entry.new for entry in journal.append([fact]))


def _delays(terms: Terms, programme: str, rows: QuerySet[Case], smallest: int) -> int:
    """The median delay of the year before, told once the year is over."""
    year = timezone.localdate().year - 1
    taken = rows.filter(asked_at__year=year, taken_at__isnull=False).order_by("pk")
    days = [(timezone.localdate(one.taken_at) - timezone.localdate(one.asked_at)).days for one in taken if one.taken_at]
    if len(days) < smallest:
        return 0
    fact = _fact(
        "mediation.delays_counted.v1", terms, programme, source=f"mediation-delays:{terms.process.code}:{year}", count=None,
        cases=len(days), year=year, median_days=int(statistics.median_low(days)),
    )  # fmt: skip
    return sum(entry.new for entry in journal.append([fact]))


def clock_run(*, programme: str, at: dt.datetime | None = None) -> dict[str, int]:
    """Every day: mediators are reminded of cases that last, keys whose time is over are destroyed, counts are told. Safe to run twice."""
    day = timezone.localdate(at or timezone.now())
    lasting = Case.objects.filter(
        programme=programme, state__in=OPEN, end_by__lte=day + dt.timedelta(days=14), mediator__isnull=False
    ).select_related("mediator")
    for case in lasting.order_by("pk"):
        assert case.mediator is not None
        notices.notify(case.mediator, "mediation.lasting", case.reference, key=f"{case.reference}:{case.end_by}")
    due = list(Case.objects.filter(forget_on__lte=day, forgotten_at__isnull=True).order_by("pk"))
    return {
        "reminded": lasting.count(),
        "to name again": mediators_check(programme=programme),
        "forgotten": sum(case_forget(case=one) for one in due),
        "told": counts_tell(programme=programme),
    }
