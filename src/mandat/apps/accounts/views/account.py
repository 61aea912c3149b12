"""One's own account: home, preferences, data, deletion; and the public table of rights."""

from __future__ import annotations

import json
from typing import cast

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from mandat.apps.accounts import services
from mandat.apps.accounts.forms import DeletionForm, PreferencesForm
from mandat.apps.accounts.models import Role, User
from mandat.apps.accounts.permissions import PERMISSIONS, may
from mandat.kernel.errors import InputError
from mandat.web.components import Crumb


def crumbs(*labels: str) -> list[Crumb]:
    """From the home page through the account to here."""
    trail = [Crumb(_("Home"), "/"), Crumb(_("My account"), reverse("accounts:home"))]
    return [*trail, *(Crumb(label) for label in labels)]


@never_cache
@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """What the account is, what it may do, and what can be changed."""
    user = cast(User, request.user)
    factors = list(Authenticator.objects.filter(user=user).values_list("type", flat=True))
    values = {
        "crumbs": [*crumbs()[:1], Crumb(_("My account"))],
        "roles": [Role(role).label for role in Role.values if role in user.roles and role != Role.INHABITANT]
        or [Role.INHABITANT.label],
        "rights": [entry.label for action, entry in PERMISSIONS.items() if may(user, action)],
        "bureau_url": _bureau() if may(user, "bureau.enter") else "",
        "manages_roles": may(user, "accounts.manage_roles"),
        "application": Authenticator.Type.TOTP in factors,
        "keys": factors.count(Authenticator.Type.WEBAUTHN),
    }
    return render(request, "accounts/home.html", values)


def _bureau() -> str:
    try:
        return reverse("bureau:tasks")
    except NoReverseMatch:
        return ""


@require_GET
def rights(request: HttpRequest) -> HttpResponse:
    """Who may do what: the table that is enforced, open to everyone."""
    rows = [(entry, [role in entry.roles for role in Role]) for entry in PERMISSIONS.values()]
    values = {
        "crumbs": [Crumb(_("Home"), "/"), Crumb(_("Who may do what"))],
        "roles": list(Role),
        "rows": rows,
    }
    return render(request, "accounts/rights.html", values)


@never_cache
@login_required
def preferences(request: HttpRequest) -> HttpResponseBase:
    """Name and language."""
    user = cast(User, request.user)
    form = PreferencesForm(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        form.save()
        with override(form.cleaned_data["language"]):
            messages.success(request, _("Your preferences are saved."))
            return redirect("accounts:home")
    return render(request, "accounts/preferences.html", {"form": form, "crumbs": crumbs(_("Preferences"))})


@never_cache
@login_required
@require_GET
def export(request: HttpRequest) -> HttpResponse:
    """Everything kept about the account, as a JSON file."""
    text = json.dumps(services.account_export(user=cast(User, request.user)), ensure_ascii=False, indent=2)
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="mandat-mes-donnees-{timezone.localdate()}.json"'
    return response


@never_cache
@login_required
def delete(request: HttpRequest) -> HttpResponseBase:
    """Delete one's account, told beforehand what stays."""
    form = DeletionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = cast(User, request.user)
        try:
            with_acts = not services.account_delete(user=user)
        except InputError as error:
            form.add_error(None, str(error))
        else:
            logout(request)
            messages.success(
                request,
                _("Your account is emptied: no address or name is left in it.")
                if with_acts
                else _("Your account is deleted."),
            )
            return redirect("/")
    return render(request, "accounts/delete.html", {"form": form, "crumbs": crumbs(_("Delete my account"))})


def one_way_in(request: HttpRequest, **_ignored: str) -> HttpResponseBase:
    """Where allauth speaks of passwords, there is the sign-in page."""
    return redirect("account_login")
