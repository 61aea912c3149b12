"""What the page of a process says of its panel: counters that are kept, nothing counted at a visit."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mandat.apps.panels.models import Panel
from mandat.apps.participation.components import Figures, Runner
from mandat.apps.participation.definitions import PublishedProcess
from mandat.apps.participation.schema.deciding import Panel as PanelRules
from mandat.kernel.text import Text
from mandat.web import formats
from mandat.web.openings import Place


def _url(published: PublishedProcess, component: PanelRules) -> str:
    return reverse("panels:panel", args=[published.code, component.code])


def _summary(published: PublishedProcess, component: PanelRules) -> Figures:
    figures = [(gettext("Seats"), formats.number(component.size))]
    found = (
        Panel.objects.filter(programme=published.programme, process=published.code, component=component.code)
        .defer("pool")
        .first()
    )
    if found is not None:
        if found.letters:
            figures.append((gettext("Letters"), formats.number(found.letters)))
        if found.volunteers:
            figures.append((gettext("Volunteers"), formats.number(found.volunteers)))
        figures.append((gettext("State"), str(found.get_state_display())))
    return figures


RUNNER = Runner("panel", _("Panel drawn by lot"), _url, _summary)
PLACE = Place(
    "panels:panels", Text("Panels tirés au sort", "Panels drawn by lot"), rank=40,
    text=Text("Qui est tiré, comment on le vérifie, l'avis rendu et la réponse.", "Who is drawn, how it is checked, the opinion given and the answer."),
)  # fmt: skip
