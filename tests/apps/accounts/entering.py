"""Sign in a test client as an account that proved its second factor."""

from __future__ import annotations

import time

from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY,
    AUTHENTICATION_METHODS_SESSION_KEY,
)
from allauth.account.internal.userkit import user_id_to_str
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client

from mandat.apps.accounts.access import has_application
from mandat.apps.accounts.models import User


def enter(client: Client, user: User) -> Client:
    """The client, signed in with a second factor."""
    if not has_application(user):
        TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "mfa", "type": "totp", "at": time.time()}]
    session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = user_id_to_str(user)
    session.save()
    return client
