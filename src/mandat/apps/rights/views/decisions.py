"""What agents do with one claim: decide, answer an appeal, ask, write, judge a piece, end, refund, make again."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from mandat.apps.accounts.access import requires
from mandat.apps.custody.keys import ErasedError
from mandat.apps.programme.views.bureau.common import page, user_of
from mandat.apps.rights import services
from mandat.apps.rights.forms import AppealForm, AskForm, DecisionForm, EndForm, MessageForm
from mandat.apps.rights.models import Payment
from mandat.apps.rights.recomputing import recompute as make_again
from mandat.apps.rights.selectors import file_of
from mandat.apps.rights.services.moving import terms_of
from mandat.apps.rights.views.bureau import show
from mandat.apps.rights.views.shared import attempt, claim_or_404, given_by, step_value, to_file
from mandat.kernel.errors import InputError
from mandat.web.components import Crumb


@require_POST
@requires("rights.decide")
def decide(request: HttpRequest, reference: str) -> HttpResponseBase:
    """Grant or refuse."""
    claim = claim_or_404(reference)
    form = DecisionForm(terms_of(claim).document, request.POST)

    def act(given: dict[str, Any]) -> None:
        services.claim_decide(
            actor=user_of(request),
            claim=claim,
            outcome=given["outcome"],
            reason=given["reason"],
            amount=given.get("amount"),
        )

    if given_by(form, request, act, _("The decision is made and its letter is ready. The person is told by e-mail.")):
        return to_file(claim)
    return show(request, claim, status=422, decision_form=form)


@require_POST
@requires("rights.appeal_decide")
def appeal(request: HttpRequest, reference: str) -> HttpResponseBase:
    """Answer an appeal."""
    claim = claim_or_404(reference)
    form = AppealForm(terms_of(claim).document, request.POST)

    def act(given: dict[str, Any]) -> None:
        services.appeal_decide(
            actor=user_of(request),
            claim=claim,
            accept=given["outcome"] == "accepted",
            reason=given["reason"],
            amount=given.get("amount"),
        )

    if given_by(form, request, act, _("The appeal is answered. The person is told by e-mail.")):
        return to_file(claim)
    return show(request, claim, status=422, appeal_form=form)


@require_POST
@requires("rights.instruct")
def ask(request: HttpRequest, reference: str) -> HttpResponseBase:
    """Ask for what is missing."""
    claim = claim_or_404(reference)
    form = AskForm(terms_of(claim).document, request.POST)

    def act(given: dict[str, Any]) -> None:
        services.evidence_ask(
            actor=user_of(request), claim=claim, codes=given.get("codes") or (), text=given["text"], days=given["days"]
        )

    if given_by(form, request, act, _("The person is asked. The delay stands still until they answer.")):
        return to_file(claim)
    return show(request, claim, status=422, ask_form=form)


@require_POST
@requires("rights.instruct")
def message(request: HttpRequest, reference: str) -> HttpResponseBase:
    """Write to the claimant."""
    claim, user = claim_or_404(reference), user_of(request)
    form = MessageForm(request.POST)
    if not form.is_valid():
        return show(request, claim, status=422, message_form=form)
    text = form.cleaned_data["text"]
    if attempt(request, lambda: services.message_send(actor=user, claim=claim, text=text), _("Your message is sent.")):
        services.messages_read(actor=user, claim=claim)
    return to_file(claim)


@require_POST
@requires("rights.instruct")
def judge(request: HttpRequest, reference: str, pk: int) -> HttpResponseBase:
    """Accept or reject a piece, or take that back."""
    claim = claim_or_404(reference)
    piece = get_object_or_404(claim.pieces, pk=pk)
    verdict = request.POST.get("verdict", "")
    attempt(request, lambda: services.piece_judge(actor=user_of(request), piece=piece, verdict=verdict))
    return to_file(claim)


@require_POST
@requires("rights.decide")
def end(request: HttpRequest, reference: str) -> HttpResponseBase:
    """End a benefit."""
    claim = claim_or_404(reference)
    benefit = file_of(claim).benefit
    if benefit is None:
        raise Http404
    form = EndForm(request.POST)

    def act(given: dict[str, Any]) -> None:
        services.benefit_end(actor=user_of(request), benefit=benefit, on=given["on"], reason=given["reason"])

    if given_by(form, request, act, _("The right is ended. What was paid for later days is asked back.")):
        return to_file(claim)
    return show(request, claim, status=422, end_form=form)


@require_POST
@requires("rights.decide")
def refund(request: HttpRequest, reference: str, pk: int) -> HttpResponseBase:
    """Record a refund, or its remission."""
    claim = claim_or_404(reference)
    payment = get_object_or_404(Payment, pk=pk, benefit__decision__claim=claim)
    cancelled = request.POST.get("how") == "remission"
    reason = request.POST.get("reason", "")
    act: Any = lambda: services.refund_settle(  # noqa: E731
        actor=user_of(request), payment=payment, cancelled=cancelled, reason=reason
    )
    attempt(request, act, _("The overpayment is settled."))
    return to_file(claim)


@require_GET
@requires("rights.recompute")
def recompute(request: HttpRequest, reference: str, rank: int) -> HttpResponseBase:
    """Make a decision again and compare."""
    claim = claim_or_404(reference)
    if claim.claimant_id == user_of(request).pk:
        raise Http404
    decision = get_object_or_404(claim.decisions.select_related("claim__person"), rank=rank)
    values: dict[str, Any] = {"claim": claim, "decision": decision, "comparison": None, "problem": ""}
    try:
        comparison = make_again(decision)
        values["comparison"] = comparison
        values["rows"] = [
            {
                "label": row.label,
                "recorded": step_value(row.recorded, row.unit),
                "now": step_value(row.now, row.unit),
                "agrees": row.agrees,
            }
            for row in comparison.rows
        ]
    except ErasedError:
        values["problem"] = _("The record is erased: only its digest is left.")
    except InputError as error:
        values["problem"] = str(error)
    crumbs = [
        Crumb(_("Claims"), reverse("rights:queue")),
        Crumb(claim.reference, reverse("rights:file", args=[claim.reference])),
        Crumb(_("Make again")),
    ]
    return page(request, "rights/recompute.html", values, crumbs=crumbs)
