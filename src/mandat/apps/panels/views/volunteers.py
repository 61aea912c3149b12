"""For those invited: say yes or no, then look at one's own place. No account is needed where a letter bears a code."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from mandat.apps.community import ratelimit
from mandat.apps.panels import drawing
from mandat.apps.panels.forms import CodeForm, VolunteerForm
from mandat.apps.panels.models import Panel, Presence, Volunteer
from mandat.apps.panels.services.draws import seat_answer
from mandat.apps.panels.services.volunteering import (
    letter_decline,
    letter_of,
    volunteer_by_account,
    volunteer_by_code,
    volunteer_of,
    withdraw,
)
from mandat.apps.panels.terms import PanelTerms
from mandat.apps.panels.views.shared import crumbs, panel_of, terms_or_404
from mandat.apps.participation.standing import NotEntitled
from mandat.apps.programme.views.bureau.common import user_of
from mandat.apps.programme.views.shared import programme_or_404
from mandat.kernel.errors import InputError
from mandat.web.components import Crumb

#: Codes one address may try in an hour: sixty random bits behind each make guessing hopeless long before.
TRIES = 30


def _too_many(request: HttpRequest, form: django_forms.Form) -> bool:
    """Whether this address tried too many codes; says so on the form."""
    try:
        ratelimit.taken(ratelimit.address_of(request), "panels.code", per_hour=TRIES)
    except InputError as error:
        form.add_error(None, str(error))
        return True
    return False


@never_cache
def volunteer(request: HttpRequest, process: str, component: str) -> HttpResponseBase:
    """Say yes or no to an invitation, or volunteer with an account where no letter is sent."""
    programme_or_404()
    terms = terms_or_404(process, component)
    found = panel_of(terms)
    open_now = (found is None or found.state == Panel.State.OPEN) and terms.published.is_open(
        terms.code, timezone.now(), moment="volunteer"
    )
    by_letter = bool(terms.rules.strata)
    if not by_letter and not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    asked = request.method == "POST"
    code_form = CodeForm(request.POST if asked else None) if by_letter else None
    form = VolunteerForm(request.POST if asked and request.POST.get("act") == "yes" else None, terms=terms)
    known = ""
    done: Any = None
    if asked and open_now:
        if code_form is not None:
            known = _letter(request, terms, code_form)
        if (code_form is None or known) and request.POST.get("act") in ("yes", "no"):
            done = _answer(request, terms, form, known)
    if isinstance(done, HttpResponseBase):
        return done
    values = {
        "crumbs": crumbs(terms, Crumb(_("Volunteer"))),
        "terms": terms, "rules": terms.rules, "open": open_now, "code_form": code_form, "code": known, "form": form,
        "given": done,
    }  # fmt: skip
    wrong = bool(form.errors) or bool(code_form is not None and code_form.errors)
    return render(request, "panels/volunteer.html", values, status=422 if wrong else 200)


def _letter(request: HttpRequest, terms: PanelTerms, form: CodeForm) -> str:
    """The code typed, where it is a letter's; else the form says what is wrong."""
    if not form.is_valid() or _too_many(request, form):
        return ""
    try:
        letter_of(terms.process, terms.code, form.cleaned_data["code"])
    except InputError as error:
        form.add_error("code", str(error))
        return ""
    return str(form.cleaned_data["code"])


def _answer(request: HttpRequest, terms: PanelTerms, form: VolunteerForm, code: str) -> Any:
    """What is done with a yes or a no: a page to go to, or the code of one's own page to show."""
    try:
        if request.POST.get("act") == "no":
            letter_decline(process=terms.process, component=terms.code, code=code)
            messages.success(
                request, _("Thank you for telling us. You can change your mind as long as the call is open.")
            )
            return redirect("panels:panel", process=terms.process, component=terms.code)
        if not form.is_valid():
            return None
        if code:
            volunteer_by_code(
                process=terms.process, component=terms.code, code=code, features=form.features(), contact=form.contact()
            )
            return code
        _found, own = volunteer_by_account(
            user=user_of(request),
            process=terms.process,
            component=terms.code,
            features=form.features(),
            contact=form.contact(),
        )
        return own
    except (InputError, NotEntitled) as error:
        form.full_clean()
        form.add_error(None, str(error))
        return None


@never_cache
def seat(request: HttpRequest, process: str, component: str) -> HttpResponse | HttpResponseBase:
    """One's own place: in the pool, one's chance, the seat to accept, days and allowances. By code, or by account."""
    programme_or_404()
    terms = terms_or_404(process, component)
    form = CodeForm(request.POST if request.method == "POST" and request.POST.get("code") else None)
    found: Volunteer | None = None
    if form.is_bound and form.is_valid() and not _too_many(request, form):
        try:
            found = volunteer_of(process, component, form.cleaned_data["code"])
        except InputError as error:
            form.add_error("code", str(error))
    elif request.user.is_authenticated and not form.is_bound:
        panel = panel_of(terms)
        found = (
            Volunteer.objects.filter(panel=panel, user=user_of(request)).select_related("panel").first()
            if panel
            else None
        )
    act = request.POST.get("act", "")
    if found is not None and act:
        try:
            if act == "withdraw":
                withdraw(volunteer=found)
                messages.success(request, _("You are out of the pool, and what you said is erased."))
                return redirect("panels:panel", process=process, component=component)
            if act in ("accept", "decline"):
                found = seat_answer(volunteer=found, accepted=act == "accept")
        except InputError as error:
            messages.error(request, str(error))
    values = {
        "crumbs": crumbs(terms, Crumb(_("My place"))),
        "terms": terms, "form": form, "found": found, "code": form.cleaned_data.get("code", "") if form.is_bound and form.is_valid() else "",
        "chance": _chance(found) if found is not None else None,
        "days": list(Presence.objects.filter(volunteer=found).select_related("sitting").order_by("pk")) if found is not None else [],
        "open": found is not None and found.panel.state == Panel.State.OPEN,
    }  # fmt: skip
    return render(request, "panels/seat.html", values, status=422 if form.errors else 200)


def _chance(found: Volunteer) -> Decimal | None:
    """The chance the published lottery gave them, in percent; None before one is published."""
    draw = found.panel.draws.order_by("-rank").first()
    if draw is None or not found.ticket:
        return None
    return Decimal(str(round(drawing.chance_of(json.loads(draw.document), found.ticket) * 100, 3)))
