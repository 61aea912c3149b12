"""The types of components this app runs itself, said to the registry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from mandat.apps.ballots.models import Result
from mandat.apps.participation.components import Figures, Runner
from mandat.apps.participation.components import register as register_runner
from mandat.apps.participation.definitions import PublishedProcess
from mandat.apps.participation.tallies import tallies_of
from mandat.web import formats


def _url(published: PublishedProcess, component: Any) -> str:
    return reverse("participation:component", args=[published.code, component.code])


def _figures(published: PublishedProcess, component: Any, names: Sequence[tuple[str, Any]]) -> Figures:
    tally = tallies_of(published.programme, published.code).get(component.code)
    return [(label, formats.number(getattr(tally, name), 0)) for name, label in names if tally is not None]


def _proposals(published: PublishedProcess, component: Any) -> Figures:
    names = [("proposals", _("proposals")), ("supports", _("supports")), ("comments", _("comments"))]
    return _figures(published, component, names)


def _debate(published: PublishedProcess, component: Any) -> Figures:
    return _figures(published, component, [("comments", _("comments"))])


def _vote(published: PublishedProcess, component: Any) -> Figures:
    """The number of voters, once the vote is closed and counted: nothing before."""
    result = Result.objects.filter(poll__source=f"process:{published.code}/{component.code}").first()
    return [] if result is None else [(_("voters"), formats.number(result.voters, 0))]


def register() -> None:
    """Say all of it to the registry."""
    register_runner(Runner("proposals", _("Proposals"), _url, _proposals))
    register_runner(Runner("debate", _("Debate"), _url, _debate))
    register_runner(Runner("vote", _("Vote"), _url, _vote))
