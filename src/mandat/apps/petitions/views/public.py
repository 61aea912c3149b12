"""Petitions for everyone: the list, one petition with its thresholds and its answers, where its signatures come from."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.http import require_safe

from mandat.apps.petitions import rolls, selectors
from mandat.apps.petitions.machine import State
from mandat.apps.petitions.models import Appeal, CommuneTally, Examination, Petition, Signature
from mandat.apps.petitions.services import signing, thresholds
from mandat.apps.petitions.terms import Terms, rights, terms_of
from mandat.apps.petitions.views.shared import (
    TONES,
    kept_shortly,
    list_crumbs,
    petition_crumbs,
    public_or_404,
    user_of,
)
from mandat.apps.programme.published import published
from mandat.apps.programme.views.shared import programme_or_404, words
from mandat.apps.territory import selectors as territory
from mandat.apps.territory.maps import frame, patches
from mandat.web import formats
from mandat.web.components import Column, Crumb, Filters, Table
from mandat.web.links import with_
from mandat.web.maps import Map, choropleth
from mandat.web.paging import turned
from mandat.web.spreadsheets import csv_file

PAGE = 20
ORDERS = (
    ("recentes", gettext_lazy("most recent")),
    ("signees", gettext_lazy("most signed")),
    ("seuil", gettext_lazy("near a threshold")),
    ("reponses", pgettext_lazy("petitions", "answered")),
)
WHAT = (
    ("", gettext_lazy("all")),
    ("ouvertes", gettext_lazy("open for signatures")),
    ("attente", gettext_lazy("an answer is awaited")),
    ("closes", pgettext_lazy("petitions", "closed")),
    ("refusees", gettext_lazy("refused, with reasons")),
)


class ListFilters(forms.Form):
    """What narrows the list; the address holds it."""

    etat = forms.ChoiceField(label=gettext_lazy("State"), required=False, choices=WHAT)
    droit = forms.ChoiceField(label=gettext_lazy("Right"), required=False)
    tri = forms.ChoiceField(label=gettext_lazy("Order"), required=False, choices=ORDERS, widget=forms.HiddenInput)

    def __init__(self, choices: list[tuple[str, str]], data: Any) -> None:
        super().__init__(data)
        field = self.fields["droit"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", pgettext("rights", "all")), *choices]


@require_safe
def petitions(request: HttpRequest) -> HttpResponse:
    """The petitions, in the order asked; and how to begin one."""
    current = programme_or_404()
    held = list(rights())
    choices = [(f"{process.code}/{one.code}", words(one.title)) for process, one in held]
    form = ListFilters(choices, request.GET)
    given = form.cleaned_data if form.is_valid() else {}
    order = given.get("tri") or "recentes"
    found = selectors.listed(current.code, order=order, right=given.get("droit", ""), what=given.get("etat", ""))
    rows: list[Petition]
    rows, page = turned(request, found.select_related("organisation"), size=PAGE)  # type: ignore[arg-type]  # a queryset is sliced too
    query = request.GET.urlencode()
    values = {
        "crumbs": list_crumbs(),
        "lines": [line(one) for one in rows],
        "page": page,
        "filters": Filters(form, (), clear=reverse("petitions:list"), action=reverse("petitions:list")),
        "orders": [(label, with_(query, tri=code, page=""), code == order) for code, label in ORDERS],
        "rights": [(process, one) for process, one in held],
    }
    return kept_shortly(render(request, "petitions/list.html", values))


def line(petition: Petition) -> dict[str, Any]:
    """A petition as lists show it."""
    return {"petition": petition, "tone": TONES[State(petition.state)], "state": State(petition.state).label}


@require_safe
def petition(request: HttpRequest, reference: str) -> HttpResponse:
    """One petition: what it asks, how far it is from each threshold, what the institution answered."""
    found = public_or_404(reference)
    if found.hidden:
        values = {"crumbs": petition_crumbs(found), "petition": found}
        return render(request, "petitions/hidden.html", values, status=410)
    terms = terms_of(found)
    signed = found.opened_at is not None
    total = thresholds.total_of(found) if signed else 0
    user = user_of(request) if request.user.is_authenticated else None
    mine = _mine(found, user) if user is not None and signed else None
    examination = found.examinations.exclude(outcome=Examination.Outcome.CHANGES).last()
    values = {
        "crumbs": petition_crumbs(found),
        "petition": found,
        "terms": terms,
        "tone": TONES[State(found.state)],
        "total": total,
        "steps": selectors.steps_of(found, terms, total) if signed else [],
        "may_sign": _open(found) and mine is None,
        "mine": mine,
        "author": user is not None and found.author_id == user.pk,
        "examination": examination,
        "appeal": Appeal.objects.filter(examination=examination).first() if examination is not None else None,
        "refusal": terms.component.refusal(examination.reason) if examination is not None else None,
        "names": selectors.names_of(found) if signed else [],
        "invalidations": found.invalidations.filter(state="confirmed").order_by("number"),
        "referendum": getattr(found, "referendum", None),
        "source": f"petition:{found.reference}",
        "similar": [],
    }
    response = render(request, "petitions/petition.html", values)
    return kept_shortly(response) if user is None else response


def _open(petition: Petition) -> bool:
    now = timezone.now()
    return petition.state == State.OPEN and petition.closes_at is not None and now < petition.closes_at


def _mine(petition: Petition, user: Any) -> Signature | None:
    person = rolls.person_of(petition, user)
    return signing.signature_of(petition, person) if person else None


@require_safe
def signatures(request: HttpRequest, reference: str) -> HttpResponse:
    """Where the signatures of a petition come from, and at what age: small counts withheld."""
    found = public_or_404(reference)
    terms = terms_of(found)
    cells = selectors.cells_of(found, terms)
    values = {
        "crumbs": petition_crumbs(found, Crumb(_("Signatures"))),
        "petition": found,
        "terms": terms,
        "total": cells.total,
        "table": _table(cells) if cells.departements else None,
        "map": _map(found, terms),
        "csv_url": reverse("petitions:signatures_csv", args=[found.reference]),
        "sheets": found.sheets.filter(closed_at__isnull=False).count(),
    }
    return kept_shortly(render(request, "petitions/signatures.html", values))


def _name(departement: str) -> str:
    return territory.area_name(f"departement:{departement}") if departement else _("elsewhere")


def shown(n: int | None) -> str:
    return _("withheld") if n is None else formats.number(n)


def _table(cells: selectors.Cells) -> Table:
    bands = [_("not told") if band == "unknown" else _("%(band)s years") % {"band": band} for band in cells.bands]
    rows = [
        (_name(code), *(shown(n) for n in line), shown(total))
        for code, line, total in zip(cells.departements, cells.cells, cells.rows, strict=True)
    ]
    rows.append((_("All"), *(shown(n) for n in cells.columns), formats.number(cells.total)))
    return Table(
        caption=_("Signatures by département and age"),
        columns=[Column(_("Département")), *(Column(band, right=True) for band in bands), Column(_("All"), right=True)],
        rows=rows,
        note=_(
            "Counts so small that they could tell who signed are withheld, and what would give them away by subtraction."
        ),
    )


def _map(petition: Petition, terms: Terms) -> Map | None:
    current = published()
    region = territory.current_region(current.programme.region)
    counts = dict(selectors.communes_of(petition, terms))
    if region is None or not counts:
        return None
    known = set(CommuneTally.objects.filter(petition=petition).values_list("commune", flat=True))
    values: dict[str, Decimal | None] = {code: Decimal(counts[code]) if code in counts else None for code in known}
    nothing = {one: Decimal(0) for one in territory.expand(f"region:{region.code}") if one not in known}
    drawn_on = frame(region)
    if drawn_on is None:
        return None
    drawn = patches(region, "commune", values={**nothing, **values})
    return choropleth(
        drawn_on, drawn, name="signatures", title=_("Signatures by commune"),
        desc=_("Communes with too few signatures to be told are shown as unknown."),
        head=(_("Commune"), _("Signatures")), say=lambda value: formats.number(value),
    )  # fmt: skip


@require_safe
def signatures_csv(request: HttpRequest, reference: str) -> HttpResponse:
    """The same by département, age band and commune, for spreadsheets."""
    found = public_or_404(reference)
    terms = terms_of(found)
    cells = selectors.cells_of(found, terms)
    rows: list[tuple[Any, ...]] = []
    for code, counts in zip(cells.departements, cells.cells, strict=True):
        rows += [("departement", code, band, n) for band, n in zip(cells.bands, counts, strict=True)]
    rows += [("commune", code, "", n) for code, n in selectors.communes_of(found, terms)]
    return csv_file(f"petition-{found.reference}", ("niveau", "code", "age", "signatures"), rows)
