"""What other apps hear of mediation: that it exists, counts, and that something awaits."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from mandat.apps.accounts import notices
from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import may
from mandat.apps.mediation import selectors
from mandat.apps.mediation.services.cases import today
from mandat.apps.participation import components
from mandat.apps.participation.definitions import PublishedProcess
from mandat.apps.programme.worklist import Task, tasks_of
from mandat.kernel.text import Text
from mandat.web import formats, openings


def _url(process: PublishedProcess, component: Any) -> str:
    return reverse("mediation:about")


def _summary(process: PublishedProcess, component: Any) -> components.Figures:
    counts = selectors.counts_of(process.code, component.code)
    return [
        (_("mediations asked for"), formats.number(counts.asked)),
        (_("completed"), formats.number(counts.completed)),
    ]


def _tasks(user: User) -> list[Task]:
    """Cases that wait for a mediator: how many, and whether one is overdue."""
    if not may(user, "mediation.assign"):
        return []
    waiting = selectors.to_assign(settings.MANDAT_PROGRAMME)
    late, n = waiting.filter(take_up_by__lt=today()).count(), waiting.count()
    url, kind = reverse("mediation:bureau"), _now("mediation")
    found = []
    if late:
        said = ngettext("%(n)s mediation to take up is overdue", "%(n)s mediations to take up are overdue", late)
        found.append(Task(said % {"n": late}, url, kind))
    if n:
        said = ngettext("%(n)s mediation waits for a mediator", "%(n)s mediations wait for a mediator", n)
        found.append(Task(said % {"n": n}, url, kind))
    return found


def register() -> None:
    """Say it when the app starts."""
    components.register(components.Runner("mediation", _("Mediation"), _url, _summary))
    tasks_of(_tasks)
    openings.lead(
        openings.Place(
            "mediation:about", Text("Médiation", "Mediation"), rank=70,
            text=Text("Un désaccord avec un service ou entre habitants : une personne neutre aide, en confidence.", "A disagreement with a service or among inhabitants: a neutral person helps, in confidence."),
        )
    )  # fmt: skip
    notices.register("mediation.named", _("Something awaits you"), _("You are named for a case."), "mediation:case")
    notices.register(
        "mediation.news", _("Something awaits you"), _("There is something new to read."), "mediation:case"
    )
    notices.register(
        "mediation.lasting", _("A time is nearly over"), _("A case you were given ends soon."), "mediation:case"
    )
    notices.register(
        "mediation.invited",
        _("You are invited"),
        _("You are invited to take part in something."),
        "mediation:invitation",
    )
