"""For everyone: where the money is, by what one asks, and what each figure is made of."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mandat.apps.funds import charts
from mandat.apps.funds.board import NATURAL, PLACES, UNTOLD, Board, Narrowing, Row, Sums, board
from mandat.apps.funds.naming import namer, scheme_titles
from mandat.apps.funds.narrowing import STATES, BoardForm, address, parameters, words_by
from mandat.apps.funds.vocabulary import kind
from mandat.apps.ledger.models import major
from mandat.apps.ledger.payments.bordereau import inert
from mandat.apps.programme.areas import area_of
from mandat.apps.programme.published import Published
from mandat.apps.programme.views.shared import home_crumb, programme_or_404, words
from mandat.apps.territory import selectors as territory
from mandat.web.components import ActiveFilter, Chart, Crumb, Figure, Filters, Link, Page
from mandat.web.links import without

#: Lines of the board on one page: with their links, as many as keep it light.
SHOWN = 12
_FIELD = {"mesure": "measure", "dispositif": "scheme", "beneficiaire": "kind", "annee": "year", "versement": "paid_in"}


@dataclass(frozen=True, slots=True)
class Line:
    """A line as shown: its words, where its cases are, what it narrows to, and each amount with its own link."""

    label: str
    url: str
    amounts: tuple[Link | str, ...]


@require_safe
def board_page(request: HttpRequest) -> HttpResponse:
    """The board. At most nine queries, whatever the number of cases."""
    current = programme_or_404()
    form = BoardForm(current, request.GET)
    by, narrowing = form.narrowing()
    found = board(current.code, by, narrowing)
    name = namer(current, by)
    number = _page(request, len(found.rows))
    shown = found.rows[(number - 1) * SHOWN : number * SHOWN]
    values = {
        "crumbs": [home_crumb(), Crumb(_("Where the money is"))],
        "found": found,
        "by": [
            Link(said, "" if code == by else address("board", narrowing, par=code)) for code, said in words_by().items()
        ],
        "figures": figures(found.total, narrowing),
        "filters": Filters(
            form, _active(current, form, request.GET.urlencode()), reverse("funds:board"), reverse("funds:board")
        ),
        "heads": [str(label) for label in state_words().values()],
        "lines": [_line(row, by, narrowing, name(row.key)) for row in shown],
        "chart": _chart(shown, by, name) if shown else None,
        "key": [(charts.swatch(state), state_words()[state]) for state in charts.STATES],
        "page": _pages(found, by, narrowing, number, len(shown)),
        "csv": address("board_csv", narrowing, par=by),
        "head": words_by()[by].capitalize(),
    }
    return render(request, "funds/board.html", values, status=200 if form.is_valid() else 422)


@require_safe
def board_csv(request: HttpRequest) -> HttpResponse:
    """Every line of the board under the same narrowing, as a file; amounts in euros, empty where they are not known."""
    current = programme_or_404()
    by, narrowing = BoardForm(current, request.GET).narrowing()
    found = board(current.code, by, narrowing)
    name = namer(current, by)
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";")
    writer.writerow(
        [by, "libelle", "vote", "reserve", "attribue", "engage", "verse", "dossiers", *parameters(narrowing)]
    )
    for row in found.rows:
        amounts = [getattr(row.sums, state) for state in STATES]
        cells = ["" if cents is None else f"{major(cents, 'EUR'):.2f}" for cents in amounts]
        cases = "" if row.sums.cases is None else str(row.sums.cases)
        writer.writerow([inert(str(row.key)), inert(name(row.key)), *cells, cases, *parameters(narrowing).values()])
    response = HttpResponse("\ufeff" + stream.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="argent-{by}.csv"'
    return response


def state_words() -> dict[str, str]:
    return {
        "voted": _("Voted"),
        "reserved": _("Reserved"),
        "awarded": _("Awarded"),
        "engaged": _("Engaged"),
        "paid": _("Paid"),
    }


def figures(total: Sums, narrowing: Narrowing) -> list[Figure]:
    """The sums of the whole board, each leading to what it is made of; what is not known is left out."""
    found = []
    for state, label in state_words().items():
        cents = getattr(total, state)
        if cents is not None:
            found.append(Figure(major(cents, "EUR"), "EUR", label, why=address("money_detail", narrowing, etat=state)))
    return found


def narrowed(by: str, narrowing: Narrowing, key: Any) -> Narrowing | None:
    """The board of one line alone; None for a line that is no code (place not said, natural persons together)."""
    if key in (UNTOLD, NATURAL) and by != "beneficiaire":
        return None
    if key == UNTOLD:
        return None
    if by in PLACES:
        return replace(narrowing, place=key)
    changes: dict[str, Any] = {_FIELD[by]: key}
    return replace(narrowing, **changes)


def _line(row: Row, by: str, narrowing: Narrowing, label: str) -> Line:
    inside = narrowed(by, narrowing, row.key)
    following = "dispositif" if by == "mesure" else "beneficiaire" if by in ("dispositif", *PLACES) else "mesure"
    url = address("board", inside, par=following) if inside else ""
    amounts: list[Link | str] = []
    for state in STATES:
        cents = getattr(row.sums, state)
        said = "–" if cents is None else charts.whole(cents)
        amounts.append(Link(said, address("money_detail", inside, etat=state)) if cents and inside else said)
    return Line(label, url, tuple(amounts))


def _chart(shown: tuple[Row, ...], by: str, name: Callable[[Any], str]) -> Chart:
    title = _("Where the money is, by %(what)s") % {"what": words_by()[by]}
    return Chart(
        svg=charts.bars([(name(row.key), row.sums) for row in shown], title=title, name="money"), size="money-bars"
    )


def _page(request: HttpRequest, rows: int) -> int:
    text = request.GET.get("page", "")
    last = max(1, -(-rows // SHOWN))
    return min(max(int(text), 1), last) if text.isdigit() and len(text) < 6 else 1


def _pages(found: Board, by: str, narrowing: Narrowing, number: int, shown: int) -> Page:
    more = number * SHOWN < len(found.rows)
    return Page(
        shown=shown,
        newer=address("board", narrowing, par=by, page=number - 1) if number > 1 else "",
        older=address("board", narrowing, par=by, page=number + 1) if more else "",
        total=len(found.rows),
    )


def _active(current: Published, form: BoardForm, query: str) -> list[ActiveFilter]:
    """The filters in force, in words."""
    if not form.is_valid():
        return []
    found = []
    for name, value in form.cleaned_data.items():
        if name != "par" and value not in (None, ""):
            found.append(ActiveFilter(form.fields[name].label, said(current, name, value), without(query, name)))
    return found


def said(current: Published, name: str, value: Any) -> str:
    """The words of a filter's value."""
    if name == "mesure" and value in current.measures:
        return f"{value}. {words(current.measures[value].title)}"
    if name == "dispositif":
        return scheme_titles(current.code).get(value, str(value))
    if name == "beneficiaire":
        return str(kind(value))
    if name == "lieu":
        return territory.area_name(area_of(value))
    return str(value)
