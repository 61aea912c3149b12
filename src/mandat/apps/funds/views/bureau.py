"""The back office of envelopes: all of them, a new one, and one with its votes and what is set aside for whom."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Page as Pages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from mandat.apps.accounts.access import requires
from mandat.apps.accounts.permissions import may
from mandat.apps.funds import services
from mandat.apps.funds.forms import EnvelopeForm, VoteForm
from mandat.apps.funds.models import Allocation, Envelope
from mandat.apps.funds.selectors import standings
from mandat.apps.programme.views.bureau.common import page, user_of
from mandat.apps.programme.views.shared import programme_or_404
from mandat.kernel.errors import InputError
from mandat.web.components import Crumb, Page

ALLOCATIONS = 50


@require_GET
@requires("funds.read")
def envelopes(request: HttpRequest) -> HttpResponse:
    """Every envelope and where its money stands. Two queries beside the account's."""
    current = programme_or_404()
    rows = standings(list(Envelope.objects.filter(programme=current.code)))
    values = {"current": current, "rows": rows, "may_manage": may(user_of(request), "funds.manage")}
    return page(request, "funds/envelopes.html", values, crumbs=[Crumb(_("Envelopes"))])


@requires("funds.manage")
def new(request: HttpRequest) -> HttpResponseBase:
    """Open an envelope."""
    current = programme_or_404()
    form = EnvelopeForm(current, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.envelope_open(actor=user_of(request), **form.cleaned_data)
        except InputError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The envelope is open. Record what was voted for it."))
            return redirect("funds:envelope", code=made.code)
    values = {"current": current, "form": form}
    crumbs = [Crumb(_("Envelopes"), reverse("funds:bureau")), Crumb(_("A new envelope"))]
    return page(request, "funds/new.html", values, crumbs=crumbs, status=422 if form.errors else 200)


@requires("funds.read")
def envelope(request: HttpRequest, code: str) -> HttpResponseBase:
    """One envelope; those who may record what an assembly votes do it here."""
    current = programme_or_404()
    found = get_object_or_404(Envelope, programme=current.code, code=code)
    manages = may(user_of(request), "funds.manage")
    form = VoteForm(current, found, request.POST if request.method == "POST" else None) if manages else None
    if request.method == "POST" and form is not None and form.is_valid():
        commitment, payments = form.amounts()
        given = form.cleaned_data
        try:
            services.vote(
                actor=user_of(request), envelope=found, on=given["on"], decision=given["decision"], stage=given["stage"],
                commitment=commitment, payments=payments,
            )  # fmt: skip
        except InputError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The vote is recorded."))
            return redirect("funds:envelope", code=code)
    [standing] = standings([found])
    pages = Paginator(found.allocations.order_by("-pk"), ALLOCATIONS).get_page(request.GET.get("page"))
    values = {
        "current": current,
        "envelope": found,
        "standing": standing,
        "measure": current.measures.get(found.measure),
        "allocations": pages.object_list,
        "page": _neighbours(pages),
        "form": form,
    }
    crumbs = [Crumb(_("Envelopes"), reverse("funds:bureau")), Crumb(found.title)]
    return page(
        request, "funds/envelope.html", values, crumbs=crumbs, status=422 if form is not None and form.errors else 200
    )


def _neighbours(pages: Pages[Allocation]) -> Page:
    return Page(
        shown=len(pages.object_list),
        newer=f"?page={pages.previous_page_number()}" if pages.has_previous() else "",
        older=f"?page={pages.next_page_number()}" if pages.has_next() else "",
        total=pages.paginator.count,
    )
