"""The back office of budgets: ideas to examine, studies due, lists to fix, money to award, what is late."""

from __future__ import annotations

from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mandat.apps.accounts.access import requires
from mandat.apps.accounts.permissions import may
from mandat.apps.budgeting import forms, proposals
from mandat.apps.budgeting.models import Idea, Project
from mandat.apps.budgeting.selectors import late_steps, lists_of, projects_of
from mandat.apps.budgeting.services.ideas import idea_refuse, idea_retain
from mandat.apps.budgeting.services.lists import list_freeze
from mandat.apps.budgeting.services.money import money_award
from mandat.apps.budgeting.terms import budgets
from mandat.apps.budgeting.views.shared import terms_or_404
from mandat.apps.programme.views.bureau.common import page, user_of
from mandat.apps.programme.views.shared import programme_or_404, words
from mandat.kernel.errors import InputError
from mandat.web.components import Crumb

State = Project.State


def root() -> Crumb:
    return Crumb(_("Participatory budgets"), reverse("budgeting:bureau"))


@require_safe
@requires("budgeting.study")
def queue(request: HttpRequest) -> HttpResponse:
    """My work first: studies by the day they are due, what is late in delivery, and every budget."""
    current, today = programme_or_404(), timezone.localdate()
    studies = Project.objects.filter(programme=current.code, state=State.STUDY).order_by("due_on", "id")
    rows = [{"terms": one, "waiting": proposals.waiting(one).count(), "lists": len(lists_of(one))} for one in budgets()]
    values = {
        "studies": [(one, one.due_on is not None and one.due_on < today) for one in studies[:100]],
        "late": list(late_steps(current.code, today)[:100]),
        "budgets": rows,
    }
    return page(request, "budgeting/bureau/queue.html", values, crumbs=[Crumb(_("Participatory budgets"))])


@requires("budgeting.study")
def budget(request: HttpRequest, process: str, component: str) -> HttpResponseBase:
    """One budget: ideas that wait, projects by state, and the list of each part to fix and to fund."""
    programme_or_404()
    terms, user = terms_or_404(process, component), user_of(request)
    form = forms.AwardForm(request.POST if request.POST.get("act") == "award" else None)
    if request.method == "POST":
        part = request.POST.get("part", "")
        try:
            if request.POST.get("act") == "freeze":
                list_freeze(
                    actor=user,
                    process=process,
                    component=component,
                    part=part,
                    synthetic=terms.published.process.synthetic,
                )
                messages.success(request, _("The list is fixed and published, and the vote prepared."))
                return redirect("budgeting:bureau_budget", process=process, component=component)
            if request.POST.get("act") == "award" and form.is_valid():
                found = next((one for one in lists_of(terms) if one.part == part), None)
                if found is None:
                    raise Http404(part)
                money_award(actor=user, found=found, **form.cleaned_data)
                messages.success(request, _("The money is awarded."))
                return redirect("budgeting:bureau_budget", process=process, component=component)
        except InputError as error:
            form.add_error(None, str(error)) if form.is_bound else messages.error(request, str(error))
    mine = list(projects_of(terms))
    lists = {one.part: one for one in lists_of(terms)}
    values = {
        "terms": terms,
        "waiting": list(proposals.waiting(terms)[:200]),
        "parts": [_part_row(part, words(terms.part_title(part)), mine, lists.get(part)) for part in terms.parts],
        "projects": mine,
        "form": form,
        "may_fund": may(user, "funds.manage"),
    }
    crumbs = [root(), Crumb(words(terms.title))]
    return page(request, "budgeting/bureau/budget.html", values, crumbs=crumbs, status=422 if form.errors else 200)


def _part_row(part: str, title: str, projects: list[Project], found: Any) -> dict[str, Any]:
    own = [one for one in projects if one.part == part]
    return {
        "part": part, "title": title, "list": found,
        "study": sum(one.state == State.STUDY for one in own),
        "feasible": sum(one.state == State.FEASIBLE for one in own),
        "chosen": sum(one.state == State.CHOSEN for one in own),
    }  # fmt: skip


@requires("budgeting.study")
def idea(request: HttpRequest, process: str, component: str, proposal: str) -> HttpResponseBase:
    """One idea: read it, then study it, alone or with others, or refuse it."""
    current = programme_or_404()
    terms, user = terms_or_404(process, component), user_of(request)
    try:
        said = proposals.public(terms, proposal)
    except InputError:
        raise Http404(proposal) from None
    before = (
        Idea.objects.filter(programme=current.code, process=process, proposal=proposal)
        .select_related("project")
        .first()
    )
    studies = list(projects_of(terms).filter(state=State.STUDY)[:200])
    asked = request.POST.get("act") if request.method == "POST" else None
    retain = forms.RetainForm(request.POST if asked == "retain" else None, terms=terms, studies=studies)
    refuse = forms.RefuseForm(request.POST if asked == "refuse" else None, terms=terms)
    retain.auto_id, refuse.auto_id = "id_retain_%s", "id_refuse_%s"  # two forms on one page
    bound: django_forms.Form | None = retain if asked == "retain" else refuse if asked == "refuse" else None
    if bound is not None and bound.is_valid():
        given, synthetic = bound.cleaned_data, terms.published.process.synthetic
        try:
            if asked == "retain":
                with_ = next((one for one in studies if one.reference == given["project"]), None)
                made = idea_retain(
                    actor=user, process=process, component=component, proposal=proposal, project=with_, part=given.get("part", ""),
                    synthetic=synthetic,
                )  # fmt: skip
                return redirect("budgeting:bureau_project", reference=made.reference)
            idea_refuse(
                actor=user, process=process, component=component, proposal=proposal, ground=given["ground"], reason=given["reason"],
                synthetic=synthetic,
            )  # fmt: skip
            messages.success(request, _("It is recorded, published, and its author is told."))
            return redirect("budgeting:bureau_budget", process=process, component=component)
        except InputError as error:
            bound.add_error(None, str(error))
    values = {"terms": terms, "words": said, "before": before, "retain": retain, "refuse": refuse}
    crumbs = [
        root(),
        Crumb(words(terms.title), reverse("budgeting:bureau_budget", args=[process, component])),
        Crumb(said.title),
    ]
    status = 422 if bound is not None and bound.errors else 200
    return page(request, "budgeting/bureau/idea.html", values, crumbs=crumbs, status=status)
