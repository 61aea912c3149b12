"""Write many synthetic contributions at once, for demonstrations and benchmarks: counters end as if each had been made by itself.

No fact is told here (``services.counting`` tells the days) and nobody is written to. Only synthetic rows are made.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, Sum

from mandat.apps.participation import codes, finding, hooks
from mandat.apps.participation.definitions import PublishedProcess
from mandat.apps.participation.models import (
    Authorship,
    Comment,
    Participant,
    Proposal,
    ProposalVersion,
    Support,
    Tally,
    Thread,
)
from mandat.apps.participation.services.running import contributed
from mandat.apps.participation.services.supports import threshold_crossed

CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Someone:
    """A synthetic participant: ``commune`` is an INSEE code."""

    name: str
    commune: str
    age_band: str
    gender: str
    at: dt.datetime
    quality: str = ""


@dataclass(frozen=True, slots=True)
class Idea:
    """A synthetic proposal of the participant ``by``."""

    by: int
    title: str
    text: str
    category: str
    commune: str
    at: dt.datetime
    reference: str = ""
    shuffle: int | None = None
    title_other: str = ""
    text_other: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """A synthetic comment of the participant ``by``; ``answers`` is the place, in the same list, of what it answers."""

    by: int
    text: str
    side: str
    at: dt.datetime
    answers: int | None = None


@transaction.atomic
def participants_write(published: PublishedProcess, people: Iterable[Someone]) -> list[int]:
    """Have people join. Returns their numbers, in the same order."""
    made: list[int] = []
    stream = iter(people)
    while chunk := list(islice(stream, CHUNK)):
        rows = Participant.objects.bulk_create(
            Participant(
                programme=published.programme, process=published.code, version=published.ref.version, pseudonym=one.name,
                area=f"commune:{one.commune}" if one.commune else "", age_band=one.age_band, gender=one.gender,
                quality=one.quality, age_known=max([0, *_ages(published)]), joined_at=one.at,
            )
            for one in chunk
        )  # fmt: skip
        made += [row.pk for row in rows]
    recount(published)
    return made


def _ages(published: PublishedProcess) -> Sequence[int]:
    least = published.process.participants.least_age
    return [least] if least else []


@transaction.atomic
def proposals_write(published: PublishedProcess, component: str, ideas: Iterable[Idea]) -> list[int]:
    """Publish proposals with their first version, author and words. Returns their numbers, in the same order."""
    made: list[int] = []
    stream = iter(ideas)
    while chunk := list(islice(stream, CHUNK)):
        contributed(published, at=chunk[0].at)
        rows = Proposal.objects.bulk_create(
            Proposal(
                reference=one.reference or codes.fresh(),
                shuffle=codes.shuffled() if one.shuffle is None else one.shuffle,
                programme=published.programme, process=published.code, component=component, version=published.ref.version,
                author_id=one.by, title=one.title, text=one.text, title_other=one.title_other, text_other=one.text_other,
                category=one.category, commune=one.commune, state=Proposal.State.PUBLISHED, synthetic=True,
                created_at=one.at, saved_at=one.at, published_at=one.at,
            )
            for one in chunk
        )  # fmt: skip
        ProposalVersion.objects.bulk_create(
            ProposalVersion(
                proposal=row, number=1, title=row.title, text=row.text, title_other=row.title_other,
                text_other=row.text_other, category=row.category, by_id=row.author_id, at=row.created_at,
            )
            for row in rows
        )  # fmt: skip
        Authorship.objects.bulk_create(
            Authorship(proposal=row, participant_id=row.author_id, since=row.created_at) for row in rows
        )
        finding.index(rows)
        made += [row.pk for row in rows]
    recount(published)
    return made


@transaction.atomic
def supports_write(published: PublishedProcess, component: str, given: Iterable[tuple[int, int, dt.datetime]]) -> int:
    """Give supports: (participant, proposal, moment) each, once. Counters are made anew and thresholds crossed. Returns how many are new."""
    of = Support.objects.filter(
        proposal__programme=published.programme, proposal__process=published.code, proposal__component=component
    )
    before = of.count()
    stream = iter(given)
    last: dt.datetime | None = None
    while chunk := list(islice(stream, CHUNK * 5)):
        last = max(at for _, _, at in chunk)
        Support.objects.bulk_create(
            [Support(participant_id=who, proposal_id=what, at=at) for who, what, at in chunk],
            ignore_conflicts=True, batch_size=CHUNK * 5,
        )  # fmt: skip
    _supports_counted(published, component)
    recount(published)
    if last is not None:
        thresholds_cross(published, component, at=last)
    return of.count() - before


def _supports_counted(published: PublishedProcess, component: str) -> None:
    rows = Proposal.objects.filter(programme=published.programme, process=published.code, component=component)
    counts = dict(rows.annotate(n=Count("given")).order_by().values_list("pk", "n"))
    by_count: dict[int, list[int]] = defaultdict(list)
    for pk, n in counts.items():
        by_count[n].append(pk)
    for n, ids in by_count.items():
        for start in range(0, len(ids), CHUNK):
            Proposal.objects.filter(pk__in=ids[start : start + CHUNK]).exclude(supports=n).update(supports=n)


def thresholds_cross(published: PublishedProcess, component: str, *, at: dt.datetime) -> int:
    """Cross the threshold of each proposal that reached it: fact, answer owed, hooks, as a support by itself would. Returns how many."""
    terms = getattr(published.process.component(component), "supports", None)
    if terms is None or terms.threshold is None:
        return 0
    rows = Proposal.objects.select_for_update(of=("self",)).filter(
        programme=published.programme, process=published.code, component=component, state=Proposal.State.PUBLISHED,
        hidden=False, supports__gte=terms.threshold, threshold_at=None,
    )  # fmt: skip
    crossed = 0
    for row in rows.order_by("pk"):
        if threshold_crossed(row, published, published.process.component(component), at=at):
            row.save(update_fields=["threshold_at"])
            hooks.threshold_crossed(row)
            crossed += 1
    return crossed


@transaction.atomic
def comments_write(
    published: PublishedProcess, component: str, kind: str, target: str, said: Sequence[Said], *, tallied: bool = True
) -> int:
    """Comments of one target, answers after what they answer. Returns how many.

    Without ``tallied`` the tallies of the process wait for ``recount``, once after many targets.
    """
    if not said:
        return 0
    contributed(published, at=said[0].at)
    thread, _made = Thread.objects.get_or_create(
        programme=published.programme, kind=kind, target=target,
        defaults={"process": published.code, "component": component},
    )  # fmt: skip
    made: list[Comment] = []
    waiting = list(enumerate(said))
    while waiting:
        ready = [(n, one) for n, one in waiting if one.answers is None or any(m == one.answers for m, _ in _done(made))]
        rows = []
        for n, one in ready:
            above = next((row for m, row in _done(made) if m == one.answers), None) if one.answers is not None else None
            row = Comment(
                reference=codes.fresh(), thread=thread, parent=above, root=None if above is None else (above.root or above),
                depth=1 if above is None else above.depth + 1, side=one.side, author_id=one.by, text=one.text, at=one.at,
                version=published.ref.version, synthetic=True,
            )  # fmt: skip
            row.place = n  # type: ignore[attr-defined]
            rows.append(row)
        if not rows:
            break
        made += Comment.objects.bulk_create(rows)
        done = {n for n, _ in ready}
        waiting = [(n, one) for n, one in waiting if n not in done]
    _thread_counted(thread)
    if tallied:
        recount(published)
    return len(made)


def _done(made: Sequence[Comment]) -> list[tuple[int, Comment]]:
    return [(row.place, row) for row in made]  # type: ignore[attr-defined]


def _thread_counted(thread: Thread) -> None:
    shown = Comment.objects.filter(thread=thread, hidden=False, deleted_at=None)
    told = shown.aggregate(
        comments=Count("pk"), roots=Count("pk", filter=Q(root=None)), sides_for=Count("pk", filter=Q(side="for")),
        sides_against=Count("pk", filter=Q(side="against")), sides_neither=Count("pk", filter=Q(side="neither")),
    )  # fmt: skip
    last = shown.order_by("-at").values_list("at", flat=True).first()
    Thread.objects.filter(pk=thread.pk).update(**told, last_at=last)
    roots = Comment.objects.filter(thread=thread, root=None).annotate(n=Count("branch"))
    for pk, n in roots.order_by("pk").values_list("pk", "n"):
        Comment.objects.filter(pk=pk).exclude(replies=n).update(replies=n)
    if thread.kind == "proposal":
        Proposal.objects.filter(reference=thread.target).update(comments=told["comments"])


def recount(published: PublishedProcess) -> None:
    """Make the tallies of a process anew from what they count: also the way to mend them."""
    of: dict[str, Any] = {"programme": published.programme, "process": published.code}
    found: dict[str, dict[str, int]] = defaultdict(lambda: {"proposals": 0, "supports": 0, "comments": 0})
    public = Proposal.objects.filter(**of, state=Proposal.State.PUBLISHED, hidden=False)
    for row in public.order_by().values("component").annotate(n=Count("pk"), s=Sum("supports")):
        found[row["component"]]["proposals"] = row["n"]
        found[row["component"]]["supports"] = row["s"] or 0
    for said in Thread.objects.filter(**of).order_by().values("component").annotate(n=Sum("comments")):
        found[said["component"]]["comments"] = said["n"] or 0
    whole = {name: sum(one[name] for one in found.values()) for name in ("proposals", "supports", "comments")}
    whole["participants"] = Participant.objects.filter(**of).count()
    for component, counts in {**found, "": whole}.items():
        Tally.objects.update_or_create(**of, component=component, defaults=counts)
