"""What people did on a day, told once in a fact: counts of contributions, and who joined in groups of five or more."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import TruncDate
from django.utils import timezone

from mandat import journal
from mandat.apps.participation.definitions import PublishedProcess, published_processes
from mandat.apps.participation.models import Comment, DayTold, Participant, ProcessRun, Proposal, Support
from mandat.apps.participation.services.running import FEWEST, fact
from mandat.engines.disclosure import withhold_line
from mandat.kernel.moments import closing, opening
from mandat.kernel.periods import PARIS

#: Age bands of young people.
YOUNG = ("14-17", "18-24")


def days_tell(*, until: dt.date | None = None) -> int:
    """Tell every day that is over, of every process that has opened, once. Returns how many facts were appended."""
    last = until or timezone.localdate() - dt.timedelta(days=1)
    known = published_processes()
    told = 0
    for run in ProcessRun.objects.order_by("process"):
        published = known.get(run.process)
        if published is None or published.programme != run.programme:
            continue
        done = DayTold.objects.filter(programme=run.programme, process=run.process).order_by("-day").first()
        day = done.day + dt.timedelta(days=1) if done is not None else timezone.localdate(run.opened_at)
        end = last if run.closed_at is None else min(last, timezone.localdate(run.closed_at))
        lively = _lively(published, day, end)
        quiet = []
        while day <= end:
            if day in lively:
                told += day_tell(published=published, day=day)
            else:
                quiet.append(DayTold(programme=run.programme, process=run.process, component="", day=day))
            day += dt.timedelta(days=1)
        DayTold.objects.bulk_create(quiet, ignore_conflicts=True)
        told += young_tell(published=published, until=last)
    return told


def _lively(published: PublishedProcess, first: dt.date, last: dt.date) -> set[dt.date]:
    """The days from ``first`` to ``last`` on which anybody did anything in the process."""
    of = {"programme": published.programme, "process": published.code}
    within = (opening(first), closing(last))
    found: set[dt.date] = set()
    for model, path, moment in (
        (Participant, "", "joined_at"), (Proposal, "", "published_at"), (Support, "proposal__", "at"), (Comment, "thread__", "at"),
    ):  # fmt: skip
        rows = model._default_manager.filter(
            **{path + name: value for name, value in of.items()}, **{f"{moment}__gte": within[0], f"{moment}__lt": within[1]}
        )  # fmt: skip
        found |= set(rows.order_by().values_list(TruncDate(moment, tzinfo=PARIS), flat=True).distinct())
    return found


@transaction.atomic
def young_tell(*, published: PublishedProcess, until: dt.date) -> int:
    """Tell how many young people joined since they were last told, once they are five or more. Returns how many facts: 0 or 1."""
    run = ProcessRun.objects.select_for_update().filter(programme=published.programme, process=published.code).first()
    if run is None:
        return 0
    joined = Participant.objects.filter(
        programme=published.programme, process=published.code, age_band__in=YOUNG, joined_at__lt=closing(until)
    ).count()
    if joined - run.young_told < FEWEST:
        return 0
    journal.append(
        [
            fact(
                published, "participation.young_joined.v1", on=until, data={"joined": joined},
                quantity=Decimal(joined - run.young_told), unit="person",
            )
        ]
    )  # fmt: skip
    run.young_told = joined
    run.save(update_fields=["young_told"])
    return 1


@transaction.atomic
def day_tell(*, published: PublishedProcess, day: dt.date) -> int:
    """Tell one day of a process: a fact for each component where something was done. Never twice."""
    of: dict[str, Any] = {"programme": published.programme, "process": published.code}
    _row, fresh = DayTold.objects.get_or_create(**of, component="", day=day)
    if not fresh:
        return 0
    begins, ends = opening(day), closing(day)
    joined = list(Participant.objects.filter(**of, joined_at__gte=begins, joined_at__lt=ends).order_by("pk"))
    facts = []
    for rank, component in enumerate(
        one for one in published.process.components if one.type in ("proposals", "debate")
    ):
        counts = _counts(of, component.code, begins, ends)
        people = joined if rank == 0 else []
        if not any(counts.values()) and len(people) < FEWEST:
            continue
        shown = len(people) if len(people) >= FEWEST else 0
        facts.append(
            fact(
                published, "participation.counted.v1", on=day,
                data={
                    "component": component.code, "day": day, **counts, "participants": shown,
                    "withheld": 0 < len(people) < FEWEST,
                },
                quantity=Decimal(sum(counts.values())), unit="contribution", breakdowns=breakdowns(people) if shown else {},
                source=f"participation:counted:{published.code}:{component.code}:{day}",
            )
        )  # fmt: skip
    if facts:
        journal.append(facts)
    return len(facts)


def _counts(of: dict[str, str], component: str, begins: dt.datetime, ends: dt.datetime) -> dict[str, int]:
    within = Q(at__gte=begins, at__lt=ends)
    published = ~Q(state=Proposal.State.DRAFT)
    return {
        "proposals": Proposal.objects.filter(
            published, **of, component=component, published_at__gte=begins, published_at__lt=ends
        ).count(),
        "supports": Support.objects.filter(
            within, carried=False, proposal__component=component, **{f"proposal__{k}": v for k, v in of.items()}
        ).count(),
        "comments": Comment.objects.filter(
            within, thread__component=component, **{f"thread__{k}": v for k, v in of.items()}
        ).count(),
    }  # fmt: skip


def breakdowns(people: list[Participant]) -> dict[str, dict[str, int]]:
    """Counts by gender and by age; what is under five, or would give it away, is left out."""
    found: dict[str, dict[str, int]] = {}
    for dimension, name in (("gender", "gender"), ("age", "age_band")):
        counts: Counter[str] = Counter(getattr(one, name) or "unknown" for one in people)
        line: Any = withhold_line(tuple(counts.values()), smallest=FEWEST, total_known=True)
        told = {code: n for code, n in zip(counts, line.cells, strict=True) if n}
        if told:
            found[dimension] = told
    return found
