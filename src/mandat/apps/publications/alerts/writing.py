"""The words of a message: what changed first, bad news included, then the facts. The same in text and in HTML."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mandat.apps.programme.published import Published
from mandat.apps.publications.models import Change, Pace
from mandat.engines.indicators.status import LABELS, Status
from mandat.journal import Entry
from mandat.kernel.text import Language, speaking
from mandat.web import formats
from mandat.web.sentences import sentence
from mandat.web.typography import typeset

#: Stands for the link that stops alerts, which alone differs from one person to another.
STOP = "https://stop.invalid/"
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


def write(
    current: Published, *, language: Language, pace: str, facts: Sequence[Entry], count: int, changes: Sequence[Change]
) -> dict[str, str]:
    """Subject, text and HTML of a message. ``count`` facts were recorded, of which ``facts`` are listed."""
    with translation.override(language), speaking(language):
        told = [_change(current, change, language) for change in sorted(changes, key=_rank) if change.commitment in current.commitments]  # fmt: skip
        values: dict[str, Any] = {
            "title": typeset(getattr(current.programme.title, language), language),
            "changes": told,
            "facts": [_fact(entry, language) for entry in facts],
            "more": count - len(facts),
            "demo": settings.MANDAT_DEMO,
            "weekly": pace == Pace.WEEKLY,
            "site": settings.SITE_URL,
            "mine": settings.SITE_URL + reverse("publications:alerts"),
            "stop": STOP,
        }
        return {
            "subject": _subject(told, count),
            "text": render_to_string("publications/mail/alert.txt", values).strip() + "\n",
            "html": render_to_string("publications/mail/alert.html", values),
        }


def _rank(change: Change) -> tuple[int, str]:
    if change.what == Change.What.STATUS:
        return _ORDER.index(Status(change.after)), change.commitment
    return (1 if change.what == Change.What.REGRESSED else 3), change.commitment


def _subject(told: Sequence[dict[str, str]], count: int) -> str:
    parts = []
    if told:
        parts.append(told[0]["short"] if len(told) == 1 else ngettext("%(n)s change", "%(n)s changes", len(told)) % {"n": len(told)})  # fmt: skip
    if count:
        parts.append(ngettext("%(n)s new fact", "%(n)s new facts", count) % {"n": formats.number(count, 0)})
    prefix = _("[demonstration] ") if settings.MANDAT_DEMO else ""
    return f"{prefix}Mandat – {', '.join(parts)}"[:200]


def _change(current: Published, change: Change, language: Language) -> dict[str, str]:
    commitment = current.commitments[change.commitment]
    measure = current.measure_of(change.commitment)
    unit = commitment.goal.unit
    short = _("commitment %(code)s") % {"code": change.commitment}
    if change.what == Change.What.STATUS:
        after, before = LABELS[Status(change.after)], LABELS[Status(change.before)]
        words = _("%(after)s (was: %(before)s)") % {"after": after, "before": before}
        short += f" : {after}" if language == "fr" else f": {after}"
    elif change.what == Change.What.STALE:
        words = _("no fact in time: the figures are out of date")
        short += _(": out of date")
    else:
        old, new = (formats.quantity(Decimal(value), unit) for value in (change.before, change.after))
        words = _("the figure went back from %(old)s to %(new)s") % {"old": old, "new": new}
        short += _(": went back")
    return {
        "short": typeset(short, language),
        "words": typeset(words, language),
        "promise": typeset(getattr(commitment.promise, language), language),
        "measure": typeset(f"{measure.number}. {getattr(measure.title, language)}", language),
        "url": settings.SITE_URL + reverse("programme:why", args=[change.commitment]),
    }


def _fact(entry: Entry, language: Language) -> dict[str, str]:
    return {
        "day": formats.day(entry.fact.occurred_on),
        "sentence": " ".join(sentence(entry.fact).in_(language).split()),
        "url": settings.SITE_URL + reverse("programme:fact", args=[entry.index]),
    }
