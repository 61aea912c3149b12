"""Kits to print: what a process, a petition, a vote or a meeting needs on paper."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from mandat.apps.accounts.access import requires
from mandat.apps.desk import kits
from mandat.apps.desk.services.preparing import blanks_print
from mandat.apps.desk.views.offline import carnet_or_404
from mandat.apps.programme.published import say
from mandat.apps.programme.views.bureau.common import user_of
from mandat.apps.programme.views.shared import home_crumb
from mandat.kernel.errors import InputError
from mandat.web.components import Crumb


def _subject(sort: str, code: str) -> kits.Subject:
    found = kits.subject_of(sort, code)
    if found is None:
        raise Http404(code)
    return found


@require_safe
def kit(request: HttpRequest, sort: str, code: str) -> HttpResponse:
    """What can be printed."""
    found = _subject(sort, code)
    values = {
        "crumbs": [home_crumb(), Crumb(say(found.title), found.url), Crumb(_("Kit to print"))],
        "subject": found,
        "sheets": [
            {"sheet": kits.SHEETS[one], "url": reverse("desk:sheet", args=[sort, code, one])} for one in found.sheets
        ],
    }
    return render(request, "desk/kit.html", values)


@require_safe
def sheet(request: HttpRequest, sort: str, code: str, sheet: str) -> HttpResponse:
    """One sheet, typeset."""
    found = _subject(sort, code)
    if sheet not in found.sheets:
        raise Http404(sheet)
    response = HttpResponse(kits.pdf(found, kits.SHEETS[sheet]), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{sheet}-{code}.pdf"'
    return response


@require_POST
@requires("desk.collect")
def blanks(request: HttpRequest, code: str) -> HttpResponse:
    """The blanks of a carnet, to fill by hand."""
    found = carnet_or_404(code)
    try:
        sections = blanks_print(actor=user_of(request), carnet=found)
    except InputError as error:
        messages.error(request, str(error))
        return redirect("desk:carnet", code=code)
    response = HttpResponse(kits.blanks_pdf(found, sections), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="carnet-{code}.pdf"'
    return response
