"""For everyone: the contracts, what they cover of the region, and one contract with its actions."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mandat.apps.grants.schema import Scheme
from mandat.apps.grants.terms import SCHEMES
from mandat.apps.programme.published import Published
from mandat.apps.programme.terms import Terms
from mandat.apps.programme.views.shared import programme_or_404, words
from mandat.apps.registers.coverage import Coverage, contract_areas
from mandat.apps.registers.coverage import coverage as coverage_of
from mandat.apps.registers.models import Action, Contract
from mandat.apps.registers.selectors import contracts_in_force, region_of, schemes_of_type
from mandat.apps.registers.views.shared import contract_crumbs, place, scheme_or_404
from mandat.apps.territory import selectors as territory
from mandat.apps.territory.maps import frame, patches
from mandat.kernel.text import Text
from mandat.web.components import Card, Column, Crumb, Link, Table
from mandat.web.formats import day as in_day
from mandat.web.formats import euros, number, percent
from mandat.web.maps import Map, choropleth
from mandat.web.spreadsheets import csv_file

BY = {
    "population": Text("des habitants", "of the inhabitants"),
    "area": Text("de la surface", "of the area"),
    "communes": Text("des communes", "of the communes"),
}


@require_safe
def contracts(request: HttpRequest) -> HttpResponse:
    """Every kind of contract, how many are in force, and what they cover against what was promised."""
    current, today = programme_or_404(), timezone.localdate()
    cards = []
    for terms in schemes_of_type(current, "contract"):
        count = contracts_in_force(current.code, terms.code, today).count()
        cards.append(
            Card(
                words(terms.document.title),
                reverse("registers:coverage", args=[terms.code]),
                words(terms.document.summary),
                _in_force(count),
                foot=_promise(_coverage(current, terms)),
            )
        )
    values = {"crumbs": [*contract_crumbs()[:-1], Crumb(_("Contracts"))], "cards": cards}
    return render(request, "registers/contracts.html", values)


def _in_force(count: int) -> str:
    if not count:
        return _("None in force yet")
    return _("%(count)s in force") % {"count": count} if count > 1 else _("1 in force")


def _coverage(current: Published, terms: Terms[Scheme]) -> Coverage | None:
    """What is covered today; None where the contract promises no coverage, or the region is not loaded."""
    region = region_of(current)
    contract = terms.document.contract
    if not region or contract is None or contract.covers is None:
        return None
    today = timezone.localdate()
    return coverage_of(terms.document, contract_areas(current.code, terms.code, today), region=region, on=today)


def _promise(found: Coverage | None) -> str:
    if found is None or found.goal is None:
        return ""
    said = {"share": percent(found.share), "of": str(BY[found.by]), "goal": percent(found.goal)}
    if found.due is None:
        return _("%(share)s %(of)s covered, for %(goal)s promised") % said
    return _("%(share)s %(of)s covered, for %(goal)s promised by %(day)s") % {**said, "day": in_day(found.due)}


@require_safe
def coverage(request: HttpRequest, scheme: str) -> HttpResponse:
    """One kind of contract: those in force, what they cover, and what is not covered yet."""
    current, today = programme_or_404(), timezone.localdate()
    terms = scheme_or_404(current, scheme, "contract")
    found = _coverage(current, terms)
    running = list(contracts_in_force(current.code, scheme, today).prefetch_related("parties__organisation", "areas"))
    values = {
        "crumbs": [*contract_crumbs(), Crumb(words(terms.document.title))],
        "terms": terms,
        "scheme": terms.document,
        "count": len(running),
        "coverage": found,
        "promise": _promise(found),
        "shares": [(BY[name], share) for name, share in found.shares.items()] if found else [],
        "late": found is not None and found.due is not None and not found.reached and found.due < today,
        "map": _map(current, found) if found else None,
        "missing": _missing(found) if found else None,
        "contracts": _table(running) if running else None,
        "csv_url": reverse("registers:coverage_csv", args=[scheme]),
        "measures": [current.measures[n] for n in terms.document.measures if n in current.measures],
    }
    return render(request, "registers/coverage.html", values)


def _table(running: list[Contract]) -> Table:
    return Table(
        caption=_("In force today"),
        columns=[Column(_("Contract")), Column(_("Signed by")), Column(_("Until"))],
        rows=[
            (
                Link(one.title, reverse("registers:contract", args=[one.scheme, one.reference])),
                ", ".join(party.organisation.name for party in one.parties.all()),
                in_day(one.ends_on) if one.ends_on else "–",
            )
            for one in running
        ],
    )


def _map(current: Published, found: Coverage) -> Map | None:
    """Communes covered: one class, so that what is bare is what is missing. None without boundaries."""
    region = territory.current_region(current.programme.region)
    drawn = frame(region) if region else None
    if region is None or drawn is None:
        return None
    values = {f"commune:{code}": Decimal(1) for code in found.covered}
    return choropleth(
        drawn,
        patches(region, "commune", values=values),
        name="coverage",
        title=_("What is covered"),
        caption=_("Communes covered by a contract in force"),
        say=lambda value: _("covered") if value > 0 else _("not covered"),
        head=(_("Commune"), _("Covered")),
    )


def _missing(found: Coverage) -> Table | None:
    """By EPCI, what is not covered: the most people first."""
    places = territory.reference().places
    left: dict[str, list[str]] = {}
    for code in found.missing:
        left.setdefault(places[code].epci or "", []).append(code)
    if not left:
        return None
    rows = [(epci, len(codes), sum(places[code].population or 0 for code in codes)) for epci, codes in left.items()]
    rows.sort(key=lambda row: (-row[2], row[0]))
    return Table(
        caption=_("What is not covered yet"),
        columns=[
            Column(_("Group of communes")),
            Column(_("Communes"), right=True),
            Column(_("Inhabitants"), right=True),
        ],
        rows=[
            (place(f"epci:{epci}") if epci else _("outside any group"), number(count), number(people))
            for epci, count, people in rows
        ],
    )


@require_safe
def coverage_csv(request: HttpRequest, scheme: str) -> HttpResponse:
    """Each commune of the region, covered or not today."""
    current = programme_or_404()
    terms = scheme_or_404(current, scheme, "contract")
    found = _coverage(current, terms)
    places = territory.reference().places
    codes = sorted(found.covered | found.missing) if found else []
    head = ("insee", "commune", "epci", "population", "surface_ha", "couverte")
    return csv_file(
        f"couverture-{scheme}",
        head,
        (
            (
                code, territory.area_name(f"commune:{code}"), places[code].epci, places[code].population,
                places[code].surface, "oui" if found is not None and code in found.covered else "non",
            )
            for code in codes
        ),
    )  # fmt: skip


@require_safe
def contract(request: HttpRequest, scheme: str, reference: str) -> HttpResponse:
    """One contract: who signed, where, what is to be done with which money, what was done, reviews and amendments."""
    current = programme_or_404()
    # What is not signed is not public.
    signed = Contract.objects.exclude(state=Contract.State.PREPARED)
    found = get_object_or_404(signed, programme=current.code, scheme=scheme, reference=reference)
    terms = SCHEMES.at(found.programme, found.scheme, found.scheme_version)
    actions = list(found.actions.select_related("leader").prefetch_related("fundings"))
    live = [one for one in actions if one.state != Action.State.DROPPED]
    areas = [one.area for one in found.areas.filter(until__isnull=True)]
    values = {
        "crumbs": [*contract_crumbs(terms), Crumb(found.title)],
        "contract": found,
        "terms": terms,
        "parties": list(found.parties.select_related("organisation")),
        "areas": [place(area) for area in areas],
        "actions": _actions(actions) if actions else None,
        "done": sum(1 for one in live if one.state == Action.State.DONE),
        "planned": len(live),
        "money": _money(live),
        "reviews": list(found.reviews.all()),
        "amendments": list(found.amendments.all()),
    }
    return render(request, "registers/contract.html", values)


def _actions(actions: list[Action]) -> Table:
    def money(one: Action) -> str:
        return euros(Decimal(sum(line.amount for line in one.fundings.all())) / 100) if one.fundings.all() else "–"

    return Table(
        caption=_("What the parties undertake"),
        columns=[
            Column(_("Action")), Column(_("Led by")), Column(_("Due on")), Column(_("State")), Column(_("Money"), right=True),
        ],
        rows=[
            (one.title, one.leader.name if one.leader else "–", in_day(one.due_on), _state(one), money(one))
            for one in actions
        ],
    )  # fmt: skip


def _state(one: Action) -> str:
    label: Any = one.get_state_display()
    return f"{label} ({in_day(one.done_on)})" if one.done_on else str(label)


def _money(live: list[Action]) -> Table | None:
    """Who pays how much over all actions: the Region first, then by amount."""
    sums: dict[tuple[bool, str], list[int]] = {}
    for one in live:
        for line in one.fundings.all():
            row = sums.setdefault((line.region, line.funder), [0, 0])
            row[0] += line.amount
            row[1] += line.amount if line.certain else 0
    if not sums:
        return None
    ordered = sorted(sums.items(), key=lambda item: (not item[0][0], -item[1][0], item[0][1]))
    return Table(
        caption=_("Who pays"),
        columns=[Column(_("Funder")), Column(_("Planned"), right=True), Column(_("of which certain"), right=True)],
        rows=[(name, euros(Decimal(all_) / 100), euros(Decimal(sure) / 100)) for (_r, name), (all_, sure) in ordered],
    )
