"""The agents' pages: what is to be answered, an answer, a delivery, contested figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from mandat.apps.accounts.access import requires
from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import may
from mandat.apps.answers import selectors
from mandat.apps.answers.forms import AnswerForm, ContestAnswerForm, DeliveredForm
from mandat.apps.answers.models import Contest, Duty
from mandat.apps.answers.services import contests, duties
from mandat.apps.answers.views.public import standing
from mandat.apps.programme.standing import course
from mandat.apps.programme.views.bureau.common import page
from mandat.apps.programme.views.shared import programme_or_404, standing_figure
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text
from mandat.web.components import Crumb
from mandat.web.paging import turned

PAGE = 30


def _me(request: HttpRequest) -> User:
    return cast(User, request.user)


@requires("answers.give")
def queue(request: HttpRequest) -> HttpResponse:
    """What is to be answered, overdue first, then what was promised and is late."""
    current = programme_or_404()
    found = selectors.duties().filter(state=Duty.State.OWED)
    if body := request.GET.get("instance", ""):
        found = found.filter(body=body)
    rows, pages = turned(request, cast("Sequence[Any]", found), size=PAGE)
    values = {
        "rows": [{"duty": duty, **standing(duty, current)} for duty in rows],
        "page": pages,
        "late": [{"duty": duty, **standing(duty, current)} for duty in selectors.late_deliveries()[:50]],
        "examines": may(request.user, "answers.examine"),
    }
    return page(request, "answers/bureau/queue.html", values, crumbs=[Crumb(_("Answers"))])


@requires("answers.give")
def answer(request: HttpRequest, reference: str) -> HttpResponse:
    """Answer, or amend an answer."""
    current = programme_or_404()
    held = get_object_or_404(Duty, reference=reference, programme=current.code)
    before = list(held.answers.order_by("rank"))
    form = AnswerForm(
        request.POST or None, amends=bool(before), initial={"delivery_by": held.delivery_by, "outcome": held.outcome}
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            duties.answer(
                actor=_me(request),
                duty=held,
                text=Text(given["text_fr"], given["text_en"]),
                outcome=given["outcome"],
                links=form.links(),
                delivery_by=given["delivery_by"],
                because=given.get("because", ""),
            )
        except InputError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The answer is published, and those who follow it are told."))
            return redirect("answers:duty", reference)
    values = {"duty": held, "form": form, "answers": before, **standing(held, current)}
    crumbs = [Crumb(_("Answers"), reverse("answers:queue")), Crumb(held.reference)]
    return page(request, "answers/bureau/answer.html", values, crumbs=crumbs, status=422 if form.errors else 200)


@requires("answers.give")
def delivered(request: HttpRequest, reference: str) -> HttpResponse:
    """Say that what was promised is there."""
    current = programme_or_404()
    held = get_object_or_404(Duty, reference=reference, programme=current.code)
    form = DeliveredForm(request.POST or None, initial={"on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        url, index = form.proof()
        try:
            duties.delivered(
                actor=_me(request),
                duty=held,
                on=given["on"],
                title=Text(given["title"], given["title"]),
                url=url,
                fact_index=index,
            )
        except InputError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The delivery is recorded."))
            return redirect("answers:duty", reference)
    values = {"duty": held, "form": form, **standing(held, current)}
    crumbs = [Crumb(_("Answers"), reverse("answers:queue")), Crumb(held.reference)]
    return page(request, "answers/bureau/delivered.html", values, crumbs=crumbs, status=422 if form.errors else 200)


@requires("answers.examine")
def contested(request: HttpRequest) -> HttpResponse:
    """Contested figures to examine, the oldest day first; then those upheld that wait for their correction."""
    programme = settings.MANDAT_PROGRAMME
    pending = Contest.objects.filter(programme=programme, state=Contest.State.PENDING).order_by("due_on", "pk")
    rows, pages = turned(request, cast("Sequence[Any]", pending), size=PAGE)
    upheld = Contest.objects.filter(
        programme=programme, state__in=(Contest.State.UPHELD, Contest.State.PARTLY), correction__isnull=True
    )
    today = timezone.localdate()
    values = {
        "rows": [(one, one.due_on < today) for one in rows],
        "page": pages,
        "uncorrected": list(upheld.order_by("answered_at", "pk")[:50]),
    }
    return page(request, "answers/bureau/contested.html", values, crumbs=[Crumb(_("Contested figures"))])


@requires("answers.examine")
def examine(request: HttpRequest, reference: str) -> HttpResponse:
    """Examine a contested figure and answer."""
    current = programme_or_404()
    held = get_object_or_404(Contest, reference=reference, programme=current.code)
    form = ContestAnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            contests.contest_answer(
                actor=_me(request),
                contest=held,
                outcome=given["outcome"],
                text=Text(given["text_fr"], given["text_en"]),
                correction=given["correction"],
            )
        except InputError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The answer is shown beside the figure."))
            return redirect("answers:contest", reference)
    known = held.commitment in current.commitments
    values = {
        "contest": held,
        "form": form,
        "commitment": current.commitments.get(held.commitment),
        "figure": standing_figure(course(current, held.commitment)) if known else None,
        "own": held.author_id == _me(request).pk,
    }
    crumbs = [Crumb(_("Contested figures"), reverse("answers:contested")), Crumb(held.reference)]
    return page(request, "answers/bureau/examine.html", values, crumbs=crumbs, status=422 if form.errors else 200)
