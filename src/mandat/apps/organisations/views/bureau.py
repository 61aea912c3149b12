"""Organisations as agents see them."""

from __future__ import annotations

import re
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from mandat.apps.accounts.access import requires
from mandat.apps.organisations.forms import SearchForm
from mandat.apps.organisations.models import Member, Organisation, Rank, State
from mandat.apps.programme.views.bureau.common import page as bureau_page
from mandat.web.components import Column, Crumb, Link, Page, Table
from mandat.web.formats import number

SHOWN = 50


@requires("organisations.read_all")
def organisations(request: HttpRequest) -> HttpResponse:
    """Every organisation, by name, narrowed."""
    form = SearchForm(request.GET or None)
    chosen: QuerySet[Any] = Organisation.objects.annotate(people=Count("members"))
    if form.is_valid():
        chosen = _narrowed(chosen, form.cleaned_data["q"], form.cleaned_data["which"])
    total = chosen.count()
    start = _page(request.GET.get("page", ""))
    rows = list(chosen.order_by("name", "pk")[start * SHOWN : (start + 1) * SHOWN + 1])
    base = request.GET.copy()

    def address(rank: int) -> str:
        base["page"] = str(rank)
        return f"?{base.urlencode()}"

    page = Page(
        shown=len(rows[:SHOWN]),
        newer=address(start - 1) if start else "",
        older=address(start + 1) if len(rows) > SHOWN else "",
        total=total,
    )
    values = {"form": form, "table": _table(rows[:SHOWN]) if rows else None, "page": page}
    return bureau_page(request, "organisations/bureau.html", values, crumbs=[Crumb(_("Organisations"))])


def _page(text: str) -> int:
    return min(int(text), 10_000) if text.isascii() and text.isdigit() and len(text) < 8 else 0


def _narrowed(rows: QuerySet[Any], text: str, which: str) -> QuerySet[Any]:
    if text:
        digits = re.sub(r"[\s.]", "", text).upper()
        named = Q(name__icontains=text) | Q(short_name__iexact=text)
        numbered = Q(siret__startswith=digits) | Q(rna=digits)
        rows = rows.filter(named | numbered if len(digits) >= 3 else named)
    if which == "unconfirmed":
        rows = rows.filter(confirmed_at__isnull=True)
    elif which == "ownerless":
        owners = Member.objects.filter(organisation=OuterRef("pk"), rank=Rank.OWNER, user__is_active=True)
        rows = rows.filter(~Exists(owners))
    elif which == "ceased":
        rows = rows.filter(state=State.CEASED)
    elif which == "declared":
        rows = rows.exclude(declared=[])
    return rows


def _table(rows: list[Any]) -> Table:
    return Table(
        caption=_("Organisations, by name"),
        columns=(
            Column(_("Name")),
            Column(_("Number")),
            Column(_("Commune")),
            Column(_("State")),
            Column(_("Members"), right=True),
            Column(_("Confirmed")),
        ),
        rows=[
            (
                Link(one.name, reverse("organisations:sheet", args=[one.reference])),
                one.number or "–",
                one.commune_name or "–",
                one.get_state_display(),
                number(one.people, 0),
                _("yes") if one.confirmed_at else _("no"),
            )
            for one in rows
        ],
    )
