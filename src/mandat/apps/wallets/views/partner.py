"""Becoming a partner, and managing who works there and where it is paid."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from mandat.apps.programme.published import say
from mandat.apps.wallets import services
from mandat.apps.wallets.forms import ApplyForm, BankForm, MemberForm
from mandat.apps.wallets.models import Member
from mandat.apps.wallets.views.shared import home, kind_or_404, user_of
from mandat.apps.wallets.views.shared import tills as trail
from mandat.apps.wallets.views.till import till_of
from mandat.kernel.errors import MandatError
from mandat.web.components import Crumb

#: Which field an error of the service is about.
_FIELDS = {"SIRET": "siret", "IBAN": "iban", "BIC": "bic", "commune": "commune", "nom": "name", "name": "name"}


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: HttpRequest, code: str) -> HttpResponse:
    """Ask to take a wallet."""
    kind = kind_or_404(code)
    form = ApplyForm(request.POST if request.method == "POST" else None, kind=kind)
    if request.method == "POST" and form.is_valid():
        try:
            services.partner_apply(actor=user_of(request), wallet=code, **form.cleaned_data)
        except MandatError as error:
            text = str(error)
            form.add_error(next((field for word, field in _FIELDS.items() if word in text), None), text)
        else:
            messages.success(request, _("Your application is received. You will find the answer among your tills."))
            return redirect("wallets:tills")
    title = say(kind.definition.title)
    values = {
        "form": form,
        "title": title,
        "crumbs": home(
            Crumb(_("Wallets"), reverse("wallets:list")),
            Crumb(title, reverse("wallets:wallet", args=[code])),
            Crumb(_("Become a partner")),
        ),
    }
    return render(request, "wallets/apply.html", values, status=422 if form.errors else 200)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def team(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Who works at this partner."""
    _kind, approval, own = till_of(request, pk, manager=True)
    form = MemberForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.member_add(actor=user_of(request), partner=approval.partner, **form.cleaned_data)
        except MandatError as error:
            form.add_error("email", str(error))
        else:
            messages.success(request, _("They may now use this till."))
            return redirect("wallets:team", pk=pk)
    values = {
        "form": form,
        "approval": approval,
        "partner": approval.partner,
        "own": own,
        "members": Member.objects.filter(partner=approval.partner).select_related("user").order_by("role", "pk"),
        "crumbs": trail(Crumb(approval.partner.name, reverse("wallets:till", args=[pk])), Crumb(_("Team"))),
    }
    return render(request, "wallets/team.html", values, status=422 if form.errors else 200)


@login_required
@require_POST
def remove(request: HttpRequest, pk: UUID, member: int) -> HttpResponse:
    """Take someone off the till."""
    _kind, approval, _own = till_of(request, pk, manager=True)
    found = Member.objects.filter(pk=member, partner=approval.partner).select_related("partner").first()
    if found is None:
        raise Http404
    try:
        services.member_remove(actor=user_of(request), member=found)
    except MandatError as error:
        messages.error(request, str(error))
    if found.user_id == user_of(request).pk and not Member.objects.filter(pk=member).exists():
        return redirect("wallets:tills")
    return redirect("wallets:team", pk=pk)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def bank(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Where the partner is paid."""
    _kind, approval, _own = till_of(request, pk, manager=True)
    form = BankForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.partner_bank(actor=user_of(request), partner=approval.partner, **form.cleaned_data)
        except MandatError as error:
            form.add_error("bic" if "BIC" in str(error) else "iban", str(error))
        else:
            messages.success(request, _("The next payments will go to this account."))
            return redirect("wallets:sales", pk=pk)
    values = {
        "form": form,
        "approval": approval,
        "partner": approval.partner,
        "last": str(approval.partner.iban)[-4:],
        "crumbs": trail(Crumb(approval.partner.name, reverse("wallets:till", args=[pk])), Crumb(_("Bank account"))),
    }
    return render(request, "wallets/bank.html", values, status=422 if form.errors else 200)
