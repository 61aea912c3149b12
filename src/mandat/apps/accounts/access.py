"""Views that only some roles may see, and the second factor those roles need.

``requires("programme.output_declare")`` asks the permission table; signed out, one is sent to sign in
and comes back. In the back office a second factor is mandatory: an account without an authenticator application is led
to set one up. The demonstration only offers it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from mandat.apps.accounts.permissions import PERMISSIONS, require

View = Callable[..., HttpResponseBase]

#: Actions everyone may do need no second factor.
NO_SECOND_FACTOR = frozenset({"accounts.follow", "grants.apply", "organisations.create", "meetings.attend"})


def requires(action: str) -> Callable[[View], View]:
    """Refuse the view to accounts that may not do ``action``. Raises KeyError at import for an unknown action."""
    PERMISSIONS[action]

    def decorate(view: View) -> View:
        @never_cache
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            require(request.user, action)
            if action not in NO_SECOND_FACTOR and (detour := second_factor(request)) is not None:
                return detour
            return view(request, *args, **kwargs)

        guarded.action = action  # type: ignore[attr-defined]
        return guarded

    return decorate


def second_factor(request: HttpRequest) -> HttpResponseBase | None:
    """Where to go first when this session has not proved a second factor; None when it may go on."""
    if settings.MANDAT_DEMO:
        return None
    if not has_application(request.user):
        messages.info(
            request,
            _("Your role needs a second factor: set up an authenticator application, then come back."),
        )
        return redirect("mfa_activate_totp")
    if any(record.get("method") == "mfa" for record in get_authentication_records(request, request.user)):
        return None
    query = urlencode({"next": request.get_full_path()})
    return redirect(f"{reverse('mfa_reauthenticate')}?{query}")


def has_application(user: Any) -> bool:
    """Whether the account has an authenticator application."""
    return bool(Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists())


def remember_set_up(sender: Any, request: HttpRequest, user: Any, authenticator: Authenticator, **_: Any) -> None:
    """Setting up a second factor proves it for the session that did it."""
    record_authentication(request, user, method="mfa", type=authenticator.type, reauthenticated=True)
