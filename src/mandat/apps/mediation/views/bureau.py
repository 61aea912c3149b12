"""Give cases to mediators: by reference, service and day alone. Nothing of a case is read here."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from mandat.apps.accounts.access import requires
from mandat.apps.accounts.models import User
from mandat.apps.mediation import selectors
from mandat.apps.mediation.forms import NameForm
from mandat.apps.mediation.models import Case
from mandat.apps.mediation.services import cases
from mandat.apps.programme.published import published
from mandat.apps.programme.views.bureau.common import page, user_of
from mandat.kernel.errors import InputError
from mandat.web.components import Crumb


@require_GET
@requires("mediation.assign")
def queue(request: HttpRequest) -> HttpResponse:
    """Cases to give to a mediator, and how long the others last."""
    programme, day = published().code, cases.today()
    values = {
        "waiting": [
            (one, one.take_up_by < day, NameForm(auto_id=f"case{one.pk}_%s"))
            for one in selectors.to_assign(programme)[:100]
        ],
        "running": [(one, one.end_by is not None and one.end_by < day) for one in selectors.running(programme)[:200]],
    }
    return page(request, "mediation/bureau.html", values, crumbs=[Crumb(_("Mediation"))])


@require_POST
@requires("mediation.assign")
def name(request: HttpRequest, reference: str) -> HttpResponseBase:
    """Name the mediator of a case."""
    found = get_object_or_404(Case, reference=reference.upper(), programme=published().code)
    form = NameForm(request.POST)
    mediator = (
        User.objects.filter(email=form.cleaned_data["mediator"].lower(), is_active=True).first()
        if form.is_valid()
        else None
    )
    if mediator is None:
        messages.error(request, _("No account has this address."))
        return redirect("mediation:bureau")
    try:
        cases.mediator_name(actor=user_of(request), case=found, mediator=mediator)
    except InputError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The mediator is named, and told."))
    return redirect("mediation:bureau")
