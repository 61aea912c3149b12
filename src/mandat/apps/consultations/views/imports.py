"""The back office of what is taken over from a Decidim site: send an archive, read what it would make, take it over or not."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from mandat.apps.accounts.access import requires
from mandat.apps.consultations.forms import DecidimForm
from mandat.apps.consultations.models import ImportRun
from mandat.apps.consultations.services import trials
from mandat.apps.custody.uploads import limited_uploads
from mandat.apps.participation.definitions import published_processes
from mandat.apps.programme.views.bureau.common import user_of
from mandat.apps.programme.views.shared import programme_or_404, words
from mandat.kernel.errors import InputError
from mandat.web.components import Column, Link, Table
from mandat.web.formats import moment, number

SHOWN, RUNS = 200, 50


def _label(process: str, component: str) -> str:
    """A component as agents read it; its codes where it is published no more."""
    found = published_processes().get(process)
    one = found.process.component(component) if found is not None else None
    if found is None:
        return process
    return words(found.process.title) + (f" – {words(one.title)}" if one is not None else "")


def _targets() -> list[tuple[str, str]]:
    return [
        (f"{process.code}/{one.code}", f"{words(process.process.title)} – {words(one.title)}")
        for process in published_processes().values()
        for one in process.process.components
        if one.type == "proposals"
    ]


@limited_uploads(trials.LARGEST)
@requires("participation.manage")
def imports(request: HttpRequest) -> HttpResponseBase:
    """What was taken over, what waits, and a form to send an archive: it is tried first."""
    current = programme_or_404()
    form = DecidimForm(request.POST or None, request.FILES or None, targets=_targets())
    if request.method == "POST" and form.is_valid():
        process, _sep, component = form.cleaned_data["target"].partition("/")
        try:
            run = trials.trial_make(
                actor=user_of(request), upload=form.cleaned_data["file"], process=process, component=component
            )
        except InputError as error:
            form.add_error("file", str(error))
        else:
            return redirect("consultations:import", pk=run.pk)
    rows = [
        (
            Link(run.filename, reverse("consultations:import", args=[run.pk])), _label(run.process, run.component),
            moment(run.run_at), _("tried") if run.trial else _("taken over"), number(run.counts.get("refused", 0), 0),
        )
        for run in ImportRun.objects.filter(programme=current.code)[:RUNS]
    ]  # fmt: skip
    heads = [Column(_("Archive")), Column(_("Process")), Column(_("Day")), Column(_("State"))]
    heads.append(Column(_("Lines refused"), right=True))
    values = {"form": form, "table": Table(_("Archives taken over"), heads, rows) if rows else None}
    return render(request, "consultations/bureau/imports.html", values, status=422 if form.errors else 200)


@require_GET
@requires("participation.manage")
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """The report of a trial, or of what was taken over: counts, then each line refused and why."""
    run = get_object_or_404(ImportRun, pk=pk, programme=programme_or_404().code)
    names = {
        "read": _("Lines read"), "proposals": _("Proposals"), "comments": _("Comments"), "results": _("Results"),
        "changed": _("Brought up to date"), "known": _("There already"), "refused": _("Lines refused"),
    }  # fmt: skip
    # What is found once files are read together is told by its kind.
    kinds = {"proposal": _("Proposals"), "comment": _("Comments"), "result": _("Results")}
    refused = [(kinds.get(name, name), number(line, 0), why) for name, line, why in run.refused[:SHOWN]]
    values = {
        "run": run,
        "label": _label(run.process, run.component),
        "figures": [(label, number(run.counts.get(name, 0), 0)) for name, label in names.items()],
        "nothing": not any(run.counts.get(name) for name in ("proposals", "comments", "results", "changed")),
        "refused": Table(
            _("Lines refused"), [Column(_("File")), Column(_("Line"), right=True), Column(_("Reason"))], refused
        )
        if refused
        else None,
        "more": max(0, int(run.counts.get("refused", 0)) - len(refused)),
    }
    return render(request, "consultations/bureau/import.html", values)


@require_POST
@requires("participation.manage")
def settle(request: HttpRequest, pk: int, act: str) -> HttpResponseBase:
    """Take over what was tried, or throw it away."""
    run = get_object_or_404(ImportRun, pk=pk, programme=programme_or_404().code)
    try:
        if act == "reprendre":
            made = trials.trial_confirm(actor=user_of(request), run=run)
            messages.success(request, _("It is taken over: every item says where it comes from."))
            return redirect("consultations:import", pk=made.pk)
        trials.trial_discard(actor=user_of(request), run=run)
        messages.success(request, _("The trial and its archive are gone."))
    except InputError as error:
        messages.error(request, str(error))
    return redirect("consultations:imports")
