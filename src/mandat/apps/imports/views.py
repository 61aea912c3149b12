"""The back office's imports: send a file, read the trial's report, record its facts."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from mandat.apps.accounts.access import requires
from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import may
from mandat.apps.imports import running, services, tasks
from mandat.apps.imports.forms import ImportForm
from mandat.apps.imports.models import Run, State
from mandat.apps.programme.published import published, say
from mandat.apps.programme.views.bureau.common import page as page_of
from mandat.kernel.errors import MandatError
from mandat.web.components import Column, Crumb, Link, Page, Table
from mandat.web.formats import euros, number

SHOWN = 50


@requires("imports.read")
def runs(request: HttpRequest) -> HttpResponse:
    """Every import, the latest first."""
    before = request.GET.get("before", "")
    chosen = Run.objects.filter(programme=settings.MANDAT_PROGRAMME)
    if before.isdigit() and len(before) < 18:
        chosen = chosen.filter(id__lt=int(before))
    found = list(chosen[: SHOWN + 1])
    page = Page(
        shown=len(found[:SHOWN]),
        newer=reverse("imports:list") if before else "",
        older=f"?before={found[SHOWN - 1].pk}" if len(found) > SHOWN else "",
    )
    context = {
        "table": _table_of_runs(found[:SHOWN]) if found else None,
        "page": page,
        "may_run": may(request.user, "imports.run"),
    }
    return page_of(request, "imports/runs.html", context, crumbs=[Crumb(_("Imports"))])


@requires("imports.run")
def new(request: HttpRequest) -> HttpResponse:
    """Send a file: it is tried first, and nothing is recorded."""
    form = ImportForm(request.POST or None, request.FILES or None, programme=settings.MANDAT_PROGRAMME)
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            run = services.import_receive(
                actor=_actor(request), upload=upload, filename=upload.name, mapping=form.cleaned_data["mapping"]
            )
        except MandatError as error:
            form.add_error("file", str(error))
        else:
            tasks.start(run)
            return redirect("imports:run", pk=run.pk)
    status = 422 if form.is_bound and form.errors else 200
    crumbs = [*_crumbs(), Crumb(_("New import"))]
    return page_of(request, "imports/new.html", {"form": form}, crumbs=crumbs, status=status)


@requires("imports.read")
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """The report of a trial or of an import."""
    found = _run(pk)
    refused = list(found.refusals.order_by("line", "id")[:SHOWN])
    english = (get_language() or "fr").startswith("en")
    trial = found.dry_run
    context = {
        "run": found,
        "mapping_title": _mapping_title(found),
        "state": found.get_state_display(),
        "waiting": found.state in (State.WAITING, State.RUNNING),
        "failed": found.state == State.FAILED,
        "outcome": _outcome(found),
        "measures": _table_of_measures(found) if found.summary.get("lines") else None,
        "notes": _notes(found),
        "refusals": Table(
            caption=_("Refused lines"),
            columns=(Column(_("Line"), right=True), Column(_("Reason"))),
            rows=[(number(line.line, 0), line.en if english else line.fr) for line in refused],
        )
        if refused
        else None,
        "more_refused": max(0, found.refused - len(refused)),
        "can_record": trial and found.state == State.DONE and bool(found.file) and may(request.user, "imports.run"),
        "can_discard": trial and found.state in (State.DONE, State.FAILED) and may(request.user, "imports.run"),
        "to_record": found.new + found.corrected,
    }
    return page_of(request, "imports/run.html", context, crumbs=[*_crumbs(), Crumb(found.filename)])


@require_POST
@requires("imports.run")
def record(request: HttpRequest, pk: int) -> HttpResponse:
    """Record the facts of a trial."""
    try:
        recorded = services.import_confirm(actor=_actor(request), trial=_run(pk))
    except MandatError as error:
        messages.error(request, str(error))
        return redirect("imports:run", pk=pk)
    tasks.start(recorded)
    recorded.refresh_from_db()
    if recorded.state == State.DONE:
        count = recorded.new + recorded.corrected
        shown = number(count, 0)
        messages.success(
            request,
            ngettext("%(n)s fact recorded.", "%(n)s facts recorded.", count) % {"n": shown},
        )
    return redirect("imports:run", pk=recorded.pk)


@require_POST
@requires("imports.run")
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a trial."""
    try:
        services.import_discard(actor=_actor(request), trial=_run(pk))
    except MandatError as error:
        messages.error(request, str(error))
        return redirect("imports:run", pk=pk)
    messages.success(request, _("The trial and its file are deleted. Nothing was recorded."))
    return redirect("imports:list")


@requires("imports.read")
def refused(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """Every refused line as CSV."""
    found = _run(pk)
    english = (get_language() or "fr").startswith("en")

    def lines() -> Iterator[str]:
        writer = csv.writer(_Echo(), delimiter=";")
        yield "\ufeff" + writer.writerow(["line", "reason"] if english else ["ligne", "motif"])
        for line, fr, en in running.refusals(found):
            yield writer.writerow([line, en if english else fr])

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="import-{found.pk}-refus.csv"'
    return response


class _Echo:
    """A file that gives back what is written, for the csv module."""

    def write(self, text: str) -> str:
        return text


def _actor(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # the view's permission was asked first
    return request.user


def _run(pk: int) -> Run:
    return get_object_or_404(Run, pk=pk, programme=settings.MANDAT_PROGRAMME)


def _crumbs() -> list[Crumb]:
    return [Crumb(_("Imports"), reverse("imports:list"))]


def _mapping_title(found: Run) -> str:
    mapping = services.mappings(found.programme).get(found.mapping)
    return say(mapping.title) if mapping else found.mapping


def _kind(found: Run) -> str:
    return _("trial") if found.dry_run else _("import")


def _table_of_runs(found: list[Run]) -> Table:
    return Table(
        caption=_("Imports, latest first"),
        columns=(
            Column(_("File")),
            Column(_("Nature of the fault")),
            Column(_("State")),
            Column(_("Lines"), right=True),
            Column(_("Facts"), right=True),
            Column(_("Refused"), right=True),
        ),
        rows=[
            (
                Link(one.filename, reverse("imports:run", args=[one.pk])),
                _kind(one),
                one.get_state_display(),
                number(one.records, 0),
                number(one.new + one.corrected, 0),
                number(one.refused, 0),
            )
            for one in found
        ],
    )


def _outcome(found: Run) -> Table:
    words = {
        "new": _("New facts"),
        "corrected": _("Corrections of facts already recorded"),
        "known": _("Already recorded, unchanged"),
        "repeated": _("Repeated in the file"),
        "refused": _("Refused"),
    }
    return Table(
        caption=_("What the file would bring") if found.dry_run else _("What the file brought"),
        columns=(Column(_("What becomes of the lines")), Column(_("Lines"), right=True)),
        rows=[(label, number(getattr(found, name), 0)) for name, label in words.items()],
    )


def _table_of_measures(found: Run) -> Table:
    current = published(found.programme)
    lines: dict[str, int] = found.summary["lines"]
    amounts: dict[str, str] = found.summary.get("amounts", {})

    def label(key: str) -> Any:
        if not key:
            return _("Bound to no measure")
        measure = current.measures.get(int(key))
        return f"{key}. {say(measure.title)}" if measure else key

    ordered = sorted(lines, key=lambda key: (key == "", int(key or 0)))
    return Table(
        caption=_("New facts by measure"),
        columns=(Column(_("Measure")), Column(_("Lines"), right=True), Column(_("Amount"), right=True)),
        rows=[(label(key), number(lines[key], 0), euros(Decimal(amounts.get(key, "0")))) for key in ordered],
        note=_("A line may serve several measures: it is then counted under each."),
    )


def _notes(found: Run) -> list[tuple[str, str]]:
    return [
        (number(count, 0), str(running.NOTES[name]))
        for name, count in sorted(found.summary.get("notes", {}).items())
        if name in running.NOTES
    ]
