"""What the pages of organisations share."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from mandat.apps.accounts.access import second_factor
from mandat.apps.accounts.models import User
from mandat.apps.organisations import selectors
from mandat.apps.organisations.models import Organisation
from mandat.web.components import Crumb

View = Callable[..., HttpResponseBase]


def user_of(request: HttpRequest) -> User:
    return cast(User, request.user)


def crumbs(*steps: Crumb) -> list[Crumb]:
    """From the home page through my organisations."""
    return [Crumb(_("Home"), "/"), Crumb(_("My organisations"), reverse("organisations:mine")), *steps]


def for_members(verb: str) -> Callable[[View], View]:
    """Give the view its organisation if the account may ``verb`` it. Strangers see nothing there (404).

    Agents who are no members need their second factor, as in the back office.
    """
    selectors.MAY[verb]

    def decorate(view: View) -> View:
        @never_cache
        @login_required
        @wraps(view)
        def guarded(request: HttpRequest, reference: uuid.UUID, **kwargs: Any) -> HttpResponseBase:
            organisation = get_object_or_404(Organisation.objects.select_related("subject"), reference=reference)
            user = user_of(request)
            if not selectors.allowed(user, organisation, "read"):
                raise Http404
            if not selectors.allowed(user, organisation, verb):
                raise PermissionDenied(f"organisations.{verb}")
            if not selectors.rank_of(user, organisation) and (detour := second_factor(request)) is not None:
                return detour
            return view(request, organisation, **kwargs)

        return cast(View, guarded)

    return decorate
