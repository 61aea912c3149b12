"""What pages of cases share: who may open one, why not, and how an act is tried."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from mandat.apps.accounts.access import requires
from mandat.apps.grants import access
from mandat.apps.grants.machine import State
from mandat.apps.grants.models import Case
from mandat.apps.programme.published import published
from mandat.apps.programme.views.bureau.common import page, user_of
from mandat.kernel.errors import InputError
from mandat.web.components import Crumb

View = Callable[..., HttpResponseBase]

#: Colours of states, of the family of the statuses of commitments (always with their words).
TONES: dict[str, str] = {
    State.DRAFT: "not_begun",
    State.SUBMITTED: "in_progress",
    State.INCOMPLETE: "late",
    State.COMPLETE: "in_progress",
    State.OPINIONS: "in_progress",
    State.READY: "in_progress",
    State.AWARDED: "kept",
    State.RUNNING: "kept",
    State.SUSPENDED: "suspended",
    State.CLOSED: "kept",
    State.REFUSED: "broken",
    State.WITHDRAWN: "suspended",
    State.INADMISSIBLE: "broken",
}


def case_or_404(reference: str) -> Case:
    """A case that was sent: a draft is nobody's business but the applicant's."""
    found = get_object_or_404(
        Case.objects.select_related("applicant", "subject", "assigned_to", "opened_by"),
        reference=reference.upper(),
        programme=published().code,
    )
    if found.state == State.DRAFT:
        raise Http404
    return found


def on_case(verb: str, *, action: str = "grants.read") -> Callable[[View], View]:
    """A page or an act on one case, for those of the service who may ``verb``.

    Whoever has nothing to do with the case is told there is none; the applicant's side, and those who recused themselves, why they
    take no part. The view gets the case and where the account stands.
    """

    def decorate(view: View) -> View:
        @requires(action)
        @wraps(view)
        def guarded(request: HttpRequest, reference: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
            case = case_or_404(reference)
            where = access.standing(user_of(request), case)
            if where.rank or where.recused:
                return barred(request, case, where)
            if not access.allows(where, "internal"):
                raise Http404
            if not access.allows(where, verb):
                raise PermissionDenied(f"grants.{verb}")
            return view(request, case, where, *args, **kwargs)

        guarded.verb = verb  # type: ignore[attr-defined]
        return guarded

    return decorate


def barred(request: HttpRequest, case: Case, where: access.Standing) -> HttpResponseBase:
    """Why someone takes no part in a case."""
    values = {"case": case, "where": where}
    return page(request, "grants/bureau/barred.html", values, crumbs=[*crumbs(), Crumb(case.reference)], status=403)


def crumbs() -> list[Crumb]:
    return [Crumb(_("Aid applications"), reverse("grants:queue"))]


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


def to_file(case: Case, anchor: str = "") -> HttpResponseBase:
    address = reverse("grants:file", args=[case.reference])
    return redirect(f"{address}#{anchor}" if anchor else address)
