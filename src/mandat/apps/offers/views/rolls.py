"""The back office of rolls: lists received, the proof that none is forgotten nor invited twice."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from mandat.apps.accounts.access import requires
from mandat.apps.accounts.permissions import may
from mandat.apps.offers import access, selectors, services
from mandat.apps.offers.forms import RollForm
from mandat.apps.offers.models import RollImport
from mandat.apps.offers.views.common import actor, offer_url, page
from mandat.apps.offers.views.public import few, offer_or_404, round_of
from mandat.kernel.errors import MandatError
from mandat.web import formats
from mandat.web.components import Column, Link, Table
from mandat.web.formats import number

SHOWN = 50


@requires("offers.read")
def rolls(request: HttpRequest, offer: str) -> HttpResponse:
    """Lists received, and the form that receives one."""
    found = offer_or_404(offer)
    period = round_of(request, found)
    form = None
    if may(request.user, "offers.manage"):
        form = RollForm(request.POST or None, request.FILES or None, offer=found.offer, initial={"round": period.code})
        if request.method == "POST" and form.is_valid():
            data = form.cleaned_data
            try:
                run = services.roll_import(
                    actor=actor(request),
                    offer=found.code,
                    round=data["round"],
                    stream=data["file"].file,
                    filename=data["file"].name,
                    complete=data["complete"],
                    dry_run=data["trial"],
                )
            except MandatError as error:
                form.add_error("file", str(error))
            else:
                return redirect("offers:roll", run.pk)
    runs = RollImport.objects.filter(programme=settings.MANDAT_PROGRAMME, offer=found.code, round=period.code)[:SHOWN]
    rows = [
        (
            Link(run.filename, reverse("offers:roll", args=[run.pk])),
            _("trial") if run.dry_run else _("recorded"),
            formats.moment(run.created_at),
            number(run.lines, 0),
            number(run.arrived, 0),
            number(run.refused, 0),
        )
        for run in runs
    ]
    context = {
        "form": form,
        "group": found.offer.unit == "group",
        "table": Table(
            caption=_("Lists received, latest first"),
            columns=(
                Column(_("List")),
                Column(_("What")),
                Column(_("When")),
                Column(_("Lines"), right=True),
                Column(_("New"), right=True),
                Column(_("Refused"), right=True),
            ),
            rows=rows,
        )
        if rows
        else None,
    }
    status = 422 if form is not None and form.is_bound and form.errors else 200
    return page(request, "offers/bureau/rolls.html", found, period, _("Rolls"), context, status=status)


@requires("offers.read")
def roll(request: HttpRequest, pk: int) -> HttpResponse:
    """What became of a list."""
    run = get_object_or_404(RollImport, pk=pk, programme=settings.MANDAT_PROGRAMME)
    found = offer_or_404(run.offer)
    period = found.round(run.round)
    words = {
        "arrived": _("New"),
        "moved": _("Came from another establishment"),
        "returned": _("Came back"),
        "unchanged": _("Already listed"),
        "departed": _("Left"),
        "repeated": _("Repeated in the file"),
        "refused": _("Refused"),
    }
    refused = list(run.refusals.order_by("line", "id")[:SHOWN])
    english = (get_language() or "fr").startswith("en")
    context = {
        "run": run,
        "outcome": Table(
            caption=_("What the list would change") if run.dry_run else _("What the list changed"),
            columns=(Column(_("What becomes of the lines")), Column(_("Lines"), right=True)),
            rows=[(label, number(getattr(run, name), 0)) for name, label in words.items()],
        ),
        "refusals": Table(
            caption=_("Lines left out"),
            columns=(Column(_("Line"), right=True), Column(_("Reason"))),
            rows=[(number(line.line, 0), line.en if english else line.fr) for line in refused],
        )
        if refused
        else None,
        "more": max(0, run.refusals.count() - len(refused)),
    }
    return page(request, "offers/bureau/roll.html", found, period, run.filename, context)


@requires("offers.read")
def refused(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """Every line left out as CSV: its number and why, nothing of what it held."""
    run = get_object_or_404(RollImport, pk=pk, programme=settings.MANDAT_PROGRAMME)
    english = (get_language() or "fr").startswith("en")

    def lines() -> Iterator[str]:
        writer = csv.writer(_Echo(), delimiter=";")
        yield "\ufeff" + writer.writerow(["line", "reason"] if english else ["ligne", "motif"])
        for row in run.refusals.order_by("line", "id").iterator(chunk_size=2000):
            yield writer.writerow([row.line, row.en if english else row.fr])

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="liste-{run.pk}-refus.csv"'
    return response


class _Echo:
    """A file that gives back what is written, for the csv module."""

    def write(self, text: str) -> str:
        return text


@requires("offers.read")
def proof(request: HttpRequest, offer: str) -> HttpResponse:
    """The reconciliation: invited, declined and waiting make up the roll, none twice, none forgotten."""
    found = offer_or_404(offer)
    period = round_of(request, found)
    proved = selectors.reconciliation(found.code, period.code)
    smallest = found.offer.publication.threshold
    # Who sends invitations must be able to follow the proof; others see answers as the public does.
    may_follow = may(request.user, "offers.manage")
    exact = {line.establishment.pk for line in proved.lines} if may_follow else access.concerns(request.user)
    names = ("roll", "invited", "declined", "waiting", "departed", "late")
    rows: list[tuple[Any, ...]] = [
        (
            line.establishment.name,
            *(
                few(line.declined if line.declined >= smallest else 0, smallest)
                if name == "declined" and line.establishment.pk not in exact
                else number(getattr(line, name), 0)
                for name in names
            ),
            pgettext("roll", "closed") if line.closed else pgettext("roll", "open"),
            _("exact") if line.holds else _("wrong: %(n)s") % {"n": line.wrong},
        )
        for line in proved.lines
    ]
    if rows:
        rows.append((_("Together"), *(number(proved.total(name), 0) for name in names), "", ""))
    context = {
        "proof": proved,
        "open_rolls": sum(not line.closed for line in proved.lines),
        "table": Table(
            caption=_("Rolls and invitations, counted apart and compared"),
            columns=(
                Column(_("Establishment")),
                Column(_("On the roll"), right=True),
                Column(_("Invited"), right=True),
                Column(_("Declined"), right=True),
                Column(_("Waiting"), right=True),
                Column(_("Left"), right=True),
                Column(_("Late"), right=True),
                Column(_("Roll")),
                Column(_("Proof")),
            ),
            rows=rows,
        )
        if rows
        else None,
    }
    return page(request, "offers/bureau/proof.html", found, period, _("Reconciliation"), context)


@require_POST
@requires("offers.manage")
def close(request: HttpRequest, offer: str) -> HttpResponse:
    """Close every open roll of the round."""
    found = offer_or_404(offer)
    period = round_of(request, found)
    try:
        closed = services.roll_close(actor=actor(request), offer=found.code, round=period.code)
    except MandatError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, ngettext("%(n)s roll closed.", "%(n)s rolls closed.", closed) % {"n": closed})
    return redirect(offer_url("offers:proof", found.code, period.code))
