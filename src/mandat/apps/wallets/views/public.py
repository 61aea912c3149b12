"""What everyone may read of a wallet: its rules, its figures, who takes it."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mandat.apps.ledger.payments.bordereau import inert
from mandat.apps.programme.areas import area_of
from mandat.apps.programme.published import published, say
from mandat.apps.territory import selectors as territory
from mandat.apps.territory.maps import frame, patches
from mandat.apps.wallets import selectors
from mandat.apps.wallets.definitions import Kind, kinds
from mandat.apps.wallets.forms import PartnerFilter
from mandat.apps.wallets.models import Approval
from mandat.apps.wallets.views.shared import caps, ends, home, kind_or_404, said
from mandat.web.components import Card, Column, Crumb, Figure, Link, Table
from mandat.web.maps import Map, choropleth
from mandat.web.paging import turned

SHOWN = 50


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Every wallet."""
    cards = [
        Card(say(kind.definition.title), reverse("wallets:wallet", args=[kind.code]), text=say(kind.definition.text))
        for kind in kinds().values()
    ]
    return render(request, "wallets/list.html", {"cards": cards, "crumbs": home(Crumb(_("Wallets")))})


@require_safe
def wallet(request: HttpRequest, code: str) -> HttpResponse:
    """The rules of a wallet, and what facts tell of it."""
    kind = kind_or_404(code)
    told = selectors.figures(kind)
    current = published()
    facts = f"{reverse('programme:facts')}?genre="
    definition = kind.definition
    values = {
        "wallet": definition,
        "title": say(definition.title),
        "text": say(definition.text),
        "figures": [
            Figure(told.credited, kind.unit, _("credited"), told.as_of, why=f"{facts}wallets.credited.v1"),
            Figure(told.spent, kind.unit, _("spent at partners"), told.as_of, why=f"{facts}wallets.spent.v1"),
            Figure(told.settled, "EUR", _("paid to partners"), told.as_of, why=f"{facts}wallets.settled.v1"),
        ],
        "categories": [(say(one.label), say(one.accepts) if one.accepts else "") for one in definition.categories],
        "caps": caps(kind),
        "ends": ends(kind),
        "card": said(kind, definition.card.per_spend) if definition.card else "",
        "card_day": said(kind, definition.card.per_day) if definition.card else "",
        "assumptions": [say(one) for one in definition.assumptions],
        "partners": selectors.partners(kind).count(),
        "measures": [
            Link(f"{number}. {say(current.measures[number].title)}", reverse("programme:measure", args=[number]))
            for number in definition.measures
            if number in current.measures
        ],
        "version": kind.ref.version,
        "crumbs": home(Crumb(_("Wallets"), reverse("wallets:list")), Crumb(say(definition.title))),
    }
    return render(request, "wallets/wallet.html", values)


@require_safe
def directory(request: HttpRequest, code: str) -> HttpResponse:
    """Who takes a wallet, on a list and a map."""
    kind = kind_or_404(code)
    form = PartnerFilter(request.GET or None, kind=kind)
    category, area, unknown = "", "", ""
    if form.is_valid():
        category, place = form.cleaned_data["categorie"], form.cleaned_data["lieu"].strip()
        area = area_of(place) if place else ""
        unknown = place if place and not area else ""
    every = list(selectors.partners(kind, category=category))
    found = [] if unknown else (list(selectors.partners(kind, category=category, area=area)) if area else every)
    shown, page = turned(request, found, size=SHOWN)
    values = {
        "title": say(kind.definition.title),
        "code": code,
        "form": form,
        "table": table_of(kind, shown) if found else None,
        "page": page,
        "unknown": unknown,
        "map": _map(kind, every),
        "count": len(found),
        "crumbs": home(
            Crumb(_("Wallets"), reverse("wallets:list")),
            Crumb(say(kind.definition.title), reverse("wallets:wallet", args=[code])),
            Crumb(_("Partners")),
        ),
    }
    return render(request, "wallets/directory.html", values)


@require_safe
def directory_csv(request: HttpRequest, code: str) -> HttpResponse:
    """The same as a file: legal persons and their public address, nothing else."""
    kind = kind_or_404(code)
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";")
    writer.writerow(["nom", "categorie", "siret", "commune", "code_commune", "adresse", "site"])
    for one in selectors.partners(kind):
        partner = one.partner
        place = territory.area_name(f"commune:{partner.commune}")
        cells = (
            partner.name,
            _category(kind, one),
            partner.siret,
            place,
            partner.commune,
            partner.address,
            partner.website,
        )
        writer.writerow([inert(cell) for cell in cells])
    response = HttpResponse("\ufeff" + stream.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="partenaires-{code}.csv"'
    return response


def table_of(kind: Kind, approvals: list[Approval]) -> Table:
    return Table(
        caption=_("Partners, by name"),
        columns=(Column(_("Partner")), Column(_("What")), Column(_("Commune")), Column(_("Address"))),
        rows=[
            (
                Link(one.partner.name, one.partner.website) if one.partner.website else one.partner.name,
                _category(kind, one),
                territory.area_name(f"commune:{one.partner.commune}"),
                one.partner.address or "–",
            )
            for one in approvals
        ],
    )


def _category(kind: Kind, approval: Approval) -> str:
    known = kind.definition.category(approval.category)
    return say(known.label) if known else approval.category


def _map(kind: Kind, approvals: list[Approval]) -> Map | None:
    """Partners by commune; None without boundaries."""
    region = territory.current_region(published().programme.region)
    drawn = frame(region) if region else None
    if region is None or drawn is None:
        return None
    counted = selectors.by_commune(approvals)
    values = {area: Decimal(n) for area, n in counted.items()}
    return choropleth(
        drawn,
        patches(region, "commune", values=values),
        name="partners",
        title=_("Partners by commune"),
        caption=_("Partners by commune"),
        head=(_("Commune"), _("Partners")),
    )
