"""The vote of a process: when, on what, by which rules; then the ballot page while it runs, and its result."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from mandat.apps.ballots.models import Poll
from mandat.apps.participation import plain, standing
from mandat.apps.participation.definitions import PublishedProcess
from mandat.apps.participation.models import VoteRun
from mandat.apps.participation.services.votes import options_of
from mandat.apps.participation.views.shared import crumbs
from mandat.apps.programme.views.shared import words
from mandat.web.components import Crumb


def vote_page(request: HttpRequest, one: PublishedProcess, component: Any) -> HttpResponse:
    """Nothing of the result is here before the vote is closed and counted."""
    run = VoteRun.objects.filter(run__programme=one.programme, run__process=one.code, component=component.code).first()
    poll = Poll.objects.filter(reference=run.poll).first() if run is not None else None
    url = ""
    if poll is not None:
        try:
            url = reverse("ballots:poll", args=[poll.reference])
        except NoReverseMatch:
            url = ""
    context = {
        "one": one,
        "process": one.process,
        "component": component,
        "opens": one.opens_at(component.code),
        "closes": one.closes_at(component.code),
        "poll": poll,
        "url": url,
        "rules": list(plain.ballot(component.ballot)),
        "options": options_of(one, component) if poll is None else [],
        "closed": standing.closed(one, component.code, timezone.now()),
        "duty": plain.duty(component.answer) if component.answer is not None else None,
        "crumbs": crumbs(one, Crumb(words(component.title))),
    }
    return render(request, "participation/vote.html", context)
