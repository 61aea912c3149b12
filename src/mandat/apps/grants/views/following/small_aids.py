"""De minimis aid of one's organisation: what counts, what is left, what other funders gave."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from mandat.apps.grants.forms.following import SmallAidForm
from mandat.apps.grants.limits import REGULATIONS
from mandat.apps.grants.models import SmallAid
from mandat.apps.grants.services import small_aids
from mandat.apps.grants.views.following.applicant import _key
from mandat.apps.grants.views.following.shared import attempt, user_of
from mandat.apps.grants.vocabulary import DE_MINIMIS
from mandat.apps.organisations.models import Organisation
from mandat.apps.organisations.selectors import allowed
from mandat.kernel.errors import InputError
from mandat.web.components import Crumb


def _mine(request: HttpRequest, reference: UUID, verb: str) -> Organisation:
    found = get_object_or_404(Organisation, reference=reference)
    if not allowed(user_of(request), found, verb):
        raise Http404
    return found


@never_cache
@login_required
def small_aids_of(request: HttpRequest, reference: UUID) -> HttpResponseBase:
    """The undertaking, the aids that weigh, what is left under each regulation. POST declares one more."""
    organisation = _mine(request, reference, "edit" if request.method == "POST" else "read")
    form = SmallAidForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            small_aids.small_aid_declare(actor=user_of(request), organisation=organisation, **given)
        except InputError as error:
            form.add_error(None, str(error))
        else:
            return redirect("grants:small_aids", reference=organisation.reference)
    today = timezone.localdate()
    general = small_aids.standing_of(organisation, on=today)
    spaces = [
        (
            DE_MINIMIS[code],
            small_aids.standing_of(organisation, on=today, regulation=code) if code != "general" else general,
        )
        for code in REGULATIONS
    ]
    values = {
        "organisation": organisation,
        "members": general.members,
        "spaces": spaces,
        "aids": [(aid, DE_MINIMIS[aid.regulation], Decimal(aid.amount) / 100) for aid in general.aids],
        "edits": allowed(user_of(request), organisation, "edit"),
        "form": form,
        "crumbs": [Crumb(_("Home"), reverse("programme:home")), Crumb(_("De minimis aid"))],
    }
    return render(request, "grants/applicant/small_aids.html", values, status=422 if form.errors else 200)


@never_cache
@login_required
@require_POST
def small_aid_remove(request: HttpRequest, reference: UUID) -> HttpResponseBase:
    """Take back a declaration made by mistake."""
    organisation = _mine(request, reference, "edit")
    aid = get_object_or_404(SmallAid, organisation=organisation, pk=_key(request))
    attempt(
        request,
        lambda: small_aids.small_aid_remove(actor=user_of(request), aid=aid),
        _("The declaration is taken back."),
    )
    return redirect("grants:small_aids", reference=organisation.reference)
