"""Due dates and milestones as iCalendar (RFC 5545): whole days, ids that stay, nothing that rings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from mandat.apps.bodies import calendars as bodies
from mandat.apps.grants.calls import closing
from mandat.apps.programme.published import Published
from mandat.apps.programme.standing import MeasureStanding, standings
from mandat.apps.publications.aids import aids
from mandat.apps.publications.site import address
from mandat.apps.publications.topics import Topic
from mandat.definitions.models import DefinitionVersion
from mandat.engines.indicators.status import LABELS
from mandat.kernel.text import Language
from mandat.web.ics import event_lines, fold, text


def _opening(current: Published, title: str, language: Language) -> list[str]:
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//Mandat//{current.code}//{language.upper()}",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{text(title)}",
        "REFRESH-INTERVAL;VALUE=DURATION:P1D",
        "X-PUBLISHED-TTL:P1D",
    ]
    if settings.MANDAT_DEMO:
        lines.append(f"X-WR-CALDESC:{text(_('Demonstration: every fact is synthetic.'))}")
    return lines


def calls_calendar(current: Published, *, language: Language) -> bytes:
    """When each call of a scheme closes, and each of its rounds: moments, since the hour counts. Two queries."""
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    lines = _opening(current, _("Calls for projects"), language)
    for aid in aids(current):
        title = getattr(aid.scheme.title, language)
        page = address("grants:scheme", aid.terms.code, language=language)
        stamp = aid.updated.astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
        for call in aid.scheme.calls:
            for code, moment in (
                (call.code, closing(call)),
                *((f"{call.code}-{r.code}", closing(r)) for r in call.rounds),
            ):
                if moment is None:
                    continue
                end = (moment - dt.timedelta(seconds=1)).astimezone(dt.UTC)
                words = _("Last moment: %(title)s") % {"title": title}
                lines += [
                    "BEGIN:VEVENT",
                    f"UID:{current.code}-{aid.terms.code}-{code}@{host}",
                    f"DTSTAMP:{stamp}",
                    f"SEQUENCE:{aid.terms.ref.version - 1}",
                    f"DTSTART:{end:%Y%m%dT%H%M%SZ}",
                    f"SUMMARY;LANGUAGE={language}:{text(words)}",
                    f"DESCRIPTION;LANGUAGE={language}:{text(getattr(call.title, language))}. {text(getattr(aid.scheme.summary, language))}",
                    f"URL;VALUE=URI:{page}",
                    "TRANSP:TRANSPARENT",
                    "END:VEVENT",
                ]
    lines.append("END:VCALENDAR")
    return b"".join(fold(line) for line in lines)


def icalendar(current: Published, followed: Topic, *, language: Language) -> bytes:
    """The calendar of a topic, in the language in force. Two queries."""
    found = standings(current)
    published = dict(
        DefinitionVersion.objects.filter(programme=current.code, kind="commitment", current=True).values_list("code", "published_at")
    )  # fmt: skip
    lines = _opening(current, followed.title.in_(language), language)
    numbers = current.measures if followed.measures is None else followed.measures
    for number in numbers:
        lines += _events(current, found[number], published, language)
    if followed.sort == "body":
        for entry in bodies.entries(current.code, followed.code):
            lines += event_lines(bodies.event(followed.title, entry))
    lines.append("END:VCALENDAR")
    return b"".join(fold(line) for line in lines)


def _events(
    current: Published, standing: MeasureStanding, published: Mapping[str, dt.datetime], language: Language
) -> Iterator[str]:
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    measure = standing.measure
    page = address("programme:measure", measure.number, language=language)
    for part in standing.commitments:
        commitment = part.commitment
        stamp = published[commitment.code].astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
        version = current.ref("commitment", commitment.code).version
        promise = getattr(commitment.promise, language)
        state = _("Status today: %(status)s.") % {"status": LABELS[part.status].in_(language)}
        due = _("Due: %(promise)s") % {"promise": promise}
        if commitment.due_from == "assumption":
            state += " " + _("This date is assumed: the source gives none.")
        dates = [("due", current.due(commitment.code), due, state)]
        for milestone in commitment.milestones:
            reached = part.milestones.get(milestone.code)
            words = _("Milestone: %(title)s") % {"title": getattr(milestone.title, language)}
            told = _("Reached on %(day)s.") % {"day": reached.isoformat()} if reached else _("Not reached yet.")
            dates.append((milestone.code, milestone.due, words, told))
        for code, day, words, told in dates:
            yield "BEGIN:VEVENT"
            yield f"UID:{current.code}-{commitment.code}-{code}@{host}"
            yield f"DTSTAMP:{stamp}"
            yield f"SEQUENCE:{version - 1}"
            yield f"DTSTART;VALUE=DATE:{day:%Y%m%d}"
            yield f"DTEND;VALUE=DATE:{day + dt.timedelta(days=1):%Y%m%d}"
            yield f"SUMMARY;LANGUAGE={language}:{text(f'{measure.number} – {words}')}"
            yield f"DESCRIPTION;LANGUAGE={language}:{text(f'{getattr(measure.title, language)}. {told}')}"
            yield f"URL;VALUE=URI:{page}"
            yield "TRANSP:TRANSPARENT"
            yield "END:VEVENT"
