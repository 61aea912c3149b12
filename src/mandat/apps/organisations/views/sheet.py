"""One organisation: its sheet, its members, what holds it to others."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.mail import send_mail
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from mandat.apps.accounts.permissions import may
from mandat.apps.organisations import selectors, services
from mandat.apps.organisations.forms import ControlForm, InvitationForm, OrganisationForm, RankForm
from mandat.apps.organisations.models import Control, Invitation, JoinRequest, Member, Organisation
from mandat.apps.organisations.registers import Outcome, register
from mandat.apps.organisations.views.common import crumbs, for_members, user_of
from mandat.kernel.errors import InputError
from mandat.web.components import Crumb


def _trail(organisation: Organisation, *labels: str) -> list[Crumb]:
    here = reverse("organisations:sheet", args=[organisation.reference]) if labels else ""
    return crumbs(Crumb(organisation.name, here), *(Crumb(label) for label in labels))


def _home(organisation: Organisation) -> HttpResponseBase:
    return redirect("organisations:sheet", reference=organisation.reference)


@for_members("read")
@require_GET
def sheet(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """What is known of an organisation, and where it comes from."""
    user = user_of(request)
    names = ("short_name", "legal_category", "naf", "address", "postcode", "commune_name", "headcount")
    words = {"legal_category": organisation.legal_label, "headcount": organisation.headcount_label}
    fields: list[tuple[Any, Any, bool]] = []
    for name in names:
        value = words.get(name) or getattr(organisation, name)
        if value:
            field: Any = Organisation._meta.get_field(name)
            fields.append((field.verbose_name, value, name in organisation.declared))
    values = {
        "organisation": organisation,
        "fields": fields,
        "name_declared": "name" in organisation.declared,
        "may_edit": selectors.allowed(user, organisation, "edit"),
        "may_members": selectors.allowed(user, organisation, "members"),
        "may_mend": may(user, "organisations.mend"),
        "rank": selectors.rank_of(user, organisation),
        "members": organisation.members.select_related("user").order_by("joined_at", "pk"),
        "undertaking": [
            one for one in selectors.undertaking(organisation, on=timezone.localdate()) if one.pk != organisation.pk
        ],
        "crumbs": _trail(organisation),
    }
    return render(request, "organisations/sheet.html", values)


@for_members("edit")
def edit(request: HttpRequest, organisation: Organisation) -> HttpResponseBase:
    """Correct what is written."""
    initial = {name: getattr(organisation, name) for name in (*services.WRITTEN, "email", "telephone")}
    form = OrganisationForm(request.POST or None, initial=initial, known=organisation)
    if request.method == "POST" and form.is_valid():
        try:
            services.organisation_edit(
                actor=user_of(request),
                organisation=organisation,
                values=form.values(),
                email=form.cleaned_data["email"],
                telephone=form.cleaned_data["telephone"],
            )
        except InputError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The sheet is up to date."))
            return _home(organisation)
    values = {"form": form, "organisation": organisation, "crumbs": _trail(organisation, _("Correct"))}
    return render(request, "organisations/edit.html", values, status=422 if form.errors else 200)


@require_POST
@for_members("edit")
def refresh(request: HttpRequest, organisation: Organisation) -> HttpResponseBase:
    """Read the register again."""
    source = register()
    found = source.by_siret(organisation.siret) if organisation.siret else source.by_rna(organisation.rna)
    if not (organisation.siret or organisation.rna) or found.outcome is Outcome.UNKNOWN:
        messages.warning(request, _("The register does not know this organisation: nothing changed."))
    elif found.entry is None:
        messages.warning(request, _("The register does not answer at the moment: nothing changed. Try again later."))
    else:
        changed = services.organisation_refresh(actor=user_of(request), organisation=organisation, entry=found.entry)
        messages.success(
            request, _("Read in the register: the sheet changed.") if changed else _("Read in the register: no change.")
        )
    return _home(organisation)


@require_POST
@for_members("read")
def confirm(request: HttpRequest, organisation: Organisation) -> HttpResponseBase:
    """An agent confirms who speaks for the organisation."""
    services.organisation_confirm(actor=user_of(request), organisation=organisation)
    messages.success(request, _("Confirmed: its owners speak for it."))
    return _home(organisation)


# -- members


@for_members("members")
def members(request: HttpRequest, organisation: Organisation) -> HttpResponseBase:
    """Members, invitations and requests."""
    form = InvitationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                invitation, secret = services.member_invite(
                    actor=user_of(request),
                    organisation=organisation,
                    email=form.cleaned_data["email"],
                    rank=form.cleaned_data["rank"],
                )
                transaction.on_commit(lambda: _send(invitation, secret))
        except InputError as error:
            form.add_error("email", str(error))
        else:
            messages.success(request, _("The invitation is sent. It is valid for 14 days."))
            return redirect("organisations:members", reference=organisation.reference)
    values = {
        "form": form,
        "organisation": organisation,
        "members": [
            (member, RankForm(initial={"rank": member.rank}, prefix=f"m{member.pk}", auto_id=f"m{member.pk}_%s"))
            for member in organisation.members.select_related("user").order_by("joined_at", "pk")
        ],
        "invitations": organisation.invitations.order_by("pk"),
        "requests": organisation.requests.select_related("user").order_by("pk"),
        "crumbs": _trail(organisation, _("Members")),
    }
    return render(request, "organisations/members.html", values, status=422 if form.errors else 200)


def _send(invitation: Invitation, secret: str) -> None:
    url = settings.SITE_URL + reverse("organisations:invited", args=[secret])
    values = {"organisation": invitation.organisation, "url": url, "rank": invitation.get_rank_display()}
    text = render_to_string("organisations/invitation.txt", values)
    subject = _("Mandat – invitation to join %(name)s") % {"name": invitation.organisation.name}
    send_mail(" ".join(subject.split()), text, None, [str(invitation.email)], fail_silently=True)


@require_POST
@for_members("members")
def member(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponseBase:
    """Change what a member may do, or remove them."""
    found = get_object_or_404(Member.objects.select_related("user", "organisation"), pk=pk, organisation=organisation)
    try:
        if "remove" in request.POST:
            services.member_remove(actor=user_of(request), member=found)
            messages.success(request, _("This person is no longer a member."))
        else:
            rank = request.POST.get(f"m{found.pk}-rank", "")
            services.member_rank(actor=user_of(request), member=found, rank=rank)
            messages.success(request, _("The role is changed."))
    except InputError as error:
        messages.error(request, str(error))
    if not selectors.allowed(user_of(request), organisation, "members"):
        return redirect("organisations:mine")
    return redirect("organisations:members", reference=organisation.reference)


@require_POST
@for_members("members")
def withdraw(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponseBase:
    """Take an invitation back."""
    invitation = get_object_or_404(Invitation.objects.select_related("organisation"), pk=pk, organisation=organisation)
    services.invitation_withdraw(actor=user_of(request), invitation=invitation)
    messages.success(request, _("The invitation is withdrawn."))
    return redirect("organisations:members", reference=organisation.reference)


@require_POST
@for_members("members")
def settle(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponseBase:
    """Accept or refuse a request to join."""
    found = get_object_or_404(
        JoinRequest.objects.select_related("user", "organisation"), pk=pk, organisation=organisation
    )
    try:
        joined = services.join_settle(actor=user_of(request), request=found, rank=request.POST.get("rank", ""))
        messages.success(request, _("This person is now a member.") if joined else _("The request is refused."))
    except InputError as error:
        messages.error(request, str(error))
    return redirect("organisations:members", reference=organisation.reference)


@require_POST
@for_members("read")
def leave(request: HttpRequest, organisation: Organisation) -> HttpResponseBase:
    """Leave an organisation."""
    found = get_object_or_404(Member, organisation=organisation, user=user_of(request))
    try:
        services.member_remove(actor=user_of(request), member=found)
    except InputError as error:
        messages.error(request, str(error))
        return _home(organisation)
    messages.success(request, _("You have left the organisation."))
    return redirect("organisations:mine")


# -- single undertakings


@for_members("edit")
def links(request: HttpRequest, organisation: Organisation) -> HttpResponseBase:
    """What controls the organisation, and what it controls."""
    form = ControlForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _declare(request, organisation, form)
        except InputError as error:
            form.add_error("siret", str(error))
        else:
            messages.success(request, _("The link is declared."))
            return redirect("organisations:links", reference=organisation.reference)
    both = Control.objects.filter(parent=organisation) | Control.objects.filter(child=organisation)
    values = {
        "form": form,
        "organisation": organisation,
        "controls": both.select_related("parent", "child").order_by("since", "pk"),
        "undertaking": selectors.undertaking(organisation, on=timezone.localdate()),
        "crumbs": _trail(organisation, _("Links")),
    }
    return render(request, "organisations/links.html", values, status=422 if form.errors else 200)


def _declare(request: HttpRequest, organisation: Organisation, form: ControlForm) -> None:
    data = form.cleaned_data
    entry = None if services.known(siret=data["siret"]) else register().by_siret(data["siret"]).entry
    other = services.control_party(actor=user_of(request), siret=data["siret"], entry=entry)
    parent, child = (other, organisation) if data["direction"] == "parent" else (organisation, other)
    services.control_declare(
        actor=user_of(request), parent=parent, child=child, why=data["why"], since=data["since"], share=data["share"]
    )


@require_POST
@for_members("edit")
def unlink(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponseBase:
    """A link is over as of today."""
    both = Control.objects.filter(parent=organisation) | Control.objects.filter(child=organisation)
    control = get_object_or_404(both.select_related("parent", "child"), pk=pk)
    services.control_end(actor=user_of(request), control=control, until=timezone.localdate())
    messages.success(request, _("The link is over as of today."))
    return redirect("organisations:links", reference=organisation.reference)
