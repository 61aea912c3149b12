"""For everyone: the programme's promises of money beside what was voted, engaged and paid."""

from __future__ import annotations

from dataclasses import replace

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mandat.apps.funds.promises import Promise, promised, promises
from mandat.apps.programme.published import Published
from mandat.apps.programme.standing import today
from mandat.apps.programme.views.shared import (
    home_crumb,
    measure_url,
    programme_or_404,
    standing_figure,
    why_url,
    words,
)
from mandat.kernel.text import Text
from mandat.web import formats
from mandat.web.charts.bar import Bar, bars
from mandat.web.components import Column, Crumb, Link, StatusCell, Table


@require_safe
def promises_page(request: HttpRequest) -> HttpResponse:
    """Every promise of money. Five queries."""
    current = programme_or_404()
    found = promises(current, until=_until(current))
    values = {
        "crumbs": [home_crumb(), _board_crumb(), Crumb(_("Promises of money"))],
        "table": Table(
            caption=_("What was promised in money, and what became of it"),
            columns=[
                Column(_("Promise")), Column(_("Status")), Column(_("Promised"), right=True), Column(_("Voted"), right=True),
                Column(_("Engaged"), right=True), Column(_("Paid"), right=True),
            ],
            rows=[
                (
                    Link(words(one.commitment.promise), reverse("funds:promise", args=[one.commitment.code])),
                    StatusCell(one.standing.status.value),
                    goal(one),
                    formats.euros(one.total("voted")) if one.envelopes else str(_("unknown")),
                    formats.euros(one.total("engaged")) if one.envelopes else str(_("unknown")),
                    formats.euros(one.total("paid")) if one.envelopes else str(_("unknown")),
                )
                for one in found
            ],
            note=_("Voted: payment credits of the envelopes that cite the promise, over all years so far. “Unknown” where none does."),
        ),
    }  # fmt: skip
    return render(request, "funds/promises.html", values)


@require_safe
def promise_page(request: HttpRequest, code: str) -> HttpResponse:
    """One promise, year by year. Five queries."""
    current = programme_or_404()
    if code not in current.commitments or not promised(current.commitments[code]):
        raise Http404
    [one] = promises(current, until=_until(current), only=code)
    measure = current.measure_of(code)
    values = {
        "crumbs": [home_crumb(), _board_crumb(), Crumb(_("Promises of money"), reverse("funds:promises")), Crumb(code)],
        "one": one,
        "promise": words(one.commitment.promise),
        "kept_when": words(one.commitment.kept_when),
        "goal": goal(one),
        "measure": Link(f"{measure.number}. {words(measure.title)}", measure_url(measure.number)),
        "figure": replace(standing_figure(one.standing), label=_("Counted by the indicator")),
        "chart": _chart(one) if one.envelopes else None,
        "table": _years(one),
        "why": why_url(code),
        "detail": reverse("funds:board") + f"?mesure={measure.number}&par=annee",
    }
    return render(request, "funds/promise.html", values)


def goal(one: Promise) -> str:
    """The promise in figures."""
    target = one.commitment.goal
    said = formats.quantity(target.value, target.unit)
    if target.unit == "percent" and target.baseline is not None:
        said = formats.percent(target.value) if target.value >= 100 else f"+ {formats.percent(target.value)}"
    return _("%(amount)s a year") % {"amount": said} if one.yearly else said


def _years(one: Promise) -> Table:
    promise = formats.euros(one.commitment.goal.value) if one.yearly and one.in_euros else "–"
    columns = [
        Column(_("Year")), Column(_("Promised"), right=True), Column(_("Counted by the indicator"), right=True),
        Column(_("Voted"), right=True), Column(_("Engaged"), right=True), Column(_("Paid"), right=True),
    ]  # fmt: skip
    return Table(
        caption=_("Year by year"),
        columns=columns,
        rows=[
            (
                str(year.year), promise, "–" if year.counted is None else formats.euros(year.counted),
                *(formats.euros(amount) if one.envelopes else "–" for amount in (year.voted, year.engaged, year.paid)),
            )
            for year in one.years
        ],
        note=_("Voted and paid: payment credits of that year. Engaged: of the envelopes voted for that year."),
    )  # fmt: skip


def _chart(one: Promise) -> object:
    items = [
        Bar(f"{year.year} · {said}", amount)
        for year in one.years
        for said, amount in ((_("Voted").lower(), year.voted), (_("Paid").lower(), year.paid))
        if amount or year.voted
    ]
    if not items:
        return None
    title = _("Voted and paid, year by year")
    return bars(items, unit="EUR", title=title, name="promise", head=Text("Année", "Year"))


def _until(current: Published) -> int:
    return min(today().year, current.programme.mandate.end.year)


def _board_crumb() -> Crumb:
    return Crumb(_("Where the money is"), reverse("funds:board"))
