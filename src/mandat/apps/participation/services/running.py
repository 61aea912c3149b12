"""Processes as time passes: they open, enter their phases, keep their rules from the first contribution on, and close."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone

from mandat import journal
from mandat.apps.community.services import events
from mandat.apps.participation.definitions import PublishedProcess, published_processes
from mandat.apps.participation.models import Participant, ProcessRun, Proposal, Thread
from mandat.apps.programme.published import published as published_programme
from mandat.facts import DefinitionRef, Fact
from mandat.kernel.moments import closing, opening
from mandat.kernel.text import Text

#: A count of persons under this is not told.
FEWEST = 5


def area_of(published: PublishedProcess) -> str:
    """The area of a process's facts; the region's where the process names a perimeter, which facts do not know."""
    area = published.process.area
    return (
        f"region:{published_programme(published.programme).programme.region}" if area.startswith("perimeter:") else area
    )


def fact(published: PublishedProcess, kind: str, *, on: dt.date | None = None, **values: object) -> Fact:
    """A fact of a process: ``data`` is completed with its code and title."""
    data = {"process": published.code, "title": published.process.title.fr, **dict(values.pop("data", {}))}  # type: ignore[call-overload]
    return Fact(
        kind=kind,
        occurred_on=on or timezone.localdate(),
        programme=published.programme,
        data=data,
        measures=published.process.measures,
        commitments=published.process.commitments,
        area=str(values.pop("area", "") or area_of(published)),
        definition=published.ref,
        subject=str(values.pop("subject", published.code)),
        synthetic=settings.MANDAT_DEMO or published.process.synthetic,
        **values,  # type: ignore[arg-type]
    )


def begins(published: PublishedProcess) -> dt.datetime:
    """When the first phase opens."""
    return min(opening(phase.opens) for phase in published.process.phases)


def ends(published: PublishedProcess) -> dt.datetime | None:
    """The first instant after the last phase; None where one has no end."""
    closes = [phase.closes for phase in published.process.phases]
    return None if None in closes else max(closing(one) for one in closes if one is not None)


@transaction.atomic
def process_open(*, published: PublishedProcess, at: dt.datetime) -> ProcessRun:
    """Open a process whose time has come, once; phases that began since are told too. Returns how it runs."""
    run, fresh = ProcessRun.objects.get_or_create(
        programme=published.programme,
        process=published.code,
        defaults={"version": published.ref.version, "digest": published.ref.digest, "opened_at": at},
    )
    if fresh:
        day = timezone.localtime(min(at, max(begins(published), at - dt.timedelta(days=1)))).date()
        journal.append(
            [fact(published, "participation.opened.v1", on=day, source=f"participation:opened:{published.code}")]
        )
    return run


def phases_announce(*, published: PublishedProcess, at: dt.datetime) -> int:
    """Tell each phase that has begun, once. Returns how many were told."""
    told = 0
    with transaction.atomic():
        run = (
            ProcessRun.objects.select_for_update().filter(programme=published.programme, process=published.code).first()
        )
        if run is None:
            return 0
        due = [
            phase
            for phase in published.process.phases
            if phase.code not in run.announced and opening(phase.opens) <= at
        ]
        if due:
            journal.append(
                [
                    fact(
                        published, "participation.phase_opened.v1", on=timezone.localtime(opening(phase.opens)).date(),
                        data={"phase": phase.code, "phase_title": phase.title.fr},
                        source=f"participation:phase:{published.code}:{phase.code}",
                    )
                    for phase in due
                ]
            )  # fmt: skip
            for phase in due:
                events.tell(
                    target=f"process:{published.code}", at=opening(phase.opens),
                    key=f"participation:phase:{published.code}:{phase.code}",
                    title=Text(
                        f"{published.process.title.fr} : {phase.title.fr}", f"{published.process.title.en}: {phase.title.en}"
                    ),
                    url=reverse("participation:process", args=[published.code]),
                )  # fmt: skip
            run.announced = [*run.announced, *(phase.code for phase in due)]
            run.save(update_fields=["announced"])
            told = len(due)
    return told


def process_close(*, published: PublishedProcess, at: dt.datetime) -> bool:
    """Close a process whose last phase has ended, once, with what it gathered."""
    end = ends(published)
    if end is None or at < end:
        return False
    with transaction.atomic():
        run = (
            ProcessRun.objects.select_for_update().filter(programme=published.programme, process=published.code).first()
        )
        if run is None or run.closed_at is not None:
            return False
        of = {"programme": published.programme, "process": published.code}
        people = Participant.objects.filter(**of).count()
        public = Proposal.objects.filter(**of, state=Proposal.State.PUBLISHED, hidden=False)
        totals = public.aggregate(supports=Sum("supports"))
        said = Thread.objects.filter(**of).aggregate(comments=Sum("comments"))
        counted = {"quantity": Decimal(people), "unit": "person"} if people >= FEWEST else {}
        journal.append(
            [
                fact(
                    published, "participation.closed.v1", on=(timezone.localtime(end) - dt.timedelta(seconds=1)).date(),
                    data={
                        "proposals": public.count(), "supports": totals["supports"] or 0, "comments": said["comments"] or 0,
                    },
                    source=f"participation:closed:{published.code}", **counted,
                )
            ]
        )  # fmt: skip
        run.closed_at = at
        run.save(update_fields=["closed_at"])
    return True


def contributed(published: PublishedProcess, *, at: dt.datetime | None = None) -> DefinitionRef:
    """Called in the transaction of every contribution: from the first on, the rules stay as they are.

    Returns the version the contribution is made under. One query once the rules are frozen.
    """
    at = at or timezone.now()
    rows = ProcessRun.objects.filter(programme=published.programme, process=published.code)
    run = rows.first() or process_open(published=published, at=at)
    if run.frozen_at is None:
        rows.filter(frozen_at=None).update(frozen_at=at, version=published.ref.version, digest=published.ref.digest)
    return published.ref


def processes_run(*, at: dt.datetime | None = None) -> dict[str, int]:
    """Open, announce and close what is due. May run every minute; does nothing twice."""
    at = at or timezone.now()
    counts = {"opened": 0, "phases": 0, "closed": 0}
    known = set(ProcessRun.objects.order_by("process").values_list("programme", "process"))
    for published in published_processes().values():
        if begins(published) > at:
            continue
        if (published.programme, published.code) not in known:
            process_open(published=published, at=at)
            counts["opened"] += 1
        counts["phases"] += phases_announce(published=published, at=at)
        counts["closed"] += process_close(published=published, at=at)
    return counts
