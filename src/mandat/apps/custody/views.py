"""One's own data, what is kept about everyone, and the retention as agents see it."""

from __future__ import annotations

import uuid
from typing import cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.core.mail import send_mail
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from mandat.apps.accounts.access import requires, second_factor
from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import may
from mandat.apps.custody import exporting, personal, retention, services, uploads
from mandat.apps.custody.content import KINDS
from mandat.apps.custody.forms import ErasureForm
from mandat.apps.custody.models import RetentionLine, RetentionRun, StoredFile
from mandat.apps.custody.sealing import ErasedError, readable
from mandat.apps.programme.views.bureau.common import page as bureau_page
from mandat.apps.territory.selectors import fold
from mandat.kernel.errors import InputError
from mandat.web.components import Column, Crumb, Table
from mandat.web.formats import moment, number

RUNS_SHOWN = 30


@never_cache
@require_GET
def register(request: HttpRequest) -> HttpResponse:
    """Every treatment, its purpose and its duration: open to everyone."""
    last = RetentionRun.objects.filter(dry_run=False, finished_at__isnull=False).first()
    values = {
        "treatments": sorted(retention.treatments(), key=lambda treatment: fold(str(treatment.title))),
        "last": last,
        "crumbs": [Crumb(_("Home"), "/"), Crumb(_("Your data"))],
    }
    return render(request, "custody/register.html", values)


@require_GET
def treatment(request: HttpRequest, code: str) -> HttpResponse:
    """One treatment: what for, about whom, which data, by what right, for how long."""
    found = next((one for one in retention.treatments() if slugify(one.code) == code), None)
    if found is None:
        raise Http404(code)
    crumbs = [Crumb(_("Home"), "/"), Crumb(_("Your data"), reverse("custody:register")), Crumb(str(found.title))]
    return render(request, "custody/treatment.html", {"treatment": found, "crumbs": crumbs})


def _crumbs(*labels: str) -> list[Crumb]:
    trail = [Crumb(_("Home"), "/"), Crumb(_("My account"), reverse("accounts:home"))]
    return [*trail, *(Crumb(label) for label in labels)]


@never_cache
@login_required
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """What is held about me."""
    values = {"held": exporting.held(_user(request)), "crumbs": _crumbs(_("My data"))}
    return render(request, "custody/mine.html", values)


@never_cache
@login_required
@require_POST
def download(request: HttpRequest) -> HttpResponseBase:
    """Everything held about me, in one file."""
    user = _user(request)
    services.export_note(user=user)
    response = StreamingHttpResponse(exporting.archive(user), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="mandat-mes-donnees-{timezone.localdate()}.zip"'
    return response


@never_cache
@login_required
def erase(request: HttpRequest) -> HttpResponseBase:
    """Ask for erasure, told beforehand what stays and why."""
    user = _user(request)
    holdings = personal.holdings()
    form = ErasureForm(request.POST or None, holdings=holdings)
    if request.method == "POST" and form.is_valid():
        address, closes = user.email, form.cleaned_data["close_account"]
        try:
            with transaction.atomic():
                kept = services.personal_erase(user=user, codes=form.cleaned_data["what"], close_account=closes)
                transaction.on_commit(lambda: _confirm(address, kept, closes=closes))
        except InputError as error:
            form.add_error(None, str(error))
        else:
            if closes:
                logout(request)
            messages.success(
                request,
                _("Your data is erased and your account is closed. An e-mail confirms it.")
                if closes
                else _("What you chose is erased. An e-mail confirms it."),
            )
            return redirect("custody:register" if closes else "custody:mine")
    values = {
        "form": form,
        "stays": services.left_by(user, holdings),
        "crumbs": _crumbs(_("Erase my data")),
    }
    return render(request, "custody/erase.html", values, status=422 if form.errors else 200)


def _confirm(address: str, kept: list[personal.Kept], *, closes: bool) -> None:
    text = render_to_string("custody/erased.txt", {"kept": kept, "closes": closes, "site_url": settings.SITE_URL})
    send_mail(_("Mandat – your data is erased"), text, None, [address], fail_silently=True)


@never_cache
@login_required
@require_GET
def piece(request: HttpRequest, pk: uuid.UUID) -> HttpResponseBase:
    """A file, to those its purpose lets read it: always saved, never shown in the page."""
    user = _user(request)
    stored = StoredFile.objects.filter(pk=pk).select_related("subject").first()
    if stored is None or not uploads.may_read(user, stored):
        raise Http404
    theirs = user.pk in {stored.sender_id, stored.subject.user_id}
    if not theirs and may(user, "bureau.enter") and (detour := second_factor(request)) is not None:
        return detour
    try:
        chunks = uploads.read(stored)
        name = readable(stored, "name", "")
    except (PermissionError, ErasedError):
        raise Http404 from None
    response = StreamingHttpResponse(chunks, content_type=KINDS[stored.kind].mime)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name or pk.hex) or ""
    response["Content-Length"] = str(stored.size)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@requires("custody.retention_read")
def runs(request: HttpRequest) -> HttpResponse:
    """The treatments, what is due today, and the passages of the retention."""
    now = timezone.now()
    latest = list(RetentionRun.objects.all()[:RUNS_SHOWN])
    lines = RetentionLine.objects.filter(run__in=latest).order_by("run_id", "code")
    by_run: dict[int, list[RetentionLine]] = {}
    for line in lines:
        by_run.setdefault(line.run_id, []).append(line)
    due = Table(
        caption=_("What is kept, and what is due today"),
        columns=(Column(_("Treatment")), Column(_("Kept")), Column(_("Past their term"), right=True)),
        rows=[
            (treatment.title, treatment.duration, number(rows.count(), 0) if rows is not None else "–")
            for treatment in retention.treatments()
            for rows in (treatment.rows_due(now),)
        ],
    )
    passages = Table(
        caption=_("Passages of the retention, latest first"),
        columns=(
            Column(_("When")),
            Column(_("What")),
            Column(_("Past their term"), right=True),
            Column(_("Dealt with"), right=True),
            Column(_("Stopped")),
        ),
        rows=[
            (
                moment(run.started_at),
                _("trial") if run.dry_run else _("applied"),
                number(sum(line.due for line in by_run.get(run.pk, ())), 0),
                number(sum(line.done for line in by_run.get(run.pk, ())), 0),
                ", ".join(f"{line.code} ({line.error})" for line in by_run.get(run.pk, ()) if line.error) or "–",
            )
            for run in latest
        ],
    )
    held = StoredFile.objects.filter(state=StoredFile.State.HELD).count()
    values = {"due": due, "passages": passages if latest else None, "held": held}
    return bureau_page(request, "custody/runs.html", values, crumbs=[Crumb(_("Retention of data"))])


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)
