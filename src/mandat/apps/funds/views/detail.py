"""What a figure of the board is made of: the votes of envelopes, or the cases that reached a state, with the facts about each."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mandat.apps.funds.board import NATURAL, Narrowing, board
from mandat.apps.funds.cells import PERSON
from mandat.apps.funds.models import Allocation, Envelope
from mandat.apps.funds.narrowing import STATES, BoardForm, address
from mandat.apps.funds.views.money import said, state_words
from mandat.apps.funds.vocabulary import kind
from mandat.apps.ledger.models import major
from mandat.apps.programme.published import Published
from mandat.apps.programme.views.facts import cursor
from mandat.apps.programme.views.shared import home_crumb, measure_url, programme_or_404
from mandat.apps.territory import selectors as territory
from mandat.web import formats
from mandat.web.components import Column, Crumb, Figure, Link, Page, Table
from mandat.web.typography import typeset

CASES = 25
#: The columns that add up to a state, each state holding those after it.
_REACHED = {
    "reserved": ("reserved",),
    "awarded": ("awarded", "engaged", "paid"),
    "engaged": ("engaged", "paid"),
    "paid": ("paid",),
}


@require_safe
def detail(request: HttpRequest) -> HttpResponse:
    """One figure and the lines it adds up. Natural persons are one line, without place. At most eleven queries."""
    current = programme_or_404()
    state = request.GET.get("etat", "")
    form = BoardForm(current, request.GET)
    if state not in STATES or not form.is_valid():
        raise Http404
    _by, narrowing = form.narrowing()
    found = board(current.code, "annee" if state == "voted" else "beneficiaire", narrowing)
    cents = getattr(found.total, state)
    names = {name: value for name, value in form.cleaned_data.items() if name != "par" and value not in (None, "")}
    values: dict[str, Any] = {
        "crumbs": [
            home_crumb(),
            Crumb(_("Where the money is"), address("board", narrowing)),
            Crumb(state_words()[state]),
        ],
        "state": state_words()[state],
        "figure": Figure(None if cents is None else major(cents, "EUR"), "EUR", state_words()[state]),
        "narrowed": [(form.fields[name].label, said(current, name, value)) for name, value in names.items()],
        "votes": state == "voted",
        "folded": found.folded,
        "back": address("board", narrowing),
    }
    if state == "voted":
        values["table"], values["page"] = _votes(current, narrowing), None
    else:
        natural = next((row.sums for row in found.rows if row.key in (PERSON, NATURAL)), None)
        values["table"], values["page"] = _cases(current, request, narrowing, state)
        values["natural"] = formats.euros(major(getattr(natural, state) or 0, "EUR")) if natural else ""
    return render(request, "funds/detail.html", values)


def _votes(current: Published, narrowing: Narrowing) -> Table:
    """Envelopes with what was voted for each, and the facts of these votes."""
    rows = Envelope.objects.filter(programme=current.code).exclude(voted=0).order_by("-voted", "code")
    for name, value in (("measure", narrowing.measure), ("year", narrowing.year), ("scheme", narrowing.scheme)):
        if value is not None:
            rows = rows.filter(**{name: value})
    facts = reverse("programme:facts")
    return Table(
        caption=_("Envelopes and what was voted for each"),
        columns=[Column(_("Envelope")), Column(_("Measure")), Column(_("Voted for")), Column(_("Voted"), right=True)],
        rows=[
            (
                Link(
                    one.title,
                    f"{facts}?{urlencode({'genre': 'budget.line_voted.v1', 'mesure': one.measure, 'q': one.code})}",
                ),
                Link(str(one.measure), measure_url(one.measure)),
                str(one.year),
                formats.euros(major(one.voted, "EUR")),
            )
            for one in rows[:200]
        ],
        note=_("Commitment credits. Each name leads to the facts of its votes: payment credits, year by year."),
    )


def _chosen(current: Published, narrowing: Narrowing, state: str) -> QuerySet[Allocation]:
    """The cases of legal persons that reached a state under a narrowing."""
    envelopes = Envelope.objects.filter(programme=current.code)
    if narrowing.measure is not None:
        envelopes = envelopes.filter(measure=narrowing.measure)
    if narrowing.year is not None:
        envelopes = envelopes.filter(year=narrowing.year)
    reached = Q()
    for column in _REACHED[state]:
        reached |= Q(**{f"{column}__gt": 0})
    rows = Allocation.objects.filter(reached, envelope__in=list(envelopes.order_by("pk").values_list("pk", flat=True)))
    if narrowing.paid_in is not None:
        rows = rows.filter(years__year=narrowing.paid_in, years__cents__gt=0)
    if narrowing.scheme is not None:
        rows = rows.filter(scheme=narrowing.scheme)
    if narrowing.place:
        rows = rows.filter(place__in=territory.within(narrowing.place))
    if narrowing.kind is not None:
        return rows.filter(kind=narrowing.kind).exclude(kind=PERSON)
    return rows.exclude(kind=PERSON)


def _cases(current: Published, request: HttpRequest, narrowing: Narrowing, state: str) -> tuple[Table | None, Page]:
    before = cursor(request, "avant")
    rows = _chosen(current, narrowing, state).order_by("-pk").select_related("envelope")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    if narrowing.paid_in is not None:
        rows = rows.annotate(that_year=Sum("years__cents", filter=Q(years__year=narrowing.paid_in)))
    found = list(rows[: CASES + 1])
    shown, facts = found[:CASES], reverse("programme:facts")
    page = Page(
        shown=len(shown),
        first="",
        newer=address("money_detail", narrowing, etat=state) if before is not None else "",
        older=address("money_detail", narrowing, etat=state, avant=shown[-1].pk) if len(found) > CASES else "",
    )
    if not shown:
        return None, page
    table = Table(
        caption=_("Cases, the latest first"),
        columns=[Column(_("Case")), Column(_("Envelope")), Column(_("Beneficiary")), Column(_("Place")), Column(state_words()[state], right=True)],
        rows=[
            (
                Link(one.case, f"{facts}?{urlencode({'q': one.case})}"),
                one.envelope.title,
                str(kind(one.kind)),
                typeset(territory.area_name(one.place), "fr") if one.place else "–",
                formats.euros(_amount(one, state, narrowing)),
            )
            for one in shown
        ],
        note=_("Each case leads to the public facts about it: who is aided, for what, when it was paid."),
    )  # fmt: skip
    return table, page


def _amount(one: Any, state: str, narrowing: Narrowing) -> Decimal:
    if narrowing.paid_in is not None:
        return major(one.that_year, "EUR")
    return major(sum(getattr(one, column) for column in _REACHED[state]), "EUR")
