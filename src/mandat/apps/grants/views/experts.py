"""What an expert sees: the opinions asked of them, and one case with what they may know of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from mandat.apps.custody.sealing import with_keys
from mandat.apps.grants import access, reading
from mandat.apps.grants.desk_forms import OpinionForm, ReasonForm, ScoreForm
from mandat.apps.grants.models import Case, Opinion
from mandat.apps.grants.services import opinions, recusals, scoring
from mandat.apps.grants.services.moving import terms_of, today
from mandat.apps.grants.terms import SCHEMES
from mandat.apps.grants.views import evidence
from mandat.apps.grants.views.bureau.common import TONES
from mandat.apps.programme.published import published
from mandat.apps.programme.views.bureau.common import user_of
from mandat.apps.programme.views.shared import home_crumb
from mandat.kernel.errors import InputError
from mandat.web.components import Crumb

View = Callable[..., HttpResponseBase]


def asked(view: View) -> View:
    """A page of a case on which one's opinion is asked: for anyone else there is no such page."""

    @never_cache
    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, reference: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
        user = user_of(request)
        rows = Case.objects.select_related("applicant", "subject", "assigned_to", "opened_by")
        case = get_object_or_404(rows, reference=reference.upper(), programme=published().code)
        where = access.standing(user, case)
        if not access.allows(where, "opine"):
            raise Http404
        return view(request, case, where, *args, **kwargs)

    guarded.verb = "opine"  # type: ignore[attr-defined]
    return guarded


@never_cache
@login_required
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """What is asked of me: first what is due first, then what I gave."""
    current, user = published(), user_of(request)
    found = Opinion.objects.filter(expert=user, case__programme=current.code).exclude(case__recusals__user=user)
    rows = list(found.select_related("case").defer("case__answers", "case__private").order_by("due_on", "pk")[:500])
    day = today()
    lines = [
        {
            "opinion": one,
            "title": SCHEMES.at(current.code, one.case.scheme, one.case.scheme_version).document.title,
            "open": one.given_at is None and one.case.state in opinions.ASKED_IN,
            "late": one.given_at is None and one.due_on < day,
        }
        for one in rows
    ]
    values = {
        "crumbs": [home_crumb(), Crumb(_("My opinions"))],
        "waiting": [line for line in lines if line["open"]],
        "others": [line for line in lines if not line["open"]],
    }
    return render(request, "grants/experts/list.html", values)


@require_safe
@asked
def opinion(request: HttpRequest, case: Case, where: access.Standing) -> HttpResponseBase:
    """The case as the expert may know it, their opinion and their points."""
    return _show(request, case, where)


def _show(request: HttpRequest, case: Case, where: access.Standing, *, status: int = 200, **given: Any) -> HttpResponse:
    user, terms = user_of(request), terms_of(case)
    grid = terms.document.scoring
    blind = grid is not None and grid.blind
    said = with_keys(opinions.readable(user, case, where))
    own = next(one for one in said if one.expert_id == user.pk)
    score = with_keys(case.scores.filter(scorer=user).order_by("pk"))[:1]
    sheet = reading.sent(case).sheet
    pieces = list(case.pieces.select_related("upload").order_by("code", "pk"))
    examined = case.state in opinions.ASKED_IN
    values = {
        "crumbs": [home_crumb(), Crumb(_("My opinions"), reverse("grants:opinions")), Crumb(case.reference)],
        "case": case,
        "terms": terms,
        "tone": TONES[case.state],
        "blind": blind,
        "title": reading.title_of(sheet, blind=blind),
        "groups": reading.groups(sheet, blind=blind, personal=False),
        "evidence": reading.files(sheet, pieces, blind=True),
        "own": own,
        "others": [one for one in said if one.pk != own.pk],
        "gives": own.given_at is None and examined,
        "examined": examined,
        "grid": grid,
        "score": score[0] if score else None,
        "scores_here": examined and scoring.may_score(where, terms.document),
        "opinion_form": OpinionForm(auto_id="opinion-%s"),
        "score_form": ScoreForm(
            grid, initial=score[0].points if score else None, said=score[0].comment if score else ""
        )
        if grid
        else None,
        "recuse_form": ReasonForm("recuse"),
        **given,
    }
    return render(request, "grants/experts/opinion.html", values, status=status)


@require_POST
@asked
def give(request: HttpRequest, case: Case, where: access.Standing) -> HttpResponseBase:
    """Give one's opinion."""
    form = OpinionForm(request.POST, auto_id="opinion-%s")
    if form.is_valid():
        try:
            opinions.opinion_give(actor=user_of(request), case=case, **form.cleaned_data)
        except InputError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Your opinion is given. Thank you."))
            return redirect("grants:opinion", reference=case.reference)
    case.refresh_from_db()
    return _show(request, case, where, status=422, opinion_form=form)


@require_POST
@asked
def score(request: HttpRequest, case: Case, where: access.Standing) -> HttpResponseBase:
    """Fill the grid."""
    terms = terms_of(case)
    if terms.document.scoring is None or not scoring.may_score(where, terms.document):
        raise Http404
    form = ScoreForm(terms.document.scoring, request.POST)
    if form.is_valid():
        try:
            scoring.score_give(
                actor=user_of(request), case=case, points=form.points, comment=form.cleaned_data["comment"]
            )
        except InputError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Your points are kept."))
            return redirect("grants:opinion", reference=case.reference)
    case.refresh_from_db()
    return _show(request, case, where, status=422, score_form=form)


@require_POST
@asked
def recuse(request: HttpRequest, case: Case, where: access.Standing) -> HttpResponseBase:
    """Take no part: there is a tie."""
    form = ReasonForm("recuse", request.POST)
    if form.is_valid():
        try:
            recusals.recuse(actor=user_of(request), case=case, reason=form.cleaned_data["reason"])
        except InputError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("You take no part in this case any more: a colleague deals with it."))
            return redirect("grants:opinions")
    return _show(request, case, where, status=422, recuse_form=form)


@require_safe
@asked
def piece(request: HttpRequest, case: Case, where: access.Standing, pk: int) -> HttpResponseBase:
    """One file, none that is marked personal."""
    scheme = terms_of(case).document
    found = case.pieces.select_related("upload__subject").filter(pk=pk).first()
    if found is None or found.upload is None or reading.hidden_file(scheme, found.code):
        raise Http404
    return evidence.answer(found, name=case.reference)
