"""What the pages of panels share."""

from __future__ import annotations

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from mandat.apps.panels.models import Panel
from mandat.apps.panels.terms import PanelTerms, panel_terms
from mandat.apps.programme.views.shared import home_crumb, participate_crumb, words
from mandat.kernel.errors import InputError
from mandat.web.components import Crumb


def terms_or_404(process: str, component: str) -> PanelTerms:
    try:
        return panel_terms(process, component)
    except InputError:
        raise Http404(process) from None


def panel_of(terms: PanelTerms, *, pool: bool = False) -> Panel | None:
    """The panel as it is run, without its pool unless asked; None before its first act."""
    rows = Panel.objects.filter(programme=terms.published.programme, process=terms.process, component=terms.code)
    return (rows if pool else rows.defer("pool")).first()


def crumbs(terms: PanelTerms | None = None, *last: Crumb) -> list[Crumb]:
    """Home, panels, the panel, then ``last``."""
    found = [
        home_crumb(),
        participate_crumb(),
        Crumb(_("Panels drawn by lot"), reverse("panels:panels") if terms else ""),
    ]
    if terms is not None:
        url = reverse("panels:panel", args=[terms.process, terms.code]) if last else ""
        found.append(Crumb(words(terms.title), url))
    return [*found, *last]
