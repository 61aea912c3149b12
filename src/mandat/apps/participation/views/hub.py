"""« Participer » : what is open now and until when, what opens soon, and every list it is found in."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from mandat.apps.participation import plain
from mandat.apps.programme.views.shared import home_crumb, programme_or_404
from mandat.kernel.periods import PARIS
from mandat.web import formats, openings
from mandat.web.components import Card, Crumb
from mandat.web.openings import Opening, Place

#: Of each act, from each app.
MOST = 6
#: In all, for what opens later.
LATER = 8
#: Days before its end from which one is told how few are left.
NEAR = 14
#: For how long visitors who are not signed in may be shown the same page.
SECONDS = 30


@dataclass(frozen=True, slots=True)
class Line:
    """``when`` in words; ``left`` says how little time is left, where it is little."""

    opening: Opening
    when: str
    left: str = ""


@require_safe
def hub(request: HttpRequest) -> HttpResponse:
    """The same for everyone, in a bounded number of statements whatever was given and by how many."""
    programme_or_404()
    at = timezone.now()
    found = openings.read(at, most=MOST)
    groups = openings.groups(found, at)
    values = {
        "groups": [{"group": one, "lines": [_line(opening, at) for opening in one.openings[:MOST]]} for one in groups],
        "coming": [
            Line(one, _("opens on %(day)s") % {"day": formats.start(opens)})
            for opens, one in openings.coming(found, at)[:LATER]
        ],
        "places": [_card(one) for one in openings.places()],
        "crumbs": [home_crumb(), Crumb(_("Take part"))],
    }
    response = render(request, "participation/hub.html", values)
    if not request.user.is_authenticated:
        response["Cache-Control"] = f"public, max-age=0, s-maxage={SECONDS}"
    return response


def _card(place: Place) -> Card:
    return Card(place.title, place.url, text=place.text, foot=place.state() if place.state is not None else "")


def _line(opening: Opening, at: dt.datetime) -> Line:
    if opening.act == "come" and opening.opens is not None:
        return Line(opening, formats.moment(opening.opens))
    if opening.closes is None:
        return Line(opening, _("at any time"))
    last = plain.last_day(opening.closes.astimezone(PARIS))
    days = (last - at.astimezone(PARIS).date()).days
    return Line(
        opening, _("until %(day)s") % {"day": formats.deadline(opening.closes)}, _left(days) if days <= NEAR else ""
    )


def _left(days: int) -> Any:
    if days <= 0:
        return _("last day")
    return ngettext("%(n)s day left", "%(n)s days left", days) % {"n": days}
