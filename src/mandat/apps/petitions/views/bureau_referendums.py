"""The bureau of referendums: questions to check, campaigns to prepare and open."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from mandat.apps.accounts.access import requires
from mandat.apps.accounts.permissions import may
from mandat.apps.participation.definitions import published_processes
from mandat.apps.participation.schema.deciding import Referendum as ReferendumComponent
from mandat.apps.petitions.forms import CampaignForm, CheckForm, WriterForm
from mandat.apps.petitions.models import Referendum
from mandat.apps.petitions.services import referendums as acts
from mandat.apps.petitions.services.moving import today
from mandat.apps.petitions.terms import vote_of
from mandat.apps.petitions.views.referendums import referendum_or_404
from mandat.apps.petitions.views.shared import attempt, given_by, user_of
from mandat.apps.programme.published import published
from mandat.apps.programme.views.bureau.common import page
from mandat.web.components import Crumb

State = Referendum.State


def _crumbs(*more: Crumb) -> list[Crumb]:
    return [Crumb(_("Referendums"), reverse("petitions:bureau_referendums") if more else ""), *more]


@require_GET
@requires("petitions.question_check")
def referendums(request: HttpRequest) -> HttpResponse:
    """What waits, and questions of the Region's own that may be put."""
    programme = published().code
    rows = Referendum.objects.filter(programme=programme).select_related("petition").order_by("check_by", "pk")
    put = set(rows.filter(petition=None).values_list("process", "component"))
    ready = [
        (held.process, one)
        for held in published_processes().values()
        for one in held.process.components
        if isinstance(one, ReferendumComponent) and (held.code, one.code) not in put
    ]
    values = {
        "rows": list(rows[:200]),
        "ready": ready,
        "may_put": may(request.user, "participation.manage"),
        "day": today(),
    }
    return page(request, "petitions/bureau/referendums.html", values, crumbs=_crumbs())


@require_POST
@requires("participation.manage")
def put(request: HttpRequest, process: str, component: str) -> HttpResponseBase:
    """Put a question of the Region's own."""
    attempt(
        request, lambda: acts.region_referendum_ask(actor=user_of(request), process=process, component=component),
        _("The question goes to be checked."),
    )  # fmt: skip
    return redirect("petitions:bureau_referendums")


@require_GET
@requires("petitions.question_check")
def file(request: HttpRequest, reference: str) -> HttpResponse:
    return show(request, referendum_or_404(reference))


def show(request: HttpRequest, referendum: Referendum, *, status: int = 200, **given: Any) -> HttpResponse:
    """One referendum, with what may be done about it."""
    vote = vote_of(referendum)
    values = {
        "referendum": referendum,
        "vote": vote,
        "arguments": list(referendum.arguments.select_related("writer").order_by("side")),
        "checking": referendum.state == State.CHECKING,
        "preparing": referendum.state == State.PREPARING,
        "check_form": CheckForm(),
        "writer_form": WriterForm(),
        "campaign_form": CampaignForm(initial={"opens_on": today()}),
        **given,
    }
    return page(
        request, "petitions/bureau/referendum.html", values, crumbs=_crumbs(Crumb(referendum.reference)), status=status
    )


@require_POST
@requires("petitions.question_check")
def act(request: HttpRequest, reference: str, act: str) -> HttpResponseBase:
    """Record the check, name who writes for a side, open the campaign."""
    found, user = referendum_or_404(reference), user_of(request)
    back = redirect("petitions:bureau_referendum", reference=found.reference)
    if act == "question":
        check = CheckForm(request.POST)
        done = given_by(check, request, lambda: acts.question_check(actor=user, referendum=found, **check.cleaned_data), _("What the body found is recorded."))  # fmt: skip
        return back if done else show(request, found, status=422, check_form=check)
    if act == "auteur":
        writer = WriterForm(request.POST)
        done = given_by(writer, request, lambda: acts.writer_name(actor=user, referendum=found, **writer.cleaned_data), _("This account may now write for its side."))  # fmt: skip
        return back if done else show(request, found, status=422, writer_form=writer)
    if act == "campagne":
        campaign = CampaignForm(request.POST)
        done = given_by(campaign, request, lambda: acts.campaign_open(actor=user, referendum=found, **campaign.cleaned_data), _("The campaign and the vote have their days."))  # fmt: skip
        return back if done else show(request, found, status=422, campaign_form=campaign)
    raise Http404(act)
