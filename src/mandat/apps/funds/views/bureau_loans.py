"""The back office of loans: those that run, those that are late, and one with its lines and what may be recorded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from mandat.apps.accounts.access import requires
from mandat.apps.accounts.permissions import may
from mandat.apps.funds import plans, services
from mandat.apps.funds.arrears import Overdue, arrears_of, overdue, received
from mandat.apps.funds.forms_registers import DeferForm, EarlyForm, RepaymentForm, WriteOffForm
from mandat.apps.funds.models import DueLine, Loan, LoanMove
from mandat.apps.funds.views.registers import pages_of
from mandat.apps.programme.standing import today
from mandat.apps.programme.views.bureau.common import page, user_of
from mandat.apps.programme.views.shared import programme_or_404
from mandat.kernel.errors import InputError
from mandat.kernel.money import ZERO
from mandat.kernel.periods import add_months
from mandat.web import formats
from mandat.web.components import Column, Crumb, Link, Table

SHOWN = 40


def states() -> dict[str, str]:
    """What the list may be narrowed to."""
    return {"": _("being repaid"), "late": _("overdue"), "ended": _("ended"), "all": _("all")}


def _listed(programme: str, state: str, words: str) -> QuerySet[Loan]:
    rows = Loan.objects.filter(programme=programme).select_related("organisation", "allocation__envelope")
    if state == "late":
        rows = rows.filter(state=Loan.State.RUNNING, next_due__lt=today())
    elif state == "ended":
        rows = rows.exclude(state=Loan.State.RUNNING)
    elif state != "all":
        rows = rows.filter(state=Loan.State.RUNNING)
    if words:
        rows = rows.filter(
            Q(reference__iexact=words) | Q(organisation__name__icontains=words) | Q(organisation__siret=words)
        )
    return rows.order_by("next_due", "pk") if state in ("", "late") else rows.order_by("-pk")


@require_GET
@requires("funds.read")
def loans(request: HttpRequest) -> HttpResponse:
    """Loans, what is late first. Four queries beside the account's."""
    current = programme_or_404()
    state, words = request.GET.get("etat", ""), request.GET.get("q", "").strip()[:80]
    pages = Paginator(_listed(current.code, state, words), SHOWN).get_page(request.GET.get("page"))
    shown = list(pages.object_list)
    late = arrears_of([one for one in shown if one.late(today())], today())
    values = {
        "current": current,
        "states": [Link(label, "" if code == state else f"?etat={code}") for code, label in states().items()],
        "q": words,
        "state": state,
        "table": _table(shown, late) if shown else None,
        "page": pages_of(pages),
    }
    return page(request, "funds/bureau_loans.html", values, crumbs=[Crumb(_("Loans"))])


def _table(rows: list[Loan], late: dict[int, Overdue]) -> Table:
    return Table(
        caption=_("Loans and advances"),
        columns=[
            Column(_("Case")), Column(_("Beneficiary")), Column(_("Lent"), right=True), Column(_("Still due"), right=True),
            Column(_("Next instalment")), Column(_("Overdue"), right=True),
        ],
        rows=[
            (
                Link(one.reference, reverse("funds:loan", args=[one.reference])),
                one.organisation.name if one.organisation else _("private person"),
                formats.euros(one.amount), formats.euros(one.balance),
                formats.day(one.next_due) if one.next_due else "–",
                formats.euros(late[one.pk].late) if one.pk in late else "–",
            )
            for one in rows
        ],
    )  # fmt: skip


@requires("funds.read")
def loan(request: HttpRequest, reference: str) -> HttpResponseBase:
    """One loan: what is owed, its lines, what happened, and the acts this account may do. At most eight queries beside the account's."""
    current = programme_or_404()
    found = get_object_or_404(
        Loan.objects.select_related("organisation", "allocation__envelope"), programme=current.code, reference=reference
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
                return redirect("funds:loan", reference=reference)
        wrong = True
    day = today()
    lines = list(DueLine.objects.filter(loan=found, plan=found.plan).order_by("rank"))
    moves = list(LoanMove.objects.filter(loan=found).order_by("pk"))
    settled = plans.settle([row.line for row in lines], found.paid)
    values = {
        "current": current,
        "loan": found,
        "late": overdue(found, [row.line for row in lines], received(moves), day) if found.late(day) else None,
        "early": found.balance and found.state == Loan.State.RUNNING,
        "interest": sum((one.line.interest for one in settled), ZERO),
        "near": _lines(_near(settled, day), day, _("What is due within a year")),
        "lines": _lines(settled, day, _("Every instalment")),
        "moves": _moves(moves),
        "forms": offered,
    }
    crumbs = [Crumb(_("Loans"), reverse("funds:loans")), Crumb(reference)]
    return page(request, "funds/bureau_loan.html", values, crumbs=crumbs, status=422 if wrong else 200)


def _forms(request: HttpRequest, loan: Loan, given: Any) -> list[Any]:
    """The forms of this account's acts, the one that was sent holding what was sent."""
    user, act = user_of(request), given.get("act") if given else ""
    if loan.state != Loan.State.RUNNING:
        return []
    offered: list[Any] = []
    if may(user, "funds.recover"):
        offered += [form(given if act == form.act else None) for form in (RepaymentForm, EarlyForm)]
    if may(user, "funds.loan_decide"):
        offered += [
            DeferForm(loan, given if act == "defer" else None),
            WriteOffForm(given if act == "writeoff" else None),
        ]
    for form, title in zip(offered, _titles(offered), strict=True):
        form.title = title
    return offered


def _titles(offered: list[forms.Form]) -> list[str]:
    said = {
        "repay": _("Record a repayment"),
        "early": _("Record an early repayment"),
        "defer": _("Put off the instalments"),
        "writeoff": _("Write off"),
    }
    return [said[form.act] for form in offered]  # type: ignore[attr-defined]  # every form of this page names its act


def _repay(request: HttpRequest, loan: Loan, given: dict[str, Any]) -> None:
    late = given["late"] or ZERO
    services.repayment_record(
        actor=user_of(request),
        loan=loan,
        amount=given["amount"] - late,
        late=late,
        on=given["on"],
        reference=given["reference"],
    )


def _early(request: HttpRequest, loan: Loan, given: dict[str, Any]) -> None:
    services.early_repayment_record(
        actor=user_of(request),
        loan=loan,
        principal=given["principal"],
        on=given["on"],
        reference=given["reference"],
        keep=given["keep"],
    )


def _defer(request: HttpRequest, loan: Loan, given: dict[str, Any]) -> None:
    services.loan_defer(
        actor=user_of(request), loan=loan, months=given["months"], on=given["on"], reason=given["reason"],
        motive=given["motive"], key=f"defer:{given['decision']}",
    )  # fmt: skip


def _write_off(request: HttpRequest, loan: Loan, given: dict[str, Any]) -> None:
    services.loan_write_off(
        actor=user_of(request), loan=loan, amount=given["amount"], on=given["on"], reason=given["reason"],
        motive=given["motive"], key=f"writeoff:{given['decision']}",
    )  # fmt: skip


_ACTS: dict[str, Callable[[HttpRequest, Loan, dict[str, Any]], None]] = {
    "repay": _repay,
    "early": _early,
    "defer": _defer,
    "writeoff": _write_off,
}


def _near(settled: list[plans.Settled], day: dt.date) -> list[plans.Settled]:
    """What is overdue and what comes within a year, twenty-four lines at most."""
    return [one for one in settled if one.left and one.line.due <= add_months(day, 12)][:24]


def _lines(settled: list[plans.Settled], day: dt.date, caption: str) -> Table:
    def state(one: plans.Settled) -> str:
        if not one.left:
            return _("repaid early") if one.line.early else _("settled")
        if one.line.due < day:
            return _("overdue")
        return _("partly paid") if one.paid else _("to come")

    return Table(
        caption=caption,
        columns=[
            Column(_("Due on")), Column(_("Principal"), right=True), Column(_("Interest"), right=True),
            Column(_("Left to pay"), right=True), Column(_("State")),
        ],
        rows=[
            (
                formats.day(one.line.due), formats.euros(one.line.principal), formats.euros(one.line.interest),
                formats.euros(one.left), state(one),
            )
            for one in settled
        ],
    )  # fmt: skip


def _moves(moves: list[LoanMove]) -> Table:
    return Table(
        caption=_("What happened"),
        columns=[
            Column(_("Day")), Column(_("What")), Column(_("Principal"), right=True), Column(_("Interest"), right=True),
            Column(_("Late interest"), right=True), Column(_("Reference or motive")),
        ],
        rows=[
            (
                formats.day(move.on), move.get_kind_display(), *(formats.euros(amount) for amount in move.amounts),
                move.motive or move.key.removeprefix("in:"),
            )
            for move in reversed(moves)
        ],
    )  # fmt: skip
