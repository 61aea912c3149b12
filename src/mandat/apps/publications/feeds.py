"""Atom feeds of the latest facts. Ids are those of the facts, so that a reader shows each once and for ever."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from mandat import journal
from mandat.apps.community.follow.feeds import item as told
from mandat.apps.community.selectors import events_of
from mandat.apps.grants.calls import closing, opening
from mandat.apps.programme.published import Published
from mandat.apps.publications.aids import aids
from mandat.apps.publications.site import address
from mandat.apps.publications.topics import Topic, latest
from mandat.facts import fact_types
from mandat.journal import Entry
from mandat.kernel.text import Language
from mandat.web import formats
from mandat.web.atom import LICENCE, Feed, plain
from mandat.web.sentences import sentence

#: Entries of a feed at most.
MOST = 100


def atom(current: Published, followed: Topic, *, language: Language, path: str) -> bytes:
    """The feed of a topic, in the language in force. ``path`` is its own address."""
    title = followed.title.in_(language)
    feed = Feed(
        title=f"{title} – Mandat" + (_(" (demonstration)") if settings.MANDAT_DEMO else ""),
        link=settings.SITE_URL + followed.url(),
        description=_("The latest public facts, as they are recorded."),
        subtitle=_notice() or _("The latest public facts, as they are recorded."),
        language=language,
        author_name="Mandat",
        feed_url=settings.SITE_URL + path,
        feed_guid=settings.SITE_URL + path,
        feed_copyright=LICENCE,
    )
    feed.moment = journal.head().recorded_at
    items = [(entry.recorded_at, _item(current, entry, language)) for entry in latest(current, followed)]
    # Answers and other events told of the same thing stand among its facts.
    items += [(event.recorded_at, told(event, language)) for event in events_of(followed.target)[:MOST]]
    for _moment, item in sorted(items, key=lambda one: one[0], reverse=True)[:MOST]:
        feed.add_item(**item)
    return feed.writeString("utf-8").encode()


def calls_feed(current: Published, *, language: Language, path: str) -> bytes:
    """The calls of schemes as they open, the latest first: those to come are announced when their scheme is published."""
    now = timezone.now()
    page = settings.SITE_URL + reverse("grants:directory")
    feed = Feed(
        title=_("Calls for projects") + " – Mandat" + (_(" (demonstration)") if settings.MANDAT_DEMO else ""),
        link=page,
        description=_("Aids, labels and contracts that receive applications, with their last day."),
        subtitle=_notice() or _("Aids, labels and contracts that receive applications, with their last day."),
        language=language,
        author_name="Mandat",
        feed_url=settings.SITE_URL + path,
        feed_guid=settings.SITE_URL + path,
        feed_copyright=LICENCE,
    )
    feed.moment = journal.head().recorded_at
    found = [(max(opening(call), aid.created), aid, call) for aid in aids(current, now) for call in aid.scheme.calls]
    opened = sorted((one for one in found if opening(one[2]) <= now), key=lambda one: (one[0], one[1].terms.code))
    for moment, aid, call in opened[: -MOST - 1 : -1]:
        end = closing(call)
        when = (
            _("Open all year")
            if end is None
            else _("Until %(moment)s") % {"moment": formats.moment(end - dt.timedelta(seconds=1))}
        )
        link = address("grants:scheme", aid.terms.code, language="fr")
        feed.add_item(
            title=f"{getattr(aid.scheme.title, language)} – {getattr(call.title, language)}",
            link=settings.SITE_URL + reverse("grants:scheme", args=[aid.terms.code]),
            unique_id=f"{link}#{call.code}",
            description=f"{when}. {getattr(aid.scheme.summary, language)}",
            pubdate=moment,
            updateddate=max(moment, aid.updated),
            categories=[aid.scheme.type, *(f"measure:{n}" for n in aid.scheme.measures)],
        )
    return feed.writeString("utf-8").encode()


def _notice() -> str:
    return _("Demonstration: every fact is synthetic.") if settings.MANDAT_DEMO else ""


def _item(current: Published, entry: Entry, language: Language) -> dict[str, Any]:
    fact = entry.fact
    words = plain(sentence(fact).in_(language))
    known = fact_types().get(fact.kind)
    serves = [
        f"{number}. {getattr(current.measures[number].title, language)}"
        for number in fact.measures
        if number in current.measures
    ]
    lines = [known.label.in_(language) if known else fact.kind, *serves]
    if entry.replaced_by is not None:
        lines.append(_("This fact was corrected or withdrawn since."))
    if fact.synthetic:
        lines.append(_("Synthetic fact of a demonstration."))
    link = settings.SITE_URL + reverse("programme:fact", args=[entry.index])
    return {
        "title": words,
        "link": link,
        "unique_id": address("programme:fact", entry.index, language="fr"),
        "description": " · ".join(lines),
        "pubdate": entry.recorded_at,
        "updateddate": entry.recorded_at,
        "categories": [fact.kind, *(f"measure:{number}" for number in fact.measures)],
    }
