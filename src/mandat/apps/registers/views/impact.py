"""The impact sheet of a measure: what was promised, done, given and to whom, on one page, each figure computed."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mandat.apps.funds.models import Envelope
from mandat.apps.funds.selectors import standings as money_standings
from mandat.apps.grants.schema import Scheme
from mandat.apps.grants.terms import SCHEMES, conditions_of
from mandat.apps.programme.published import Published
from mandat.apps.programme.standing import measure_standing
from mandat.apps.programme.terms import Terms
from mandat.apps.programme.views.shared import (
    home_crumb,
    measure_url,
    measures_crumb,
    programme_or_404,
    standing_figure,
    why_url,
    words,
)
from mandat.apps.registers.models import Tally
from mandat.apps.registers.selectors import contracts_in_force, equality, given, labels_held, per_inhabitant
from mandat.apps.registers.sizes import LABELS as SIZES
from mandat.apps.registers.sizes import size_of
from mandat.apps.registers.views.equality import equality_tables
from mandat.apps.territory import selectors as territory
from mandat.kernel.money import ZERO
from mandat.web.components import Column, Crumb, Link, Table
from mandat.web.formats import euros, number


@require_safe
def impact(request: HttpRequest, number: int) -> HttpResponse:
    """Commitments, money, cases, who asks and who receives, territories, labels, contracts and conditions of one measure."""
    current = programme_or_404()
    measure = current.measures.get(number)
    if measure is None:
        raise Http404(number)
    schemes = [terms for terms in SCHEMES.all(current).values() if number in terms.document.measures]
    codes = [terms.code for terms in schemes]
    standing = measure_standing(current, number)
    conditions = {one.code: one for terms in schemes for one in conditions_of(terms.document, current)}
    values = {
        "crumbs": [home_crumb(), measures_crumb(), Crumb(words(measure.title), measure_url(number)), Crumb(_("Impact sheet"))],
        "measure": measure,
        "status": standing.status.value,
        "commitments": [
            {
                "promise": one.commitment.promise,
                "status": one.status.value,
                "figure": standing_figure(one),
                "why": why_url(one.commitment.code),
            }
            for one in standing.commitments
        ],
        "money": _money(current, number),
        "cases": _cases(current, schemes) if schemes else None,
        "tables": equality_tables(equality(current.code, codes), money=True) if codes else [],
        "territory": _territory(current, codes) if codes else None,
        "registers": _registers(current, schemes),
        "conditions": [
            (words(one.document.title), reverse("grants:condition", args=[code])) for code, one in conditions.items()
        ],
    }  # fmt: skip
    return render(request, "registers/impact.html", values)


def _money(current: Published, measure: int) -> Table | None:
    """Voted, promised and paid by the envelopes that serve the measure, by first year."""
    found = money_standings(list(Envelope.objects.filter(programme=current.code, measure=measure)))
    sums: dict[int, list[Decimal]] = defaultdict(lambda: [ZERO] * 3)
    for one in found:
        row = sums[one.envelope.year]
        for place, amount in enumerate((one.voted, one.promised, one.paid)):
            row[place] += amount
    if not sums:
        return None
    return Table(
        caption=_("Money of the measure, by year of the envelope"),
        columns=[
            Column(_("Year")), Column(_("Voted"), right=True), Column(_("Promised"), right=True),
            Column(_("of which paid"), right=True),
        ],
        rows=[(str(year), *map(euros, sums[year])) for year in sorted(sums)],
    )  # fmt: skip


def _cases(current: Published, schemes: list[Terms[Scheme]]) -> Table:
    """What became of the applications, scheme by scheme."""
    counted = given(current.code, [terms.code for terms in schemes])
    rows = []
    for terms in schemes:
        one = counted.get(terms.code)
        link = Link(words(terms.document.title), reverse("grants:scheme", args=[terms.code]))
        if one is None:
            rows.append((link, "0", "0", "0", "–"))
        else:
            amount = euros(Decimal(one.amount) / 100) if terms.document.outputs.amount else "–"
            rows.append((link, number(one.asked), number(one.awarded), number(one.refused), amount))
    return Table(
        caption=_("Applications received"),
        columns=[
            Column(_("Scheme")), Column(_("Who asked"), right=True), Column(_("Awarded"), right=True),
            Column(_("Turned down"), right=True), Column(_("Amount"), right=True),
        ],
        rows=rows,
    )  # fmt: skip


def _territory(current: Published, codes: list[str]) -> Table | None:
    """Awards by size of commune, set against how many people live in communes of that size."""
    sums: dict[str, int] = defaultdict(int)
    for category, amount in Tally.objects.filter(
        programme=current.code, scheme__in=codes, dimension="territory"
    ).values_list("category", "amount"):
        sums[category] += amount
    region = territory.current_region(current.programme.region)
    if region is None or not any(sums.values()):
        return None
    places = territory.reference().places
    people: dict[str, int] = defaultdict(int)
    for code in territory.expand(region.area):
        population = places[code].population
        people[size_of(population)] += population or 0
    rows = []
    for size, label in SIZES.items():
        amount = sums.get(size, 0)
        head = per_inhabitant(amount, people.get(size, 0))
        if amount or people.get(size):
            rows.append(
                (
                    str(label),
                    number(people.get(size, 0)),
                    euros(Decimal(amount) / 100),
                    euros(head) if head is not None else "–",
                )
            )
    return Table(
        caption=_("Awards by size of commune"),
        columns=[
            Column(_("Size")), Column(_("Inhabitants"), right=True), Column(_("Awarded"), right=True),
            Column(_("Euros a head"), right=True),
        ],
        rows=rows,
    )  # fmt: skip


def _registers(current: Published, schemes: list[Terms[Scheme]]) -> list[Link]:
    """Labels held and contracts in force today, with the way to their register."""
    today, found = timezone.localdate(), []
    for terms in schemes:
        title = words(terms.document.title)
        if terms.document.type == "label":
            count = labels_held(current.code, terms.code, today).count()
            found.append(
                Link(
                    _("%(title)s: %(count)s holders") % {"title": title, "count": count},
                    reverse("registers:register", args=[terms.code]),
                )
            )
        if terms.document.type == "contract":
            count = contracts_in_force(current.code, terms.code, today).count()
            found.append(
                Link(
                    _("%(title)s: %(count)s contracts in force") % {"title": title, "count": count},
                    reverse("registers:coverage", args=[terms.code]),
                )
            )
    return found
