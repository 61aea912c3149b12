"""Anyone may report a content; the author sees what was decided about theirs and may contest it; the charter and the figures are public."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from mandat.apps.accounts.models import User
from mandat.apps.community import ratelimit
from mandat.apps.community.charter import charter_and_version
from mandat.apps.community.forms import AppealForm, ReportForm
from mandat.apps.community.models import ModerationAppeal, ModerationCase, Suspension
from mandat.apps.community.moderation import contents
from mandat.apps.community.services import moderation
from mandat.apps.community.statistics import figures
from mandat.apps.programme.views.shared import home_crumb
from mandat.kernel.errors import InputError
from mandat.web.components import Crumb

REPORTS_AN_HOUR = 20


@never_cache
@login_required
def report(request: HttpRequest, kind: str, reference: str) -> HttpResponse:
    """Say that a content breaks the charter, and which rule."""
    content = contents.content_of(kind, reference)
    if content is None:
        raise Http404
    user = cast(User, request.user)
    form = ReportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            ratelimit.taken_by(request, "community.report", per_hour=REPORTS_AN_HOUR)
            moderation.report(actor=user, kind=kind, content=reference, **form.cleaned_data)
        except InputError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Thank you. Somebody will look at it and decide in public."))
            return redirect(content.url)
    values = {
        "crumbs": [home_crumb(), Crumb(_("Report a content"))],
        "form": form,
        "content": content,
        "label": contents.label_of(kind),
    }
    return render(request, "community/report.html", values, status=422 if form.errors else 200)


@never_cache
@login_required
def mine(request: HttpRequest) -> HttpResponse:
    """What was decided about what one published, and about one's account."""
    user = cast(User, request.user)
    cases = ModerationCase.objects.filter(author=user).order_by("-opened_at", "pk")[:100]
    suspensions = Suspension.objects.filter(user=user).order_by("-starts_at")
    crumbs = [home_crumb(), Crumb(_("Moderation"))]
    return render(request, "community/my_cases.html", {"cases": cases, "suspensions": suspensions, "crumbs": crumbs})


@never_cache
@login_required
def case(request: HttpRequest, reference: str) -> HttpResponse:
    """One case, for the author: what was decided, why, and how to contest it."""
    user = cast(User, request.user)
    held = get_object_or_404(ModerationCase, reference=reference, author=user)
    form = AppealForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            moderation.appeal(actor=user, case=held, grounds=form.cleaned_data["grounds"])
        except InputError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Your appeal is lodged. Another person will answer it."))
            return redirect("community:case", reference)
    decisions = list(held.decisions.order_by("rank").select_related("appeal"))
    last = decisions[-1] if decisions else None
    contested = ModerationAppeal.objects.filter(decision__case=held).exists()
    values = {
        "crumbs": [home_crumb(), Crumb(held.reference)],
        "case": held,
        "content": contents.content_of(held.kind, held.content),
        "decisions": decisions,
        "last": last,
        "form": form,
        "may_appeal": last is not None and last.outcome in ("hide", "change", "refuse") and not contested,
    }
    return render(request, "community/my_case.html", values, status=422 if form.errors else 200)


@require_safe
def charter(request: HttpRequest) -> HttpResponse:
    """The charter in force and the figures of moderation."""
    document, version = charter_and_version()
    values = {
        "crumbs": [home_crumb(), Crumb(_("Moderation"))],
        "charter": document,
        "version": version,
        **figures(),
    }
    return render(request, "community/charter.html", values)


@never_cache
@login_required
def suspension(request: HttpRequest, reference: str) -> HttpResponse:
    """Where a notice about a suspension leads: the page that says why."""
    get_object_or_404(Suspension, reference=reference, user=request.user)
    return redirect("community:cases")
