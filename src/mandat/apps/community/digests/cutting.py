"""Cut one digest: its window of news, what each target says of it, and the slices of its recipients. One transaction: all of it or nothing."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from mandat.apps.community.digests.sources import LISTED, Line, Told, registered
from mandat.apps.community.models import Digest, DigestCursor, DigestSection, DigestSlice, Event, Follow, Pace
from mandat.kernel.text import Text

#: Recipients of one task.
SLICE = 500
#: Days from one digest of a pace to the next, by the calendar of Paris: a run a few minutes early loses no day.
EVERY = {Pace.INSTANT: 0, Pace.DAILY: 1, Pace.WEEKLY: 7}
_TOLD = {Pace.INSTANT: "told_instant", Pace.DAILY: "told_daily", Pace.WEEKLY: "told_weekly"}


def due_paces(programme: str, *, now: dt.datetime | None = None) -> list[Pace]:
    """The paces whose time has come. One whose clock never started is due: it starts there, and tells nothing yet."""
    now = now or timezone.now()
    ran = dict(DigestCursor.objects.filter(programme=programme).values_list("pace", "ran_at"))
    today = timezone.localdate(now)
    return [
        pace
        for pace, days in EVERY.items()
        if pace.value not in ran or (today - timezone.localdate(ran[pace.value])).days >= days
    ]


@transaction.atomic
def cut(programme: str, pace: Pace, *, now: dt.datetime | None = None) -> Digest | None:
    """The next digest of a pace, with its sections and slices; None where nobody has anything to read, or its clock only starts now.

    Two processes at once cut one: the cursor is locked.
    """
    now = now or timezone.now()
    heads = {source.name: dict(source.head(programme)) for source in registered()}
    cursor, made = DigestCursor.objects.select_for_update().get_or_create(
        programme=programme, pace=pace, defaults={"place": heads, "ran_at": now}
    )
    if made:
        _take_events(programme, pace, 0)
        return None
    if (timezone.localdate(now) - timezone.localdate(cursor.ran_at)).days < EVERY[pace]:
        return None
    number = cursor.number + 1
    followed = frozenset(
        Follow.objects.filter(programme=programme, pace=pace).values_list("target", flat=True).distinct().order_by()
    )
    _take_events(programme, pace, number)
    news = _gathered(
        [_events(programme, pace, number, followed)]
        + [
            source.tell(programme, cursor.place.get(source.name) or heads[source.name], heads[source.name], followed)
            for source in registered()
        ]
    )
    digest = None
    if news:
        digest = Digest.objects.create(
            programme=programme,
            pace=pace,
            number=number,
            window={"from": cursor.place, "to": heads},
            starts_at=cursor.ran_at,
            ends_at=now,
        )
        sections = (DigestSection(digest=digest, target=target, body=_body(told)) for target, told in news.items())
        DigestSection.objects.bulk_create(sections, batch_size=500)
        digest.due = _share(digest)
        if not digest.due:
            digest.done_at = now
        digest.save()
    cursor.place, cursor.ran_at, cursor.number = heads, now, number
    cursor.save()
    return digest


def recipients(digest: Digest) -> Iterator[int]:
    """The accounts that follow something a digest tells of, in order, never all in memory."""
    told = DigestSection.objects.filter(digest=digest).order_by().values("target")
    found = Follow.objects.filter(
        programme=digest.programme, pace=digest.pace, target__in=told, user__is_active=True, since__lte=digest.ends_at
    ).exclude(user__email="")
    return found.order_by("user_id").values_list("user_id", flat=True).distinct().iterator(chunk_size=2000)


def _take_events(programme: str, pace: Pace, number: int) -> None:
    """Each event goes in one digest of a pace: the one that marks it. What is committed meanwhile waits for the next."""
    name = _TOLD[pace]
    Event.objects.filter(programme=programme, **{f"{name}__isnull": True}).update(**{name: number})


def _events(programme: str, pace: Pace, number: int, followed: frozenset[str]) -> Mapping[str, Told]:
    rows = Event.objects.filter(programme=programme, withdrawn_at__isnull=True, **{_TOLD[pace]: number})
    found: dict[str, list[Line]] = defaultdict(list)
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    # The newest first, so that what is not listed is the oldest.
    for row in rows.order_by(F("recorded_at").desc(), "-pk").iterator(chunk_size=2000):
        if row.target not in followed:
            continue
        group = "answers" if row.answer else "events"
        counts[row.target][group] += 1
        if counts[row.target][group] <= LISTED:
            words = Text(row.title_fr, row.title_en)
            found[row.target].append(
                Line(row.key, "answers" if row.answer else "events", row.recorded_at, words, row.url)
            )
    return {target: Told(lines, dict(counts[target])) for target, lines in found.items()}


def _gathered(parts: list[Mapping[str, Told]]) -> dict[str, Told]:
    targets = {target for part in parts for target, told in part.items() if told.lines}
    news = {}
    for target in sorted(targets):
        mine = [part[target] for part in parts if target in part]
        counts: dict[str, int] = defaultdict(int)
        for told in mine:
            for group, count in told.counts.items():
                counts[group] += count
        news[target] = Told([line for told in mine for line in told.lines], dict(counts))
    return news


def _body(told: Told) -> dict[str, object]:
    return {"lines": [line.kept() for line in told.lines], "counts": dict(told.counts)}


def _share(digest: Digest) -> int:
    """Slices of recipients. Returns how many recipients there are."""
    count, first, last = 0, 0, 0
    slices: list[DigestSlice] = []
    for user in recipients(digest):
        if count % SLICE == 0:
            if count:
                slices.append(DigestSlice(digest=digest, first_user=first, last_user=last))
            first = user
        last = user
        count += 1
    if count:
        slices.append(DigestSlice(digest=digest, first_user=first, last_user=last))
    DigestSlice.objects.bulk_create(slices, batch_size=500)
    return count
