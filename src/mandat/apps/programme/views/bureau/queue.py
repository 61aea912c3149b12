"""What waits for a second agent: read, confirm or refuse, one by one or several at once."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from mandat.apps.accounts.access import requires
from mandat.apps.accounts.permissions import may
from mandat.apps.programme import services, worklist
from mandat.apps.programme.forms.acts import RefusalForm
from mandat.apps.programme.models import Declaration
from mandat.apps.programme.published import Published
from mandat.apps.programme.views.bureau.common import current_or_none, page, user_of
from mandat.apps.territory import selectors as territory
from mandat.facts import fact_types
from mandat.kernel.errors import InputError
from mandat.web.components import Crumb, Figure

#: Settled declarations shown under the queue.
SETTLED = 10


def _line(request: HttpRequest, current: Published, declaration: Declaration) -> dict[str, Any]:
    payload = declaration.payload
    data = payload["data"]
    return {
        "declaration": declaration,
        "commitment": current.commitments.get(declaration.commitment),
        "measure": int(declaration.commitment.split(".")[0]),
        "title": worklist.subject(declaration),
        "on": payload["occurred_on"],
        "figure": Figure(Decimal(payload["quantity"]), payload["unit"]),
        "area": territory.area_name(payload["area"]) if payload["area"] else "",
        "label": fact_types()[declaration.kind].label,
        "url": data.get("evidence_url") or data.get("url", ""),
        "publisher": data.get("publisher", ""),
        "breakdowns": payload.get("breakdowns") or {},
        "own": declaration.declared_by_id == user_of(request).pk,
    }


@require_GET
@requires("programme.drafts_read")
def queue(request: HttpRequest) -> HttpResponse:
    """Declarations that wait, then those settled last."""
    current = current_or_none()
    if current is None:
        return page(request, "bureau/empty.html", {})
    user = user_of(request)
    settled = (
        Declaration.objects.filter(programme=current.code)
        .exclude(state=Declaration.State.WAITING)
        .select_related("declared_by", "settled_by")
        .order_by("-settled_at", "-pk")[:SETTLED]
    )
    values = {
        "current": current,
        "lines": [_line(request, current, declaration) for declaration in worklist.waiting(current)[:200]],
        "settled": [_line(request, current, declaration) for declaration in settled],
        "confirms": may(user, "programme.output_confirm"),
        "corrects": may(user, "programme.fact_correct"),
    }
    return page(request, "bureau/queue.html", values, crumbs=[Crumb(_("To confirm"))])


@require_POST
@requires("programme.output_confirm")
def confirm(request: HttpRequest) -> HttpResponseBase:
    """Confirm those that are ticked, each on its own: one that cannot be does not hold the others."""
    ticked = [int(value) for value in request.POST.getlist("declaration") if value.isdigit()][:200]
    done = 0
    for declaration in Declaration.objects.filter(pk__in=ticked).order_by("declared_at", "pk"):
        try:
            services.output_confirm(actor=user_of(request), declaration=declaration)
            done += 1
        except InputError as error:
            messages.error(request, f"{declaration.commitment} – {error}")
    if done:
        said = ngettext(
            "%(n)s declaration confirmed: it counts now.", "%(n)s declarations confirmed: they count now.", done
        )
        undo = _("A mistake? Withdraw the fact below: a fact is never erased, its withdrawal is shown beside it.")
        messages.success(request, f"{said % {'n': done}} {undo}")
    elif not ticked:
        messages.warning(request, _("Tick at least one declaration."))
    return redirect("bureau:queue")


@requires("programme.drafts_read")
def declaration(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One declaration with everything needed to decide. POST refuses it with a reason."""
    current = current_or_none()
    found = get_object_or_404(Declaration.objects.select_related("declared_by", "settled_by"), pk=pk)
    if current is None or found.programme != current.code:
        raise Http404
    form = RefusalForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.output_refuse(actor=user_of(request), declaration=found, reason=form.cleaned_data["reason"])
        except InputError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The declaration is refused, with your reason."))
            return redirect("bureau:queue")
    values = {
        "current": current,
        "line": _line(request, current, found),
        "form": form,
        "confirms": may(user_of(request), "programme.output_confirm"),
    }
    crumbs = [Crumb(_("To confirm"), reverse("bureau:queue")), Crumb(found.commitment)]
    return page(request, "bureau/declaration.html", values, crumbs=crumbs, status=422 if form.errors else 200)


@require_GET
@requires("programme.drafts_read")
def evidence(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The document given as evidence, always as a download."""
    found = get_object_or_404(Declaration, pk=pk)
    if not found.evidence:
        raise Http404
    extension = str(found.evidence.name).rsplit(".", 1)[-1].lower()
    return FileResponse(
        found.evidence.open("rb"),
        as_attachment=True,
        filename=f"preuve-{found.commitment}-{found.pk}.{extension}",
        content_type="application/octet-stream",
    )
