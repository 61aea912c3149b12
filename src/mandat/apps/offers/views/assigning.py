"""The back office of establishments, and of who may see names in them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from mandat.apps.accounts.access import requires
from mandat.apps.offers import services
from mandat.apps.offers.definitions import published_offers
from mandat.apps.offers.forms import AssignmentForm, EstablishmentsForm
from mandat.apps.offers.models import Assignment, Establishment
from mandat.apps.offers.views.common import actor
from mandat.apps.programme.published import say
from mandat.apps.programme.views.bureau.common import page as bureau_page
from mandat.kernel.errors import MandatError
from mandat.web.components import Column, Crumb, Table
from mandat.web.formats import number

SHOWN = 50


@requires("offers.manage")
def establishments(request: HttpRequest) -> HttpResponse:
    """Import establishments; each new one gets a place of its own."""
    kinds = {
        one.offer.target.establishments: say(one.offer.target.establishments_label)
        for one in published_offers().values()
    }
    form = EstablishmentsForm(request.POST or None, request.FILES or None, kinds=sorted(kinds.items()))
    wrong: list[tuple[str, str]] = []
    if request.method == "POST" and form.is_valid():
        try:
            kept, refused = services.establishments_import(
                actor=actor(request), kind=form.cleaned_data["kind"], stream=form.cleaned_data["file"].file
            )
        except MandatError as error:
            form.add_error("file", str(error))
        else:
            messages.success(
                request, ngettext("%(n)s establishment kept.", "%(n)s establishments kept.", kept) % {"n": kept}
            )
            wrong = [(number(line, 0), str(why)) for line, why in refused]
            if not wrong:
                return redirect("offers:establishments")
    after = request.GET.get("apres", "")
    known = Establishment.objects.order_by("code")
    if after:
        known = known.filter(code__gt=after)
    shown = list(known.prefetch_related("places")[: SHOWN + 1])
    table = Table(
        caption=_("Establishments and their places"),
        columns=(Column(_("Code")), Column(_("Name")), Column(_("Commune")), Column(_("Places"))),
        rows=[
            (one.code, one.name, one.commune, ", ".join(place.code for place in one.places.all()))
            for one in shown[:SHOWN]
        ],
    )
    context = {
        "form": form,
        "table": table if shown else None,
        "older": f"?apres={shown[SHOWN - 1].code}" if len(shown) > SHOWN else "",
        "refusals": Table(_("Lines left out"), (Column(_("Line"), right=True), Column(_("Reason"))), wrong)
        if wrong
        else None,
    }
    crumbs = [Crumb(_("Systematic offers"), reverse("offers:bureau_list")), Crumb(_("Establishments"))]
    status = 422 if form.is_bound and form.errors else 200
    return bureau_page(request, "offers/bureau/establishments.html", context, crumbs=crumbs, status=status)


@requires("offers.assign")
def assignments(request: HttpRequest) -> HttpResponse:
    """Who is assigned where."""
    form = AssignmentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        services.assignment_give(
            actor=actor(request), user=data["user"], establishment=data["establishment"], place=data["place"]
        )
        messages.success(request, _("The assignment is recorded."))
        return redirect("offers:assignments")
    given = Assignment.objects.select_related("user", "establishment", "place").order_by("user__email", "pk")[:200]
    context = {"form": form, "given": given}
    crumbs = [Crumb(_("Systematic offers"), reverse("offers:bureau_list")), Crumb(_("Assignments"))]
    status = 422 if form.is_bound and form.errors else 200
    return bureau_page(request, "offers/bureau/assignments.html", context, crumbs=crumbs, status=status)


@require_POST
@requires("offers.assign")
def unassign(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an assignment back."""
    services.assignment_withdraw(actor=actor(request), assignment=get_object_or_404(Assignment, pk=pk))
    messages.success(request, _("The assignment is taken back."))
    return redirect("offers:assignments")
