"""Referendums for everyone: the question, its check, the campaign with both sides alike, the vote, its result, its answer."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from mandat.apps.petitions.forms import ArgumentForm
from mandat.apps.petitions.models import Argument, Referendum
from mandat.apps.petitions.services import referendums as acts
from mandat.apps.petitions.terms import vote_of
from mandat.apps.petitions.views.shared import attempt, given_by, user_of
from mandat.apps.petitions.words import CHECKS, RESULTS
from mandat.apps.programme.published import published
from mandat.apps.programme.views.shared import home_crumb, participate_crumb, programme_or_404
from mandat.web.components import Crumb

State = Referendum.State
#: States in which both sides' texts are for everyone to read: not before, so that none answers the other.
SHOWN = (State.CAMPAIGN, State.VOTE, State.HELD)


def crumbs(*more: Crumb) -> list[Crumb]:
    return [
        home_crumb(),
        participate_crumb(),
        Crumb(_("Referendums"), reverse("petitions:referendums") if more else ""),
        *more,
    ]


def referendum_or_404(reference: str) -> Referendum:
    return get_object_or_404(
        Referendum.objects.select_related("petition"), reference=reference.upper(), programme=published().code
    )


@require_safe
def referendums(request: HttpRequest) -> HttpResponse:
    """Every referendum asked for, the latest first."""
    current = programme_or_404()
    rows = Referendum.objects.filter(programme=current.code).select_related("petition").order_by("-asked_at", "-pk")
    lines = [{"referendum": one, "result": RESULTS.get(one.result)} for one in rows[:200]]
    return render(request, "petitions/referendums.html", {"crumbs": crumbs(), "lines": lines})


def sides(referendum: Referendum) -> list[dict[str, Any]]:
    """Both sides in the order drawn."""
    found = {one.side: one for one in referendum.arguments.all()}
    order = [referendum.first or "for"]
    order.append("against" if order[0] == "for" else "for")
    return [{"side": Argument.Side(side), "argument": found.get(side)} for side in order]


@require_safe
def referendum(request: HttpRequest, reference: str) -> HttpResponse:
    """One referendum, from its question to its answer."""
    found = referendum_or_404(reference)
    vote = vote_of(found)
    now = timezone.now()
    poll_url = ""
    if found.poll and found.vote_opens_at is not None and now >= found.vote_opens_at:
        try:
            poll_url = reverse("ballots:poll", args=[found.poll])
        except NoReverseMatch:
            poll_url = ""
    user = user_of(request) if request.user.is_authenticated else None
    values = {
        "crumbs": crumbs(Crumb(found.reference)),
        "referendum": found,
        "petition": found.petition,
        "vote": vote,
        "check": CHECKS.get(found.outcome),
        "result": RESULTS.get(found.result),
        "sides": sides(found) if found.state in SHOWN and found.campaign_opens_at and now >= found.campaign_opens_at else [],
        "coming": found.state == State.CAMPAIGN and found.campaign_opens_at is not None and now < found.campaign_opens_at,
        "voting": found.vote_opens_at is not None and found.vote_closes_at is not None
        and found.vote_opens_at <= now < found.vote_closes_at,
        "poll_url": poll_url,
        "author": user is not None and found.petition is not None and found.petition.author_id == user.pk,
        "writes": user is not None and found.state == State.PREPARING and found.arguments.filter(writer=user).exists(),
        "cast": (found.yes or 0) + (found.no or 0),
        "source": acts.source_of(found),
    }  # fmt: skip
    return render(request, "petitions/referendum.html", values)


@never_cache
@login_required
def argument(request: HttpRequest, reference: str) -> HttpResponseBase:
    """Write for one's side, before the campaign."""
    found, user = referendum_or_404(reference), user_of(request)
    mine = found.arguments.filter(writer=user).first()
    if mine is None:
        raise PermissionDenied("petitions.argument")
    terms = vote_of(found).terms
    form = ArgumentForm(request.POST or None, space=terms.space, documents=terms.documents, argument=mine)
    if request.method == "POST" and given_by(
        form, request,
        lambda: acts.argument_save(
            actor=user, referendum=found, side=mine.side, text=form.cleaned_data["text"], documents=form.given()
        ),
        _("Your text is saved. Everyone reads it once the campaign opens."),
    ):  # fmt: skip
        return redirect("petitions:argument", reference=found.reference)
    url = reverse("petitions:referendum", args=[found.reference])
    values = {
        "crumbs": crumbs(Crumb(found.reference, url), Crumb(_("Write"))), "referendum": found, "argument": mine,
        "form": form, "terms": terms, "writable": found.state == State.PREPARING,
    }  # fmt: skip
    return render(request, "petitions/argument.html", values, status=422 if form.errors else 200)


@require_POST
@login_required
def wording(request: HttpRequest, reference: str) -> HttpResponseBase:
    """The author accepts the wording proposed, or not."""
    found = referendum_or_404(reference)
    accept = request.POST.get("accept") == "1"
    said = _("The wording proposed is the question.") if accept else _("The question is not put.")
    attempt(request, lambda: acts.wording_answer(actor=user_of(request), referendum=found, accept=accept), said)
    return redirect("petitions:referendum", reference=found.reference)
