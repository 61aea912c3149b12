"""The beneficiary's page of what follows an award: where to be paid, payments, documents, accounts, conditions, money to give back."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from mandat.apps.custody import uploads
from mandat.apps.grants import access, filing
from mandat.apps.grants.following import bindings, follow
from mandat.apps.grants.forms import following as forms
from mandat.apps.grants.models import Case
from mandat.apps.grants.services import (
    accounts_given,
    banking,
    breaches,
    conditions,
    evidence,
    payments,
    plans,
    recovery,
)
from mandat.apps.grants.views.following.shared import TONES, attempt, case_for, given, piece_answer, user_of
from mandat.kernel.errors import InputError
from mandat.web.components import Crumb


@never_cache
@login_required
@require_GET
def money(request: HttpRequest, reference: str) -> HttpResponseBase:
    """All of it on one page, what awaits the beneficiary first."""
    case, where = case_for(request, reference, side="applicant")
    found = follow(case)
    values = {
        "followed": found,
        "case": case,
        "edits": access.allows(where, "edit"),
        "tones": TONES,
        "bank_form": forms.BankForm(),
        "spent_form": forms.SpentForm(),
        "piece_form": forms.PieceForm(),
        "answer_form": forms.WhyForm(),
        "crumbs": [Crumb(_("Home"), reverse("programme:home")), Crumb(_("Payments and accounts"))],
    }
    return render(request, "grants/applicant/money.html", values)


@never_cache
@login_required
@require_GET
def undertakings(request: HttpRequest, reference: str) -> HttpResponseBase:
    """What one undertakes with this application, from its draft on."""
    case, where = case_for(request, reference, side="applicant", early=True)
    values = {
        "followed": bindings(case),
        "case": case,
        "edits": access.allows(where, "edit"),
        "piece_form": forms.PieceForm(),
        "answer_form": forms.WhyForm(),
        "crumbs": [Crumb(_("Home"), reverse("programme:home")), Crumb(_("Conditions of the aid"))],
    }
    return render(request, "grants/applicant/conditions.html", values)


@never_cache
@login_required
def plan(request: HttpRequest, reference: str) -> HttpResponseBase:
    """The financing plan, changed without a script: each saving shows three more empty lines."""
    case, where = case_for(request, reference, side="applicant")
    if not access.allows(where, "edit"):
        raise Http404
    posted = request.POST if request.method == "POST" else None
    formset: Any = forms.PlanFormSet(posted, initial=forms.plan_initial(case), prefix="plan")
    problem = ""
    if posted is not None and formset.is_valid():
        lines = forms.plan_lines(formset, public=plans.local(case))
        try:
            plans.plan_save(actor=user_of(request), case=case, lines=lines)
        except InputError as error:
            problem = str(error)
        else:
            return redirect("grants:plan", reference=case.reference)
    status = 422 if problem or (posted is not None and not formset.is_valid()) else 200
    values = {
        "case": case,
        "formset": formset,
        "problem": problem,
        "plan": plans.plan_of(case),
        "crumbs": [
            Crumb(_("Home"), reverse("programme:home")),
            Crumb(_("Payments and accounts"), reverse("grants:money", args=[case.reference])),
            Crumb(_("Financing plan")),
        ],
    }
    return render(request, "grants/applicant/plan.html", values, status=status)


@never_cache
@login_required
@require_GET
def piece(request: HttpRequest, reference: str, pk: int) -> HttpResponseBase:
    """A document one gave."""
    case, _where = case_for(request, reference, side="applicant", early=True)
    return piece_answer(case, user_of(request), pk)


@uploads.limited_uploads(filing.LARGEST)
@never_cache
@login_required
@require_POST
def money_act(request: HttpRequest, reference: str, act: str) -> HttpResponseBase:
    """One act of the beneficiary's; back to the page."""
    done = ACTS.get(act)
    if done is None:
        raise Http404
    early = act in ("engagement", "piece", "repondre")
    case, _where = case_for(request, reference, side="applicant", early=early)
    done(request, case)
    return redirect("grants:money" if case.awarded is not None else "grants:undertakings", reference=case.reference)


def _bank(request: HttpRequest, case: Case) -> None:
    said = given(request, forms.BankForm(request.POST))
    if said is not None:
        attempt(
            request,
            lambda: banking.bank_give(actor=user_of(request), case=case, **said),
            _("Your bank details are recorded."),
        )


def _ask(request: HttpRequest, case: Case) -> None:
    spent = None
    if "spent" in request.POST:
        said = given(request, forms.SpentForm(request.POST))
        if said is None:
            return
        spent = said["spent"]
    code = request.POST.get("code", "")
    attempt(
        request,
        lambda: payments.payment_ask(actor=user_of(request), case=case, code=code, spent=spent),
        _("The payment is asked for."),
    )


def _take_back(request: HttpRequest, case: Case) -> None:
    row = get_object_or_404(case.payments, pk=_key(request))
    attempt(
        request,
        lambda: payments.payment_take_back(actor=user_of(request), payment=row),
        _("The request is taken back."),
    )


def _cost(request: HttpRequest, case: Case) -> None:
    said = given(request, forms.SpentForm(request.POST))
    if said is not None:
        attempt(
            request,
            lambda: payments.cost_declare(actor=user_of(request), case=case, spent=said["spent"]),
            _("The final cost is recorded."),
        )


def _piece(request: HttpRequest, case: Case) -> None:
    said = given(request, forms.PieceForm(request.POST, request.FILES))
    code = request.POST.get("code", "")
    if said is not None:
        attempt(
            request,
            lambda: evidence.piece_add(actor=user_of(request), case=case, code=code, file=said["file"]),
            _("The document is added."),
        )


def _account(request: HttpRequest, case: Case) -> None:
    row = get_object_or_404(case.accounts, pk=_key(request))
    attempt(
        request, lambda: accounts_given.account_give(actor=user_of(request), account=row), _("The account is given.")
    )


def _declare(request: HttpRequest, case: Case) -> None:
    code = request.POST.get("code", "")
    attempt(
        request,
        lambda: conditions.condition_declare(actor=user_of(request), case=case, condition=code),
        _("Your undertaking is recorded."),
    )


def _answer_breach(request: HttpRequest, case: Case) -> None:
    row = get_object_or_404(case.breaches, pk=_key(request))
    said = given(request, forms.WhyForm(request.POST))
    if said is not None:
        attempt(
            request,
            lambda: breaches.breach_answer(actor=user_of(request), breach=row, text=said["text"]),
            _("Your answer is recorded."),
        )


def _answer_recovery(request: HttpRequest, case: Case) -> None:
    row = get_object_or_404(case.recoveries, pk=_key(request))
    said = given(request, forms.WhyForm(request.POST))
    if said is not None:
        attempt(
            request,
            lambda: recovery.recovery_answer(actor=user_of(request), recovery=row, text=said["text"]),
            _("Your answer is recorded."),
        )


def _key(request: HttpRequest) -> int:
    """The row an act is about; 0, which no row has, where it is not a number."""
    text = request.POST.get("pk", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


ACTS: dict[str, Any] = {
    "compte": _bank, "demander": _ask, "reprendre": _take_back, "cout": _cost, "piece": _piece, "compte-rendu": _account,
    "engagement": _declare, "repondre": _answer_breach, "repondre-reprise": _answer_recovery,
}  # fmt: skip
