"""Files for the paymaster, and its answers."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from mandat.apps.accounts.access import requires
from mandat.apps.custody import uploads
from mandat.apps.grants.forms import following as forms
from mandat.apps.grants.models import PaymentRun
from mandat.apps.grants.services import payments
from mandat.apps.grants.views.following.shared import attempt, given, user_of
from mandat.apps.ledger.payments import reading
from mandat.apps.programme.published import published
from mandat.kernel.errors import InputError

#: Bytes of a bank's answer.
LARGEST = 5 * 1024 * 1024


def _run(reference: str) -> PaymentRun:
    return get_object_or_404(PaymentRun.objects.select_related("file"), programme=published().code, reference=reference)


@require_POST
@requires("grants.pay")
def order(request: HttpRequest) -> HttpResponseBase:
    """Make the file of what this agent may order."""
    said = given(request, forms.RunForm(request.POST))
    if said is not None:
        attempt(request, lambda: payments.payments_order(actor=user_of(request), **said), _("The file is made."))
    return redirect("grants:worklist", code="a-ordonner")


@require_GET
@requires("grants.pay")
def run_file(request: HttpRequest, reference: str, kind: str) -> HttpResponse:
    """The file for the bank, or its bordereau."""
    run = _run(reference)
    if kind not in ("xml", "csv"):
        raise Http404
    body, content = (run.xml, "application/xml") if kind == "xml" else (run.bordereau, "text/csv; charset=utf-8")
    headers = {
        "Content-Disposition": f'attachment; filename="{run.reference}.{kind}"',
        "Cache-Control": "private, no-store",
    }
    return HttpResponse(body, content_type=content, headers=headers)


@require_POST
@requires("grants.pay")
def sent(request: HttpRequest, reference: str) -> HttpResponseBase:
    run = _run(reference)
    attempt(request, lambda: payments.payments_sent(actor=user_of(request), run=run), _("Noted: the paymaster has it."))
    return redirect("grants:worklist", code="en-banque")


@uploads.limited_uploads(LARGEST)
@require_POST
@requires("grants.pay")
def answer(request: HttpRequest) -> HttpResponseBase:
    """Read what the paymaster answers: what cannot be read or recorded is said, and loses nothing of the rest."""
    said = given(request, forms.AnswerForm(request.POST, request.FILES))
    if said is None:
        return redirect("grants:worklist", code="en-banque")
    upload = said["file"]
    try:
        outcomes, problems = reading.read(upload.read(), name=upload.name or "")
    except InputError as error:
        messages.error(request, str(error))
        return redirect("grants:worklist", code="en-banque")
    for problem in problems[:5]:
        messages.error(request, str(problem))
    if outcomes:
        done = payments.payments_paid(actor=user_of(request), outcomes=outcomes)
        told = ngettext("%(n)s payment is made.", "%(n)s payments are made.", len(done.paid)) % {"n": len(done.paid)}
        if done.refused:
            back = ngettext("%(n)s came back.", "%(n)s came back.", len(done.refused)) % {"n": len(done.refused)}
            told = f"{told} {back}"
        messages.success(request, told)
        for odd in done.anomalies[:10]:
            messages.warning(request, str(odd))
    return redirect("grants:worklist", code="en-banque")
