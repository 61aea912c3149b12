"""What an offer is, to whom it is made, and how far everyone was reached: for everyone."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from mandat.apps.offers import selectors
from mandat.apps.offers.definitions import PublishedOffer, published_offers
from mandat.apps.offers.models import CoverageRelease, Tally
from mandat.apps.offers.schema import Round
from mandat.apps.offers.services.coverage import share
from mandat.apps.programme.published import published, say
from mandat.apps.territory import maps
from mandat.apps.territory import selectors as territory
from mandat.apps.territory.selectors import current_region
from mandat.kernel.text import Text
from mandat.web import formats
from mandat.web.charts.bar import Bar, bars
from mandat.web.components import Card, Chart, Column, Crumb, Link, Table
from mandat.web.maps import Map, choropleth


def offer_or_404(code: str) -> PublishedOffer:
    found = published_offers().get(code)
    if found is None:
        raise Http404(code)
    return found


def round_of(request: HttpRequest, published_offer: PublishedOffer) -> Round:
    """The round asked for in the address, else the one in force. Raises Http404 for one that is none."""
    code = request.GET.get("tour", "") or request.POST.get("round", "")
    if not code:
        return published_offer.offer.current_round(timezone.localdate())
    found = published_offer.offer.round(code)
    if found is None:
        raise Http404(code)
    return found


def _home() -> Crumb:
    return Crumb(_("Home"), reverse("programme:home"))


def offers(request: HttpRequest) -> HttpResponse:
    """Every systematic offer."""
    cards = [
        Card(say(one.offer.title), reverse("offers:offer", args=[one.code]), text=say(one.offer.summary))
        for one in published_offers().values()
    ]
    return render(request, "offers/offers.html", {"cards": cards, "crumbs": [_home(), Crumb(_("Systematic offers"))]})


def offer(request: HttpRequest, offer: str) -> HttpResponse:
    """What an offer is and how far it went, from what was published alone."""
    found = offer_or_404(offer)
    period = round_of(request, found)
    tallies = list(selectors.tallied(found.code, period.code))
    folded = selectors.folded(found.code, period.code)
    current = published()
    context = {
        "offer": found.offer,
        "round": period,
        "rounds": [
            (say(one.title), f"?tour={one.code}", one.code == period.code) for one in reversed(found.offer.rounds)
        ],
        "measures": [
            Link(f"{n}. {say(current.measures[n].title)}", reverse("programme:measure", args=[n]))
            for n in found.offer.measures
            if n in current.measures
        ],
        "shares": _shares(found, period),
        "chart": _chart(found, tallies, folded) if tallies else None,
        "map": _map(found, tallies, folded) if tallies else None,
        "table": _table(found, tallies, folded) if tallies else None,
        "crumbs": [_home(), Crumb(_("Systematic offers"), reverse("offers:list")), Crumb(say(found.offer.title))],
    }
    return render(request, "offers/offer.html", context)


def _shares(found: PublishedOffer, period: Round) -> list[dict[str, Any]]:
    words = {"invited": _("were invited"), "attended": _("came")}
    shown = []
    for what, label in words.items():
        last = CoverageRelease.objects.filter(offer=found.code, round=period.code, what=what).first()
        if last is not None:
            shown.append(
                {
                    "share": formats.percent(share(last.reached, last.target)),
                    "label": label,
                    "reached": formats.number(last.reached, 0),
                    "target": formats.number(last.target, 0),
                    "on": timezone.localdate(last.published_at),
                }
            )
    return shown


def _department(code: str) -> str:
    return territory.area_name(f"departement:{code}")


def _by_department(tallies: list[Tally], folded: dict[str, selectors.Told]) -> dict[str, tuple[int, int]]:
    """Pupils on the rolls told and pupils invited told, by département."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for tally in tallies:
        one = sums[tally.establishment.department]
        one[0] += tally.told_listed
        one[1] += tally.told_invited
    for code, told in folded.items():
        sums[code][1] += told.invited
    return {code: (listed, invited) for code, (listed, invited) in sorted(sums.items()) if listed}


def _chart(found: PublishedOffer, tallies: list[Tally], folded: dict[str, selectors.Told]) -> Chart | None:
    sums = _by_department(tallies, folded)
    if not sums:
        return None
    items = [
        Bar(
            _department(code),
            share(invited, listed),
            said=f"{formats.percent(share(invited, listed))} ({formats.number(invited, 0)} / {formats.number(listed, 0)})",
        )
        for code, (listed, invited) in sums.items()
    ]
    return bars(
        items,
        unit="percent",
        title=_("Share invited, by département"),
        name="offer-departments",
        head=Text("Département", "Département"),
    )


def _map(found: PublishedOffer, tallies: list[Tally], folded: dict[str, selectors.Told]) -> Map | None:
    region = current_region(published().programme.region)
    frame = maps.frame(region) if region is not None else None
    sums = _by_department(tallies, folded)
    if region is None or frame is None or len(sums) < 2:
        return None
    values: dict[str, Decimal | None] = {
        f"departement:{code}": share(invited, listed) for code, (listed, invited) in sums.items()
    }
    patches = maps.patches(region, "departement", values=values, missing=None, label="*")
    return choropleth(
        frame,
        patches,
        name="offer-map",
        title=_("Share invited, by département"),
        say=formats.percent,
        head=(Text("Département", "Département"), Text("Part invitée", "Share invited")),
        size="map",
    )


def few(value: int, smallest: int) -> str:
    """A count told, or that it is not told: never told apart from nobody."""
    return formats.number(value, 0) if value else _("under %(n)s") % {"n": smallest}


def _table(found: PublishedOffer, tallies: list[Tally], folded: dict[str, selectors.Told]) -> Table:
    smallest = found.offer.publication.threshold
    rows: list[tuple[Any, ...]] = []
    departments = sorted({tally.establishment.department for tally in tallies})
    for code in departments:
        for tally in tallies:
            school = tally.establishment
            if school.department != code:
                continue
            known = tally.told_listed > 0
            rows.append(
                (
                    school.name,
                    territory.area_name(f"commune:{school.commune}") or _department(code),
                    few(tally.told_listed, smallest),
                    few(tally.told_invited, smallest),
                    formats.percent(share(tally.told_invited, tally.told_listed), 0)
                    if known and tally.told_invited
                    else "–",
                    few(tally.told_declined, smallest),
                    few(tally.told_attended, smallest),
                )
            )
        if code in folded:
            told = folded[code]
            rows.append(
                (
                    _("Establishments with few pupils, together"),
                    _department(code),
                    "–",
                    few(told.invited, smallest),
                    "–",
                    few(told.declined, smallest),
                    few(told.attended, smallest),
                )
            )
    return Table(
        caption=_("What was published, by establishment"),
        columns=(
            Column(_("Establishment")),
            Column(_("Commune")),
            Column(_("On the roll"), right=True),
            Column(_("Invited"), right=True),
            Column(_("Share"), right=True),
            Column(_("Declined"), right=True),
            Column(_("Came"), right=True),
        ),
        rows=rows,
        note=_("Pupils, told in batches of %(n)s or more: a count may lag behind, so that nobody can be singled out.")
        % {"n": smallest},
    )
