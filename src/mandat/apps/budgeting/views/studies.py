"""The back office of one project: its study until it is given, then its delivery until it is there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from mandat.apps.accounts.access import requires
from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import may
from mandat.apps.budgeting import forms, proposals
from mandat.apps.budgeting.models import Project
from mandat.apps.budgeting.services import delivery, money, studies
from mandat.apps.budgeting.terms import BudgetTerms
from mandat.apps.budgeting.views.bureau import root
from mandat.apps.budgeting.views.shared import project_or_404
from mandat.apps.programme.views.bureau.common import page, user_of
from mandat.apps.programme.views.shared import words
from mandat.kernel.errors import InputError
from mandat.web.components import Crumb

State = Project.State


@dataclass(frozen=True, slots=True)
class Act:
    """Something one can do about a project: its words, its form, and the service it calls."""

    label: Any
    make: Callable[[BudgetTerms, Project, Any], django_forms.Form]
    do: Callable[[User, Project, Any], object]
    open: bool = False


def _study_acts() -> dict[str, Act]:
    return {
        "fiche": Act(
            _("What it is"),
            lambda terms, project, data: forms.SheetForm(data, terms=terms, initial=forms.SheetForm.begun(project)),
            lambda user, project, form: studies.sheet_write(actor=user, project=project, sheet=form.sheet(project)),
        ),
        "couts": Act(
            _("Cost sheet"),
            lambda terms, project, data: forms.CostsForm(data, initial=forms.CostsForm.begun(project)),
            lambda user, project, form: studies.costs_write(
                actor=user, project=project, lines=form.cleaned_data["lines"]
            ),
        ),
        "criteres": Act(
            _("Criteria"),
            lambda terms, project, data: forms.AssessForm(data, terms=terms, project=project),
            lambda user, project, form: studies.assess(actor=user, project=project, verdicts=form.verdicts()),
        ),
        "avis": Act(
            _("Opinion of a service"),
            lambda terms, project, data: forms.OpinionForm(data),
            lambda user, project, form: studies.opinion_record(actor=user, project=project, **form.cleaned_data),
        ),
        "accord": Act(
            _("Agreement of the authors"),
            lambda terms, project, data: forms.AgreementForm(data),
            lambda user, project, form: studies.agreement_record(actor=user, project=project, **form.cleaned_data),
        ),
        "conclusion": Act(
            _("Conclusion"),
            lambda terms, project, data: forms.ConcludeForm(data),
            lambda user, project, form: studies.study_conclude(actor=user, project=project, **form.cleaned_data),
        ),
    }


def _delivery_acts(project: Project) -> dict[str, Act]:
    found = {}
    if not project.steps.exists():
        found["etapes"] = Act(
            _("Announce the steps"),
            lambda terms, project, data: forms.PlanForm(data),
            lambda user, project, form: delivery.steps_plan(
                actor=user, project=project, steps=form.cleaned_data["steps"]
            ),
        )
    else:
        found["faite"] = Act(
            _("A step is done"),
            lambda terms, project, data: forms.DoneForm(data),
            lambda user, project, form: delivery.step_done(
                actor=user,
                project=project,
                rank=form.cleaned_data["rank"],
                on=form.cleaned_data["on"],
                evidence=form.evidence(),
            ),
        )
        found["retard"] = Act(
            _("A step is put off"),
            lambda terms, project, data: forms.DelayForm(data),
            lambda user, project, form: delivery.step_delay(actor=user, project=project, **form.cleaned_data),
        )
    found["paiement"] = Act(
        _("Money was paid"),
        lambda terms, project, data: forms.PayForm(data),
        lambda user, project, form: money.project_pay(actor=user, project=project, **form.cleaned_data),
    )
    found["realise"] = Act(
        _("The project is delivered"),
        lambda terms, project, data: forms.DeliverForm(data),
        lambda user, project, form: delivery.project_deliver(actor=user, project=project, **form.cleaned_data),
    )
    found["abandon"] = Act(
        _("Give the project up"),
        lambda terms, project, data: forms.AbandonForm(data),
        lambda user, project, form: delivery.project_abandon(actor=user, project=project, **form.cleaned_data),
    )
    return found


def _acts(user: User, project: Project) -> dict[str, Act]:
    if project.state == State.STUDY and may(user, "budgeting.study"):
        found = _study_acts()
        if not project.changes or project.agreed_on is not None:
            del found["accord"]
        if not project_has_criteria(project):
            del found["criteres"]
        return found
    if project.state == State.FUNDED and may(user, "budgeting.deliver"):
        return _delivery_acts(project)
    return {}


def project_has_criteria(project: Project) -> bool:
    _found, terms = project_or_404(project.reference)
    return bool(terms.budget.criteria)


@requires("budgeting.study")
def project(request: HttpRequest, reference: str) -> HttpResponseBase:
    """One project: what is known of it, what is missing, and each act open now with its form."""
    found, terms = project_or_404(reference)
    user = user_of(request)
    acts = _acts(user, found)
    asked = request.POST.get("act", "") if request.method == "POST" else ""
    if request.method == "POST" and asked not in acts:
        raise PermissionDenied("budgeting")
    made = {name: act.make(terms, found, request.POST if name == asked else None) for name, act in acts.items()}
    for name, form in made.items():
        form.auto_id = f"id_{name}_%s"  # several forms on one page
    if asked and made[asked].is_valid():
        try:
            acts[asked].do(user, found, made[asked])
        except InputError as error:
            made[asked].add_error(None, str(error))
        else:
            messages.success(request, _("It is recorded, and shown on the project's page."))
            return redirect("budgeting:bureau_project", reference=reference)
    references = list(found.ideas.order_by("id").values_list("proposal", flat=True))
    values = {
        "terms": terms,
        "project": found,
        "missing": studies.missing(terms, found) if found.state == State.STUDY else [],
        "acts": [(name, act.label, made[name], name == asked) for name, act in acts.items()],
        "ideas": list(proposals.by_reference(references).values()),
        "lines": list(found.lines.all()),
        "opinions": list(found.opinions.all()),
        "steps": list(found.steps.all()),
        "history": list(found.notes.order_by("-on", "-id")[:30]),
    }
    crumbs = [
        root(),
        Crumb(words(terms.title), reverse("budgeting:bureau_budget", args=[found.process, found.component])),
        Crumb(words(found.title)),
    ]
    status = 422 if asked else 200
    return page(request, "budgeting/bureau/project.html", values, crumbs=crumbs, status=status)
