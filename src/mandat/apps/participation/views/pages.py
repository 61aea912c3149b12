"""Which pages of this app show which type of component."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from mandat.apps.participation.definitions import PublishedProcess
from mandat.apps.participation.views.debates import debate_page
from mandat.apps.participation.views.proposals import proposals_page
from mandat.apps.participation.views.votes import vote_page

#: Type of a component to the view of its own page: ``(request, published process, component)``.
OWN: dict[str, Callable[[HttpRequest, PublishedProcess, Any], HttpResponse]] = {
    "proposals": proposals_page,
    "debate": debate_page,
    "vote": vote_page,
}
