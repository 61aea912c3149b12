"""What pages of petitions share."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from mandat.apps.accounts.models import User
from mandat.apps.petitions.machine import PUBLIC, State
from mandat.apps.petitions.models import Petition
from mandat.apps.programme.published import published
from mandat.apps.programme.views.shared import home_crumb, participate_crumb
from mandat.kernel.errors import InputError
from mandat.web.components import Crumb

View = Callable[..., HttpResponseBase]

#: Colours of states, of the family of the statuses of commitments (always with their words).
TONES = {
    State.DRAFT: "not_begun", State.SPONSORS: "not_begun", State.EXAMINATION: "in_progress", State.CHANGES: "late",
    State.REFUSED: "broken", State.OPEN: "in_progress", State.ENDED: "late", State.CLOSED: "kept", State.EXPIRED: "suspended",
    State.WITHDRAWN: "suspended",
}  # fmt: skip
#: For how long visitors who are not signed in may be shown the same page: a petition may be signed by hundreds a minute.
SECONDS = 10


def user_of(request: HttpRequest) -> User:
    return cast(User, request.user)


def list_crumbs(*more: Crumb) -> list[Crumb]:
    trail = [home_crumb(), participate_crumb(), Crumb(_("Petitions"), reverse("petitions:list") if more else "")]
    return [*trail, *more]


def petition_crumbs(petition: Petition, *more: Crumb) -> list[Crumb]:
    url = reverse("petitions:petition", args=[petition.reference]) if more else ""
    return list_crumbs(Crumb(petition.title, url), *more)


def public_or_404(reference: str) -> Petition:
    """A petition anyone may read."""
    found = get_object_or_404(
        Petition.objects.select_related("organisation"), reference=reference.upper(), programme=published().code
    )
    if found.state not in PUBLIC and not (found.state == State.WITHDRAWN and found.opened_at is not None):
        raise Http404(reference)
    return found


def own(view: View) -> View:
    """A page of one's own petition: signed in, never kept, and another person's does not exist."""

    @never_cache
    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, reference: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
        found = get_object_or_404(
            Petition.objects.select_related("organisation"), reference=reference.upper(), author=user_of(request)
        )
        return view(request, found, *args, **kwargs)

    return guarded


def attempt(request: HttpRequest, act: Callable[[], Any], done: str = "") -> bool:
    """Do an act; say on the next page what was done, or why it was not."""
    try:
        act()
    except InputError as error:
        messages.error(request, str(error))
        return False
    if done:
        messages.success(request, done)
    return True


def given_by(form: forms.Form, request: HttpRequest, act: Callable[[], object], said: str) -> bool:
    """Do an act with what a form gives; where the form or the act refuses, the form says why and nothing is done."""
    if not form.is_valid():
        return False
    try:
        act()
    except InputError as error:
        form.add_error(None, str(error))
        return False
    messages.success(request, said)
    return True


def kept_shortly(response: HttpResponse) -> HttpResponse:
    """Counters move at every signature: the page may be shown again for ``SECONDS``, and no longer."""
    response["Cache-Control"] = f"public, max-age=0, s-maxage={SECONDS}"
    return response
