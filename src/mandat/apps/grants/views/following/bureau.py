"""The service's side of what follows awards: lists of work, and one page a case with every act on it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db.models import Sum
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from mandat.apps.accounts.access import requires
from mandat.apps.grants import access
from mandat.apps.grants.following import bindings, follow, title_of
from mandat.apps.grants.forms import following as forms
from mandat.apps.grants.models import Case, PaymentRun
from mandat.apps.grants.services import (
    accounts_given,
    banking,
    breaches,
    conditions,
    judging,
    payments,
    recovery,
    subscribing,
)
from mandat.apps.grants.terms import CONDITIONS, SCHEMES
from mandat.apps.grants.views.following.applicant import _key
from mandat.apps.grants.views.following.shared import TONES, attempt, case_for, given, piece_answer, user_of
from mandat.apps.grants.worklists import LISTS, SIZE, counts
from mandat.apps.programme.published import published
from mandat.apps.programme.views.bureau.common import page
from mandat.web.components import Crumb


@require_GET
@requires("grants.read")
def worklist(request: HttpRequest, code: str = "a-verifier") -> HttpResponseBase:
    """One list of work, and how much waits in the others."""
    one = LISTS.get(code)
    if one is None:
        raise Http404
    user = user_of(request)
    number = request.GET.get("page", "1")
    start = (int(number) - 1) * SIZE if number.isascii() and number.isdigit() and 0 < int(number) < 10_000 else 0
    found = one.rows(user).select_related("case__applicant")
    rows = list(found[start : start + SIZE + 1])
    values: dict[str, Any] = {
        "lists": counts(user),
        "here": one,
        "rows": [_row(row, one.since) for row in rows[:SIZE]],
        "following": start // SIZE + 2 if len(rows) > SIZE else None,
        "before": start // SIZE if start else None,
        "tones": TONES,
        "pays": bool(access.schemes_of(user, published().code, "pay") != frozenset()),
    }
    if one.code == "a-ordonner":
        day = timezone.localdate()
        total = one.rows(user).aggregate(cents=Sum("amount"))["cents"] or 0
        values["total"] = Decimal(total) / 100
        values["run_form"] = forms.RunForm(initial={"reference": f"AIDES-{day:%Y%m%d}", "execution_on": day})
        values["runs"] = _runs()
        values["answer_form"] = forms.AnswerForm()
    if one.code == "en-banque":
        values["runs"] = _runs()
        values["answer_form"] = forms.AnswerForm()
    return page(request, "grants/following/worklist.html", values, crumbs=[Crumb(_("Payments and accounts"))])


def _runs() -> list[PaymentRun]:
    found = PaymentRun.objects.filter(programme=published().code, file__isnull=False)
    return list(found.select_related("file", "made_by").defer("xml", "bordereau").order_by("-pk")[:20])


def _row(row: Any, since: str) -> dict[str, Any]:
    """What a list shows of a row: its case, what it is about, how much, since when."""
    case: Case = row.case
    scheme = SCHEMES.at(case.programme, case.scheme, case.scheme_version).document
    amount = getattr(row, "amount", None)
    what: Any = ""
    if hasattr(row, "asked_at"):
        what = next((one.label for one in scheme.payments if one.code == row.code), row.code)
    elif hasattr(row, "given_at"):
        what = title_of(scheme, row.code)
    elif hasattr(row, "condition"):
        what = CONDITIONS.at(case.programme, row.condition, row.version).document.title
    elif hasattr(row, "record"):
        what = CONDITIONS.at(case.programme, row.record.condition, row.record.version).document.title
    elif hasattr(row, "why"):
        what = row.get_why_display()
    return {
        "case": case,
        "scheme": scheme.title,
        "what": what,
        "amount": Decimal(amount) / 100 if amount is not None else None,
        "since": getattr(row, since),
        "state": row.get_state_display() if hasattr(row, "get_state_display") else "",
        "tone_code": getattr(row, "state", getattr(row, "standing", "")),
        "late": since in ("due_on", "answer_by")
        and getattr(row, since) is not None
        and getattr(row, since) < timezone.localdate(),
    }


@require_GET
@requires("grants.read")
def followed(request: HttpRequest, reference: str) -> HttpResponseBase:
    """One case after its award: every payment with what it waits for, accounts, conditions, breaches, money to give back."""
    case, where = case_for(request, reference, side="service")
    found = follow(case)
    values = {
        "followed": found,
        "case": case,
        "examines": access.allows(where, "examine"),
        "pays": access.allows(where, "pay"),
        "decides": access.allows(where, "decide"),
        "checks": access.allows(where, "examine") or access.allows(where, "pay"),
        "tones": TONES,
        "check_form": forms.CheckForm(),
        "why_form": forms.WhyForm(),
        "spent_form": forms.CheckForm(),
        "uphold_form": forms.UpholdForm(),
        "recovery_form": forms.RecoveryForm(),
        "order_form": forms.OrderRecoveryForm(),
        "stake": subscribing.stake_of(case) if found.scheme.type == "equity" else None,
        "shares_form": forms.SharesForm(initial={"on": timezone.localdate()}),
        "receipt_form": forms.ReceiptForm(initial={"on": timezone.localdate()}),
        "scheme": found.scheme,
    }
    crumbs = [Crumb(_("Payments and accounts"), reverse("grants:following")), Crumb(case.reference)]
    return page(request, "grants/following/case.html", values, crumbs=crumbs)


@require_GET
@requires("grants.read")
def conditions_of(request: HttpRequest, reference: str) -> HttpResponseBase:
    """The conditions of a case, from the day it is sent: what is undertaken, shown and checked."""
    case, where = case_for(request, reference, side="service", early=True)
    checks = access.allows(where, "examine")
    values = {
        "followed": bindings(case),
        "case": case,
        "examines": checks,
        "decides": access.allows(where, "decide"),
        "checks": False,
        "why_form": forms.WhyForm(),
        "uphold_form": forms.UpholdForm(),
        "early": case.awarded is None,
    }
    crumbs = [Crumb(_("Payments and accounts"), reverse("grants:following")), Crumb(case.reference)]
    return page(request, "grants/following/conditions.html", values, crumbs=crumbs)


@require_GET
@requires("grants.read")
def piece(request: HttpRequest, reference: str, pk: int) -> HttpResponseBase:
    """A document of the case."""
    case, _where = case_for(request, reference, side="service", early=True)
    return piece_answer(case, user_of(request), pk)


@require_POST
@requires("grants.read")
def follow_act(request: HttpRequest, reference: str, act: str) -> HttpResponseBase:
    """One act of an agent's on a case; back to its page. Services check who may."""
    done = ACTS.get(act)
    if done is None:
        raise Http404
    case, _where = case_for(request, reference, side="service", early=act == "condition")
    done(request, case)
    return redirect(
        "grants:followed" if case.awarded is not None else "grants:case_conditions", reference=case.reference
    )


def _said(request: HttpRequest, form: type[Any]) -> dict[str, Any] | None:
    return given(request, form(request.POST))


def _bank_verify(request: HttpRequest, case: Case) -> None:
    row = get_object_or_404(case.bank_details, pk=_key(request))
    attempt(
        request, lambda: banking.bank_verify(actor=user_of(request), details=row), _("The bank details are verified.")
    )


def _piece(request: HttpRequest, case: Case) -> None:
    row = get_object_or_404(case.pieces, pk=_key(request))
    accepted, reason = request.POST.get("verdict") == "accepted", request.POST.get("text", "")
    attempt(
        request,
        lambda: judging.later_piece_judge(actor=user_of(request), piece=row, accepted=accepted, reason=reason),
        _("Noted."),
    )


def _check(request: HttpRequest, case: Case) -> None:
    row = get_object_or_404(case.payments, pk=_key(request))
    said = _said(request, forms.CheckForm)
    if said is not None:
        attempt(
            request,
            lambda: payments.payment_check(actor=user_of(request), payment=row, spent=said["spent"], note=said["note"]),
            _("The payment is checked: a colleague may order it."),
        )


def _refuse(request: HttpRequest, case: Case) -> None:
    row = get_object_or_404(case.payments, pk=_key(request))
    said = _said(request, forms.WhyForm)
    if said is not None:
        attempt(
            request,
            lambda: payments.payment_refuse(actor=user_of(request), payment=row, reason=said["text"]),
            _("The request is sent back."),
        )


def _cost(request: HttpRequest, case: Case) -> None:
    said = _said(request, forms.CheckForm)
    final = follow(case).final
    if said is None or final is None:
        return
    spent = said["spent"] if said["spent"] is not None else Decimal(final.declared) / 100
    attempt(
        request,
        lambda: payments.cost_retain(actor=user_of(request), case=case, spent=spent, note=said["note"]),
        _("The final cost is retained."),
    )


def _subscribe(request: HttpRequest, case: Case) -> None:
    said = _said(request, forms.SharesForm)
    if said is not None:
        attempt(
            request,
            lambda: subscribing.stake_subscribe(actor=user_of(request), case=case, **said),
            _("The shares are in the register."),
        )


def _account_accept(request: HttpRequest, case: Case) -> None:
    row = get_object_or_404(case.accounts, pk=_key(request))
    attempt(
        request,
        lambda: accounts_given.account_accept(actor=user_of(request), account=row),
        _("The account is accepted."),
    )


def _account_return(request: HttpRequest, case: Case) -> None:
    row = get_object_or_404(case.accounts, pk=_key(request))
    said = _said(request, forms.WhyForm)
    if said is not None:
        attempt(
            request,
            lambda: accounts_given.account_return(actor=user_of(request), account=row, reason=said["text"]),
            _("The account is sent back."),
        )


def _condition(request: HttpRequest, case: Case) -> None:
    result: Any = {"met": True, "unmet": False, "exempt": "exempt"}.get(request.POST.get("result", ""))
    if result is None:
        messages.error(request, _("Choose what you found."))
        return
    rank = request.POST.get("proof", "")
    proof = int(rank) if rank.isascii() and rank.isdigit() and len(rank) < 3 else None
    code, note = request.POST.get("code", ""), request.POST.get("text", "")
    attempt(
        request,
        lambda: conditions.condition_check(
            actor=user_of(request), case=case, condition=code, met=result, proof=proof, note=note
        ),
        _("The check is recorded."),
    )


def _breach(request: HttpRequest, case: Case) -> None:
    said, code = _said(request, forms.WhyForm), request.POST.get("code", "")
    if said is not None:
        attempt(
            request,
            lambda: breaches.condition_breach(actor=user_of(request), case=case, condition=code, grounds=said["text"]),
            _("Payments are suspended; the beneficiary may answer."),
        )


def _remedy_ask(request: HttpRequest, case: Case) -> None:
    row = get_object_or_404(case.breaches, pk=_key(request))
    attempt(
        request,
        lambda: breaches.remedy_ask(actor=user_of(request), breach=row),
        _("The beneficiary has time to put it right."),
    )


def _conclude(request: HttpRequest, case: Case) -> None:
    row = get_object_or_404(case.breaches.select_related("record"), pk=_key(request))
    said, outcome, user = _said(request, forms.UpholdForm), request.POST.get("outcome", ""), user_of(request)
    if said is None:
        return
    if outcome == "remedied":
        code = row.record.condition
        attempt(
            request,
            lambda: breaches.condition_remedy(actor=user, case=case, condition=code, note=said["text"]),
            _("Payments go on."),
        )
    elif outcome == "dismissed":
        attempt(
            request, lambda: breaches.breach_dismiss(actor=user, breach=row, motive=said["text"]), _("Payments go on.")
        )
    elif outcome == "upheld":
        attempt(
            request,
            lambda: breaches.breach_uphold(actor=user, breach=row, motive=said["text"], unmet=said["unmet"]),
            _("The breach is upheld."),
        )
    else:
        messages.error(request, _("Choose how it ends."))


def _recover(request: HttpRequest, case: Case) -> None:
    said = _said(request, forms.RecoveryForm)
    if said is not None:
        attempt(
            request,
            lambda: recovery.recovery_announce(
                actor=user_of(request), case=case, why=said["why"], amount=said["amount"], reason=said["reason"]
            ),
            _("The recovery is announced; the beneficiary may answer."),
        )


def _recovery_order(request: HttpRequest, case: Case) -> None:
    row, said = get_object_or_404(case.recoveries, pk=_key(request)), _said(request, forms.OrderRecoveryForm)
    if said is not None:
        attempt(
            request,
            lambda: recovery.recovery_order(actor=user_of(request), recovery=row, title=said["title"]),
            _("The recovery is ordered."),
        )


def _receive(request: HttpRequest, case: Case) -> None:
    row, said = get_object_or_404(case.recoveries, pk=_key(request)), _said(request, forms.ReceiptForm)
    if said is not None:
        attempt(
            request,
            lambda: recovery.recovery_receive(actor=user_of(request), recovery=row, **said),
            _("The receipt is recorded."),
        )


def _waive(request: HttpRequest, case: Case) -> None:
    row, said = get_object_or_404(case.recoveries, pk=_key(request)), _said(request, forms.WhyForm)
    if said is not None:
        attempt(
            request,
            lambda: recovery.recovery_waive(actor=user_of(request), recovery=row, reason=said["text"]),
            _("What was left is given up."),
        )


def _close(request: HttpRequest, case: Case) -> None:
    reason = request.POST.get("text", "")
    attempt(
        request,
        lambda: accounts_given.case_close(actor=user_of(request), case=case, reason=reason),
        _("The case is closed."),
    )


ACTS: dict[str, Any] = {
    "compte": _bank_verify, "piece": _piece, "verifier": _check, "renvoyer": _refuse, "cout": _cost, "accepter": _account_accept,
    "rendre": _account_return, "condition": _condition, "manquement": _breach, "reparer": _remedy_ask, "conclure": _conclude,
    "reprise": _recover, "ordonner-reprise": _recovery_order, "encaisser": _receive, "remettre": _waive, "clore": _close,
    "souscrire": _subscribe,
}  # fmt: skip
