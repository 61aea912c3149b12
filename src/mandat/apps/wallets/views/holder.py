"""The holder's pages: balance, movements, a code to pay with, a card to print or to stop."""

from __future__ import annotations

import csv
import io
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mandat.apps.ledger.payments.bordereau import inert
from mandat.apps.programme.published import say
from mandat.apps.wallets import selectors, services
from mandat.apps.wallets.definitions import Kind
from mandat.apps.wallets.forms import PayForm
from mandat.apps.wallets.models import Wallet
from mandat.apps.wallets.services.cards import has_card
from mandat.apps.wallets.views.shared import account, caps, ends, kind_or_404, said, user_of
from mandat.kernel.errors import MandatError
from mandat.web.components import Card, Column, Crumb, Table
from mandat.web.formats import day, moment
from mandat.web.qr import qr_svg

SHOWN = 50


@never_cache
@login_required
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """My wallets."""
    found = selectors.wallets_of(user_of(request))
    published = {wallet.pk: kind for wallet in found if (kind := _kind(wallet)) is not None}
    cards = [
        Card(
            say(published[wallet.pk].definition.title),
            reverse("wallets:mine_one", args=[wallet.code]),
            text=said(published[wallet.pk], wallet.account.held),
            foot=wallet.get_state_display() if wallet.state != Wallet.State.OPEN else "",
        )
        for wallet in found
        if wallet.pk in published
    ]
    crumbs = [*account()[:-1], Crumb(_("My wallets"))]
    values = {"cards": cards, "tills": selectors.tills_of(user_of(request)), "crumbs": crumbs}
    return render(request, "wallets/mine.html", values)


@never_cache
@login_required
@require_safe
def one(request: HttpRequest, code: str) -> HttpResponse:
    """One of my wallets: what is left, until when, what came and went."""
    kind, wallet = _mine(request, code)
    history = selectors.movements(kind, wallet)
    end = selectors.next_end(kind, wallet)
    values = {
        "title": say(kind.definition.title),
        "code": code,
        "balance": said(kind, wallet.account.held),
        "open": wallet.state == Wallet.State.OPEN,
        "state": wallet.get_state_display(),
        "end_day": day(end[0]) if end else "",
        "end_amount": said(kind, end[1]) if end else "",
        "may_card": kind.definition.card is not None,
        "has_card": has_card(wallet),
        "caps": caps(kind),
        "ends": ends(kind),
        "table": _table(kind, history[:SHOWN]) if history else None,
        "more": len(history) > SHOWN,
        "crumbs": account(Crumb(say(kind.definition.title))),
    }
    return render(request, "wallets/mine_one.html", values)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def pay(request: HttpRequest, code: str) -> HttpResponse:
    """A one-time code: shown in the answer to the form, and nowhere else."""
    kind, wallet = _mine(request, code)
    form = PayForm(request.POST if request.method == "POST" else None)
    title = say(kind.definition.title)
    values: dict[str, Any] = {
        "form": form, "title": title, "code": code, "balance": said(kind, wallet.account.held),
        "minutes": kind.definition.code_minutes,
        "crumbs": account(Crumb(title, reverse("wallets:mine_one", args=[code])), Crumb(_("Pay"))),
    }  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            shown = services.code_make(wallet=wallet, amount=form.cleaned_data["amount"])
        except MandatError as error:
            form.add_error("amount", str(error))
        else:
            address = f"{settings.SITE_URL}{reverse('wallets:tills')}?{urlencode({'code': shown.number})}"
            values |= {
                "number": shown.number,
                "until": moment(shown.expires_at) if shown.expires_at else "",
                "amount": said(kind, shown.amount) if shown.amount is not None else "",
                "qr": qr_svg(address, title=_("QR code to show at the till")),
            }
            return render(request, "wallets/code.html", values)
    return render(request, "wallets/pay.html", values, status=422 if form.errors else 200)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def card(request: HttpRequest, code: str) -> HttpResponse:
    """A card to print: its number is shown once."""
    kind, wallet = _mine(request, code)
    known = kind.definition.card
    if known is None:
        raise Http404
    title = say(kind.definition.title)
    values: dict[str, Any] = {
        "title": title, "code": code, "has_card": has_card(wallet), "per_spend": said(kind, known.per_spend),
        "per_day": said(kind, known.per_day), "open": wallet.state == Wallet.State.OPEN,
        "crumbs": account(Crumb(title, reverse("wallets:mine_one", args=[code])), Crumb(_("Card"))),
    }  # fmt: skip
    if request.method == "POST":
        try:
            shown = services.card_make(wallet=wallet)
        except MandatError as error:
            messages.error(request, str(error))
            return redirect("wallets:mine_one", code=code)
        # The number alone, without address: a reader at the till types it, and no server's log ever holds it.
        values |= {"number": shown.number, "qr": qr_svg(shown.number, title=_("QR code of the card"))}
    return render(request, "wallets/card.html", values)


@login_required
@require_POST
def stop(request: HttpRequest, code: str) -> HttpResponse:
    """A lost card."""
    wallet = _mine(request, code)[1]
    if services.card_stop(wallet=wallet):
        messages.success(request, _("The card is stopped: nobody can pay with it any more. Your balance is unchanged."))
    else:
        messages.info(request, _("There was no card in use."))
    return redirect("wallets:mine_one", code=code)


@never_cache
@login_required
@require_safe
def movements_csv(request: HttpRequest, code: str) -> HttpResponse:
    """All my movements."""
    kind, wallet = _mine(request, code)
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";")
    writer.writerow(["date", "operation", "partenaire", "montant", "unite", "recu"])
    for movement in selectors.movements(kind, wallet):
        amount = f"{movement.amount}".replace(".", ",")
        cells = (movement.at.date().isoformat(), _what(movement.what), inert(movement.where))
        writer.writerow([*cells, amount, kind.unit, movement.reference])
    response = HttpResponse("\ufeff" + stream.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{code}.csv"'
    return response


def _kind(wallet: Wallet) -> Kind | None:
    try:
        return kind_or_404(wallet.code)
    except Http404:
        return None


def _mine(request: HttpRequest, code: str) -> tuple[Kind, Wallet]:
    """The wallet of this kind that is mine: no address names anyone else's."""
    kind = kind_or_404(code)
    found = Wallet.objects.filter(holder__user=user_of(request), code=code, programme=kind.programme)
    wallet = found.select_related("account").first()
    if wallet is None:
        raise Http404
    return kind, wallet


def _what(code: str) -> str:
    words = {"credit": _("Credit"), "refund": _("Refund"), "spend": _("Purchase"), "expired": _("Not spent in time")}
    return words[code]


def _table(kind: Kind, history: list[selectors.Movement]) -> Table:
    return Table(
        caption=_("Movements, latest first"),
        columns=(
            Column(_("Day")),
            Column(_("Amount"), right=True),
            Column(_("What")),
            Column(_("Where")),
            Column(_("Receipt")),
        ),
        rows=[
            (day(one.at), said(kind, one.amount), _what(one.what), one.where or "–", one.reference or "–")
            for one in history
        ],
    )
