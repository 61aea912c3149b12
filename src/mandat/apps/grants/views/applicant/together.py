"""Applications filled by several: people let in one by one, and the organisations of a joint application."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.core.validators import validate_email
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from mandat.apps.accounts.models import User
from mandat.apps.grants.completeness import role_words
from mandat.apps.grants.forms.plan import read_amount
from mandat.apps.grants.machine import ENDED, State
from mandat.apps.grants.models import Case, Party
from mandat.apps.grants.services import sharing
from mandat.apps.grants.services.drafts import leads
from mandat.apps.grants.services.moving import terms_of
from mandat.apps.grants.views.applicant.shared import attempt, crumbs, draft_of, own, user_of, values
from mandat.apps.organisations import limits as lookups
from mandat.apps.organisations.categories import clean_siret
from mandat.apps.organisations.models import Rank
from mandat.apps.organisations.registers import Outcome, register
from mandat.apps.organisations.selectors import rank_of
from mandat.kernel.errors import InputError
from mandat.web.components import Crumb
from mandat.web.templatetags.formats import say


@own
def parties(request: HttpRequest, case: Case) -> HttpResponseBase:
    """Who makes the application together: invite by SIRET, change a part, agree to one's own."""
    terms = terms_of(case).document.applicants
    if terms.parties[1] == 1:
        raise Http404
    user = user_of(request)
    if request.method == "POST":
        _act(request, case, user)
        return redirect("grants:parties", case.reference)
    rows = list(case.parties.select_related("organisation", "agreed_by").order_by("pk"))
    lead = leads(user, case) or (
        case.applicant is not None and rank_of(user, case.applicant) in (Rank.OWNER, Rank.EDITOR)
    )
    roles = [(one.code, say(role_words(one))) for one in terms.roles]
    open_now = case.state in (State.DRAFT, State.INCOMPLETE)
    context = values(draft_of(case), "parties", _("Partners")) if case.state == State.DRAFT else {}
    context |= {
        "crumbs": crumbs(case, _("Partners")),
        "case": case,
        "title": _("Partners"),
        "rows": [
            {
                "party": party,
                "role": dict(roles).get(party.role, ""),
                "mine": rank_of(user, party.organisation) in (Rank.OWNER, Rank.EDITOR),
            }
            for party in rows
        ],
        "roles": roles,
        "least": terms.parties[0],
        "most": terms.parties[1],
        "lead": lead,
        "open": open_now,
        "room": lead and open_now and len(rows) + 1 < terms.parties[1],
    }
    return render(request, "grants/applicant/parties.html", context)


def _act(request: HttpRequest, case: Case, user: User) -> None:
    operation, _colon, place = request.POST.get("op", "invite").partition(":")
    if operation == "invite":
        _invite(request, case, user)
        return
    party = get_object_or_404(Party.objects.select_related("organisation"), case=case, pk=int(place) if place.isdecimal() and len(place) < 12 else 0)  # fmt: skip
    if operation == "agree":
        # What was on the page is what is agreed to.
        cents = request.POST.get("cents", "")
        shown = int(cents) if cents.isdecimal() and len(cents) < 16 else None
        role = request.POST.get("role", "")
        attempt(
            request,
            lambda: sharing.party_agree(
                actor=user, party=party, role=role, amount=None if shown is None else sharing.euros(shown)
            ),
            _("Your organisation agrees to its part."),
        )
    elif operation == "change":
        role, text = request.POST.get("role", ""), request.POST.get("amount", "").strip()
        amount = read_amount(text) if text else None
        if text and amount is None:
            messages.error(request, _("Write an amount in figures, to the cent, for example 1250,50."))
            return
        attempt(
            request,
            lambda: sharing.party_change(actor=user, party=party, role=role, amount=amount),
            _("The part is changed; the organisation is asked to agree to it."),
        )
    elif operation == "remove":
        attempt(
            request,
            lambda: sharing.party_remove(actor=user, party=party),
            _("The organisation takes no part any more."),
        )


def _invite(request: HttpRequest, case: Case, user: User) -> None:
    text = request.POST.get("amount", "").strip()
    amount = read_amount(text) if text else None
    if text and amount is None:
        messages.error(request, _("Write an amount in figures, to the cent, for example 1250,50."))
        return
    try:
        siret = clean_siret(request.POST.get("siret", "")[:40])
    except InputError as error:
        messages.error(request, str(error))
        return
    entry = None
    if lookups.within("lookups", user.pk, lookups.LOOKUPS):
        answer = register().by_siret(siret)
        if answer.outcome is Outcome.UNKNOWN:
            messages.error(request, _("The register knows no organisation of this number. Check each figure."))
            return
        entry = answer.entry
    role = request.POST.get("role", "")
    attempt(
        request,
        lambda: sharing.party_invite(actor=user, case=case, siret=siret, entry=entry, role=role, amount=amount),
        _("The organisation is asked to take part. It agrees on this same page, once signed in."),
    )


@own
def share(request: HttpRequest, case: Case) -> HttpResponseBase:
    """Who may read or fill the application besides the members of its organisation."""
    user = user_of(request)
    if request.method == "POST":
        _share(request, case, user)
        return redirect("grants:share", case.reference) if case.pk else redirect("grants:cases")
    context = {
        "crumbs": crumbs(case, _("Who has access")),
        "case": case,
        "leads": leads(user, case),
        "open": case.state not in ENDED,
        "members": list(case.applicant.members.select_related("user").order_by("pk")) if case.applicant else [],
        "shares": list(case.shares.select_related("user").order_by("pk")),
        "invitations": list(case.invitations.order_by("pk")) if leads(user, case) else [],
        "me": user,
    }
    return render(request, "grants/applicant/share.html", context)


def _share(request: HttpRequest, case: Case, user: User) -> None:
    operation, _colon, place = request.POST.get("op", "invite").partition(":")
    key = int(place) if place.isdecimal() and len(place) < 12 else 0
    if operation == "end":
        found = get_object_or_404(case.shares.select_related("user"), pk=key)
        attempt(request, lambda: sharing.share_end(actor=user, case=case, user=found.user), _("The access is closed."))
        return
    if operation == "cancel":
        invitation = get_object_or_404(case.invitations, pk=key)
        attempt(
            request,
            lambda: sharing.share_end(actor=user, case=case, invitation=invitation),
            _("The invitation is taken back."),
        )
        return
    email = request.POST.get("email", "").strip()[:254]
    try:
        validate_email(email)
    except ValidationError:
        messages.error(request, _("Write an e-mail address such as nom@exemple.fr."))
        return
    if not lookups.within("invitations", user.pk, lookups.MESSAGES):
        messages.error(request, _("Too many invitations today: try tomorrow."))
        return

    def act() -> None:
        with transaction.atomic():
            _made, secret = sharing.share_invite(
                actor=user, case=case, email=email, may_edit=bool(request.POST.get("may_edit"))
            )
            transaction.on_commit(lambda: _send(email, secret))

    attempt(request, act, _("The invitation is sent. It serves once, for this address, during 14 days."))


def _send(email: str, secret: str) -> None:
    """The message says that someone lets them in; what the application is about, they see once signed in."""
    url = settings.SITE_URL + reverse("grants:invited", args=[secret])
    text = render_to_string("grants/applicant/invited.txt", {"url": url})
    send_mail(_("Mandat – someone shares an application with you"), text, None, [email], fail_silently=True)


@never_cache
@login_required
def invited(request: HttpRequest, secret: str) -> HttpResponseBase:
    """The page of an invitation's link."""
    invitation = sharing.share_invitation(secret)
    user = user_of(request)
    mine = invitation is not None and invitation.email == user.email.lower()
    if request.method == "POST" and invitation is not None and mine:
        reference = invitation.case.reference
        if attempt(request, lambda: sharing.share_accept(actor=user, invitation=invitation)):
            return redirect("grants:case", reference)
        return redirect("grants:cases")
    context: dict[str, Any] = {
        "crumbs": [Crumb(_("Home"), "/"), Crumb(_("Invitation"))],
        "invitation": invitation,
        "mine": mine,
        "scheme": terms_of(invitation.case).document if invitation is not None and mine else None,
    }
    return render(request, "grants/applicant/invited.html", context, status=200 if invitation else 404)


@require_POST
@own
def leave(request: HttpRequest, case: Case) -> HttpResponseBase:
    """Give up one's own access."""
    user = user_of(request)
    attempt(request, lambda: sharing.share_end(actor=user, case=case, user=user), _("You have left this application."))
    return redirect("grants:cases")
