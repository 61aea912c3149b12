"""The back office of participation: processes under way, proposals to examine and to classify, merging, changing rules."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from mandat.apps.accounts.access import requires
from mandat.apps.accounts.permissions import may
from mandat.apps.participation import finding, selectors
from mandat.apps.participation.definitions import PublishedProcess, latest_published, published_processes
from mandat.apps.participation.differing import differing
from mandat.apps.participation.forms import AttestForm, MergeForm, RulesForm, StatusForm
from mandat.apps.participation.models import ProcessRun, Proposal
from mandat.apps.participation.services.examining import proposal_classify, status_give
from mandat.apps.participation.services.joining import participant_attest
from mandat.apps.participation.services.merging import proposals_merge
from mandat.apps.participation.services.rules import rules_change
from mandat.apps.participation.tallies import all_tallies, tallies_of
from mandat.apps.participation.views.proposals import proposal_or_404
from mandat.apps.participation.views.shared import component_or_404, process_or_404, user_of
from mandat.apps.programme.views.bureau.common import page
from mandat.apps.programme.views.shared import words
from mandat.kernel.errors import InputError
from mandat.web import formats
from mandat.web.components import Column, Crumb, Link, Table
from mandat.web.paging import turned

SIZE = 50


def _crumbs(one: PublishedProcess | None = None, *more: Crumb) -> list[Crumb]:
    trail = [Crumb(_("Participation"), reverse("participation:bureau"))]
    if one is not None:
        trail.append(Crumb(words(one.process.title), reverse("participation:bureau_process", args=[one.code])))
    return [*trail, *more]


@requires("community.statistics")
def overview(request: HttpRequest) -> HttpResponse:
    """Every process with its figures."""
    at = timezone.now()
    known = list(published_processes().values())
    tallies = all_tallies(known[0].programme) if known else {}
    runs = {run.process: run for run in ProcessRun.objects.order_by("process")}
    rows = []
    for one in known:
        tally, run = tallies.get(one.code), runs.get(one.code)
        now = ", ".join(words(phase.title) for phase in one.phases_at(at)) or "–"
        state = _("rules fixed") if run is not None and run.frozen_at else _("not begun")
        figures = [
            formats.number(getattr(tally, name), 0) if tally else "0"
            for name in ("participants", "proposals", "supports", "comments")
        ]
        rows.append(
            (
                Link(words(one.process.title), reverse("participation:bureau_process", args=[one.code])),
                now,
                state,
                *figures,
            )
        )
    table = Table(
        _("Processes"),
        [Column(_("Process")), Column(_("Phase")), Column(_("State")), *(Column(label, right=True) for label in (_("participants"), _("proposals"), _("supports"), _("comments")))],
        rows,
    )  # fmt: skip
    return page(request, "participation/bureau/overview.html", {"table": table if rows else None}, crumbs=_crumbs())


@requires("community.statistics")
def process(request: HttpRequest, process: str) -> HttpResponse:
    """One process: its components, what waits, whether a later version of its rules is published."""
    one = process_or_404(process)
    tallies = tallies_of(one.programme, one.code)
    run = ProcessRun.objects.filter(programme=one.programme, process=one.code).first()
    latest = latest_published(one.code, one.programme)
    parts = []
    for component in one.process.components:
        if component.type != "proposals":
            continue
        found = selectors.proposals_of(one.code, component.code, programme=one.programme)
        parts.append(
            {
                "component": component,
                "tally": tallies.get(component.code),
                "waiting": found.filter(status="").count(),
                "answers": found.filter(status="", threshold_at__isnull=False).count(),
            }
        )
    context = {
        "one": one,
        "process": one.process,
        "parts": parts,
        "run": run,
        "pending": run is not None and run.frozen_at is not None and latest is not None and latest.ref.version != one.ref.version,
        "may_change": may(request.user, "participation.rules_change"),
        "may_manage": may(request.user, "participation.manage"),
    }  # fmt: skip
    return page(request, "participation/bureau/process.html", context, crumbs=_crumbs(one))


@requires("participation.manage")
def queue(request: HttpRequest, process: str, component: str) -> HttpResponse:
    """Proposals to examine: those whose answer is due first, then the most supported."""
    one = process_or_404(process)
    part = component_or_404(one, component, "proposals")
    found = selectors.proposals_of(one.code, part.code, programme=one.programme)
    state = request.GET.get("suite", "a-examiner")
    found = (
        found.filter(status="")
        if state == "a-examiner"
        else found.filter(status=state)
        if state in Proposal.Status.values
        else found
    )
    if query := request.GET.get("q", "")[:100]:
        found = found.filter(
            pk__in=finding.searched(query, programme=one.programme, process=one.code, component=part.code)
        )
    labels = {choice.code: words(choice.label) for choice in part.categories}
    shown: Any = found.order_by("-supports", "-pk")
    rows, pager = turned(request, shown, size=SIZE)
    table = Table(
        _("Proposals to examine"),
        [Column(_("Title")), Column(_("Reference")), Column(_("Category")), Column(_("Supports"), right=True), Column(_("Comments"), right=True), Column(pgettext("process", "Answer due"))],
        [
            (
                Link(row.title, reverse("participation:bureau_examine", args=[one.code, part.code, row.reference])), row.reference,
                labels.get(row.category, "–"), formats.number(row.supports, 0), formats.number(row.comments, 0),
                formats.day(row.threshold_at) if row.threshold_at else "–",
            )
            for row in rows
        ],
    )  # fmt: skip
    states = [("a-examiner", _("to examine")), *((code, label) for code, label in Proposal.Status.choices if code)]
    context = {
        "one": one, "process": one.process, "component": part, "table": table, "pager": pager, "query": query,
        "states": [(code, label, code == state) for code, label in states],
    }  # fmt: skip
    return page(request, "participation/bureau/queue.html", context, crumbs=_crumbs(one, Crumb(words(part.title))))


@requires("participation.manage")
def examine(request: HttpRequest, process: str, component: str, reference: str) -> HttpResponseBase:
    """One proposal: say what becomes of it, put it in another category, find those alike to merge."""
    one = process_or_404(process)
    part = component_or_404(one, component, "proposals")
    row = proposal_or_404(one, component, reference)
    user = user_of(request)
    form = StatusForm(request.POST if request.POST.get("action") == "suite" else None)
    if request.method == "POST":
        try:
            if request.POST.get("action") == "ranger":
                proposal_classify(actor=user, reference=reference, category=request.POST.get("categorie", ""))
                messages.success(request, _("The proposal is classified."))
                return redirect(request.path)
            if form.is_valid():
                status_give(actor=user, reference=reference, **form.cleaned_data)
                messages.success(request, _("What becomes of this proposal is published."))
                return redirect(request.path)
        except InputError as error:
            messages.error(request, str(error))
    near = finding.alike(
        row.title, row.text, programme=one.programme, process=one.code, component=part.code, but=row.pk
    )
    context = {
        "one": one,
        "process": one.process,
        "component": part,
        "row": row,
        "near": near,
        "form": form,
        "statuses": list(row.statuses.order_by("-at", "-pk")),
        "categories": [(choice.code, choice.label, choice.code == row.category) for choice in part.categories],
        "merge_url": reverse("participation:bureau_merge", args=[one.code, part.code]),
    }
    trail = _crumbs(
        one,
        Crumb(words(part.title), reverse("participation:bureau_queue", args=[one.code, part.code])),
        Crumb(row.reference),
    )
    return page(request, "participation/bureau/examine.html", context, crumbs=trail, status=422 if form.errors else 200)


@requires("participation.manage")
def merge(request: HttpRequest, process: str, component: str) -> HttpResponseBase:
    """Join like proposals into one."""
    one = process_or_404(process)
    part = component_or_404(one, component, "proposals")
    initial = {"into": request.GET.get("vers", "")[:12], "sources": " ".join(request.GET.getlist("avec"))[:700]}
    form = MergeForm(request.POST or None, initial=initial)
    chosen: list[Proposal] = []
    given: Any = form.cleaned_data if form.is_bound and form.is_valid() else {}
    wanted = [given.get("into") or initial["into"], *(given.get("sources") or initial["sources"].split())]
    chosen = list(
        selectors.with_authors(Proposal.objects.filter(reference__in=[one for one in wanted if one])).order_by(
            "-supports", "pk"
        )
    )
    if given and request.POST.get("action") == "reunir":
        try:
            target = proposals_merge(
                actor=user_of(request), into=given["into"], sources=given["sources"], reason=given["reason"]
            )
        except InputError as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request, _("The proposals are merged: authors are credited, each supporter is counted once.")
            )
            return redirect(
                "participation:bureau_examine", process=one.code, component=part.code, reference=target.reference
            )
    context = {
        "one": one,
        "process": one.process,
        "component": part,
        "form": form,
        "chosen": chosen,
        "ready": bool(given),
    }
    trail = _crumbs(
        one,
        Crumb(words(part.title), reverse("participation:bureau_queue", args=[one.code, part.code])),
        Crumb(_("Merge")),
    )
    return page(request, "participation/bureau/merge.html", context, crumbs=trail, status=422 if form.errors else 200)


@requires("participation.rules_change")
def rules(request: HttpRequest, process: str) -> HttpResponseBase:
    """Decide that the version published last applies to a running process."""
    one = process_or_404(process)
    latest = latest_published(one.code, one.programme)
    run = ProcessRun.objects.filter(programme=one.programme, process=one.code).first()
    if run is None or run.frozen_at is None or latest is None or latest.ref.version == one.ref.version:
        raise Http404(process)
    form = RulesForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            rules_change(actor=user_of(request), process=one.code, **form.cleaned_data)
        except InputError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The new rules are in force; everyone taking part will be told."))
            return redirect("participation:bureau_process", process=one.code)
    context = {
        "one": one, "process": one.process, "form": form, "rows": differing(one.process, latest.process),
        "before": one.ref.version, "after": latest.ref.version,
    }  # fmt: skip
    return page(
        request,
        "participation/bureau/rules.html",
        context,
        crumbs=_crumbs(one, Crumb(_("Change the rules"))),
        status=422 if form.errors else 200,
    )


@requires("participation.manage")
def attest(request: HttpRequest, process: str) -> HttpResponseBase:
    """Record that an agent saw that someone meets the conditions."""
    one = process_or_404(process)
    form = AttestForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            participant_attest(actor=user_of(request), process=one.code, **form.cleaned_data)
        except InputError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("This person may take part."))
            return redirect("participation:bureau_process", process=one.code)
    context = {"one": one, "process": one.process, "form": form}
    return page(
        request,
        "participation/bureau/attest.html",
        context,
        crumbs=_crumbs(one, Crumb(_("Someone seen at a desk"))),
        status=422 if form.errors else 200,
    )
