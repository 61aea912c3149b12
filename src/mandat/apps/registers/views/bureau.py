"""The back office of labels and contracts, for those who examine the cases of their schemes; and the holder's answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from mandat.apps.accounts.access import requires
from mandat.apps.accounts.models import User
from mandat.apps.grants import access
from mandat.apps.grants.models import Duty
from mandat.apps.programme.views.bureau.common import page, user_of
from mandat.apps.programme.views.shared import programme_or_404
from mandat.apps.registers import forms as acts
from mandat.apps.registers.models import Action, Contract, Label
from mandat.apps.registers.services import contracts, labels
from mandat.apps.registers.views.labels import label_or_404
from mandat.apps.registers.views.shared import label_crumbs, place
from mandat.kernel.errors import InputError
from mandat.web.components import Crumb


def _mine(user: User, rows: QuerySet[Any], programme: str) -> QuerySet[Any]:
    """Rows of the schemes one examines; every row for auditors, who only read."""
    schemes = access.schemes_of(user, programme)
    return rows if schemes is None else rows.filter(scheme__in=schemes)


def _acts(user: User, programme: str, scheme: str) -> bool:
    return Duty.INSTRUCT in access.duties(user, programme, scheme)


@require_GET
@requires("grants.read")
def register(request: HttpRequest) -> HttpResponse:
    """Labels that end first, and contracts whose review comes first."""
    current, user = programme_or_404(), user_of(request)
    held = Label.objects.filter(programme=current.code, ended_on__isnull=True).select_related("holder")
    running = Contract.objects.filter(programme=current.code).exclude(state=Contract.State.ENDED)
    values = {
        "labels": list(_mine(user, held, current.code).order_by("until", "pk")[:200]),
        "contracts": list(_mine(user, running, current.code).order_by("next_review_on", "pk")[:200]),
    }
    return page(request, "registers/bureau/register.html", values, crumbs=[Crumb(_("Labels and contracts"))])


@requires("grants.read")
def label(request: HttpRequest, scheme: str, reference: str) -> HttpResponseBase:
    """One label, its procedures, and what may be done about it."""
    current, user = programme_or_404(), user_of(request)
    found = label_or_404(current, scheme, reference)
    if not _mine(user, Label.objects.filter(pk=found.pk), current.code).exists():
        raise PermissionDenied("grants.read")
    may_act = _acts(user, current.code, scheme) and found.ended_on is None
    running = found.withdrawals.filter(decided_on__isnull=True).select_related("label__holder__subject").first()
    data = request.POST if request.method == "POST" else None
    form: forms.Form | None = None
    if may_act:
        form = acts.WithdrawalDecisionForm(data) if running else acts.WithdrawalForm(data)
    if data is not None:
        if form is None:
            raise PermissionDenied("grants.examine")
        if form.is_valid():
            try:
                if running:
                    labels.withdrawal_decide(actor=user, withdrawal=running, **form.cleaned_data)
                else:
                    labels.withdrawal_open(actor=user, label=found, **form.cleaned_data)
            except InputError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("It is recorded, and the holder is told."))
                return redirect("registers:bureau_label", scheme=scheme, reference=reference)
    values = {
        "label": found,
        "place": place(f"commune:{found.commune}" if found.commune else ""),
        "running": running,
        "past": found.withdrawals.filter(decided_on__isnull=False).select_related("label__holder__subject"),
        "form": form,
    }
    crumbs = [Crumb(_("Labels and contracts"), reverse("registers:bureau")), Crumb(found.holder.name)]
    return page(
        request,
        "registers/bureau/label.html",
        values,
        crumbs=crumbs,
        status=422 if form is not None and form.errors else 200,
    )


@requires("grants.apply")
def answer(request: HttpRequest, scheme: str, reference: str) -> HttpResponseBase:
    """The holder reads the grounds and answers, or gives the label up."""
    current, user = programme_or_404(), user_of(request)
    found = label_or_404(current, scheme, reference)
    if not found.holder.members.filter(user=user).exists():
        raise PermissionDenied("organisations.edit")
    running = found.withdrawals.filter(decided_on__isnull=True).select_related("label__holder__subject").first()
    form = acts.AnswerForm(request.POST if request.method == "POST" and "give_up" not in request.POST else None)
    try:
        if "give_up" in request.POST:
            labels.label_give_up(actor=user, label=found)
            messages.success(request, _("The label is given up."))
            return redirect("registers:label", scheme=scheme, reference=reference)
        if request.method == "POST" and running is not None and form.is_valid():
            labels.withdrawal_answer(actor=user, withdrawal=running, text=form.cleaned_data["text"])
            messages.success(request, _("Your answer is kept with the procedure."))
            return redirect("registers:answer", scheme=scheme, reference=reference)
    except InputError as error:
        form.add_error(None, str(error))
    values = {
        "crumbs": [*label_crumbs(), Crumb(found.holder.name, reverse("registers:label", args=[scheme, reference])), Crumb(_("Your answer"))],
        "label": found,
        "running": running,
        "form": form,
    }  # fmt: skip
    return render(request, "registers/answer.html", values, status=422 if form.errors else 200)


def _contract(request: HttpRequest, reference: str) -> Contract:
    current = programme_or_404()
    found = get_object_or_404(Contract, programme=current.code, reference=reference)
    if not _mine(user_of(request), Contract.objects.filter(pk=found.pk), current.code).exists():
        raise PermissionDenied("grants.read")
    return found


Make = Callable[[Contract, Any], forms.Form]
Do = Callable[[User, Contract, Any], object]

#: What may be done with a contract: its form, and the act.
ACTS: dict[str, tuple[Make, Do]] = {
    "preparer": (
        acts.PreparationForm.of,
        lambda user, contract, form: contracts.contract_prepare(actor=user, contract=contract, **form.cleaned_data),
    ),
    "signer": (
        lambda contract, data: acts.SignatureForm(data),
        lambda user, contract, form: contracts.contract_sign(actor=user, contract=contract, **form.cleaned_data),
    ),
    "action": (
        acts.ActionForm,
        lambda user, contract, form: contracts.action_add(
            actor=user, contract=contract, title=form.cleaned_data["title"], due_on=form.cleaned_data["due_on"],
            leader=form.cleaned_data["leader"], fundings=form.fundings(),
        ),
    ),
    "revue": (
        lambda contract, data: acts.ReviewForm(data),
        lambda user, contract, form: contracts.review_hold(actor=user, contract=contract, **form.cleaned_data),
    ),
    "avenant": (
        lambda contract, data: acts.AmendmentForm(data),
        lambda user, contract, form: contracts.contract_amend(actor=user, contract=contract, **form.cleaned_data),
    ),
    "fin": (
        lambda contract, data: acts.SignatureForm(data),
        lambda user, contract, form: contracts.contract_terminate(actor=user, contract=contract, **form.cleaned_data),
    ),
}  # fmt: skip
#: Which of them a state allows.
OPEN = {
    Contract.State.PREPARED: ("preparer", "signer", "action"),
    Contract.State.RUNNING: ("action", "revue", "avenant", "fin"),
    Contract.State.ENDED: (),
}


def _act_words() -> dict[str, tuple[str, str]]:
    """The title of each act, and the words of its button."""
    return {
        "preparer": (_("Prepare the contract"), _("Keep")),
        "signer": (_("Record the signature"), _("Record the signature")),
        "action": (_("Add an action"), _("Add the action")),
        "revue": (_("Record a review"), _("Record the review")),
        "avenant": (_("Record an amendment"), _("Record the amendment")),
        "fin": (_("End the contract before its term"), _("End the contract")),
        "realisee": (_("The action is done"), _("Record")),
        "abandonnee": (_("The action is given up"), _("Record")),
    }


@require_GET
@requires("grants.read")
def contract(request: HttpRequest, reference: str) -> HttpResponse:
    """One contract, with everything that may be done about it."""
    found, user = _contract(request, reference), user_of(request)
    may_act = _acts(user, found.programme, found.scheme)
    words = _act_words()
    values = {
        "contract": found,
        "parties": found.parties.select_related("organisation"),
        "areas": [place(one.area) for one in found.areas.filter(until__isnull=True)],
        "actions": found.actions.select_related("leader"),
        "reviews": found.reviews.all(),
        "amendments": found.amendments.all(),
        "may_act": may_act,
        "acts": [(name, words[name][0]) for name in OPEN[Contract.State(found.state)]] if may_act else [],
    }
    crumbs = [Crumb(_("Labels and contracts"), reverse("registers:bureau")), Crumb(found.title)]
    return page(request, "registers/bureau/contract.html", values, crumbs=crumbs)


@requires("grants.instruct")
def contract_act(request: HttpRequest, reference: str, act: str) -> HttpResponseBase:
    """Do one act on a contract."""
    found = _contract(request, reference)
    if act not in OPEN[Contract.State(found.state)]:
        raise Http404(act)
    make, do = ACTS[act]
    form = make(found, request.POST if request.method == "POST" else None)
    return _done(request, found, act, form, lambda user: do(user, found, form))


@requires("grants.instruct")
def action_act(request: HttpRequest, reference: str, rank: int, act: str) -> HttpResponseBase:
    """Say that an action is done, or given up."""
    found = _contract(request, reference)
    action = get_object_or_404(Action, contract=found, rank=rank)
    data = request.POST if request.method == "POST" else None
    form: forms.Form = acts.DoneForm(data) if act == "realisee" else acts.DropForm(data)
    do = contracts.action_done if act == "realisee" else contracts.action_drop
    return _done(
        request, found, act, form, lambda user: do(actor=user, action=action, **form.cleaned_data), action.title
    )


def _done(
    request: HttpRequest, found: Contract, act: str, form: forms.Form, do: Callable[[User], object], about: str = ""
) -> HttpResponseBase:
    title, button = _act_words()[act]
    if request.method == "POST" and form.is_valid():
        try:
            do(user_of(request))
        except InputError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("It is recorded."))
            return redirect("registers:bureau_contract", reference=found.reference)
    values = {"contract": found, "form": form, "title": title, "button": button, "about": about or found.title}
    crumbs = [
        Crumb(_("Labels and contracts"), reverse("registers:bureau")),
        Crumb(found.title, reverse("registers:bureau_contract", args=[found.reference])),
        Crumb(title),
    ]
    return page(request, "registers/bureau/act.html", values, crumbs=crumbs, status=422 if form.errors else 200)


@require_POST
@requires("grants.instruct")
def action_begin(request: HttpRequest, reference: str, rank: int) -> HttpResponseBase:
    """Say that an action is under way."""
    found = _contract(request, reference)
    try:
        contracts.action_begin(actor=user_of(request), action=get_object_or_404(Action, contract=found, rank=rank))
    except InputError as error:
        messages.error(request, str(error))
    return redirect("registers:bureau_contract", reference=reference)
