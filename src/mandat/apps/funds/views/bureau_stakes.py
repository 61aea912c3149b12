"""The back office of stakes: all of them, and one with what happened to it and what may be recorded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from mandat.apps.accounts.access import requires
from mandat.apps.accounts.permissions import may
from mandat.apps.funds import services
from mandat.apps.funds.forms_registers import CallForm, DividendForm, SaleForm, ValueForm
from mandat.apps.funds.models import Stake, StakeMove
from mandat.apps.funds.views.registers import pages_of, worth
from mandat.apps.programme.views.bureau.common import page, user_of
from mandat.apps.programme.views.shared import programme_or_404
from mandat.kernel.errors import InputError
from mandat.web import formats
from mandat.web.components import Column, Crumb, Link, Table

SHOWN = 40


@require_GET
@requires("funds.read")
def stakes(request: HttpRequest) -> HttpResponse:
    """Every stake, those held first. Two queries beside the account's."""
    current = programme_or_404()
    rows = Stake.objects.filter(programme=current.code).select_related("company").order_by("state", "-pk")
    pages = Paginator(rows, SHOWN).get_page(request.GET.get("page"))
    table = Table(
        caption=_("Stakes"),
        columns=[
            Column(_("Case")), Column(_("Company")), Column(_("Subscribed"), right=True), Column(_("Left to call"), right=True),
            Column(_("Declared value"), right=True), Column(_("State")),
        ],
        rows=[
            (
                Link(one.reference, reverse("funds:stake", args=[one.reference])), one.company.name,
                formats.euros(one.euros["committed"]), formats.euros(one.uncalled), worth(one), one.get_state_display(),
            )
            for one in pages.object_list
        ],
    )  # fmt: skip
    values = {"current": current, "table": table if table.rows else None, "page": pages_of(pages)}
    return page(request, "funds/bureau_stakes.html", values, crumbs=[Crumb(_("Stakes"))])


@requires("funds.read")
def stake(request: HttpRequest, reference: str) -> HttpResponseBase:
    """One stake. Five queries beside the account's."""
    current = programme_or_404()
    found = get_object_or_404(
        Stake.objects.select_related("company", "allocation__envelope"), programme=current.code, reference=reference
    )
    given = request.POST if request.method == "POST" else None
    offered = _forms(request, found, given)
    wrong = False
    if given is not None:
        form = next((form for form in offered if form.act == given.get("act")), None)
        if form is not None and form.is_valid():
            try:
                _ACTS[form.act](request, found, form.cleaned_data)
            except InputError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("It is recorded."))
                return redirect("funds:stake", reference=reference)
        wrong = True
    values = {
        "current": current,
        "stake": found,
        "euros": found.euros,
        "worth": worth(found),
        "moves": _moves(list(StakeMove.objects.filter(stake=found).order_by("-pk"))),
        "forms": offered,
    }
    crumbs = [Crumb(_("Stakes"), reverse("funds:stakes")), Crumb(reference)]
    return page(request, "funds/bureau_stake.html", values, crumbs=crumbs, status=422 if wrong else 200)


def _forms(request: HttpRequest, stake: Stake, given: Any) -> list[Any]:
    if not may(user_of(request), "funds.stakes_manage"):
        return []
    kinds: list[Any] = [DividendForm]
    if stake.state == Stake.State.HELD:
        kinds = [*([CallForm] if stake.uncalled else []), DividendForm, ValueForm, SaleForm]
    act = given.get("act") if given else ""
    said = {
        "call": _("Pay a capital call"),
        "dividend": _("Record a dividend"),
        "value": _("Declare a value"),
        "sale": _("Record a sale"),
    }
    offered = [kind(given if act == kind.act else None) for kind in kinds]
    for form in offered:
        form.title = said[form.act]
    return offered


def _call(request: HttpRequest, stake: Stake, given: dict[str, Any]) -> None:
    services.capital_call(
        actor=user_of(request),
        stake=stake,
        amount=given["amount"],
        on=given["on"],
        year=given["on"].year,
        reference=given["reference"],
    )


def _dividend(request: HttpRequest, stake: Stake, given: dict[str, Any]) -> None:
    services.dividend_record(
        actor=user_of(request), stake=stake, amount=given["amount"], on=given["on"], reference=given["reference"]
    )


def _value(request: HttpRequest, stake: Stake, given: dict[str, Any]) -> None:
    services.stake_value(
        actor=user_of(request), stake=stake, value=given["value"], on=given["on"], source=given["source"]
    )


def _sale(request: HttpRequest, stake: Stake, given: dict[str, Any]) -> None:
    services.stake_sell(
        actor=user_of(request),
        stake=stake,
        shares=given["shares"],
        proceeds=given["proceeds"],
        on=given["on"],
        reference=given["reference"],
    )


_ACTS: dict[str, Callable[[HttpRequest, Stake, dict[str, Any]], None]] = {
    "call": _call,
    "dividend": _dividend,
    "value": _value,
    "sale": _sale,
}


def _moves(moves: list[StakeMove]) -> Table:
    return Table(
        caption=_("What happened"),
        columns=[
            Column(_("Day")), Column(_("What")), Column(_("Amount"), right=True), Column(_("Shares"), right=True),
            Column(_("Won or lost"), right=True), Column(_("Reference or source")),
        ],
        rows=[
            (
                formats.day(move.on), move.get_kind_display(), formats.euros(move.euros),
                formats.number(move.shares) if move.shares else "–", formats.euros(move.gain) if move.shares and move.kind == StakeMove.Kind.SOLD else "–",
                move.source or move.key.removeprefix("in:"),
            )
            for move in moves
        ],
    )  # fmt: skip
