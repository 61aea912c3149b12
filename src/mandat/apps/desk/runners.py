"""The meetings of a process: its component of that type is run here, above both."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mandat.apps.meetings import selectors
from mandat.apps.participation import components
from mandat.apps.participation.definitions import PublishedProcess
from mandat.web import formats


def declare() -> None:
    """Say who runs meetings; called once, when the application starts."""
    components.register(components.Runner("meetings", gettext_lazy("meetings"), _url, _summary))


def _url(process: PublishedProcess, component: Any) -> str:
    return f"{reverse('meetings:list')}?demarche={process.code}"


def _summary(process: PublishedProcess, component: Any) -> components.Figures:
    found = selectors.figures(selectors.of_component(process.code, component.code))
    told = _("not told yet") if found.attended is None else formats.number(found.attended, 0)
    return (
        (_("meetings to come"), formats.number(found.to_come, 0)),
        (_("meetings held"), formats.number(found.held, 0)),
        (_("people who came"), told),
    )
