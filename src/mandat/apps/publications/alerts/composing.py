"""Write the messages that are due: one for all who receive the same words, whatever their number.

The window of facts and changes, the messages, who receives them, and the cursor that says the window is told are
one transaction: a crash leaves all of it or nothing.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from mandat import journal
from mandat.apps.programme.published import Published
from mandat.apps.publications.alerts.writing import write
from mandat.apps.publications.models import AlertCursor, Change, Delivery, Mailing, Pace, Subscription
from mandat.apps.territory import selectors as territory
from mandat.journal import Entry
from mandat.kernel.text import Language

A_WEEK = dt.timedelta(days=7)
#: Facts and changes listed in one message; how many more there are is said.
LISTED = 40


@dataclass(slots=True)
class News:
    """What a topic has to tell: places of facts and changes, oldest first."""

    facts: list[int] = field(default_factory=list)
    changes: list[int] = field(default_factory=list)


def compose(current: Published, *, pace: str, now: dt.datetime | None = None) -> int:
    """Prepare the messages of a pace. Returns how many deliveries are due. A weekly one waits for its week."""
    now = now or timezone.now()
    with transaction.atomic():
        head = journal.head()
        start: dict[str, object] = {"next_index": head.size, "ran_at": now, "last_change": _last_change(current)}
        cursor, made = AlertCursor.objects.select_for_update().get_or_create(
            programme=current.code, pace=pace, defaults=start
        )
        if made or (pace == Pace.WEEKLY and now - cursor.ran_at < A_WEEK):
            return 0
        changes = {
            change.pk: change
            for change in Change.objects.filter(programme=current.code, pk__gt=cursor.last_change).order_by("pk")
        }
        news, facts = _news(current, cursor, head.size, changes)
        due = _prepare(current, pace, news, facts, changes, first=cursor.next_index, now=now)
        cursor.next_index, cursor.ran_at = head.size, now
        cursor.last_change = max([cursor.last_change, *changes])
        cursor.save()
        return due


def _last_change(current: Published) -> int:
    last = Change.objects.filter(programme=current.code).order_by("-pk").values_list("pk", flat=True).first()
    return last or 0


def _news(
    current: Published, cursor: AlertCursor, end: int, changes: Mapping[int, Change]
) -> tuple[dict[str, News], dict[int, Entry]]:
    """What each topic that someone follows has to tell, and the facts that may be listed."""
    followed = set(
        Subscription.objects.filter(programme=current.code, pace=cursor.pace).values_list("topic", flat=True).distinct()
    )
    places: dict[str, list[str]] = defaultdict(list)
    for topic in followed:
        if topic.startswith("area:"):
            for area in territory.within(topic.removeprefix("area:")):
                places[area].append(topic)
    news: dict[str, News] = defaultdict(News)
    facts: dict[int, Entry] = {}
    for entry in journal.iterate(programme=current.code, start=cursor.next_index, end=end):
        topics = {"all:", *places.get(entry.fact.area, ())}
        for measure in entry.fact.measures:
            topics |= _topics(current, measure)
        for topic in topics & followed:
            news[topic].facts.append(entry.index)
            # The latest of each topic are those that may be listed: older ones are let go.
            facts[entry.index] = entry
            if len(news[topic].facts) > LISTED and len(facts) > LISTED * (len(news) + 1):
                kept = {index for told in news.values() for index in told.facts[-LISTED:]}
                facts = {index: known for index, known in facts.items() if index in kept}
    for pk, change in changes.items():
        for topic in ({"all:"} | _topics(current, int(change.commitment.split(".")[0]))) & followed:
            news[topic].changes.append(pk)
    return dict(news), facts


def _topics(current: Published, measure: int) -> set[str]:
    known = current.measures.get(measure)
    if known is None:
        return set()
    chapter = current.chapter_of[measure]
    return {f"measure:{measure}", f"chapter:{chapter.code}", f"body:{known.responsible}"}


def _prepare(
    current: Published,
    pace: str,
    news: Mapping[str, News],
    facts: Mapping[int, Entry],
    changes: Mapping[int, Change],
    *,
    first: int,
    now: dt.datetime,
) -> int:
    """Group people by what they are told, write each message once, and enter its deliveries."""
    following = Subscription.objects.filter(
        programme=current.code, pace=pace, topic__in=list(news), user__is_active=True
    )
    people: dict[tuple[int, str], set[tuple[str, int]]] = defaultdict(set)
    rows = following.exclude(user__email="").values_list("user_id", "user__language", "topic", "since_index")
    for user_id, language, topic, since in rows.iterator():
        # Who began to follow within the window is told what came after; for all others the start is the same.
        people[user_id, language].add((topic, max(since, first)))
    groups: dict[tuple[str, frozenset[tuple[str, int]]], list[int]] = defaultdict(list)
    for (user_id, language), topics in people.items():
        groups[language, frozenset(topics)].append(user_id)
    due = 0
    for (code, group), users in groups.items():
        told = sorted({i for topic, since in group for i in news[topic].facts if i >= since})
        moved = sorted({pk for topic, _ in group for pk in news[topic].changes})
        if not told and not moved:
            continue
        spoken: Language = "en" if code == "en" else "fr"
        listed = [facts[index] for index in reversed(told[-LISTED:]) if index in facts]
        message = write(
            current, language=spoken, pace=pace, facts=listed, count=len(told), changes=[changes[pk] for pk in moved]
        )
        mailing = Mailing.objects.create(programme=current.code, pace=pace, language=spoken, made_at=now, **message)
        Delivery.objects.bulk_create(_deliveries(mailing, users, now), batch_size=2000)
        due += len(users)
    return due


def _deliveries(mailing: Mailing, users: Iterable[int], now: dt.datetime) -> list[Delivery]:
    return [Delivery(mailing=mailing, user_id=user_id, not_before=now) for user_id in users]
