"""Who has which duty on which scheme, and who sits where: the page of those who give and end posts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from mandat.apps.accounts.access import requires
from mandat.apps.accounts.models import User
from mandat.apps.bodies.models import Term
from mandat.apps.grants.desk_forms import PostForm, SeatForm
from mandat.apps.grants.models import Post
from mandat.apps.grants.services import posts as services
from mandat.apps.grants.services.moving import today
from mandat.apps.grants.terms import SCHEMES
from mandat.apps.grants.views.bureau.common import crumbs
from mandat.apps.programme.published import published
from mandat.apps.programme.views.bureau.common import page, user_of
from mandat.kernel.errors import InputError
from mandat.web.components import Crumb
from mandat.web.templatetags.formats import say


@require_safe
@requires("grants.assign")
def posts(request: HttpRequest) -> HttpResponse:
    """Posts and seats that run, and the forms that give others."""
    return _show(request)


def _schemes() -> dict[str, Any]:
    return {code: say(terms.document.title) for code, terms in SCHEMES.all().items()}


def _bodies() -> dict[str, Any]:
    current = published()
    titles = {body.code: say(body.title) for body in current.bodies.values()}
    named = [terms.document.committee.body for terms in SCHEMES.all(current).values() if terms.document.committee]
    return {code: titles.get(code, code) for code in dict.fromkeys(named)}


def _show(request: HttpRequest, *, status: int = 200, **given: Any) -> HttpResponse:
    current, day, schemes, bodies = published(), today(), _schemes(), _bodies()
    runs = Q(until__isnull=True) | Q(until__gte=day)
    held = Post.objects.filter(runs, programme=current.code).select_related("user")
    seats = Term.objects.filter(runs, programme=current.code, body__in=list(bodies), user__isnull=False).select_related(
        "user"
    )
    values = {
        "current": current,
        "posts": [
            (one, schemes.get(one.scheme, one.scheme)) for one in held.order_by("scheme", "duty", "user__name", "pk")
        ],
        "seats": [
            (one, bodies.get(one.body, one.body)) for one in seats.order_by("body", "-president", "user__name", "pk")
        ],
        "post_form": PostForm(schemes),
        "seat_form": SeatForm(bodies),
        "has_bodies": bool(bodies),
        **given,
    }
    return page(request, "grants/bureau/posts.html", values, crumbs=[*crumbs(), Crumb(_("Posts"))], status=status)


def _given(
    request: HttpRequest, name: str, form: forms.Form, act: Callable[[User, dict[str, Any]], Any]
) -> HttpResponseBase:
    if form.is_valid():
        user = User.objects.filter(email__iexact=form.cleaned_data["email"]).first()
        try:
            if user is None:
                form.add_error("email", _("No account has this address."))
            else:
                act(user, form.cleaned_data)
        except InputError as error:
            form.add_error(None, str(error))
        if not form.errors:
            messages.success(request, _("Done."))
            return redirect("grants:posts")
    return _show(request, status=422, **{name: form})


@require_POST
@requires("grants.assign")
def post_give(request: HttpRequest) -> HttpResponseBase:
    """Give a post."""
    actor = user_of(request)

    def act(user: User, given: dict[str, Any]) -> None:
        services.post_give(
            actor=actor,
            user=user,
            duty=given["duty"],
            scheme=given["scheme"],
            since=given["since"],
            until=given["until"],
        )

    return _given(request, "post_form", PostForm(_schemes(), request.POST), act)


@require_POST
@requires("grants.assign")
def seat_give(request: HttpRequest) -> HttpResponseBase:
    """Give a seat."""
    actor = user_of(request)

    def act(user: User, given: dict[str, Any]) -> None:
        services.seat_give(
            actor=actor, user=user, body=given["body"], president=given["president"], since=given["since"], until=given["until"]
        )  # fmt: skip

    return _given(request, "seat_form", SeatForm(_bodies(), request.POST), act)


@require_POST
@requires("grants.assign")
def post_end(request: HttpRequest, pk: int) -> HttpResponseBase:
    """End a post now."""
    found = Post.objects.filter(programme=published().code, pk=pk).first()
    if found is None:
        raise Http404
    services.post_end(actor=user_of(request), post=found)
    messages.success(request, _("Done."))
    return redirect("grants:posts")


@require_POST
@requires("grants.assign")
def seat_end(request: HttpRequest, pk: int) -> HttpResponseBase:
    """End a seat now."""
    found = Term.objects.filter(programme=published().code, pk=pk, user__isnull=False).first()
    if found is None:
        raise Http404
    services.seat_end(actor=user_of(request), seat=found)
    messages.success(request, _("Done."))
    return redirect("grants:posts")
