"""Give and take back roles."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from mandat.apps.accounts import services
from mandat.apps.accounts.access import requires
from mandat.apps.accounts.forms import RoleForm
from mandat.apps.accounts.models import AuditLine, Role, RoleGrant, User
from mandat.apps.accounts.views.account import crumbs
from mandat.kernel.errors import InputError


@require_http_methods(["GET", "HEAD", "POST"])
@requires("accounts.manage_roles")
def roles(request: HttpRequest) -> HttpResponseBase:
    """Accounts that hold a role, a form to give one, and the log of changes."""
    form = RoleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        address = form.cleaned_data["email"].lower()
        user = User.objects.filter(email=address).first() or User.objects.create_user(address)
        new = services.role_grant(actor=cast(User, request.user), user=user, role=form.cleaned_data["role"])
        label = Role(form.cleaned_data["role"]).label
        if new:
            messages.success(request, _("The role “%(role)s” is given.") % {"role": label})
        else:
            messages.info(request, _("This account already held the role “%(role)s”.") % {"role": label})
        return redirect("accounts:roles")
    holders = (
        User.objects.filter(role_grants__role__in=[role for role in Role if role is not Role.INHABITANT])
        .distinct()
        .order_by("name", "email")
        .prefetch_related(Prefetch("role_grants", RoleGrant.objects.exclude(role=Role.INHABITANT).order_by("role")))
    )
    values = {
        "form": form,
        "holders": holders,
        "log": AuditLine.objects.select_related("actor", "target").order_by("-at", "-id")[:50],
        "crumbs": crumbs(_("Roles")),
    }
    return render(request, "accounts/roles.html", values)


@require_POST
@requires("accounts.manage_roles")
def withdraw(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take back one role."""
    grant = get_object_or_404(RoleGrant.objects.select_related("user"), pk=pk)
    try:
        services.role_withdraw(actor=cast(User, request.user), user=grant.user, role=grant.role)
    except InputError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The role “%(role)s” is taken back.") % {"role": grant.get_role_display()})
    return redirect("accounts:roles")
