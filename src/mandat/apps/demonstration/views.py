"""Enter with an account of the demonstration: one click, no code."""

from __future__ import annotations

from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from mandat.apps.accounts import entrances
from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import may
from mandat.apps.demonstration import classes
from mandat.apps.demonstration.accounts import ACCOUNTS, create
from mandat.kernel.text import Text

#: What the pupil's button posts: no account, the page where codes are typed.
PUPIL = "pupil"


def buttons() -> list[entrances.Entrance]:
    """One button an account; none outside the demonstration."""
    if not settings.MANDAT_DEMO:
        return []
    url = reverse("demonstration:enter")
    found = [entrances.Entrance(url, account.role.value + str(i), account.label) for i, account in enumerate(ACCOUNTS)]
    if code := classes.pupil_code():
        label = Text(
            f"élève de lycée, sans compte : code {code} à saisir",
            f"lycée pupil, without an account: type the code {code}",
        )
        found.append(entrances.Entrance(url, PUPIL, label))
    return found


entrances.register(buttons)


@never_cache
@require_POST
def enter(request: HttpRequest) -> HttpResponseBase:
    """Sign in as the account whose button was pressed. 404 outside the demonstration."""
    if not settings.MANDAT_DEMO:
        raise Http404
    if request.POST.get("account") == PUPIL:
        return redirect("offers:enter")
    chosen = {account.role.value + str(i): account for i, account in enumerate(ACCOUNTS)}
    account = chosen.get(request.POST.get("account", ""))
    if account is None:
        raise Http404
    user = User.objects.filter(email=account.email).first()
    if user is None:
        create()
        user = User.objects.get(email=account.email)
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    record_authentication(request, user, method="demonstration")
    target = request.POST.get("next", "")
    if target and url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return redirect(target)
    return redirect("bureau:tasks" if may(user, "bureau.enter") else "accounts:home")
