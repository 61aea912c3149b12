"""One's own claims: the list, one claim and what can be done with it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from mandat.apps.programme.published import published
from mandat.apps.rights import selectors, services
from mandat.apps.rights.explaining import explanation_of
from mandat.apps.rights.forms import GroundsForm, MessageForm
from mandat.apps.rights.machine import DECIDED, OPEN, State, possible
from mandat.apps.rights.models import Benefit, Claim
from mandat.apps.rights.schema import CERTIFICATE
from mandat.apps.rights.services.moving import terms_of, today
from mandat.apps.rights.terms import by_version
from mandat.apps.rights.views.drafts import crumbs, steps, wanted
from mandat.apps.rights.views.letters import letters_of
from mandat.apps.rights.views.shared import TONES, attempt, home_crumb, line, own, to_claim, user_of
from mandat.web.components import Crumb
from mandat.web.qr import qr_svg


@never_cache
@login_required
@require_GET
def claims(request: HttpRequest) -> HttpResponse:
    """My claims, the latest first."""
    user = user_of(request)
    found = selectors.claims_of(user, published().code)
    unread = selectors.unread_of(found, from_service=True)
    memory = by_version()
    lines = []
    for claim in found:
        held = [decision.benefit for decision in claim.decisions.all() if hasattr(decision, "benefit")]
        lines.append(line(claim, unread=unread.get(claim.pk, 0), benefit=held[-1] if held else None, memory=memory))
    crumbs = [home_crumb(), Crumb(_("My account"), reverse("accounts:home")), Crumb(_("My claims"))]
    return render(request, "rights/claims.html", {"crumbs": crumbs, "lines": lines})


@own
def claim(request: HttpRequest, claim: Claim) -> HttpResponseBase:
    """One claim: where it stands, what is asked of me, what I can do, letters, messages, history."""
    if claim.state == State.DRAFT:
        todo = next((step for step in steps(claim, "") if not step["done"]), None)
        return redirect(todo["url"] if todo else reverse("rights:send", args=[claim.reference]))
    return render(request, "rights/claim.html", _values(claim))


def _values(claim: Claim) -> dict[str, Any]:
    file, terms, day = selectors.file_of(claim), terms_of(claim), today()
    benefit, decision = file.benefit, file.decision
    moves = possible(claim.state, "claimant")
    running = benefit is not None and benefit.status == Benefit.Status.ACTIVE
    contestable = (
        claim.state in DECIDED
        and decision is not None
        and not decision.on_appeal
        and not hasattr(decision, "appeal")
        and day <= decision.appeal_until
    )
    return {
        "crumbs": crumbs(claim),
        "claim": claim,
        "terms": terms,
        "file": file,
        "tone": TONES[State(claim.state)],
        "decision": decision,
        "decision_letter": f"decision-{decision.rank}" if decision else "",
        "benefit": benefit,
        "certificate": running and terms.document.benefit.type in CERTIFICATE,
        "renewable": running and benefit is not None and benefit.remind_on is not None and day >= benefit.remind_on,
        "running": running,
        "asked": file.request,
        "appeal": file.appeal,
        "contestable": contestable,
        "withdrawable": "withdraw" in moves,
        "completes": "complete" in moves,
        "appealed": claim.state == State.APPEALED,
        "takes_pieces": claim.state in (*OPEN, State.APPEALED) and bool(terms.document.evidence),
        "wanted": wanted(claim) if claim.state in (*OPEN, State.APPEALED) and terms.document.evidence else [],
        "letters": letters_of(claim, file, terms),
        "message_form": MessageForm(),
        "explains": decision is not None and decision.by != "silence",
        "silence": terms.document.decision.silence,
        "payments": file.payments,
    }


@require_POST
@own
def complete(request: HttpRequest, claim: Claim) -> HttpResponseBase:
    said = _("Thank you. The service goes on with your claim.")
    attempt(request, lambda: services.claim_complete(actor=user_of(request), claim=claim), said)
    return to_claim(claim)


@require_POST
@own
def message(request: HttpRequest, claim: Claim) -> HttpResponseBase:
    """Write to the service; or say that its messages are read."""
    user = user_of(request)
    if "read" in request.POST:
        services.messages_read(actor=user, claim=claim)
        return to_claim(claim)
    form = MessageForm(request.POST)
    if form.is_valid():
        text = form.cleaned_data["text"]
        if attempt(
            request, lambda: services.message_send(actor=user, claim=claim, text=text), _("Your message is sent.")
        ):
            services.messages_read(actor=user, claim=claim)
    else:
        messages.error(request, _("Write your message first."))
    return to_claim(claim)


@own
def withdraw(request: HttpRequest, claim: Claim) -> HttpResponseBase:
    """Take the claim back, told beforehand what follows."""
    if request.method == "POST":
        said = _("Your claim is withdrawn.")
        attempt(request, lambda: services.claim_withdraw(actor=user_of(request), claim=claim), said)
        return to_claim(claim)
    values = {
        "crumbs": crumbs(claim, _("Withdraw my claim")),
        "claim": claim,
        "title": _("Withdraw my claim"),
        "text": _("It will not be examined any further. You may make another one later."),
        "button": _("Withdraw my claim"),
    }
    return render(request, "rights/confirm.html", values)


@own
def appeal(request: HttpRequest, claim: Claim) -> HttpResponseBase:
    """Contest the decision."""
    form = GroundsForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        said = _("Your appeal is lodged. Another person will answer it.")
        grounds = form.cleaned_data["text"]
        attempt(request, lambda: services.appeal_lodge(actor=user_of(request), claim=claim, grounds=grounds), said)
        return to_claim(claim)
    file = selectors.file_of(claim)
    if file.decision is None:
        raise Http404
    values = {
        "crumbs": crumbs(claim, _("Contest the decision")),
        "claim": claim,
        "terms": terms_of(claim),
        "decision": file.decision,
        "form": form,
    }
    return render(request, "rights/appeal.html", values, status=422 if form.errors else 200)


@require_POST
@own
def appeal_drop(request: HttpRequest, claim: Claim) -> HttpResponseBase:
    said = _("Your appeal is taken back: the decision stands.")
    attempt(request, lambda: services.appeal_drop(actor=user_of(request), claim=claim), said)
    return to_claim(claim)


def _benefit(claim: Claim) -> Benefit:
    found = selectors.file_of(claim).benefit
    if found is None:
        raise Http404
    return found


@require_POST
@own
def renew(request: HttpRequest, claim: Claim) -> HttpResponseBase:
    """Begin a renewal, with the answers of this claim to be confirmed."""
    made: list[Claim] = []
    act = lambda: made.append(services.renewal_start(actor=user_of(request), benefit=_benefit(claim)))  # noqa: E731
    if attempt(request, act):
        return redirect("rights:answers", reference=made[0].reference)
    return to_claim(claim)


@own
def give_up(request: HttpRequest, claim: Claim) -> HttpResponseBase:
    """Give up what was granted."""
    benefit = _benefit(claim)
    if request.method == "POST":
        said = _("You have given this right up.")
        attempt(request, lambda: services.benefit_give_up(actor=user_of(request), benefit=benefit), said)
        return to_claim(claim)
    values = {
        "crumbs": crumbs(claim, _("Give up this right")),
        "claim": claim,
        "title": _("Give up this right"),
        "text": _("Today will be its last day. You may claim it again later."),
        "button": _("Give up this right"),
    }
    return render(request, "rights/confirm.html", values)


@own
def card(request: HttpRequest, claim: Claim) -> HttpResponseBase:
    """The certificate, with its code to be checked."""
    terms = terms_of(claim)
    benefit = _benefit(claim)
    if terms.document.benefit.type not in CERTIFICATE:
        raise Http404
    url = settings.SITE_URL + reverse("rights:verified", args=[benefit.code])
    values = {
        "crumbs": crumbs(claim, _("My certificate")),
        "claim": claim,
        "terms": terms,
        "benefit": benefit,
        "valid": benefit.status == Benefit.Status.ACTIVE and benefit.starts_on <= today(),
        "qr": qr_svg(url, title=_("Code to check this certificate: %(code)s") % {"code": benefit.code}),
        "url": url,
    }
    return render(request, "rights/card.html", values)


@own
def explanation(request: HttpRequest, claim: Claim) -> HttpResponseBase:
    """The full explanation of R311-3-1-2, on request."""
    file = selectors.file_of(claim)
    if file.decision is None or file.decision.by == "silence":
        raise Http404
    terms = terms_of(claim)
    values = {
        "crumbs": crumbs(claim, _("How it was calculated")),
        "claim": claim,
        "terms": terms,
        "decision": file.decision,
        "explanation": explanation_of(file.decision, terms),
        "explanation_letter": f"explication-{file.decision.rank}",
    }
    return render(request, "rights/explanation.html", values)
