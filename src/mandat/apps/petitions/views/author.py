"""Write a petition, have it backed, send it, withdraw it; back someone else's."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from mandat.apps.petitions.forms import AppealForm, PetitionForm
from mandat.apps.petitions.machine import WRITABLE, State
from mandat.apps.petitions.models import Appeal, Petition
from mandat.apps.petitions.services import drafting, examining
from mandat.apps.petitions.similar import similar
from mandat.apps.petitions.terms import terms_now, terms_of
from mandat.apps.petitions.views.shared import (
    TONES,
    attempt,
    given_by,
    list_crumbs,
    own,
    user_of,
)
from mandat.apps.programme.published import published
from mandat.kernel.errors import InputError
from mandat.web.components import Crumb


def _terms_or_404(process: str, component: str) -> Any:
    try:
        return terms_now(process, component)
    except InputError as error:
        raise Http404(str(error)) from error


@require_safe
def begin(request: HttpRequest, process: str, component: str) -> HttpResponse:
    """Before writing: what the right is, and petitions like the one in mind, to sign instead. No account is needed."""
    terms = _terms_or_404(process, component)
    asked = request.GET.get("sujet", "")[:300]
    values = {
        "crumbs": list_crumbs(Crumb(_("Begin a petition"))),
        "terms": terms,
        "needs": list(zip(terms.component.thresholds, terms.needs, strict=True)),
        "asked": asked,
        "found": similar(asked, programme=published().code) if asked else [],
        "write": reverse("petitions:write", args=[process, component]),
    }
    return render(request, "petitions/begin.html", values)


@never_cache
@login_required
def write(request: HttpRequest, process: str, component: str) -> HttpResponseBase:
    """Write a new petition."""
    terms, user = _terms_or_404(process, component), user_of(request)
    form = PetitionForm(request.POST or None, terms=terms, user=user)
    made: list[Petition] = []
    if request.method == "POST" and given_by(
        form, request,
        lambda: made.append(drafting.petition_start(actor=user, process=process, component=component, **form.given())),
        _("Your petition is saved. Nobody sees it yet."),
    ):  # fmt: skip
        return redirect("petitions:own", reference=made[0].reference)
    values = {
        "crumbs": list_crumbs(Crumb(_("Begin a petition"), reverse("petitions:begin", args=[process, component])), Crumb(_("Write"))),
        "form": form, "terms": terms, "found": [],
    }  # fmt: skip
    return render(request, "petitions/write.html", values, status=422 if form.errors else 200)


@never_cache
@login_required
def mine(request: HttpRequest) -> HttpResponse:
    """One's own petitions."""
    rows = Petition.objects.filter(author=user_of(request)).order_by("-saved_at", "-pk")
    lines = [{"petition": one, "tone": TONES[State(one.state)], "state": State(one.state).label} for one in rows]
    return render(request, "petitions/mine.html", {"crumbs": list_crumbs(Crumb(_("My petitions"))), "lines": lines})


@own
def own_petition(request: HttpRequest, petition: Petition) -> HttpResponse:
    """What an author may do with a petition, and what is awaited."""
    return _show(request, petition, AppealForm())


def _show(request: HttpRequest, petition: Petition, form: AppealForm, status: int = 200) -> HttpResponse:
    terms = terms_of(petition)
    refusal = petition.examinations.filter(outcome="refused").order_by("-pk").first()
    appeal = Appeal.objects.filter(examination=refusal).first() if refusal is not None else None
    backers = petition.sponsors.count()
    values = {
        "crumbs": list_crumbs(Crumb(_("My petitions"), reverse("petitions:mine")), Crumb(petition.title)),
        "petition": petition,
        "terms": terms,
        "tone": TONES[State(petition.state)],
        "state": State(petition.state).label,
        "backers": backers,
        "missing": max(0, terms.component.sponsors - backers),
        "link": request.build_absolute_uri(reverse("petitions:back", args=[petition.invitation])),
        "writable": petition.state in WRITABLE,
        "may_send": petition.state in WRITABLE and backers >= terms.component.sponsors,
        "may_withdraw": petition.state in (State.DRAFT, State.SPONSORS, State.EXAMINATION, State.CHANGES, State.OPEN)
        and not petition.crossings.exists(),
        "examinations": petition.examinations.order_by("-pk"),
        "refusal": refusal,
        "reason": terms.component.refusal(refusal.reason) if refusal is not None else None,
        "appeal": appeal,
        "appeal_form": form if petition.state == State.REFUSED and appeal is None else None,
        "found": similar(
            f"{petition.title} {petition.request_text}", programme=petition.programme, without=petition.reference
        )
        if petition.state in WRITABLE
        else [],
    }
    return render(request, "petitions/own.html", values, status=status)


@own
def edit(request: HttpRequest, petition: Petition) -> HttpResponseBase:
    """Write a petition anew while nobody may sign it."""
    terms, user = terms_of(petition), user_of(request)
    form = PetitionForm(request.POST or None, terms=terms, user=user, petition=petition)
    if request.method == "POST" and given_by(
        form, request,
        lambda: drafting.petition_save(
            actor=user, petition=petition, revision=form.cleaned_data["revision"] or 0, **form.given()
        ),
        _("Your petition is saved."),
    ):  # fmt: skip
        return redirect("petitions:own", reference=petition.reference)
    values = {
        "crumbs": list_crumbs(Crumb(petition.title, reverse("petitions:own", args=[petition.reference])), Crumb(_("Write"))),
        "form": form, "terms": terms, "petition": petition, "backers": petition.sponsors.count(),
    }  # fmt: skip
    return render(request, "petitions/write.html", values, status=422 if form.errors else 200)


@require_POST
@own
def ask_sponsors(request: HttpRequest, petition: Petition) -> HttpResponseBase:
    attempt(
        request,
        lambda: drafting.sponsors_ask(actor=user_of(request), petition=petition),
        _("Share the link to be backed."),
    )
    return redirect("petitions:own", reference=petition.reference)


@require_POST
@own
def send(request: HttpRequest, petition: Petition) -> HttpResponseBase:
    attempt(
        request,
        lambda: drafting.petition_submit(actor=user_of(request), petition=petition),
        _("Your petition is sent to be examined."),
    )
    return redirect("petitions:own", reference=petition.reference)


@own
def withdraw(request: HttpRequest, petition: Petition) -> HttpResponseBase:
    """Withdraw a petition, once one is sure."""
    if request.method == "POST":
        attempt(
            request,
            lambda: drafting.petition_withdraw(actor=user_of(request), petition=petition),
            _("Your petition is withdrawn."),
        )
        return redirect("petitions:own", reference=petition.reference)
    crumbs = list_crumbs(
        Crumb(petition.title, reverse("petitions:own", args=[petition.reference])), Crumb(_("Withdraw"))
    )
    return render(request, "petitions/withdraw.html", {"crumbs": crumbs, "petition": petition})


@require_POST
@own
def appeal(request: HttpRequest, petition: Petition) -> HttpResponseBase:
    """Contest a refusal."""
    form = AppealForm(request.POST)
    if given_by(
        form, request,
        lambda: examining.appeal_lodge(actor=user_of(request), petition=petition, grounds=form.cleaned_data["grounds"]),
        _("Your appeal is lodged. Someone else than who refused will decide."),
    ):  # fmt: skip
        return redirect("petitions:own", reference=petition.reference)
    return _show(request, petition, form, status=422)


@never_cache
def back(request: HttpRequest, invitation: str) -> HttpResponseBase:
    """Back a petition, from the link its author shares: anyone reads it, one backs it from one's account."""
    found = get_object_or_404(
        Petition.objects.select_related("organisation"), invitation=invitation, programme=published().code
    )
    if found.opened_at is not None:
        return redirect("petitions:petition", reference=found.reference)
    if found.state not in (State.SPONSORS, State.EXAMINATION, State.CHANGES):
        raise Http404(invitation)
    user = user_of(request) if request.user.is_authenticated else None
    backs = user is not None and found.sponsors.filter(user=user).exists()
    if request.method == "POST":
        if user is None:
            return redirect(f"{reverse('account_login')}?next={request.path}")
        if request.POST.get("no"):
            attempt(
                request,
                lambda: drafting.petition_unback(actor=user, petition=found),
                _("You no longer back this petition."),
            )
        else:
            attempt(request, lambda: drafting.petition_back(actor=user, petition=found), _("You back this petition."))
        return redirect("petitions:back", invitation=invitation)
    values = {
        "crumbs": list_crumbs(Crumb(_("Back a petition"))),
        "petition": found,
        "terms": terms_of(found),
        "backs": backs,
        "author": user is not None and found.author_id == user.pk,
        "backers": found.sponsors.count(),
        "sign_in": f"{reverse('account_login')}?next={request.path}",
    }
    response = render(request, "petitions/back.html", values)
    response["X-Robots-Tag"] = "noindex"
    return response
