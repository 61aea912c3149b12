"""The partner's till: a code, an amount, a receipt; sales and refunds. Whoever does not work there finds nothing here."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from mandat.apps.ledger.services import InsufficientError
from mandat.apps.programme.published import say
from mandat.apps.wallets import selectors, services
from mandat.apps.wallets.definitions import Kind
from mandat.apps.wallets.forms import RefundForm, TillForm
from mandat.apps.wallets.models import Approval, Line, Member, Spend
from mandat.apps.wallets.services.cards import plain
from mandat.apps.wallets.services.spending import WrongCodeError
from mandat.apps.wallets.views.shared import kind_or_404, said, user_of
from mandat.apps.wallets.views.shared import tills as trail
from mandat.kernel.errors import MandatError
from mandat.web.components import Card, Column, Crumb, Link, Table
from mandat.web.formats import euros, moment


def till_of(request: HttpRequest, pk: UUID, *, manager: bool = False) -> tuple[Kind, Approval, Member]:
    """The till, its wallet, and what this account is there. 404 for whoever does not work there."""
    approval = Approval.objects.select_related("partner", "account").filter(pk=pk).first()
    member = selectors.member_of(user_of(request), approval) if approval is not None else None
    if approval is None or member is None or (manager and member.role != Member.Role.MANAGER):
        raise Http404
    return kind_or_404(approval.code), approval, member


@never_cache
@login_required
@require_safe
def tills(request: HttpRequest) -> HttpResponse:
    """Where I work. A QR code read by a phone leads here with its code, and on to the till where there is only one."""
    found = selectors.tills_of(user_of(request))
    code = plain(request.GET.get("code", ""))
    active = [one for one in found if one.state == Approval.State.APPROVED]
    query = f"?{urlencode({'code': code})}" if code else ""
    if code and len(active) == 1:
        return redirect(f"{reverse('wallets:till', args=[active[0].pk])}{query}")
    cards = [
        Card(
            one.partner.name,
            f"{reverse('wallets:till', args=[one.pk])}{query}",
            kicker=say(kind_or_404(one.code).definition.title),
            foot=one.get_state_display(),
        )
        for one in found
    ]
    values = {"cards": cards, "code": code, "crumbs": [*trail()[:-1], Crumb(_("My tills"))]}
    return render(request, "wallets/tills.html", values)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def till(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a payment."""
    kind, approval, member = till_of(request, pk)
    bound = request.method == "POST"
    form = TillForm(request.POST if bound else None, initial=TillForm.fresh(plain(request.GET.get("code", ""))))
    if bound and form.is_valid():
        data = form.cleaned_data
        try:
            done = services.spend(
                actor=user_of(request), approval=approval, number=data["code"], amount=data["amount"], key=data["key"]
            )
        except WrongCodeError as error:
            form.add_error("code", str(error))
        except InsufficientError as error:
            left = said(kind, error.available)
            form.add_error(
                "amount", _("The balance is too low: %(left)s left. The rest can be paid otherwise.") % {"left": left}
            )
        except MandatError as error:
            form.add_error("amount", str(error))
        else:
            return redirect("wallets:receipt", pk=pk, reference=done.reference)
    values = {**_shared(kind, approval, member), "form": form, "crumbs": trail(Crumb(approval.partner.name))}
    return render(request, "wallets/till.html", values, status=422 if form.errors else 200)


@never_cache
@login_required
@require_safe
def receipt(request: HttpRequest, pk: UUID, reference: str) -> HttpResponse:
    """What was paid."""
    kind, approval, member = till_of(request, pk)
    spend = _spend(approval, reference)
    left = kind.major(spend.amount - spend.refunded)
    values = {
        **_shared(kind, approval, member),
        "spend": spend,
        "amount": said(kind, kind.major(spend.amount)),
        "refunded": said(kind, kind.major(spend.refunded)) if spend.refunded else "",
        "may_refund": member.role == Member.Role.MANAGER and left > 0,
        "when": moment(spend.made_at),
        "crumbs": trail(Crumb(approval.partner.name, reverse("wallets:till", args=[pk])), Crumb(_("Receipt"))),
    }
    return render(request, "wallets/receipt.html", values)


@never_cache
@login_required
@require_safe
def sales(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The latest purchases, and what is owed and was paid."""
    kind, approval, member = till_of(request, pk)
    found = selectors.sales(approval)
    lines = Line.objects.filter(approval=approval).select_related("run").order_by("-pk")[:24]
    values = {
        **_shared(kind, approval, member),
        "owed": euros(kind.definition.euros_of(approval.account.held)) if approval.account else euros(0),
        "table": Table(
            caption=_("Purchases, latest first"),
            columns=(
                Column(_("Receipt")),
                Column(_("When")),
                Column(_("Amount"), right=True),
                Column(_("Given back"), right=True),
            ),
            rows=[
                (
                    Link(one.reference, reverse("wallets:receipt", args=[pk, one.reference])),
                    moment(one.made_at),
                    said(kind, kind.major(one.amount)),
                    said(kind, kind.major(one.refunded)) if one.refunded else "–",
                )
                for one in found
            ],
        )
        if found
        else None,
        "payments": Table(
            caption=_("Payments by the region"),
            columns=(
                Column(_("Reference")),
                Column(_("State")),
                Column(_("Purchases"), right=True),
                Column(_("Amount"), right=True),
            ),
            rows=[(one.end_to_end, one.get_state_display(), str(one.purchases), euros(one.euros)) for one in lines],
        )
        if lines
        else None,
        "crumbs": trail(Crumb(approval.partner.name, reverse("wallets:till", args=[pk])), Crumb(_("Sales"))),
    }
    return render(request, "wallets/sales.html", values)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def give_back(request: HttpRequest, pk: UUID, reference: str) -> HttpResponse:
    """Refund a purchase, in whole or in part."""
    kind, approval, member = till_of(request, pk, manager=True)
    spend = _spend(approval, reference)
    bound = request.method == "POST"
    left = kind.major(spend.amount - spend.refunded)
    form = RefundForm(
        request.POST if bound else None, initial={"key": uuid4().hex, "amount": f"{left}".replace(".", ",")}
    )
    if bound and form.is_valid():
        try:
            services.refund(
                actor=user_of(request), spend=spend, amount=form.cleaned_data["amount"], key=form.cleaned_data["key"]
            )
        except MandatError as error:
            form.add_error("amount", str(error))
        else:
            messages.success(
                request, _("%(amount)s given back to the wallet.") % {"amount": said(kind, form.cleaned_data["amount"])}
            )
            return redirect("wallets:receipt", pk=pk, reference=reference)
    values = {
        **_shared(kind, approval, member),
        "form": form,
        "reference": reference,
        "left": said(kind, left),
        "crumbs": trail(
            Crumb(approval.partner.name, reverse("wallets:till", args=[pk])),
            Crumb(reference, reverse("wallets:receipt", args=[pk, reference])),
            Crumb(_("Give back")),
        ),
    }
    return render(request, "wallets/refund.html", values, status=422 if form.errors else 200)


def _spend(approval: Approval, reference: str) -> Spend:
    found = (
        Spend.objects.select_related("approval__partner", "wallet")
        .filter(approval=approval, reference=reference)
        .first()
    )
    if found is None:
        raise Http404
    return found


def _shared(kind: Kind, approval: Approval, member: Member) -> dict[str, Any]:
    return {
        "title": say(kind.definition.title),
        "approval": approval,
        "partner": approval.partner,
        "active": approval.state == Approval.State.APPROVED,
        "state": approval.get_state_display(),
        "manages": member.role == Member.Role.MANAGER,
    }
