"""For everyone: the registers of loans and stakes. Legal persons are named; natural persons are counted, never fewer than five."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mandat.apps.funds.models import Loan, Stake
from mandat.apps.funds.telling import LEGAL
from mandat.apps.ledger.models import major
from mandat.apps.ledger.payments.bordereau import inert
from mandat.apps.programme.views.shared import home_crumb, programme_or_404
from mandat.engines.disclosure import SMALLEST
from mandat.web import formats
from mandat.web.components import Column, Crumb, Figure, Link, Page, Table

SHOWN = 25
#: Of stakes, whose company is always a legal person, those the register may name.
_NAMED = Q(company__diffusible=True)


@require_safe
def loans(request: HttpRequest) -> HttpResponse:
    """Loans and advances: sums of all, and each one of a legal person. Six queries."""
    current = programme_or_404()
    every = Loan.objects.filter(programme=current.code)
    sums = every.aggregate(Count("pk"), Sum("lent"), Sum("repaid"), Sum("written_off"))
    natural = every.exclude(LEGAL).aggregate(Count("pk"), Sum("lent"), Sum("repaid"), Sum("written_off"))
    named = _named_loans(every)
    pages = Paginator(named, SHOWN).get_page(request.GET.get("page"))
    lent, repaid, off = (major(sums[f"{name}__sum"] or 0, "EUR") for name in ("lent", "repaid", "written_off"))
    facts = f"{reverse('programme:facts')}?genre=funds."
    values = {
        "crumbs": [
            home_crumb(),
            Crumb(_("Where the money is"), reverse("funds:board")),
            Crumb(_("Loans and advances")),
        ],
        "figures": [
            Figure(lent, "EUR", _("Lent"), why=f"{facts}loan_released.v1"),
            Figure(repaid, "EUR", _("Repaid"), why=f"{facts}repaid.v1"),
            Figure(off, "EUR", _("Written off"), why=f"{facts}loan_written_off.v1"),
            Figure(lent - repaid - off, "EUR", _("Still due")),
        ],
        "count": sums["pk__count"],
        "natural": _natural(natural),
        "table": _loans_table(pages.object_list) if pages.object_list else None,
        "page": pages_of(pages),
    }
    return render(request, "funds/loans.html", values)


def _named_loans(every: QuerySet[Loan]) -> QuerySet[Loan]:
    return every.filter(LEGAL).select_related("organisation", "allocation__envelope").order_by("-released_on", "-pk")


def _natural(sums: dict[str, Any]) -> str:
    """What is said of natural persons: how many loans and how much, together; nothing of one to four."""
    count = sums["pk__count"]
    if count == 0:
        return ""
    if count < SMALLEST:
        return _("Fewer than five loans were made to private persons: they are not told apart.")
    due = major(sums["lent__sum"] - sums["repaid__sum"] - sums["written_off__sum"], "EUR")
    return _("%(n)s loans were made to private persons: %(lent)s in all, of which %(due)s still due. They are not listed.") % {
        "n": formats.number(count), "lent": formats.euros(major(sums["lent__sum"], "EUR")), "due": formats.euros(due),
    }  # fmt: skip


def _loans_table(rows: Iterable[Loan]) -> Table:
    return Table(
        caption=_("Loans to legal persons, the latest first"),
        columns=[
            Column(_("Beneficiary")), Column(_("SIRET")), Column(_("For")), Column(_("Released on")), Column(_("Lent"), right=True),
            Column(_("Still due"), right=True), Column(_("State")),
        ],
        rows=[
            (
                Link(_organisation(one).name, f"{reverse('programme:facts')}?q={one.reference}"), _organisation(one).number,
                one.allocation.envelope.title, formats.day(one.released_on), formats.euros(one.amount),
                formats.euros(one.balance), one.get_state_display(),
            )
            for one in rows
        ],
    )  # fmt: skip


def _organisation(loan: Loan) -> Any:
    return loan.organisation


@require_safe
def loans_csv(request: HttpRequest) -> HttpResponse:
    """The same as a file."""
    current = programme_or_404()
    head = [
        "reference",
        "beneficiaire",
        "siret",
        "nature",
        "objet",
        "verse_le",
        "fin",
        "montant",
        "rembourse",
        "remis",
        "capital_du",
        "etat",
    ]
    rows = (
        [
            one.reference, _organisation(one).name, _organisation(one).siret, one.type, one.allocation.envelope.title,
            one.released_on.isoformat(), one.ends_on.isoformat() if one.ends_on else "", _plain(one.amount),
            _plain(major(one.repaid, "EUR")), _plain(major(one.written_off, "EUR")), _plain(one.balance), one.state,
        ]
        for one in _named_loans(Loan.objects.filter(programme=current.code)).iterator(chunk_size=1000)
    )  # fmt: skip
    return _file("prets.csv", head, rows)


@require_safe
def stakes(request: HttpRequest) -> HttpResponse:
    """Stakes: sums, and each company. Four queries."""
    current = programme_or_404()
    every = Stake.objects.filter(programme=current.code)
    sums = every.aggregate(Sum("committed"), Sum("called"), Sum("dividends"), Sum("result"), Sum("cost"))
    named = every.filter(_NAMED).select_related("company", "allocation__envelope").order_by("-taken_on", "-pk")
    pages = Paginator(named, SHOWN).get_page(request.GET.get("page"))
    facts = f"{reverse('programme:facts')}?genre=funds."
    genres = {
        "committed": "stake_taken.v1",
        "called": "capital_called.v1",
        "dividends": "dividend_received.v1",
        "result": "stake_ended.v1",
    }
    labels = {
        "committed": _("Subscribed"),
        "called": _("Paid"),
        "dividends": _("Dividends received"),
        "result": _("Won or lost on sales"),
    }
    values = {
        "crumbs": [home_crumb(), Crumb(_("Where the money is"), reverse("funds:board")), Crumb(_("Stakes"))],
        "figures": [
            Figure(major(sums[f"{name}__sum"] or 0, "EUR"), "EUR", label, why=f"{facts}{genres[name]}")
            for name, label in labels.items()
        ],
        "table": _stakes_table(pages.object_list) if pages.object_list else None,
        "page": pages_of(pages),
    }  # fmt: skip
    return render(request, "funds/stakes.html", values)


def _stakes_table(rows: Iterable[Stake]) -> Table:
    return Table(
        caption=_("Companies and cooperatives, the latest first"),
        columns=[
            Column(_("Company")), Column(_("SIRET")), Column(_("Shares"), right=True), Column(_("Subscribed"), right=True),
            Column(_("Paid"), right=True), Column(_("Declared value"), right=True), Column(_("State")),
        ],
        rows=[
            (
                Link(one.company.name, f"{reverse('programme:facts')}?q={one.reference}"), one.company.number,
                formats.number(one.shares_left), formats.euros(one.euros["committed"]), formats.euros(one.euros["called"]),
                worth(one), one.get_state_display(),
            )
            for one in rows
        ],
        note=_("A value is declared with its day and its source; where nobody declared one it is unknown."),
    )  # fmt: skip


def worth(stake: Stake) -> str:
    """The declared value with its day and source, or that it is not known."""
    if stake.worth is None or stake.valued_on is None:
        return _("unknown") if stake.state == Stake.State.HELD else "–"
    return f"{formats.euros(stake.worth)} ({stake.value_source}, {formats.day(stake.valued_on)})"


@require_safe
def stakes_csv(request: HttpRequest) -> HttpResponse:
    """The same as a file."""
    current = programme_or_404()
    names = ("committed", "called", "cost", "dividends", "proceeds", "result")
    head = [
        "reference",
        "societe",
        "siret",
        "parts",
        "parts_detenues",
        "prix",
        "souscrit",
        "appele",
        "cout",
        "dividendes",
        "cessions",
        "resultat",
        "valeur",
        "valeur_le",
        "valeur_source",
        "etat",
    ]
    found = Stake.objects.filter(_NAMED, programme=current.code).select_related("company").order_by("-taken_on", "-pk")
    rows = (
        [
            one.reference, one.company.name, one.company.siret, str(one.shares), str(one.shares_left), _plain(one.euros["price"]),
            *(_plain(one.euros[name]) for name in names), "" if one.worth is None else _plain(one.worth),
            one.valued_on.isoformat() if one.valued_on else "", one.value_source, one.state,
        ]
        for one in found
    )  # fmt: skip
    return _file("participations.csv", head, rows)


def _plain(amount: Decimal) -> str:
    return f"{amount:.2f}"


def _file(name: str, head: list[str], rows: Iterable[list[str]]) -> HttpResponse:
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";")
    writer.writerow(head)
    for row in rows:
        writer.writerow([inert(cell) for cell in row])
    response = HttpResponse("\ufeff" + stream.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def pages_of(pages: Any) -> Page:
    return Page(
        shown=len(pages.object_list),
        newer=f"?page={pages.previous_page_number()}" if pages.has_previous() else "",
        older=f"?page={pages.next_page_number()}" if pages.has_next() else "",
        total=pages.paginator.count,
    )
