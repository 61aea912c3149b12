"""What participation is told of these types: their pages, and the figures of their cards."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from mandat.apps.consultations.held import Held
from mandat.apps.participation.components import Figures, Runner, register
from mandat.apps.participation.definitions import PublishedProcess
from mandat.web.formats import number

PAGES = {
    "drafting": ("consultations:text", _("Text written together"), _("Amendments asked for")),
    "survey": ("consultations:survey", _("Survey"), _("Answers")),
    "opinion-map": ("consultations:opinions", _("Opinion map"), _("Votes")),
    "observations": ("consultations:observations", _("Observations"), _("Observations")),
}


def url_of(process: PublishedProcess, component: Any) -> str:
    """The page of a component."""
    return reverse(PAGES[component.type][0], args=[process.code, component.code])


def figures_of(process: PublishedProcess, component: Any) -> Figures:
    """How many took part and what they gave, as last counted."""
    row = Held(process, component).row()
    if row is None:
        return ()
    found = [(PAGES[component.type][2], number(row.items, 0))]
    return [(_("People"), number(row.people, 0)), *found] if row.people else found


def register_all() -> None:
    """Run the four types."""
    for type_, (_name, label, _what) in PAGES.items():
        register(Runner(type_, label, url_of, figures_of))
