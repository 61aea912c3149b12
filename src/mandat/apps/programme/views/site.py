"""Pages about the site itself: components, glossary."""

from __future__ import annotations

import datetime as dt
import inspect
from dataclasses import replace
from decimal import Decimal

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mandat.engines.indicators.status import Status
from mandat.kernel.text import Text
from mandat.web import glossary as words
from mandat.web.charts.bar import Bar, bars
from mandat.web.charts.carre import Cell, carre_chart
from mandat.web.charts.line import line
from mandat.web.charts.path import progress
from mandat.web.components import (
    ActiveFilter,
    Card,
    Chart,
    Column,
    Crumb,
    FactLine,
    Figure,
    Filters,
    Link,
    Page,
    StatusCell,
    Table,
)
from mandat.web.templatetags import components as tags


def home_crumb() -> Crumb:
    return Crumb(_("Home"), "/")


class ExampleForm(forms.Form):
    """The form of the components' page: one field of each sort."""

    commune = forms.CharField(label=gettext_lazy("Your commune"), help_text=gettext_lazy("As written on your mail."))
    email = forms.EmailField(label=gettext_lazy("E-mail address"))
    kind = forms.ChoiceField(
        label=gettext_lazy("You are"),
        choices=[("i", gettext_lazy("an inhabitant")), ("a", gettext_lazy("an association"))],
        widget=forms.RadioSelect,
    )
    told = forms.BooleanField(label=gettext_lazy("Write to me when something changes"), required=False)


class ExampleFilters(forms.Form):
    q = forms.CharField(label=gettext_lazy("Words"), required=False)
    since = forms.DateField(
        label=gettext_lazy("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


def _signature(tag: str) -> str:
    function = inspect.unwrap(getattr(tags, tag))
    parameters = [p for p in inspect.signature(function).parameters if p != "content"]
    return f"{{% {tag} {' '.join(parameters)} %}}"


def _note(tag: str) -> str:
    return (inspect.getdoc(getattr(tags, tag)) or "").split("\n")[0]


def components(request: HttpRequest) -> HttpResponse:
    """Every component with its declared inputs and an example, for those who build pages."""
    today = dt.date(2026, 11, 23)
    here = reverse("programme:components")
    form = ExampleForm(data={"commune": "", "email": "prenom.nom"} if "errors" in request.GET else None)
    example = Table(
        _("Example of a table"),
        [Column(_("Commitment")), Column(_("Status")), Column(_("Value"), right=True)],
        [
            [Link("2.1", here), StatusCell("late"), Decimal(112)],
            [Link("2.2", here), StatusCell("kept"), Decimal(204)],
        ],
    )
    fact = FactLine(
        index=41,
        sentence=_("Example: a health centre opened, 12 jobs"),
        url=here,
        occurred_on=today,
        label=_("Output confirmed"),
        serves=[Link(Text("mesure 2", "measure 2"), here)],
        synthetic=True,
    )
    values = {
        "crumbs": [home_crumb(), Crumb(_("Components"))],
        "statuses": list(Status),
        "figure": Figure(Decimal(112), "doctor", _("Doctors recruited"), as_of=today, why=here),
        "stale": Figure(Decimal("1234567.5"), "EUR", _("Money voted"), stale_since=dt.date(2026, 1, 1), why=here),
        "unknown": Figure(None, "percent", _("Share of organic meals")),
        "page": Page(shown=50, newer=here, older=here, total=1240),
        "filters": Filters(
            ExampleFilters({"q": "santé"}), [ActiveFilter(_("Words"), "santé", here)], clear=here, action=here
        ),
        "table": example,
        "form": form,
        "facts": [fact],
        "cards": [Card(_("Example of a card"), here, text=_("One can open it."), kicker="12", status="in_progress")],
        "chart": Chart(
            svg=progress(value=Decimal(112), goal=Decimal(200), unit="doctor", status="late", baseline=Decimal(0),
                              expected=Decimal(150), name="example"),
            table=replace(example, caption=_("The table of the chart")),
            caption=_("A chart never comes without its table."),
        ),
        "carre": carre_chart(
            [Cell(n, _("Example"), status.value, tags.status_word(status), here, n % 3 + 1) for n, status in enumerate(Status, 1)],
            name="example-carre",
        ),
        "bars": bars([Bar(_("Women"), Decimal(12)), Bar(_("Men"), Decimal(8))], unit="person", title=_("Example of bars"), name="example-bars", head=Text("Genre", "Gender")),
        "line": line([(dt.date(2022, 1, 1), Decimal(10)), (dt.date(2024, 6, 1), Decimal(40))], unit="job", title=_("Example of a line"), name="example-line", until=today),
        "goal": Decimal(200),
        "value": Decimal(112),
        "expected": Decimal(150),
        "baseline": Decimal(0),
        "signature": {tag: (_signature(tag), _note(tag)) for tag in tags.register.tags if hasattr(tags, tag)},
    }  # fmt: skip
    return render(request, "programme/components.html", values)


def glossary(request: HttpRequest) -> HttpResponse:
    """The words of the trade in alphabetical order."""
    terms = sorted(words.TERMS.items(), key=lambda item: str(item[1].label))
    crumbs = [home_crumb(), Crumb(_("Glossary"))]
    return render(request, "programme/glossary.html", {"terms": terms, "crumbs": crumbs})
