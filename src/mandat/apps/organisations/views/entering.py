"""My organisations, entering one from its number, joining one."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.mail import send_mail
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from mandat.apps.organisations import limits, selectors, services
from mandat.apps.organisations.forms import NumberForm, OrganisationForm, proof_of
from mandat.apps.organisations.models import Invitation, JoinRequest, Organisation, Rank
from mandat.apps.organisations.registers import Answer, Outcome, register
from mandat.apps.organisations.views.common import crumbs, user_of
from mandat.kernel.errors import InputError
from mandat.web.components import Crumb


@never_cache
@login_required
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """The organisations of the account, invitations received, requests sent."""
    user = user_of(request)
    values = {
        "memberships": selectors.organisations_of(user),
        "invitations": selectors.invitations_of(user),
        "requests": JoinRequest.objects.filter(user=user).select_related("organisation").order_by("pk"),
        "crumbs": [*crumbs()[:1], Crumb(_("My organisations"))],
    }
    return render(request, "organisations/mine.html", values)


@never_cache
@login_required
def new(request: HttpRequest) -> HttpResponseBase:
    """First the number, then the sheet, prefilled where the register answered."""
    stage = request.POST.get("stage", "")
    if stage == "details":
        return _details(request)
    if request.method == "GET" and "sans-numero" in request.GET:
        return _sheet(request, OrganisationForm(), number="", answer=None)
    form = NumberForm(request.POST if stage == "number" else None)
    if stage == "number" and form.is_valid():
        number = form.cleaned_data["number"]
        siret, rna = _split(number)
        found = services.known(siret=siret, rna=rna)
        if found is not None and not found.by_link:
            values = {"organisation": found, "crumbs": crumbs(Crumb(_("New organisation")))}
            return render(request, "organisations/known.html", values)
        answer = _look_up(request, siret, rna)
        initial = _initial(answer)
        return _sheet(request, OrganisationForm(initial=initial), number=number, answer=answer)
    values = {"form": form, "crumbs": crumbs(Crumb(_("New organisation")))}
    return render(request, "organisations/number.html", values, status=422 if form.errors else 200)


def _look_up(request: HttpRequest, siret: str, rna: str) -> Answer:
    if not limits.within("lookups", user_of(request).pk, limits.LOOKUPS):
        return Answer(Outcome.UNAVAILABLE, reason="asked too often")
    return register().by_siret(siret) if siret else register().by_rna(rna)


def _split(number: str) -> tuple[str, str]:
    return ("", number) if number[:1] == "W" else (number, "")


def _initial(answer: Answer) -> dict[str, Any]:
    entry = answer.entry
    if entry is None:
        return {}
    names = ("name", "short_name", "legal_category", "naf", "address", "postcode", "commune_name", "headcount")
    return {name: getattr(entry, name) for name in names} | {"proof": proof_of(entry)}


def _details(request: HttpRequest) -> HttpResponseBase:
    form = OrganisationForm(request.POST)
    number = request.POST.get("number", "")[:30]
    if form.is_valid():
        siret, rna = _split(number)
        entry = form.entry
        if entry is not None and number not in {entry.siret, entry.rna}:
            entry = None
        try:
            organisation = services.organisation_create(
                actor=user_of(request),
                siret=siret,
                rna=rna,
                values=form.values(),
                entry=entry,
                email=form.cleaned_data["email"],
                telephone=form.cleaned_data["telephone"],
            )
        except InputError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The organisation is entered. You own it."))
            return redirect("organisations:sheet", reference=organisation.reference)
    return _sheet(request, form, number=number, answer=None)


def _sheet(request: HttpRequest, form: OrganisationForm, *, number: str, answer: Answer | None) -> HttpResponse:
    entry = answer.entry if answer else None
    values = {
        "form": form,
        "number": number,
        "entry": entry,
        "unknown": answer is not None and answer.outcome is Outcome.UNKNOWN,
        "unavailable": answer is not None and answer.outcome is Outcome.UNAVAILABLE,
        "closed": entry is not None and entry.active is False,
        "hidden": entry is not None and not entry.diffusible,
        "crumbs": crumbs(Crumb(_("New organisation"))),
    }
    return render(request, "organisations/new.html", values, status=422 if form.errors else 200)


@never_cache
@login_required
@require_POST
def ask(request: HttpRequest, reference: uuid.UUID) -> HttpResponseBase:
    """Ask to join an organisation that is here already."""
    organisation = get_object_or_404(Organisation, reference=reference)
    try:
        with transaction.atomic():
            asked = services.join_ask(actor=user_of(request), organisation=organisation)
            transaction.on_commit(lambda: _tell_owners(asked))
    except InputError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Your request is sent: an owner of the organisation will answer it."))
    return redirect("organisations:mine")


def _tell_owners(asked: JoinRequest) -> None:
    """Owners are told that someone asks; who it is, they see once signed in."""
    organisation = asked.organisation
    url = settings.SITE_URL + reverse("organisations:members", args=[organisation.reference])
    owners = organisation.members.filter(rank=Rank.OWNER, user__is_active=True).select_related("user")
    for owner in owners.order_by("pk"):
        with override(owner.user.language):
            text = render_to_string("organisations/asked.txt", {"organisation": organisation, "url": url})
            subject = _("Mandat – someone asks to join your organisation")
        send_mail(subject, text, None, [owner.user.email], fail_silently=True)


@never_cache
@login_required
def invited(request: HttpRequest, secret: str) -> HttpResponseBase:
    """The page of an invitation's link."""
    invitation = services.invitation_of(secret)
    if request.method == "POST" and invitation is not None:
        return _accept(request, invitation)
    values = {
        "invitation": invitation,
        "mine": invitation is not None and invitation.email == user_of(request).email.lower(),
        "crumbs": crumbs(Crumb(_("Invitation"))),
    }
    return render(request, "organisations/invited.html", values, status=200 if invitation else 404)


@never_cache
@login_required
@require_POST
def answer(request: HttpRequest, reference: uuid.UUID) -> HttpResponseBase:
    """Accept or decline an invitation sent to one's own address."""
    invitation = get_object_or_404(selectors.invitations_of(user_of(request)), reference=reference)
    if request.POST.get("answer") == "accept":
        return _accept(request, invitation)
    services.invitation_withdraw(actor=user_of(request), invitation=invitation)
    messages.success(request, _("The invitation is declined."))
    return redirect("organisations:mine")


def _accept(request: HttpRequest, invitation: Invitation) -> HttpResponseBase:
    try:
        member = services.invitation_accept(actor=user_of(request), invitation=invitation)
    except InputError as error:
        messages.error(request, str(error))
        return redirect("organisations:mine")
    messages.success(request, _("You have joined the organisation."))
    return redirect("organisations:sheet", reference=member.organisation.reference)
