"""A member's pages: the sittings one is called to, and one's votes, from a phone as well."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from mandat.apps.grants import papers
from mandat.apps.grants.models import Item, Sitting
from mandat.apps.grants.seats import seats_of, seats_on
from mandat.apps.grants.services import recusals, voting
from mandat.apps.grants.views.committee.shared import (
    STATES,
    body_title,
    lines_of,
    paged,
    pdf_answer,
    sitting_or_404,
    tried,
)
from mandat.apps.programme.published import published
from mandat.apps.programme.views.bureau.common import user_of
from mandat.apps.programme.views.shared import home_crumb
from mandat.web.components import Crumb


@never_cache
@login_required
def mine(request: HttpRequest) -> HttpResponse:
    """The sittings of the committees one sits in, the next first."""
    current, user = published(), user_of(request)
    held = seats_of(current.code, user)
    rows = Sitting.objects.filter(programme=current.code, body__in={body for body, _since, _until in held})
    found = [
        one
        for one in rows.order_by("-on", "-pk")[:200]
        if any(
            body == one.body and since <= one.on and (until is None or one.on <= until) for body, since, until in held
        )
    ]
    values = {
        "crumbs": _crumbs(),
        "rows": [(one, body_title(current, one.body), STATES[one.state]) for one in found],
        "seated": bool(held),
    }
    return render(request, "grants/committee/mine.html", values)


def _own(request: HttpRequest, pk: int) -> Sitting:
    """A sitting for one of its members; for anyone else it does not exist."""
    found = sitting_or_404(pk)
    if not seats_on(found.programme, found.body, found.on).filter(user=user_of(request)).exists():
        raise Http404
    return found


@never_cache
@login_required
def sitting(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The agenda, and one's votes: chosen one by one, sent together."""
    found, user = _own(request, pk), user_of(request)
    number = request.GET.get("page", "1")
    if request.method == "POST":
        chosen = {
            int(name.removeprefix("item-")): str(choice)
            for name, choice in request.POST.items()
            if name.startswith("item-") and name.removeprefix("item-").isdecimal() and choice
        }
        tried(
            request,
            lambda: voting.votes_cast(actor=user, sitting=found, choices=chosen),
            _("Your votes are noted."),
        )
        return redirect(f"{reverse('grants:my_sitting', args=[pk])}?page={request.POST.get('page', '1')}")
    current, rows = published(), paged(found, number)
    there = found.present.filter(pk=user.pk).exists()
    lines = lines_of(found, list(rows), user.pk)
    values: dict[str, Any] = {
        "crumbs": [*_crumbs(), Crumb(f"{body_title(current, found.body)} – {found.on:%d/%m/%Y}")],
        "sitting": found,
        "title": body_title(current, found.body),
        "tone": STATES[found.state],
        "lines": lines,
        "rows": rows,
        "there": there,
        "votes": found.state == Sitting.State.OPEN and there,
        "left": sum(1 for line in lines if not line.mine and not line.tied and not line.item.put_off and line.quorum),
        "choices": voting.Choice.choices,
    }
    return render(request, "grants/committee/my_sitting.html", values)


@never_cache
@login_required
@require_POST
def recuse(request: HttpRequest, pk: int, number: int) -> HttpResponseBase:
    """Take no part in one item, and why."""
    found = _own(request, pk)
    one = get_object_or_404(Item.objects.select_related("case"), sitting=found, position=number)
    reason = request.POST.get("reason", "")
    tried(
        request,
        lambda: recusals.recuse(actor=user_of(request), case=one.case, reason=reason),
        _("You take no part in this item."),
    )
    return redirect(f"{reverse('grants:my_sitting', args=[pk])}?page={request.POST.get('page', '1')}")


@never_cache
@login_required
def agenda_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The papers of the sitting."""
    found = _own(request, pk)
    return pdf_answer(papers.agenda(found), f"ordre-du-jour-{found.body}-{found.on:%Y-%m-%d}")


def _crumbs() -> list[Crumb]:
    return [
        home_crumb(),
        Crumb(_("My account"), reverse("accounts:home")),
        Crumb(_("My sittings"), reverse("grants:my_sittings")),
    ]
