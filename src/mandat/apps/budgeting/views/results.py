"""For everyone: the list as it was fixed, what each vote gave and why, and what becomes of what was chosen."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mandat.apps.budgeting.models import Outcome, Project, ProjectList
from mandat.apps.budgeting.selectors import WON, lists_of, projects_of, tally_of
from mandat.apps.budgeting.terms import BudgetTerms
from mandat.apps.budgeting.views.shared import (
    base_values,
    counting_words,
    terms_or_404,
    voters_shown,
)
from mandat.apps.programme.views.shared import programme_or_404, words
from mandat.kernel.text import Text
from mandat.web import formats
from mandat.web.charts.bar import Bar, bars
from mandat.web.components import Chart, Column, Crumb, Table

State = Project.State


@require_safe
def list_json(request: HttpRequest, process: str, component: str) -> HttpResponse:
    """A list as it was fixed: the very object its digest is made of."""
    terms = terms_or_404(process, component)
    found = get_object_or_404(
        ProjectList, programme=terms.published.programme, process=process, component=component,
        part=request.GET.get("part", ""),
    )  # fmt: skip
    return JsonResponse(
        {"digest": found.digest, "list": found.body}, json_dumps_params={"ensure_ascii": False, "sort_keys": True}
    )


@require_safe
def results(request: HttpRequest, process: str, component: str) -> HttpResponse:
    """What each vote gave: in words for each project, and beside it what most votes first would have given."""
    programme_or_404()
    terms = terms_or_404(process, component)
    found = [one for one in lists_of(terms) if one.counted_at is not None]
    asked = request.GET.get("part", "")
    chosen = [one for one in found if one.part == asked] if asked else found if len(found) == 1 else []
    if asked and not chosen:
        raise Http404(asked)
    values = base_values(terms, "results", Crumb(_("Results"))) | {
        "lists": [
            {"list": one, "part": terms.part_title(one.part), "voters": voters_shown(one), "won": sum(bool(o.chosen) for o in one.outcomes.all())}
            for one in found
        ],
        "result": _result(terms, chosen[0]) if chosen else None,
        "counting": counting_words(terms),
    }  # fmt: skip
    return render(request, "budgeting/results.html", values)


def _result(terms: BudgetTerms, found: ProjectList) -> dict[str, Any]:
    told: dict[str, Any] = found.result or {}
    outcomes = list(found.outcomes.all())
    hidden = voters_shown(found) is None
    return {
        "list": found,
        "part": terms.part_title(found.part),
        "voters": voters_shown(found),
        "spent": Decimal(told["spent"]),
        "budget": Decimal(told["budget"]),
        "root": told["root"],
        "poll": found.poll,
        "ties": told["ties"],
        "outcomes": outcomes,
        "hidden": hidden,
        "chart": None if hidden else _chart(outcomes),
        "comparison": None if hidden else _comparison(outcomes, told),
        "differs": any(one.chosen != one.greedy for one in outcomes),
    }


def _chart(outcomes: list[Outcome]) -> Chart:
    items = [
        Bar(
            words(one.project.title),
            Decimal(one.votes or 0),
            reverse("budgeting:project", args=[one.project.reference]),
        )
        for one in sorted(outcomes, key=lambda one: -(one.votes or 0))[:6]
    ]
    return bars(
        items,
        unit="person",
        title=_("Voters who named each project, the six first"),
        name="votes",
        head=Text("Projet", "Project"),
    )


def _comparison(outcomes: list[Outcome], told: dict[str, Any]) -> Table:
    def share(value: float) -> str:
        return formats.percent(Decimal(str(value)) * 100)

    return Table(
        caption=_("If the most votes had come first (for information)"),
        columns=[Column(_("What")), Column(_("The rule of this budget"), right=True), Column(_("Most votes first"), right=True)],
        rows=[
            (_("Projects chosen"), formats.number(sum(bool(one.chosen) for one in outcomes)), formats.number(sum(bool(one.greedy) for one in outcomes))),
            (_("Money used"), formats.euros(Decimal(told["spent"])), formats.euros(Decimal(told["greedy_spent"]))),
            (_("Voters with a project of theirs chosen"), share(told["satisfied"]), share(told["satisfied_greedy"])),
        ],
        note=_("The rule was fixed before the vote. This comparison decides nothing."),
    )  # fmt: skip


@require_safe
def delivery(request: HttpRequest, process: str, component: str) -> HttpResponse:
    """What became of each project that was chosen: late first."""
    programme_or_404()
    terms, today = terms_or_404(process, component), timezone.localdate()
    found = list(projects_of(terms).filter(state__in=WON).prefetch_related("steps"))
    rows = [(one, *_progress(one, today)) for one in found]
    rows.sort(key=lambda row: (not row[3], row[0].state == State.DELIVERED, row[0].title_fr))
    values = base_values(terms, "delivery", Crumb(_("Delivery"))) | {
        "rows": rows,
        "tally": tally_of(terms, found),
        "late": sum(1 for row in rows if row[3]),
        "today": today,
    }
    return render(request, "budgeting/delivery.html", values)


def _progress(project: Project, today: dt.date) -> tuple[str, Any, bool]:
    """Steps done in words, the next step, and whether something is overdue."""
    steps = list(project.steps.all())
    done = sum(one.done_on is not None for one in steps)
    following = next((one for one in steps if one.done_on is None), None)
    late = project.state == State.FUNDED and any(one.overdue(today) for one in steps)
    return f"{done}/{len(steps)}" if steps else "–", following, late
