"""Pay what rights owe: the file for the bank, and its answer."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from mandat.apps.accounts.access import requires
from mandat.apps.ledger.payments import reading
from mandat.apps.programme.forms.fields import DayField
from mandat.apps.programme.views.bureau.common import page, user_of
from mandat.apps.rights import services
from mandat.apps.rights.models import TransferRun
from mandat.apps.rights.services.transfers import waiting
from mandat.apps.rights.views.shared import attempt
from mandat.kernel.errors import InputError
from mandat.web.components import Crumb

#: Bytes of a bank's answer.
LARGEST = 5 * 1024 * 1024


class RunForm(forms.Form):
    reference = forms.CharField(label=gettext_lazy("Reference of the file"), max_length=28)
    execution_on = DayField(label=gettext_lazy("Day of execution"))


class AnswerForm(forms.Form):
    file = forms.FileField(label=gettext_lazy("The bank's answer (camt.054, pain.002 or CSV)"))


@requires("rights.pay")
def payments(request: HttpRequest) -> HttpResponseBase:
    """What waits, and the files made. POST makes the next one."""
    day = timezone.localdate()
    posted = request.POST if request.method == "POST" else None
    form = RunForm(posted, initial={"reference": f"DROITS-{day:%Y%m%d}", "execution_on": day})
    if posted is not None and form.is_valid():
        given = form.cleaned_data
        try:
            services.transfers_make(
                actor=user_of(request), reference=given["reference"], execution_on=given["execution_on"]
            )
        except InputError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The file is made."))
            return redirect("rights:payments")
    values = {
        "due": waiting(),
        "form": form,
        "runs": TransferRun.objects.select_related("file", "made_by").order_by("-pk")[:50],
        "answer_form": AnswerForm(),
    }
    status = 422 if form.errors else 200
    return page(request, "rights/payments.html", values, crumbs=[Crumb(_("Payments of rights"))], status=status)


@require_GET
@requires("rights.pay")
def payment_file(request: HttpRequest, reference: str) -> HttpResponse:
    """The file for the bank."""
    run = get_object_or_404(TransferRun, reference=reference)
    return HttpResponse(
        run.xml,
        content_type="application/xml",
        headers={
            "Content-Disposition": f'attachment; filename="{run.reference}.xml"',
            "Cache-Control": "private, no-store",
        },
    )


@require_POST
@requires("rights.pay")
def payment_sent(request: HttpRequest, reference: str) -> HttpResponseBase:
    run = get_object_or_404(TransferRun.objects.select_related("file"), reference=reference)
    attempt(request, lambda: services.transfers_sent(actor=user_of(request), run=run), _("Noted: the bank has it."))
    return redirect("rights:payments")


@require_POST
@requires("rights.pay")
def payment_answer(request: HttpRequest) -> HttpResponseBase:
    """Read what the bank answers."""
    form = AnswerForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, _("Choose a file."))
        return redirect("rights:payments")
    upload = form.cleaned_data["file"]
    if upload.size > LARGEST:
        messages.error(request, _("This file is too large."))
        return redirect("rights:payments")
    outcomes, problems = reading.read(upload.read(), name=upload.name or "")
    for problem in problems[:5]:
        messages.error(request, str(problem))
    if outcomes:
        done = services.answer_record(actor=user_of(request), outcomes=outcomes)
        said = ngettext("%(n)s payment settled.", "%(n)s payments settled.", len(done.paid)) % {"n": len(done.paid)}
        if done.refused:
            back = ngettext("%(n)s came back.", "%(n)s came back.", len(done.refused)) % {"n": len(done.refused)}
            said = f"{said} {back}"
        messages.success(request, said)
        for odd in done.anomalies[:5]:
            messages.warning(request, str(odd))
    return redirect("rights:payments")
