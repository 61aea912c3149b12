"""Withdraw or correct a fact."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from mandat import journal
from mandat.apps.accounts.access import requires
from mandat.apps.programme import services
from mandat.apps.programme.forms.acts import CorrectionForm, WithdrawalForm
from mandat.apps.programme.views.bureau.common import page, user_of
from mandat.apps.programme.views.shared import fact_line, programme_or_404
from mandat.journal import Entry, UnknownFactError
from mandat.journal.record import WITHDRAWN
from mandat.kernel.errors import InputError
from mandat.web.components import Crumb


def _entry(index: int) -> Entry:
    try:
        return journal.entry(index)
    except UnknownFactError as error:
        raise Http404(str(error)) from error


@requires("programme.fact_correct")
def correct(request: HttpRequest, index: int) -> HttpResponseBase:
    """Two ways to mend a fact: replace what is wrong in it, or take it back."""
    current, entry = programme_or_404(), _entry(index)
    wanted = request.POST.get("act", "")
    withdrawal = WithdrawalForm(request.POST if wanted == "withdraw" else None, prefix="w")
    correction = CorrectionForm(request.POST if wanted == "correct" else None, current=current, fact=entry.fact)
    correctable = entry.effective and entry.fact.type.counts and entry.fact.kind != WITHDRAWN
    try:
        if wanted == "withdraw" and withdrawal.is_valid():
            new = services.fact_withdraw(actor=user_of(request), index=index, reason=withdrawal.cleaned_data["reason"])
            messages.success(request, _("The fact is withdrawn: it stays readable and no longer counts."))
            return redirect("programme:fact", new.index)
        if wanted == "correct" and correction.is_valid():
            new = services.fact_correct(actor=user_of(request), index=index, changes=correction.changes())
            messages.success(request, _("The fact is corrected: this one counts instead."))
            return redirect("programme:fact", new.index)
    except InputError as error:
        (withdrawal if wanted == "withdraw" else correction).add_error(None, str(error))
    values = {
        "current": current,
        "entry": entry,
        "line": fact_line(entry),
        "withdrawal": withdrawal,
        "correction": correction if correctable else None,
        "standing": entry.effective,
    }
    crumbs = [Crumb(_("Fact %(index)s") % {"index": index}, reverse("programme:fact", args=[index])), Crumb(_("Mend"))]
    wrong = withdrawal.errors or correction.errors
    return page(request, "bureau/fact.html", values, crumbs=crumbs, status=422 if wrong else 200)
