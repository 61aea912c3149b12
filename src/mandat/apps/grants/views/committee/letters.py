"""The letters of a case, for its applicant's side and for the service; and the page from which an agreement is sent, signed, amended."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from mandat.apps.custody.keys import ErasedError
from mandat.apps.custody.uploads import MEGABYTE, limited_uploads
from mandat.apps.grants import access, letters
from mandat.apps.grants.decisions_shown import agreement_of
from mandat.apps.grants.models import Case, Decision
from mandat.apps.grants.recording import euros_of
from mandat.apps.grants.services import agreements
from mandat.apps.grants.services.moving import today
from mandat.apps.grants.views.applicant.shared import own
from mandat.apps.grants.views.bureau.common import crumbs, on_case
from mandat.apps.grants.views.committee.shared import pdf_answer, tried
from mandat.apps.programme.views.bureau.common import page, user_of
from mandat.kernel.errors import InputError
from mandat.kernel.periods import add_months
from mandat.kernel.text import Text
from mandat.web.components import Crumb
from mandat.web.letters import Content, pdf


def _content(case: Case, kind: str) -> Content:
    """What a letter says. Raises Http404 for one there is not."""
    name, _sep, number = kind.partition("-")
    if name == "decision" and number.isdecimal():
        decision = case.decisions.filter(rank=int(number)).first()
        if decision is not None:
            decision.case = case
            return letters.of_decision(decision)
    if kind == "convention":
        agreement = agreement_of(case)
        if agreement is not None and agreement.required:
            decision = case.decisions.filter(outcome=Decision.Outcome.AWARDED).order_by("-rank").first()
            assert decision is not None
            agreement.case = decision.case = case
            return letters.of_agreement(agreement, decision)
    if name == "avenant" and number.isdecimal():
        amendment = case.amendments.filter(rank=int(number)).first()
        if amendment is not None:
            amendment.case = case
            return letters.of_amendment(amendment)
    raise Http404


def _answer(case: Case, kind: str) -> HttpResponse:
    try:
        raw = pdf(_content(case, kind))
    except (ErasedError, InputError) as error:
        raise Http404 from error
    return pdf_answer(raw, f"{kind}-{case.reference}")


@require_GET
@own
def own_letter(request: HttpRequest, case: Case, kind: str) -> HttpResponseBase:
    return _answer(case, kind)


@require_GET
@on_case("internal")
def file_letter(request: HttpRequest, case: Case, where: access.Standing, kind: str) -> HttpResponseBase:
    return _answer(case, kind)


@require_GET
@on_case("money")
def agreement(request: HttpRequest, case: Case, where: access.Standing) -> HttpResponseBase:
    """The agreement of a case: where it stands, and what can be done with it."""
    found = agreement_of(case)
    decisions = list(case.decisions.defer("motive", "record").order_by("-rank"))
    if not decisions:
        raise Http404
    day = today()
    amount = euros_of(case.awarded) or Decimal(0)
    values = {
        "case": case,
        "decisions": [(one, f"decision-{one.rank}") for one in decisions],
        "agreement": found,
        "amendments": [(one, f"avenant-{one.rank}") for one in case.amendments.defer("reason").order_by("rank")],
        "examines": access.allows(where, "examine"),
        "amount": amount,
        "starts": found.starts_on if found and found.starts_on else day,
        "ends": found.ends_on if found and found.ends_on else add_months(day, 12) - dt.timedelta(days=1),
        "today": day,
    }
    path = [
        *crumbs(),
        Crumb(case.reference, reverse("grants:file", args=[case.reference])),
        Crumb(_("Agreement")),
    ]
    return page(request, "grants/committee/agreement.html", values, crumbs=path)


@limited_uploads(20 * MEGABYTE)
@require_POST
@on_case("examine")
def agreement_act(request: HttpRequest, case: Case, where: access.Standing, act: str) -> HttpResponseBase:
    """Send, note the signature, amend."""
    user, post = user_of(request), request.POST

    def do() -> None:
        if act == "envoyer":
            agreements.agreement_send(
                actor=user, case=case, starts_on=_day(post, "starts_on"), ends_on=_day(post, "ends_on")
            )
        elif act == "signer":
            upload: Any = request.FILES.get("upload")
            agreements.agreement_signed(actor=user, case=case, signed_on=_day(post, "signed_on"), upload=upload)
        elif act == "avenant":
            agreements.agreement_amend(
                actor=user, case=case, signed_on=_day(post, "signed_on"), reason=post.get("reason", ""),
                ends_on=_day(post, "ends_on") if post.get("ends_on") else None, amount=_amount(post.get("amount", "")),
            )  # fmt: skip
        else:
            raise Http404

    tried(request, do, _("It is noted."))
    return redirect("grants:agreement", reference=case.reference)


def _day(post: Any, name: str) -> dt.date:
    try:
        return dt.date.fromisoformat(post.get(name, ""))
    except ValueError:
        raise InputError(Text("donnez une date", "give a day")) from None


def _amount(text: str) -> Decimal | None:
    plain = text.replace("\u202f", "").replace("\xa0", "").replace(" ", "").replace(",", ".")
    if not plain:
        return None
    try:
        return Decimal(plain)
    except InvalidOperation:
        raise InputError(Text("montant illisible", "unreadable amount")) from None
