"""Paying partners: what is owed, the file for the bank, what the bank answered."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mandat.apps.accounts.access import requires
from mandat.apps.accounts.permissions import may
from mandat.apps.ledger.models import PaymentFile, major
from mandat.apps.ledger.payments import reading
from mandat.apps.programme.published import say
from mandat.apps.programme.views.bureau.common import page, user_of
from mandat.apps.wallets import services
from mandat.apps.wallets.forms import AnswerForm, RunForm
from mandat.apps.wallets.models import Run
from mandat.apps.wallets.services.settling import due
from mandat.apps.wallets.views.bureau import crumbs
from mandat.apps.wallets.views.shared import kind_or_404, said
from mandat.kernel.errors import MandatError
from mandat.web.components import Column, Crumb, Link, Table
from mandat.web.formats import day, euros, number

SHOWN = 50


@require_http_methods(["GET", "HEAD", "POST"])
@requires("wallets.read")
def runs(request: HttpRequest, code: str) -> HttpResponse:
    """What is owed, and the settlements made."""
    kind = kind_or_404(code)
    allowed = may(request.user, "wallets.settle")
    today = timezone.localdate()
    initial = {"reference": f"{code[:16].upper()}-{today:%Y%m%d}", "execution_on": today.isoformat()}
    form = RunForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.run_make(actor=user_of(request), wallet=code, **form.cleaned_data)
        except MandatError as error:
            form.add_error("execution_on" if "jour" in str(error) else "reference", str(error))
        else:
            return redirect("wallets:run", pk=made.pk)
    owed = due(kind)
    made_before = Run.objects.filter(code=code, programme=settings.MANDAT_PROGRAMME).select_related("file")[:SHOWN]
    title = say(kind.definition.title)
    values = {
        "title": title,
        "form": form if allowed else None,
        "owed": Table(
            caption=_("Owed to partners"),
            columns=(
                Column(_("Partner")),
                Column(_("Purchases"), right=True),
                Column(_("Amount"), right=True),
                Column(_("State")),
            ),
            rows=[
                (
                    Link(one.approval.partner.name, reverse("wallets:approval", args=[one.approval.pk])),
                    number(one.purchases, 0),
                    said(kind, one.amount),
                    one.approval.get_state_display(),
                )
                for one in owed
            ],
        )
        if owed
        else None,
        "runs": Table(
            caption=_("Settlements, latest first"),
            columns=(Column(_("Reference")), Column(_("Made on")), Column(_("State")), Column(_("Amount"), right=True)),
            rows=[
                (
                    Link(one.reference, reverse("wallets:run", args=[one.pk])),
                    day(one.made_at),
                    one.file.get_state_display() if one.file else "–",
                    _cents(one.file),
                )
                for one in made_before
            ],
        )
        if made_before
        else None,
    }
    trail = crumbs(Crumb(title, reverse("wallets:bureau_wallet", args=[code])), Crumb(_("Settlements")))
    return page(request, "wallets/bureau_runs.html", values, crumbs=trail, status=422 if form.errors else 200)


@require_safe
@requires("wallets.read")
def run(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One settlement: its file, its lines, what the bank said."""
    found = _run(pk)
    kind = kind_or_404(found.code)
    lines = found.lines.select_related("approval__partner").order_by("pk")
    title = say(kind.definition.title)
    values = {
        "run": found,
        "file": found.file,
        "state": found.file.get_state_display() if found.file else "–",
        "total": _cents(found.file),
        "may_settle": may(request.user, "wallets.settle"),
        "may_send": may(request.user, "wallets.settle")
        and found.file is not None
        and found.file.state == PaymentFile.State.MADE,
        "kept": found.xml is not None,
        "table": Table(
            caption=_("Transfers"),
            columns=(
                Column(_("Reference")),
                Column(_("Partner")),
                Column(_("Purchases"), right=True),
                Column(_("Amount"), right=True),
                Column(_("State")),
            ),
            rows=[
                (
                    one.end_to_end,
                    one.approval.partner.name,
                    number(one.purchases, 0),
                    euros(one.euros),
                    one.get_state_display(),
                )
                for one in lines
            ],
        ),
    }
    trail = crumbs(
        Crumb(title, reverse("wallets:bureau_wallet", args=[kind.code])),
        Crumb(_("Settlements"), reverse("wallets:runs", args=[kind.code])),
        Crumb(found.reference),
    )
    return page(request, "wallets/bureau_run.html", values, crumbs=trail)


@require_safe
@requires("wallets.settle")
def run_xml(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The file for the bank: always the same."""
    found = _run(pk)
    if found.xml is None:
        raise Http404
    response = HttpResponse(str(found.xml), content_type="application/xml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{found.reference}.xml"'
    return response


@require_safe
@requires("wallets.settle")
def run_csv(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The list of its transfers, for those who sign."""
    found = _run(pk)
    if found.bordereau is None:
        raise Http404
    response = HttpResponse(str(found.bordereau), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{found.reference}-bordereau.csv"'
    return response


@require_POST
@requires("wallets.settle")
def sent(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The file was handed to the bank."""
    found = _run(pk)
    if services.run_sent(actor=user_of(request), run=found):
        messages.success(request, _("Noted: the bank has this file."))
    return redirect("wallets:run", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("wallets.settle")
def answer(request: HttpRequest) -> HttpResponse:
    """Read what the bank answered, and say what it changed."""
    bound = request.method == "POST"
    form = AnswerForm(request.POST if bound else None, request.FILES if bound else None)
    values: dict[str, object] = {"form": form, "done": False}
    if bound and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            if upload.size > reading.LARGEST:
                raise reading.too_large(upload.name)
            outcomes, problems = reading.read(upload.read(), name=upload.name)
            result = services.answer_record(actor=user_of(request), outcomes=outcomes)
        except MandatError as error:
            form.add_error("file", str(error))
        else:
            values |= {
                "done": True,
                "paid": ngettext("%(n)s transfer paid", "%(n)s transfers paid", len(result.paid))
                % {"n": len(result.paid)},
                "refused": ngettext("%(n)s transfer refused", "%(n)s transfers refused", len(result.refused))
                % {"n": len(result.refused)},
                "known": ngettext("%(n)s already known", "%(n)s already known", result.known) % {"n": result.known},
                "odd": [*result.anomalies, *problems],
            }
    status = 422 if form.errors else 200
    return page(
        request, "wallets/bureau_answer.html", values, crumbs=crumbs(Crumb(_("The bank's answer"))), status=status
    )


def _run(pk: UUID) -> Run:
    found = Run.objects.select_related("file").filter(pk=pk, programme=settings.MANDAT_PROGRAMME).first()
    if found is None:
        raise Http404
    return found


def _cents(file: PaymentFile | None) -> str:
    return euros(major(file.cents, "EUR")) if file else "–"
