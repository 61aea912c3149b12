"""Wallets as agents see them: totals, partners to decide on."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from mandat.apps.accounts.access import requires
from mandat.apps.accounts.permissions import may
from mandat.apps.ledger import selectors as ledger
from mandat.apps.programme.published import say
from mandat.apps.programme.views.bureau.common import page, user_of
from mandat.apps.territory import selectors as territory
from mandat.apps.wallets import selectors, services
from mandat.apps.wallets.definitions import Kind, kinds
from mandat.apps.wallets.forms import DecideForm
from mandat.apps.wallets.models import Approval
from mandat.apps.wallets.services.partners import MOVES
from mandat.apps.wallets.services.settling import anomalies
from mandat.apps.wallets.views.shared import kind_or_404, said
from mandat.kernel.errors import MandatError
from mandat.web.components import Column, Crumb, Link, Table
from mandat.web.formats import day, number

SHOWN = 200


def crumbs(*more: Crumb) -> list[Crumb]:
    return [Crumb(_("Wallets"), reverse("wallets:bureau")), *more]


@require_safe
@requires("wallets.read")
def index(request: HttpRequest) -> HttpResponse:
    """Every wallet, what it holds, what waits for someone."""
    rows = []
    for kind in kinds().values():
        held, counted = selectors.balances(kind), selectors.counts(kind)
        rows.append(
            (
                Link(say(kind.definition.title), reverse("wallets:bureau_wallet", args=[kind.code])),
                number(counted["wallets"], 0),
                said(kind, -held.get("fund", 0)),
                said(kind, held.get("wallet", 0)),
                said(kind, held.get("partner", 0)),
                number(counted["applied"], 0),
            )
        )
    table = Table(
        caption=_("Wallets"),
        columns=(
            Column(_("Wallet")),
            Column(_("Holders"), right=True),
            Column(_("Credited"), right=True),
            Column(_("Not spent yet"), right=True),
            Column(_("Owed to partners"), right=True),
            Column(_("Applications"), right=True),
        ),
        rows=rows,
    )
    values = {"table": table if rows else None, "may_settle": may(request.user, "wallets.settle")}
    return page(request, "wallets/bureau_index.html", values, crumbs=[Crumb(_("Wallets"))])


@require_safe
@requires("wallets.read")
def wallet(request: HttpRequest, code: str) -> HttpResponse:
    """The accounts of a wallet this year, and what does not agree."""
    kind = kind_or_404(code)
    today = timezone.localdate()
    since = today.replace(month=1, day=1)
    rows = ledger.trial_balance(kind.book, since=since, until=today)
    words = account_words()
    values = {
        "title": say(kind.definition.title),
        "code": code,
        "table": Table(
            caption=_("Accounts, since %(day)s") % {"day": day(since)},
            columns=(
                Column(_("Account")),
                Column(_("Number of them"), right=True),
                Column(_("At the start"), right=True),
                Column(_("In"), right=True),
                Column(_("Out"), right=True),
                Column(_("Now"), right=True),
            ),
            rows=[
                (
                    words.get(row.name, row.name),
                    number(row.accounts, 0),
                    *(said(kind, amount) for amount in (row.opening, row.into, row.out, row.closing)),
                )
                for row in rows
            ],
            note=_("The last column always sums to zero."),
        )
        if rows
        else None,
        "anomalies": anomalies(kind),
        "counts": selectors.counts(kind),
        "may_settle": may(request.user, "wallets.settle"),
    }
    return page(request, "wallets/bureau_wallet.html", values, crumbs=crumbs(Crumb(say(kind.definition.title))))


@require_safe
@requires("wallets.read")
def partners(request: HttpRequest, code: str) -> HttpResponse:
    """Partners of a wallet, those to decide on first."""
    kind = kind_or_404(code)
    found = Approval.objects.filter(code=code, partner__programme=settings.MANDAT_PROGRAMME).select_related(
        "partner", "account"
    )
    rank = {state: place for place, state in enumerate(("applied", "suspended", "approved", "refused", "ended"))}
    ordered = sorted(found.order_by("partner__name", "pk")[: SHOWN * 10], key=lambda one: rank[one.state])[:SHOWN]
    values = {
        "title": say(kind.definition.title),
        "code": code,
        "table": Table(
            caption=_("Partners, those to decide on first"),
            columns=(
                Column(_("Partner")),
                Column(_("What")),
                Column(_("Commune")),
                Column(_("State")),
                Column(_("Owed"), right=True),
            ),
            rows=[
                (
                    Link(one.partner.name, reverse("wallets:approval", args=[one.pk])),
                    category_of(kind, one),
                    territory.area_name(f"commune:{one.partner.commune}"),
                    one.get_state_display(),
                    said(kind, one.account.held) if one.account else "–",
                )
                for one in ordered
            ],
        )
        if ordered
        else None,
    }
    title = say(kind.definition.title)
    trail = crumbs(Crumb(title, reverse("wallets:bureau_wallet", args=[code])), Crumb(_("Partners")))
    return page(request, "wallets/bureau_partners.html", values, crumbs=trail)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("wallets.read")
def approval(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One partner, and what may be decided."""
    found = Approval.objects.select_related("partner", "account", "decided_by").filter(pk=pk).first()
    if found is None:
        raise Http404
    kind = kind_or_404(found.code)
    form = DecideForm(request.POST if request.method == "POST" else None)
    decision = request.POST.get("decision", "")
    if request.method == "POST" and form.is_valid() and decision in MOVES:
        try:
            services.partner_decide(
                actor=user_of(request),
                approval=found,
                decision=decision,
                reason=form.cleaned_data["reason"],
            )
        except MandatError as error:
            form.add_error("reason", str(error))
        else:
            messages.success(request, _("Decided."))
            return redirect("wallets:approval", pk=pk)
    words = {
        "approve": _("Approve"), "refuse": _("Refuse"), "suspend": _("Suspend"), "resume": _("Resume"), "end": _("End"),
    }  # fmt: skip
    title = say(kind.definition.title)
    values = {
        "form": form,
        "approval": found,
        "partner": found.partner,
        "title": title,
        "state": found.get_state_display(),
        "category": category_of(kind, found),
        "commune": territory.area_name(f"commune:{found.partner.commune}"),
        "owed": said(kind, found.account.held) if found.account else "",
        "last": str(found.partner.iban)[-4:],
        "decisions": [(name, words[name]) for name, (before, _after) in MOVES.items() if found.state in before]
        if may(request.user, "wallets.partner_approve")
        else [],
    }
    trail = crumbs(
        Crumb(title, reverse("wallets:bureau_wallet", args=[kind.code])),
        Crumb(_("Partners"), reverse("wallets:bureau_partners", args=[kind.code])),
        Crumb(found.partner.name),
    )
    return page(request, "wallets/bureau_approval.html", values, crumbs=trail, status=422 if form.errors else 200)


def category_of(kind: Kind, found: Approval) -> str:
    known = kind.definition.category(found.category)
    return say(known.label) if known else found.category


def account_words() -> dict[str, str]:
    """What each kind of account is to the book, in words."""
    return {
        "fund": _("Credited by the region"),
        "wallet": _("In wallets"),
        "partner": _("Owed to partners"),
        "paying": _("In payment files"),
        "paid": _("Paid to partners"),
        "expired": _("Not spent in time"),
    }
