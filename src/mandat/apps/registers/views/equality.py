"""Who asks and who receives, scheme by scheme; and what the person who carries a project may say of themselves."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from mandat.apps.accounts.access import requires
from mandat.apps.grants import access
from mandat.apps.grants.models import Case
from mandat.apps.grants.terms import SCHEMES
from mandat.apps.grants.vocabulary import APPLICANTS
from mandat.apps.programme.views.bureau.common import user_of
from mandat.apps.programme.views.shared import home_crumb, programme_or_404, words
from mandat.apps.programme.vocabulary import CATEGORIES, DIMENSIONS
from mandat.apps.registers.models import Portrait
from mandat.apps.registers.selectors import Share, equality
from mandat.apps.registers.services.equality import portrait_save, years
from mandat.apps.registers.sizes import LABELS as SIZES
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text
from mandat.web.components import Column, Crumb, Table
from mandat.web.formats import euros, number

_NAMES: dict[str, Text] = {
    **DIMENSIONS,
    "territory": Text("Taille de la commune", "Size of the commune"),
    "applicant": Text("Qui demande", "Who asks"),
}


def dimension_label(name: str) -> str:
    return str(_NAMES[name])


def category_label(dimension: str, category: str) -> str:
    """A category in words."""
    if dimension == "territory":
        return str(SIZES.get(category, category))
    if dimension == "applicant":
        return str(APPLICANTS.get(category, Text("non précisé", "not said")))
    return str(CATEGORIES[dimension][category])


def equality_tables(found: dict[str, list[Share]], *, money: bool) -> list[Table]:
    """One table a dimension. A dash: withheld, so that nobody can be recognised."""
    return [_table(name, shares, money=money) for name, shares in found.items()]


def _table(dimension: str, shares: list[Share], *, money: bool) -> Table:
    columns = [
        Column(dimension_label(dimension)), Column(_("Who asked"), right=True), Column(_("Who received"), right=True),
    ] + ([Column(_("Amount"), right=True)] if money else [])  # fmt: skip
    order = list(SIZES) if dimension == "territory" else [*CATEGORIES.get(dimension, APPLICANTS)]
    ranked = sorted(shares, key=lambda one: order.index(one.category) if one.category in order else len(order))
    rows: list[tuple[Any, ...]] = []
    for one in ranked:
        row: tuple[Any, ...] = (category_label(dimension, one.category), _count(one.asked), _count(one.received))
        if money:
            row += ("–" if one.amount is None else euros(Decimal(one.amount) / 100),)
        rows.append(row)
    hidden = any(None in (one.asked, one.received) for one in shares)
    note = _("A dash stands for a small number, kept back so that nobody is recognised.") if hidden else ""
    return Table(caption=dimension_label(dimension), columns=columns, rows=rows, note=note)


def _count(value: int | None) -> str:
    return "–" if value is None else number(value)


@require_safe
def scheme_equality(request: HttpRequest, code: str) -> HttpResponse:
    """Who asks and who receives for one scheme, all years or one."""
    current = programme_or_404()
    terms = SCHEMES.all(current).get(code)
    if terms is None:
        raise Http404(code)
    known = years(current.code, code)
    asked = request.GET.get("annee", "")
    year = int(asked) if asked.isdecimal() and int(asked) in known else None
    found = equality(current.code, [code], year=year)
    values = {
        "crumbs": [
            home_crumb(), Crumb(_("Aids, labels and contracts"), reverse("grants:directory")),
            Crumb(words(terms.document.title), reverse("grants:scheme", args=[code])), Crumb(_("Who asks, who receives")),
        ],
        "terms": terms,
        "scheme": terms.document,
        "years": known,
        "year": year,
        "tables": equality_tables(found, money=terms.document.outputs.amount is not None),
    }  # fmt: skip
    return render(request, "registers/equality.html", values)


class PortraitForm(forms.Form):
    """Three questions, each of which may stay without an answer."""

    gender = forms.ChoiceField(label=gettext_lazy("You are"), required=False)
    age = forms.ChoiceField(label=gettext_lazy("Your age"), required=False)
    disability = forms.ChoiceField(label=gettext_lazy("Are you disabled?"), required=False)

    def __init__(self, data: Any = None, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        for name, categories in CATEGORIES.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            known = [(code, words(label)) for code, label in categories.items() if code != "unknown"]
            field.choices = [("", _("I would rather not say")), *known]


@requires("grants.apply")
def portrait(request: HttpRequest, reference: str) -> HttpResponseBase:
    """What the person who carries the project says of themselves, if they wish to."""
    case = get_object_or_404(Case.objects.select_related("subject"), reference=reference)
    access.require(user_of(request), case, "edit")
    kept = Portrait.objects.filter(case=case).select_related("case__subject").first()
    form = PortraitForm(request.POST if request.method == "POST" else None, initial=kept.answers if kept else None)
    if request.method == "POST" and form.is_valid():
        try:
            portrait_save(actor=user_of(request), case=case, answers=form.cleaned_data)
        except InputError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Thank you. It is kept sealed, and read only as a count."))
            return redirect("registers:portrait", reference=reference)
    values = {"crumbs": [home_crumb(), Crumb(_("Who carries the project"))], "case": case, "form": form}
    return render(request, "registers/portrait.html", values, status=422 if form.errors else 200)
