"""What the pages of the back office share."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import may
from mandat.apps.offers import access
from mandat.apps.offers.definitions import PublishedOffer
from mandat.apps.offers.schema import Round
from mandat.apps.programme.published import say
from mandat.apps.programme.views.bureau.common import page as bureau_page
from mandat.web.components import Crumb


def actor(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # the view's permission was asked first
    return request.user


def reference(text: str) -> uuid.UUID:
    """A random reference sent back by a form. Raises Http404 for what is none."""
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise Http404 from error


def offer_url(name: str, offer: str, round: str) -> str:
    """The address of a page of an offer, at a round."""
    return f"{reverse(name, args=[offer])}?tour={round}"


def tabs(request: HttpRequest, found: PublishedOffer, period: Round) -> list[dict[str, Any]]:
    """Pages of an offer this account may open."""
    pages = (
        ("offers:bureau", _("Overview"), "offers.read"),
        ("offers:rolls", _("Rolls"), "offers.read"),
        ("offers:proof", _("Reconciliation"), "offers.read"),
        ("offers:batches", _("Invitations"), "offers.read"),
        ("offers:slots", _("Slots"), "offers.read"),
    )
    here = request.resolver_match.view_name if request.resolver_match else ""
    return [
        {"label": label, "url": offer_url(name, found.code, period.code), "here": name == here}
        for name, label, action in pages
        if may(request.user, action)
    ]


def page(
    request: HttpRequest,
    template: str,
    found: PublishedOffer,
    period: Round,
    title: str,
    values: dict[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    """A page of one offer and one round."""
    name = say(found.offer.title)
    crumbs = [
        Crumb(_("Systematic offers"), reverse("offers:bureau_list")),
        Crumb(name, f"{reverse('offers:bureau', args=[found.code])}?tour={period.code}"),
        Crumb(title),
    ]
    shared = {
        "offer": found.offer,
        "title": title,
        "name": name,
        "round": period,
        "tabs": tabs(request, found, period),
        "rounds": [(say(one.title), f"?tour={one.code}", one.code == period.code) for one in found.offer.rounds],
        "may_manage": may(request.user, "offers.manage"),
    }
    return bureau_page(request, template, {**shared, **values}, crumbs=crumbs, status=status)


def assigned(request: HttpRequest) -> bool:
    """Whether this account is assigned anywhere."""
    return bool(access.establishments_of(request.user) or access.places_of(request.user))
