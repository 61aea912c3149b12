"""Contest a figure, read a contest, its file."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import may
from mandat.apps.answers import filing, rule
from mandat.apps.answers.forms import ContestForm
from mandat.apps.answers.models import Contest
from mandat.apps.answers.services import contests
from mandat.apps.community import ratelimit
from mandat.apps.custody import uploads
from mandat.apps.custody.content import KINDS
from mandat.apps.custody.keys import SealError
from mandat.apps.programme.standing import course
from mandat.apps.programme.views.shared import home_crumb, programme_or_404, standing_figure
from mandat.kernel.errors import InputError
from mandat.web.components import Crumb

AN_HOUR = 10


def _why_crumb(code: str) -> Crumb:
    return Crumb(_("Why this number"), reverse("programme:why", args=[code]))


@never_cache
@login_required
def contest(request: HttpRequest, code: str) -> HttpResponse:
    """Give another value for the figure of a commitment."""
    current = programme_or_404()
    if code not in current.commitments:
        raise Http404
    standing = course(current, code)
    form = ContestForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            ratelimit.taken_by(request, "answers.contest", per_hour=AN_HOUR)
            if (file := form.cleaned_data["file"]) is not None:
                uploads.scan_first(file)
            made = contests.contest(actor=cast(User, request.user), commitment=code, **form.cleaned_data)
        except InputError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Your value is lodged. It is examined and answered in public."))
            return redirect("answers:contest", made.reference)
    values = {
        "crumbs": [home_crumb(), _why_crumb(code), Crumb(_("Contest this figure"))],
        "form": form,
        "code": code,
        "commitment": standing.commitment,
        "figure": standing_figure(standing, why=False),
        "days": rule.days(),
    }
    return render(request, "answers/contest_new.html", values, status=422 if form.errors else 200)


def shown(request: HttpRequest, reference: str) -> HttpResponse:
    """One contest and its answer."""
    current = programme_or_404()
    held = get_object_or_404(Contest, reference=reference, programme=current.code)
    mine = request.user.is_authenticated and held.author_id == request.user.pk
    examines = may(request.user, "answers.examine")
    if held.hidden and not (mine or examines):
        raise Http404
    commitment = current.commitments.get(held.commitment)
    values = {
        "crumbs": [home_crumb(), _why_crumb(held.commitment), Crumb(held.reference)],
        "contest": held,
        "commitment": commitment,
        "mine": mine,
        "examines": examines and not mine,
        "reads": held.upload is not None and (mine or examines),
    }
    return render(request, "answers/contest.html", values)


@require_POST
@never_cache
@login_required
def withdraw(request: HttpRequest, reference: str) -> HttpResponse:
    """Its author takes it back."""
    held = get_object_or_404(Contest, reference=reference, author=request.user)
    try:
        contests.contest_withdraw(actor=cast(User, request.user), contest=held)
    except InputError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Your contest is withdrawn."))
    return redirect("answers:contest", reference)


@never_cache
@login_required
def source(request: HttpRequest, reference: str) -> HttpResponseBase:
    """The file given as a source, to its author and to those who examine."""
    held = get_object_or_404(Contest, reference=reference)
    if held.upload is None or not filing.may_read(request.user, held.upload):
        raise Http404
    try:
        chunks = uploads.read(held.upload)
    except (SealError, PermissionError) as error:
        raise Http404 from error
    extension = KINDS[held.upload.kind].extensions[0]
    return StreamingHttpResponse(
        chunks,
        content_type="application/octet-stream",
        headers={
            "Content-Disposition": f'attachment; filename="{held.reference}.{extension}"',
            "Cache-Control": "private, no-store",
        },
    )
