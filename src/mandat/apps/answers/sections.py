"""What answers add to other pages: overdue ones on the home page, contested values beside a figure."""

from __future__ import annotations

from django.conf import settings
from django.db.models import Case, Value, When
from django.http import HttpRequest
from django.template.loader import render_to_string

from mandat.apps.answers import selectors
from mandat.apps.answers.models import Contest
from mandat.apps.programme import sections

#: Overdue answers named on the home page; how many there are is said.
NAMED = 5
SHOWN = 10


def home(request: HttpRequest) -> str:
    """The oldest overdue answers. Two statements, one where there is none."""
    found = selectors.overdue()
    duties = list(found[:NAMED])
    if not duties:
        return ""
    return render_to_string("answers/_home.html", {"duties": duties, "count": found.count()}, request)


def why(request: HttpRequest, code: str) -> str:
    """Values given against the figure of a commitment, those under examination first. One statement."""
    turn = Case(When(state=Contest.State.PENDING, then=Value(0)), default=Value(1))
    found = (
        Contest.objects.filter(programme=settings.MANDAT_PROGRAMME, commitment=code, hidden=False)
        .exclude(state=Contest.State.WITHDRAWN)
        .order_by(turn, "-made_at", "pk")
    )
    return render_to_string("answers/_why.html", {"contests": list(found[:SHOWN]), "code": code}, request)


def register() -> None:
    sections.on_home(home)
    sections.on_why(why)
