"""What the page of a process says of its budget."""

from __future__ import annotations

from django.db.models import Count, Q, Sum
from django.urls import reverse
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from mandat.apps.budgeting.models import Project
from mandat.apps.ledger.models import major
from mandat.apps.participation.components import Figures, Runner
from mandat.apps.participation.definitions import PublishedProcess
from mandat.apps.participation.schema.deciding import Budget
from mandat.kernel.text import Text
from mandat.web import formats
from mandat.web.openings import Place

State = Project.State
WON = (State.CHOSEN, State.FUNDED, State.DELIVERED, State.ABANDONED)


def _url(published: PublishedProcess, component: Budget) -> str:
    return reverse("budgeting:budget", args=[published.code, component.code])


def _summary(published: PublishedProcess, component: Budget) -> Figures:
    # A few hundred projects at most: one indexed sum, no counter to keep.
    found = Project.objects.filter(
        programme=published.programme, process=published.code, component=component.code
    ).aggregate(
        studied=Count("pk"), listed=Count("pk", filter=Q(outcome__isnull=False)), won=Count("pk", filter=Q(state__in=WON)),
        delivered=Count("pk", filter=Q(state=State.DELIVERED)), paid=Sum("paid"),
    )  # fmt: skip
    figures = [(gettext("To share"), formats.euros(component.amount))]
    if found["listed"]:
        figures.append((gettext("Put to the vote"), formats.number(found["listed"])))
    elif found["studied"]:
        figures.append((gettext("In study"), formats.number(found["studied"])))
    if found["won"]:
        figures.append((pgettext("projects", "Chosen"), formats.number(found["won"])))
        figures.append((gettext("Delivered"), formats.number(found["delivered"])))
    if found["paid"]:
        figures.append((gettext("Paid"), formats.euros(major(found["paid"], "EUR"))))
    return figures


RUNNER = Runner("budget", _("Participatory budget"), _url, _summary)
PLACE = Place(
    "budgeting:budgets", Text("Budgets participatifs", "Participatory budgets"), rank=35,
    text=Text("Les idées, les projets chiffrés, les résultats du vote et la réalisation.", "Ideas, projects with their costs, results of the vote, and delivery."),
)  # fmt: skip
