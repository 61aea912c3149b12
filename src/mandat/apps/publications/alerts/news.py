"""Facts and changes of commitments as news of what people follow: the programme, a chapter, a measure, a body, a place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from decimal import Decimal

from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from mandat import journal
from mandat.apps.community.digests import sources
from mandat.apps.community.digests.sources import LISTED, Line, Told
from mandat.apps.programme.published import Published, published
from mandat.apps.publications.alerts.changes import observe
from mandat.apps.publications.models import Change
from mandat.apps.publications.topics import PLACES
from mandat.apps.territory import selectors as territory
from mandat.engines.indicators.status import LABELS, Status
from mandat.journal import Entry
from mandat.kernel.errors import InputError
from mandat.kernel.text import LANGUAGES, Language, Text, speaking
from mandat.web import formats
from mandat.web.sentences import sentence

#: Worst first.
_ORDER = (
    Status.BROKEN,
    Status.LATE,
    Status.SUSPENDED,
    Status.UNKNOWN,
    Status.NOT_BEGUN,
    Status.IN_PROGRESS,
    Status.KEPT,
)
#: A fact of each topic beyond what is listed is only counted.
Place = Mapping[str, int]


def register() -> None:
    """Say to the digests that the programme has news."""
    sources.register(sources.Source("programme", head, tell, prepare))


def prepare(programme: str) -> int:
    """See what changed in the standing of commitments. Returns how many changes; none where the programme is not published."""
    try:
        return len(observe(published(programme)))
    except InputError:
        return 0


def head(programme: str) -> Place:
    """The next fact, and the last change."""
    last = Change.objects.filter(programme=programme).order_by("-pk").values_list("pk", flat=True).first()
    return {"fact": journal.head().size, "change": last or 0}


def tell(programme: str, start: Place, end: Place, followed: AbstractSet[str]) -> Mapping[str, Told]:
    """What each followed topic has to tell of a window: its newest facts, its changes, how many of each. Facts are read once, as a stream."""
    if not followed:
        return {}
    try:
        current = published(programme)
    except InputError:
        return {}
    facts: dict[str, list[Entry]] = defaultdict(list)
    counts: dict[str, int] = defaultdict(int)
    places = _places(followed)
    for entry in journal.iterate(programme=programme, start=start["fact"], end=end["fact"]):
        topics = {"all:", *places.get(entry.fact.area, ())}
        for measure in entry.fact.measures:
            topics |= _topics(current, measure)
        for topic in topics & followed:
            counts[topic] += 1
            kept = facts[topic]
            kept.append(entry)
            if len(kept) > 2 * LISTED:
                # The newest are listed: older ones are let go.
                del kept[:-LISTED]
    lines: dict[int, Line] = {}
    for entries in facts.values():
        for entry in entries[-LISTED:]:
            if entry.index not in lines:
                lines[entry.index] = _fact(entry)
    changes = _changes(current, start["change"], end["change"], followed)
    found = {}
    for topic in facts.keys() | changes.keys():
        own = [lines[entry.index] for entry in facts.get(topic, [])[-LISTED:]]
        moved = changes.get(topic, [])
        found[topic] = Told([*moved, *own], {"facts": counts.get(topic, 0), "changes": len(moved)})
    return found


def _places(followed: AbstractSet[str]) -> Mapping[str, list[str]]:
    """The followed places that each area is in."""
    found: dict[str, list[str]] = defaultdict(list)
    for topic in followed:
        if topic.partition(":")[0] in PLACES:
            for area in territory.within(topic):
                found[area].append(topic)
    return found


def _topics(current: Published, measure: int) -> set[str]:
    known = current.measures.get(measure)
    if known is None:
        return set()
    return {f"measure:{measure}", f"chapter:{current.chapter_of[measure].code}", f"body:{known.responsible}"}


def _changes(current: Published, start: int, end: int, followed: AbstractSet[str]) -> Mapping[str, list[Line]]:
    found: dict[str, list[Line]] = defaultdict(list)
    for change in Change.objects.filter(programme=current.code, pk__gt=start, pk__lte=end).order_by("pk"):
        if change.commitment not in current.commitments:
            continue
        topics = ({"all:"} | _topics(current, int(change.commitment.split(".")[0]))) & followed
        if topics:
            line = _change(current, change)
            for topic in topics:
                found[topic].append(line)
    return found


def _fact(entry: Entry) -> Line:
    words = sentence(entry.fact)
    said = {code: f"{_day(entry, code)} – {' '.join(words.in_(code).split())}" for code in LANGUAGES}
    with translation.override("fr"):
        url = reverse("programme:fact", args=[entry.index])
    return Line(f"fact:{entry.index}", "facts", entry.recorded_at, Text(said["fr"], said["en"]), url, rank=0)


def _day(entry: Entry, language: Language) -> str:
    with speaking(language):
        return formats.day(entry.fact.occurred_on)


def _change(current: Published, change: Change) -> Line:
    commitment, measure = current.commitments[change.commitment], current.measure_of(change.commitment)
    said = {code: _words(current, change, code) for code in LANGUAGES}
    detail = Text(
        f"{measure.number}. {measure.title.fr} – {commitment.promise.fr}",
        f"{measure.number}. {measure.title.en} – {commitment.promise.en}",
    )
    with translation.override("fr"):
        url = reverse("programme:why", args=[change.commitment])
    # A change has a day and no hour: those who began to follow meanwhile are told of it too.
    return Line(
        f"change:{change.pk}", "changes", timezone.now(), Text(said["fr"], said["en"]), url, detail, _rank(change)
    )


def _words(current: Published, change: Change, language: Language) -> str:
    unit = current.commitments[change.commitment].goal.unit
    with translation.override(language), speaking(language):
        if change.what == Change.What.STATUS:
            after, before = LABELS[Status(change.after)], LABELS[Status(change.before)]
            return _("commitment %(code)s: %(after)s (was: %(before)s)") % {
                "code": change.commitment,
                "after": after,
                "before": before,
            }
        if change.what == Change.What.STALE:
            return _("commitment %(code)s: no fact in time, the figures are out of date") % {"code": change.commitment}
        old, new = (formats.quantity(Decimal(value), unit) for value in (change.before, change.after))
        values = {"code": change.commitment, "old": old, "new": new}
        return _("commitment %(code)s: the figure went back from %(old)s to %(new)s") % values


def _rank(change: Change) -> int:
    if change.what == Change.What.STATUS:
        return _ORDER.index(Status(change.after))
    return 1 if change.what == Change.What.REGRESSED else 3
