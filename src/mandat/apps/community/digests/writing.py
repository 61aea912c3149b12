"""The words of a digest for all who follow the same targets since the same time: answers first, then bad news, what happens, and facts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mandat.apps.community.digests.sources import GROUPS, LISTED
from mandat.apps.community.follow.feeds import in_language
from mandat.kernel.text import Language, speaking
from mandat.web import formats
from mandat.web.typography import typeset

#: Stands for the link that stops messages, which alone differs from one person to another.
STOP = "https://stop.invalid/"

#: A target, and since when it is followed: None where that is before the digest begins.
Wanted = tuple[str, dt.datetime | None]


@dataclass(frozen=True, slots=True)
class Message:
    """What all who follow the same receive, but for their own link to stop."""

    subject: str
    text: str
    html: str


def write(
    *, language: Language, pace: str, title: str, wanted: Iterable[Wanted], sections: Mapping[str, Mapping[str, Any]]
) -> Message | None:
    """The message for those who follow ``wanted``; None where it would say nothing. ``sections``: the kept bodies by target."""
    groups: dict[str, dict[str, dict[str, Any]]] = {group: {} for group in GROUPS}
    counts: dict[str, int] = dict.fromkeys(GROUPS, 0)
    for target, since in wanted:
        body = sections.get(target)
        if body is None:
            continue
        own: dict[str, int] = dict.fromkeys(GROUPS, 0)
        for line in body["lines"]:
            if since is None or dt.datetime.fromisoformat(line["at"]) >= since:
                groups[line["group"]].setdefault(line["key"], line)
                own[line["group"]] += 1
        for group in GROUPS:
            # Who began to follow meanwhile is told of what came since: of the rest there is no count.
            counts[group] = max(counts[group], body["counts"].get(group, 0) if since is None else own[group])
    shown = {group: sorted(lines.values(), key=_order)[:LISTED] for group, lines in groups.items() if lines}
    if not shown:
        return None
    with translation.override(language), speaking(language):
        parts = [
            {
                "group": group,
                "heading": _heading(group),
                "lines": [_line(line, language) for line in lines],
                "more": max(0, max(counts[group], len(groups[group])) - len(lines)),
            }
            for group, lines in shown.items()
        ]
        values = {
            "title": typeset(title, language),
            "parts": parts,
            "demo": settings.MANDAT_DEMO,
            "site": settings.SITE_URL,
            "mine": settings.SITE_URL + reverse("community:mine"),
            "stop": STOP,
        }
        return Message(
            _subject(shown, {group: max(counts[group], len(groups[group])) for group in shown}, language),
            render_to_string("community/mail/digest.txt", values).strip() + "\n",
            render_to_string("community/mail/digest.html", values),
        )


def _order(line: Mapping[str, Any]) -> tuple[int, float, str]:
    return line["rank"], -dt.datetime.fromisoformat(line["at"]).timestamp(), line["key"]


def _heading(group: str) -> str:
    return {
        "answers": _("Answers"),
        "changes": _("What changed"),
        "events": _("What happens"),
        "facts": _("New facts"),
    }[group]


def _line(line: Mapping[str, Any], language: Language) -> dict[str, str]:
    place = 1 if language == "en" else 0
    url = in_language(line["url"], language)
    return {
        "text": typeset(line["text"][place] or line["text"][0], language),
        "detail": typeset(line["detail"][place], language),
        "url": settings.SITE_URL + url,
    }


def _subject(shown: Mapping[str, list[Any]], counts: Mapping[str, int], language: Language) -> str:
    said = []
    if n := counts.get("answers"):
        said.append(ngettext("%(n)s answer", "%(n)s answers", n) % {"n": n})
    if n := counts.get("changes"):
        said.append(ngettext("%(n)s change", "%(n)s changes", n) % {"n": n})
    if n := counts.get("events"):
        said.append(ngettext("%(n)s piece of news", "%(n)s pieces of news", n) % {"n": n})
    if n := counts.get("facts"):
        said.append(ngettext("%(n)s new fact", "%(n)s new facts", n) % {"n": formats.number(n, 0)})
    prefix = _("[demonstration] ") if settings.MANDAT_DEMO else ""
    return f"{prefix}Mandat – {', '.join(said)}"[:200]
