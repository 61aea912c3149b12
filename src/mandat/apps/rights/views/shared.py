"""What pages of rights share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache

from mandat.apps.accounts.models import User
from mandat.apps.programme.published import published
from mandat.apps.rights.machine import State
from mandat.apps.rights.models import Claim
from mandat.apps.rights.services.moving import terms_of, today
from mandat.apps.rights.terms import Terms
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text
from mandat.web import formats
from mandat.web.components import Crumb

View = Callable[..., HttpResponseBase]

#: Colours of states, of the family of the statuses of commitments (always with their words).
TONES = {
    State.DRAFT: "not_begun",
    State.SUBMITTED: "in_progress",
    State.INCOMPLETE: "late",
    State.GRANTED: "kept",
    State.REFUSED: "broken",
    State.APPEALED: "in_progress",
    State.WITHDRAWN: "suspended",
}
BENEFITS: dict[str, Text] = {
    "tariff": Text("tarif", "tariff"),
    "allowance": Text("allocation", "allowance"),
    "lump-sum": Text("aide forfaitaire", "lump sum"),
    "reimbursement": Text("remboursement", "reimbursement"),
    "priority": Text("priorité", "priority"),
    "systematic-offer": Text("proposé à chacun", "offered to each"),
}
RHYTHMS: dict[str, Text] = {
    "once": Text("une fois", "once"),
    "monthly": Text("chaque mois", "every month"),
    "quarterly": Text("chaque trimestre", "every quarter"),
    "yearly": Text("chaque année", "every year"),
}
_PERIODS = {"month": Text("par mois", "a month"), "year": Text("par an", "a year"), "day": Text("par jour", "a day"),
            "trip": Text("par trajet", "a trip"), "meal": Text("par repas", "a meal")}  # fmt: skip


def user_of(request: HttpRequest) -> User:
    return cast(User, request.user)


def home_crumb() -> Crumb:
    return Crumb(_("Home"), reverse("programme:home"))


def own(view: View) -> View:
    """A page of one's own claim: signed in, never kept, and another person's claim does not exist."""

    @never_cache
    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, reference: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
        found = get_object_or_404(
            Claim.objects.select_related("claimant", "person"), reference=reference.upper(), claimant=user_of(request)
        )
        return view(request, found, *args, **kwargs)

    return guarded


def claim_or_404(reference: str) -> Claim:
    """A claim that agents may know of: no draft."""
    found = get_object_or_404(
        Claim.objects.select_related("claimant", "person", "assigned_to"),
        reference=reference.upper(),
        programme=published().code,
    )
    if found.state == State.DRAFT:
        raise Http404
    return found


def given_by(form: forms.Form, request: HttpRequest, act: Callable[[dict[str, Any]], object], said: str) -> bool:
    """Do an act with what a form gives; where the form or the act refuses, the form says why and nothing is done."""
    if not form.is_valid():
        return False
    try:
        act(form.cleaned_data)
    except InputError as error:
        form.add_error(None, str(error))
        return False
    messages.success(request, said)
    return True


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


def to_claim(claim: Claim) -> HttpResponseBase:
    return redirect("rights:claim", reference=claim.reference)


def to_file(claim: Claim) -> HttpResponseBase:
    return redirect("rights:file", reference=claim.reference)


@dataclass(frozen=True, slots=True)
class Line:
    """A claim as lists show it."""

    claim: Claim
    terms: Terms
    tone: str
    late: bool
    unread: int = 0
    benefit: Any = None

    @property
    def title(self) -> Any:
        return self.terms.document.title


def line(
    claim: Claim, *, unread: int = 0, benefit: Any = None, memory: dict[tuple[str, int], Terms] | None = None
) -> Line:
    """``memory`` spares a statement for each claim to the same version of the same right."""
    key = (claim.right, claim.right_version)
    if memory is None:
        terms = terms_of(claim)
    else:
        terms = memory[key] = memory.get(key) or terms_of(claim)
    late = claim.due_on is not None and claim.due_on < today() and claim.state in (State.SUBMITTED, State.APPEALED)
    return Line(claim, terms, TONES[State(claim.state)], late, unread, benefit)


def amount(value: Any, unit: str) -> str:
    """An amount with its unit, and its period in words."""
    first, _sep, period = (unit or "item").partition("/")
    if first in ("1", "percent", "%"):
        first = "percent" if first != "1" else "item"
    shown = formats.quantity(value, first)
    return f"{shown} {_PERIODS[period]}" if period in _PERIODS else shown


def step_value(value: Any, unit: str) -> str:
    """The value of a step of a calculation, as people read it."""
    if value is None:
        return _("not known")
    if isinstance(value, bool):
        return pgettext("condition", "yes") if value else pgettext("condition", "no")
    if isinstance(value, str):
        try:
            from decimal import Decimal

            return amount(Decimal(value), unit) if unit and unit != "1" else formats.number(Decimal(value), 6)
        except ArithmeticError:
            return value
    try:
        return amount(value, unit) if unit and unit != "1" else formats.number(value, 6)
    except (KeyError, TypeError, ArithmeticError):
        return str(value)
