"""For everyone: budgets by phase, ideas examined, projects with their costs, results explained, delivery, and each project's whole chain."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from mandat.apps.answers import chain
from mandat.apps.ballots.models import Poll
from mandat.apps.budgeting import proposals
from mandat.apps.budgeting.models import Idea, Outcome, Project
from mandat.apps.budgeting.selectors import WON, examined, history, lists_of, place, projects_of, tally_of
from mandat.apps.budgeting.services.studies import changes_accept
from mandat.apps.budgeting.terms import BudgetTerms
from mandat.apps.budgeting.terms import budgets as all_budgets
from mandat.apps.budgeting.views.shared import (
    base_values,
    counting_words,
    crumbs,
    project_or_404,
    terms_or_404,
    voters_shown,
)
from mandat.apps.programme.views.bureau.common import user_of
from mandat.apps.programme.views.shared import programme_or_404, words
from mandat.apps.territory import selectors as territory
from mandat.apps.territory.maps import frame, patches
from mandat.kernel.errors import InputError
from mandat.kernel.moments import opening
from mandat.web import formats
from mandat.web.components import Card, Column, Crumb, Link, Table
from mandat.web.csvfile import csv_file
from mandat.web.maps import Map, choropleth
from mandat.web.paging import turned

State = Project.State
SHOWN = 20


@require_safe
def budgets(request: HttpRequest) -> HttpResponse:
    """Every participatory budget, those that are open first."""
    programme_or_404()
    now = timezone.now()
    found = sorted(all_budgets(), key=lambda one: not one.published.phases_at(now))
    cards = [
        Card(
            words(one.title), reverse("budgeting:budget", args=[one.process, one.code]), words(one.published.process.summary),
            kicker=_now(one, now), foot=_("%(amount)s to share") % {"amount": formats.euros(one.budget.amount)},
        )
        for one in found
    ]  # fmt: skip
    return render(request, "budgeting/budgets.html", {"crumbs": crumbs(), "cards": cards})


def _now(terms: BudgetTerms, now: dt.datetime) -> str:
    running = terms.published.phases_at(now)
    if running:
        return words(running[-1].title)
    coming = [phase for phase in terms.published.process.phases if opening(phase.opens) > now]
    return (
        _("not begun yet")
        if len(coming) == len(terms.published.process.phases)
        else _("between two phases")
        if coming
        else _("ended")
    )


@require_safe
def budget(request: HttpRequest, process: str, component: str) -> HttpResponse:
    """One budget: where it stands, what one can do now, and its rules."""
    programme_or_404()
    terms, now = terms_or_404(process, component), timezone.now()
    projects = list(projects_of(terms))
    lists = lists_of(terms)
    polls = {
        one.reference: one for one in Poll.objects.filter(reference__in=[found.poll for found in lists if found.poll])
    }
    votes = [(found, terms.part_title(found.part), polls.get(found.poll)) for found in lists]
    values = base_values(terms, "budget") | {
        "running": terms.published.phases_at(now),
        "phases": terms.published.process.phases,
        "tally": tally_of(terms, projects),
        "projects": len(projects),
        "votes": votes,
        "voting": any(poll is not None and poll.takes_votes(now) for _found, _title, poll in votes),
        "now": now,
        "counting": counting_words(terms),
        "parts": _parts(terms) if terms.budget.parts else None,
        "ideas_open": terms.published.is_open(terms.budget.ideas, now),
        "won": sum(one.state in WON for one in projects),
    }
    return render(request, "budgeting/budget.html", values)


def _parts(terms: BudgetTerms) -> Table:
    return Table(
        caption=_("How the money is shared"),
        columns=[Column(_("Part")), Column(_("Amount"), right=True)],
        rows=[(words(part.title), formats.euros(part.amount)) for part in terms.budget.parts],
    )


@require_safe
def ideas(request: HttpRequest, process: str, component: str) -> HttpResponse:
    """What agents decided of each idea, and why."""
    programme_or_404()
    terms = terms_or_404(process, component)
    found = examined(terms)
    values = base_values(terms, "ideas", Crumb(_("Ideas examined"))) | {
        "retained": [one for one in found if one.idea.state == Idea.State.RETAINED],
        "refused": [one for one in found if one.idea.state == Idea.State.REFUSED],
    }
    return render(request, "budgeting/ideas.html", values)


@require_safe
def idea(request: HttpRequest, reference: str) -> HttpResponseBase:
    """Lead to what became of an idea: what messages point to."""
    found = get_object_or_404(Idea.objects.select_related("project"), proposal=reference)
    if found.project is not None:
        return redirect("budgeting:project", reference=found.project.reference)
    return redirect(reverse("budgeting:ideas", args=[found.process, found.component]) + f"#{reference}")


@require_safe
def projects(request: HttpRequest, process: str, component: str) -> HttpResponse:
    """Every project with its cost, on a map and in a list; those of one part where asked."""
    current = programme_or_404()
    terms = terms_or_404(process, component)
    part = request.GET.get("part", "")
    found = projects_of(terms)
    if part:
        if terms.budget.part(part) is None:
            raise Http404(part)
        found = found.filter(part=part)
    listed = list(found)
    rows, pages = turned(request, listed, size=SHOWN)
    values = base_values(terms, "projects", Crumb(_("Projects"))) | {
        "part": terms.part_title(part) if part else None,
        "parts": [(one.code, words(one.title), one.code == part) for one in terms.budget.parts],
        "table": _projects_table(terms, rows) if listed else None,
        "page": pages,
        "map": _map(current.programme.region, listed),
    }
    return render(request, "budgeting/projects.html", values)


def _projects_table(terms: BudgetTerms, found: list[Project]) -> Table:
    columns = [
        Column(_("Project")),
        Column(_("Where")),
        Column(_("State")),
        Column(_("Cost"), right=True),
        Column(_("A year"), right=True),
    ]
    return Table(
        caption=_("Projects and what they cost"),
        columns=columns,
        rows=[
            (
                Link(words(one.title), reverse("budgeting:project", args=[one.reference])),
                words(terms.part_title(one.part)) if one.part else place(one.area) or "–",
                one.get_state_display(),
                formats.euros(one.cost_euros) if one.cost else "–",
                formats.euros(one.running_euros) if one.running else "–",
            )
            for one in found
        ],
        note=_("Cost: investment, once. A year: what it costs to run afterwards."),
    )


def _map(code: str, found: list[Project]) -> Map | None:
    """Projects by EPCI; None where none has a commune, or without boundaries."""
    region = territory.current_region(code)
    drawn = frame(region) if region else None
    counts: Counter[str] = Counter()
    places = territory.reference().places
    for one in found:
        at = places.get(one.area.partition(":")[2]) if one.area.startswith("commune:") else None
        if at is not None and at.epci:
            counts[f"epci:{at.epci}"] += 1
    if region is None or drawn is None or not counts:
        return None
    values = {area: Decimal(count) for area, count in counts.items()}
    return choropleth(
        drawn, patches(region, "epci", values=values), name="projects", title=_("Projects by group of communes"),
        caption=_("Projects by group of communes"), head=(_("Group of communes"), _("Projects")),
    )  # fmt: skip


@require_safe
def projects_csv(request: HttpRequest, process: str, component: str) -> HttpResponseBase:
    """Every project as data."""
    terms = terms_or_404(process, component)
    head = (
        "reference", "titre", "part", "territoire", "etat", "cout_investissement", "cout_annuel", "mois", "attribue", "paye",
        "realise_le",
    )  # fmt: skip
    rows = (
        (
            one.reference, one.title_fr, one.part, one.area, one.state, one.cost_euros, one.running_euros, one.months,
            one.awarded_euros, one.paid_euros, one.delivered_on,
        )
        for one in projects_of(terms)
    )  # fmt: skip
    return csv_file(f"budget-{terms.process}", head, rows)


@require_safe
def project(request: HttpRequest, reference: str) -> HttpResponse:
    """A project: what it is, its study, its vote, its money, its delivery, and everything that happened."""
    current = programme_or_404()
    found, terms = project_or_404(reference)
    references = list(found.ideas.order_by("id").values_list("proposal", flat=True))
    known = proposals.by_reference(references)
    outcome = Outcome.objects.select_related("list").filter(project=found).first()
    labels = {one.code: words(one.label) for one in terms.budget.criteria}
    lines = list(found.lines.all())
    today = timezone.localdate()
    values = {
        "crumbs": crumbs(terms, Crumb(words(found.title))),
        "terms": terms,
        "project": found,
        "place": place(found.area),
        "part": terms.part_title(found.part) if found.part else None,
        "ideas": [(one, known.get(one)) for one in references],
        "credits": proposals.credits(references),
        "assessments": [(labels.get(one.criterion, one.criterion), one) for one in found.assessments.all()],
        "costs": _costs(lines) if lines else None,
        "opinions": list(found.opinions.all()),
        "outcome": outcome,
        "hidden": outcome is not None and voters_shown(outcome.list) is None,
        "steps": [(one, one.overdue(today), list(one.evidence.all())) for one in found.steps.prefetch_related("evidence")],
        "shown": list(found.evidence.filter(step__isnull=True)),
        "payments": list(found.payments.all()),
        "history": history(found),
        "chain": chain.told(found.source),
        "measures": [current.measures[n] for n in terms.published.process.measures if n in current.measures],
        "may_agree": found.state == State.STUDY and bool(found.changes) and found.agreed_on is None and proposals.wrote(user_of(request), references),
    }  # fmt: skip
    return render(request, "budgeting/project.html", values)


def _costs(lines: list[Any]) -> Table:
    return Table(
        caption=_("What it costs"),
        columns=[
            Column(_("Line")),
            Column(_("When")),
            Column(_("Amount"), right=True),
            Column(_("Where the amount comes from")),
        ],
        rows=[(one.label, one.get_kind_display(), formats.euros(one.euros), one.origin or "–") for one in lines],
    )


@require_POST
@login_required
def agree(request: HttpRequest, reference: str) -> HttpResponseBase:
    """An author agrees to what the study changes."""
    found, _terms = project_or_404(reference)
    try:
        changes_accept(author=user_of(request), project=found)
    except InputError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Your agreement is noted."))
    return redirect("budgeting:project", reference=reference)
