"""For everyone: where the money is, by measure and year."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mandat.apps.funds.models import Envelope
from mandat.apps.funds.selectors import Standing, standings
from mandat.apps.programme.published import Published
from mandat.apps.programme.views.shared import home_crumb, measure_url, programme_or_404, words
from mandat.kernel.money import ZERO
from mandat.web.components import Column, Crumb, Link, Table
from mandat.web.formats import euros


@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """Votes, promises and payments of every envelope, added up by measure, then payment credits by year. Two queries."""
    current = programme_or_404()
    found = standings(list(Envelope.objects.filter(programme=current.code)))
    values = {
        "crumbs": [home_crumb(), Crumb(_("Where the money is"))],
        "measures": _by_measure(current, found),
        "years": _by_year(found),
        "count": len(found),
    }
    return render(request, "funds/board.html", values)


def _by_measure(current: Published, found: list[Standing]) -> Table | None:
    sums: dict[int, list[Decimal]] = defaultdict(lambda: [ZERO] * 4)
    for one in found:
        row = sums[one.envelope.measure]
        for place, amount in enumerate((one.voted, one.available + one.reserved, one.promised, one.paid)):
            row[place] += amount
    if not sums:
        return None
    return Table(
        caption=_("By measure, over all years"),
        columns=[
            Column(_("Measure")),
            Column(_("Voted"), right=True),
            Column(_("Not yet promised"), right=True),
            Column(_("Promised"), right=True),
            Column(_("of which paid"), right=True),
        ],
        rows=[
            (Link(f"{number}. {words(current.measures[number].title)}", measure_url(number)), *map(euros, sums[number]))
            for number in sorted(sums)
            if number in current.measures
        ],
        note=_(
            "Commitment credits: what the assembly allows to promise. What is promised may be paid over several years."
        ),
    )


def _by_year(found: list[Standing]) -> Table | None:
    sums: dict[int, list[Decimal]] = defaultdict(lambda: [ZERO] * 2)
    for one in found:
        for credit in one.credits:
            sums[credit.year][0] += credit.voted
            sums[credit.year][1] += credit.spent
    if not sums:
        return None
    return Table(
        caption=_("By year"),
        columns=[Column(_("Year")), Column(_("Payment credits"), right=True), Column(_("Paid"), right=True)],
        rows=[(str(year), *map(euros, sums[year])) for year in sorted(sums)],
    )
