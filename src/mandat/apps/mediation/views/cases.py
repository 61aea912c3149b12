"""Mediation for those who ask for it and take part: never kept by any cache, and no page says more than its reader may know."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from mandat.apps.accounts.access import second_factor
from mandat.apps.accounts.models import User
from mandat.apps.custody.sealing import with_keys
from mandat.apps.mediation import selectors
from mandat.apps.mediation.access import Seat, cases_of, messages_for, seat_of
from mandat.apps.mediation.forms import AskForm, CloseForm, DeclineForm, InviteForm, MessageForm, ProposalForm
from mandat.apps.mediation.models import Case, Party
from mandat.apps.mediation.services import cases, talking
from mandat.apps.mediation.terms import mediations, terms_now, terms_of
from mandat.apps.programme.views.shared import home_crumb, participate_crumb, programme_or_404
from mandat.kernel.errors import InputError
from mandat.web.components import Crumb

View = Callable[..., HttpResponseBase]
State = Case.State


def user_of(request: HttpRequest) -> User:
    return cast(User, request.user)


def crumbs(*more: Crumb) -> list[Crumb]:
    return [home_crumb(), participate_crumb(), Crumb(_("Mediation"), reverse("mediation:about") if more else ""), *more]


def confidential(view: View) -> View:
    """A page of a case: for its parties and its mediator. For anybody else the case does not exist."""

    @never_cache
    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, reference: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
        found = get_object_or_404(Case.objects.select_related("subject", "organisation"), reference=reference.upper())
        seat = seat_of(user_of(request), found)
        if seat is None:
            raise Http404
        if seat.mediates and (detour := second_factor(request)) is not None:
            return detour
        response = view(request, seat, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex"
        response["Referrer-Policy"] = "no-referrer"
        return response

    return guarded


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """What mediation is, how soon it is taken up, and counts alone."""
    programme_or_404()
    rows = [
        {"process": held.process, "component": one, "counts": selectors.counts_of(held.code, one.code)}
        for held, one in mediations()
    ]
    return render(request, "mediation/about.html", {"crumbs": crumbs(), "rows": rows})


@never_cache
@login_required
def ask(request: HttpRequest, process: str, component: str) -> HttpResponseBase:
    """Ask for a mediation."""
    try:
        terms = terms_now(process, component)
    except InputError as error:
        raise Http404(str(error)) from error
    user = user_of(request)
    form = AskForm(request.POST or None, terms=terms, user=user)
    if request.method == "POST" and form.is_valid():
        try:
            made = cases.case_ask(actor=user, process=process, component=component, **form.given())
        except InputError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Your request is received. A mediator without ties to it is named."))
            return redirect("mediation:case", reference=made.reference)
    values = {"crumbs": crumbs(Crumb(_("Ask"))), "form": form, "terms": terms}
    return render(request, "mediation/ask.html", values, status=422 if form.errors else 200)


@never_cache
@login_required
def mine(request: HttpRequest) -> HttpResponse:
    """The cases one is a party to, or mediates."""
    user = user_of(request)
    rows = with_keys(cases_of(user).select_related("subject"))
    values = {"crumbs": crumbs(Crumb(_("My mediations"))), "rows": [(one, one.mediator_id == user.pk) for one in rows]}
    return render(request, "mediation/mine.html", values)


@confidential
def case(request: HttpRequest, seat: Seat) -> HttpResponse:
    return show(request, seat)


def show(request: HttpRequest, seat: Seat, *, status: int = 200, **given: Any) -> HttpResponse:
    """One case, as its reader may see it; ``given`` puts a form that is in error in the place of an empty one."""
    found, parties = seat.case, with_keys(seat.case.parties.select_related("case__subject").order_by("pk"))
    there = [one for one in parties if one.joined_at is not None and one.left_at is None]
    proposals = with_keys(
        found.proposals.select_related("case__subject").prefetch_related(
            "replies__proposal__case__subject", "replies__party__case__subject"
        )
    )
    last = proposals[-1] if proposals else None
    answered = (
        last is not None and seat.party is not None and any(one.party_id == seat.party.pk for one in last.replies.all())
    )
    terms = terms_of(found)
    values = {
        "crumbs": crumbs(Crumb(_("My mediations"), reverse("mediation:mine")), Crumb(found.reference)),
        "case": found,
        "seat": seat,
        "terms": terms,
        "service": next((one for one in terms.component.services if one.code == found.service), None),
        "parties": parties,
        "messages_": with_keys(messages_for(seat)),
        "proposals": proposals,
        "last": last,
        "may_reply": last is not None and seat.party is not None and not answered and found.state == State.RUNNING,
        "open": found.state in cases.OPEN,
        "links": [
            (one, request.build_absolute_uri(reverse("mediation:invitation", args=[one.invitation])))
            for one in parties
            if seat.mediates and one.invitation
        ],
        "message_form": MessageForm(parties=there if seat.mediates else None),
        "invite_form": InviteForm(),
        "proposal_form": ProposalForm(),
        "close_form": CloseForm(),
        "decline_form": DeclineForm(),
        **given,
    }
    return render(request, "mediation/case.html", values, status=status)


def _done(form: forms.Form, act: Callable[[], object]) -> bool:
    if not form.is_valid():
        return False
    try:
        act()
    except InputError as error:
        form.add_error(None, str(error))
        return False
    return True


@require_POST
@confidential
def act(request: HttpRequest, seat: Seat, act: str) -> HttpResponseBase:
    """Write, invite, propose, answer, leave, recuse oneself, decline, close."""
    user, found = user_of(request), seat.case
    back = redirect("mediation:case", reference=found.reference)
    if act == "ecrire":
        there = list(
            found.parties.filter(joined_at__isnull=False, left_at__isnull=True)
            .select_related("case__subject")
            .order_by("pk")
        )
        form = MessageForm(request.POST, parties=there if seat.mediates else None)
        done = _done(form, lambda: talking.message_write(
            actor=user, case=found, text=form.cleaned_data["text"], aside=form.cleaned_data.get("aside", False),
            to=next((one for one in there if str(one.pk) == form.cleaned_data.get("to")), None),
        ))  # fmt: skip
        return back if done else show(request, seat, status=422, message_form=form)
    if act == "inviter":
        invite = InviteForm(request.POST)
        done = _done(invite, lambda: cases.party_invite(actor=user, case=found, **invite.cleaned_data))
        return back if done else show(request, seat, status=422, invite_form=invite)
    if act == "proposer":
        proposal = ProposalForm(request.POST)
        done = _done(proposal, lambda: talking.proposal_make(actor=user, case=found, **proposal.cleaned_data))
        return back if done else show(request, seat, status=422, proposal_form=proposal)
    if act == "clore":
        close = CloseForm(request.POST)
        done = _done(close, lambda: cases.case_close(actor=user, case=found, **close.cleaned_data))
        return back if done else show(request, seat, status=422, close_form=close)
    if act == "decliner":
        decline = DeclineForm(request.POST)
        done = _done(decline, lambda: cases.case_decline(actor=user, case=found, **decline.cleaned_data))
        return back if done else show(request, seat, status=422, decline_form=decline)
    simple: dict[str, Callable[[], object]] = {
        "repondre": lambda: talking.proposal_answer(
            actor=user, proposal=found.proposals.order_by("-number")[0], accepts=request.POST.get("accepts") == "1",
            text=request.POST.get("text", "")[:2000],
        ),
        "quitter": lambda: cases.party_leave(actor=user, case=found),
        "recuser": lambda: cases.mediator_recuse(actor=user, case=found),
    }  # fmt: skip
    if act not in simple or (act == "repondre" and not found.proposals.exists()):
        raise Http404
    try:
        simple[act]()
    except InputError as error:
        messages.error(request, str(error))
        return back
    return redirect("mediation:mine") if act in ("quitter", "recuser") else back


@never_cache
@login_required
def invitation(request: HttpRequest, invitation: str) -> HttpResponseBase:
    """Join a case, or decline: what it is about is not said before."""
    found = Party.objects.filter(invitation=invitation).select_related("case").first()
    if found is None:
        raise Http404
    if request.method == "POST":
        accept = request.POST.get("accept") == "1"
        try:
            party = cases.invitation_answer(actor=user_of(request), invitation=invitation, accept=accept)
        except InputError as error:
            messages.error(request, str(error))
            return redirect("mediation:mine")
        return redirect("mediation:case", reference=party.case.reference) if accept else redirect("mediation:mine")
    response = render(
        request, "mediation/invitation.html", {"crumbs": crumbs(Crumb(_("Invitation"))), "terms": terms_of(found.case)}
    )
    response["Referrer-Policy"] = "no-referrer"
    return response
