"""Places: the search of communes, one commune, one EPCI, one department, and what is done there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from mandat import journal
from mandat.apps.programme.places import PlaceFigure, contributions, facts_in, figures_in
from mandat.apps.programme.published import Published
from mandat.apps.programme.views.shared import fact_line, home_crumb, measure_url, programme_or_404, words
from mandat.apps.territory import maps, selectors
from mandat.apps.territory.models import Commune, Departement, Epci, Region
from mandat.journal import Entry
from mandat.kernel.text import Text
from mandat.web import formats
from mandat.web.components import Column, Crumb, FactLine, Link, Page, Table
from mandat.web.links import with_
from mandat.web.maps import Map, choropleth

#: Communes on a page of a list, and named on the page of an area; facts of the place itself, of each wider area.
LISTED, NAMED, PAGE, WIDER = 30, 30, 8, 3
#: Commitments in the table of a place, unless all of them are asked for.
FIGURES = 8

PLACE_URLS = {"commune": "territory:commune", "epci": "territory:epci", "departement": "territory:departement"}


def place_url(area: str) -> str:
    """The page of an area; empty where it has none."""
    level, code = area.split(":", 1)
    return reverse(PLACE_URLS[level], args=[code]) if level in PLACE_URLS else ""


def facts_url(area: str) -> str:
    return f"{reverse('programme:facts')}?{urlencode({'lieu': area})}"


class CommuneSearch(forms.Form):
    q = forms.CharField(
        label=gettext_lazy("Name, postal code or INSEE code"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    departement = forms.ChoiceField(label=gettext_lazy("Department"), required=False)

    def __init__(self, region: Region | None, data: Any) -> None:
        super().__init__(data)
        known = [] if region is None else list(region.departements.values_list("code", "name"))
        field = self.fields["departement"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("All"))] + [(code, f"{name} ({code})") for code, name in known]


def communes(request: HttpRequest) -> HttpResponse:
    """Find a commune by name, code or department; a single answer opens at once."""
    current = programme_or_404()
    region = selectors.current_region(current.programme.region)
    form = CommuneSearch(region, request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    query, departement = wanted.get("q", "").strip(), wanted.get("departement", "")
    inside = request.GET.get("dans", "")
    inside = inside if inside.startswith("epci:") and selectors.exists(inside) else ""
    values: dict[str, Any] = {
        "crumbs": [home_crumb(), Crumb(_("Communes"))],
        "form": form,
        "region": region,
        "query": query,
        "searched": bool(query or departement or inside) or not form.is_valid(),
    }
    if query and selectors.fold(query):
        rows = selectors.search_communes(query, departement=departement)
        if len(first := list(rows[:2])) == 1:
            return redirect("territory:commune", code=first[0].code)
        values |= _list(request, rows, _("Communes for “%(query)s”") % {"query": query})
    elif inside or departement:
        area = inside or f"departement:{departement}"
        values |= _list(
            request, selectors.children(area), _("Communes: %(place)s") % {"place": selectors.area_name(area)}
        )
    elif region is not None and not values["searched"]:
        values |= _overview(current, region)
    return render(request, "programme/place_communes.html", values)


def _list(request: HttpRequest, rows: QuerySet[Commune], caption: str) -> dict[str, Any]:
    """One numbered page of a list of communes, which is short and does not move."""
    pages = Paginator(rows, LISTED)
    page = pages.get_page(request.GET.get("page"))
    query = request.GET.urlencode()
    return {
        "found": _table_of(page.object_list, caption),
        "pager": Page(
            shown=len(page.object_list),
            newer=with_(query, page=page.previous_page_number()) if page.has_previous() else "",
            older=with_(query, page=page.next_page_number()) if page.has_next() else "",
            total=pages.count,
        ),
    }


def _overview(current: Published, region: Region) -> dict[str, Any]:
    known = selectors.reference()
    departements = [
        {"departement": d, "totals": selectors.totals(d.area)} for d in region.departements.order_by("name")
    ]
    epcis = sorted(
        ((known.names[area], place_url(area)) for area in selectors.epci_areas(region.code)),
        key=lambda pair: selectors.fold(pair[0]),
    )
    return {
        "totals": selectors.totals(region.area),
        "departements": departements,
        "epcis": [Link(name, url) for name, url in epcis],
        "map": _contribution_map(current, region, name="communes", title=_("Contributions by commune")),
    }


def _table_of(rows: Iterable[Commune], caption: str) -> Table:
    cells = []
    for row in rows:
        gone = _("merged into %(name)s") % {"name": row.successor} if row.successor else ""
        epci = row.epci
        cells.append(
            [
                Link(row.name, reverse("territory:commune", args=[row.code])),
                "–" if row.population is None else formats.number(row.population),
                Link(row.departement.name, place_url(row.departement.area)),
                gone or (Link(epci.name, place_url(epci.area)) if epci else "–"),
            ]
        )
    columns = [Column(_("Commune")), Column(_("Inhabitants"), right=True), Column(_("Department")), Column(_("EPCI"))]
    return Table(caption, columns, cells)


def said_contributions(value: Decimal) -> str:
    return ngettext("%(n)s contribution", "%(n)s contributions", int(value)) % {"n": formats.number(value)}


def _summed(values: Mapping[str, Decimal]) -> dict[str, Decimal | None]:
    """Contributions of former communes given to those that followed them."""
    result: dict[str, Decimal | None] = {}
    successors = selectors.reference().successors
    for area, value in values.items():
        level, code = area.split(":", 1)
        present = f"{level}:{successors.get(code, code)}"
        result[present] = (result.get(present) or Decimal(0)) + value
    return result


def _contribution_map(
    current: Published,
    region: Region,
    *,
    name: str,
    title: str,
    inside: str = "",
    linked: bool = False,
) -> Map | None:
    """Communes by contributions: of the whole region, or inside an area."""
    frame = maps.frame(region, borders=not inside)
    if frame is None:
        return None
    only = [f"commune:{code}" for code in selectors.expand(inside)] if inside else None
    values = _summed(contributions(current, selectors.within(inside) if inside else None))
    drawn = maps.patches(region, "commune", only=only, values=values, url=place_url)
    return choropleth(
        frame,
        drawn,
        name=name,
        title=title,
        desc=_("The darker and the closer woven, the more contributions. The same figures are in the table below."),
        say=said_contributions,
        head=(_("Commune"), _("Contributions")),
        linked=linked,
        crop=only or (),
        caption=_("A contribution is a fact of this place counted by the indicator of a commitment."),
        whole=Link(_("All the facts of this place"), facts_url(inside or region.area)),
    )


def _locator(region: Region, area: str) -> Map | None:
    """Where a place lies in the region: departments, and a dot."""
    frame, point = maps.frame(region, borders=False), maps.place(region, area)
    if frame is None or point is None:
        return None
    title = _("Where %(place)s is in the region %(region)s") % {"place": selectors.area_name(area), "region": region}
    departements = maps.patches(region, "departement")
    return choropleth(frame, departements, name="locator", title=title, classed=False, point=point, size="locator")


def _surroundings(region: Region, commune: Commune) -> Map | None:
    """The commune among its neighbours and the communes of its EPCI, each a link."""
    frame = maps.frame(region, borders=False)
    if frame is None:
        return None
    near = {f"commune:{code}" for code in (commune.code, *commune.neighbours.split())}
    if commune.epci is not None:
        near |= {f"commune:{code}" for code in selectors.expand(commune.epci.area)}
    drawn = maps.patches(region, "commune", only=near, url=place_url, label=commune.area)
    return choropleth(
        frame,
        drawn,
        name="around",
        title=_("%(commune)s and the communes around it") % {"commune": commune},
        desc=_("Each commune is a link. The same communes are listed below."),
        classed=False,
        linked=True,
        lit=commune.area,
        crop=[p.code for p in drawn],
    )


def _figures(request: HttpRequest, rows: Sequence[PlaceFigure], caption: str) -> dict[str, Any]:
    """The table of commitments in a place: those with most facts, in the order of the measures, or all of them."""
    if not rows:
        return {"figures": None}
    everything = request.GET.get("chiffres") == "tous"
    most = sorted(rows, key=lambda row: -row.facts)[:FIGURES]
    kept = rows if everything else [row for row in rows if row in most]
    cells = []
    for row in kept:
        unit = row.commitment.goal.unit
        here = formats.quantity(row.here, unit)
        whole = _("unknown") if row.whole is None else formats.quantity(row.whole, unit)
        title = f"{row.commitment.code} {words(row.measure.title)}" + (f" ({row.year})" if row.year else "")
        cells.append([Link(title, measure_url(row.measure.number)), here, whole])
    columns = [
        Column(_("Commitment and its measure")),
        Column(_("Here"), right=True),
        Column(_("Whole programme"), right=True),
    ]
    left = len(rows) - len(kept)
    all_url = with_(request.GET.urlencode(), chiffres="tous") + "#figures" if left else ""
    return {"figures": Table(caption, columns, cells), "figures_left": left, "all_figures": all_url}


def _cursor(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isdigit() and len(text) < 16 else None


def _line(entry: Entry, here: str = "") -> FactLine:
    """A fact with the name of its place, left out where the page is that place."""
    line = fact_line(entry)
    area = entry.fact.area
    return replace(line, area="" if area in ("", here) else selectors.area_name(area))


def _facts(request: HttpRequest, current: Published, area: str) -> dict[str, Any]:
    """Facts of an area, newest first, read by cursor."""
    found = facts_in(current, area, size=PAGE, before=_cursor(request, "avant"), after=_cursor(request, "apres"))
    query = request.GET.urlencode()
    lines = [_line(entry, area) for entry in found.entries]
    page = Page(
        shown=len(lines),
        newer=with_(query, apres=found.newer) if found.newer is not None else "",
        older=with_(query, avant=found.older) if found.older is not None else "",
    )
    return {"lines": lines, "page": page}


def _wider(current: Published, areas: Sequence[str]) -> list[dict[str, Any]]:
    """The latest facts of each area around, smallest first; areas without any left out."""
    groups = []
    for area in areas:
        entries = journal.page(size=WIDER, programme=current.code, area=area).entries
        if entries:
            groups.append(
                {
                    "name": selectors.area_name(area),
                    "url": place_url(area),
                    "lines": [_line(entry, area) for entry in entries],
                    "all": facts_url(area),
                }
            )
    return groups


def _communes_crumb() -> Crumb:
    return Crumb(_("Communes"), reverse("territory:communes"))


def commune(request: HttpRequest, code: str) -> HttpResponse:
    """What is done in a commune. About ten queries, whatever the number of facts."""
    current = programme_or_404()
    found = selectors.commune(code)
    if found is None:
        raise Http404
    region = found.departement.region
    crumbs = [home_crumb(), _communes_crumb(), Crumb(found.departement.name, place_url(found.departement.area))]
    if found.successor is not None:
        present = selectors.resolve(found.area)
        values = {
            "crumbs": [*crumbs, Crumb(found.name)],
            "commune": found,
            "present": Link(selectors.area_name(present), place_url(present)),
        }
        return render(request, "programme/place_former.html", values)
    containing = selectors.containing(found.area)
    own = [area for area in containing if area.startswith("commune:")]
    rest = [area for area in containing if not area.startswith("commune:")]
    former = list(Commune.objects.filter(code__in=[area.split(":")[1] for area in own[1:]]).order_by("name"))
    values = {
        "crumbs": [*crumbs, Crumb(found.name)],
        "commune": found,
        "region": region,
        "former": former,
        "neighbours": [
            Link(selectors.reference().names[f"commune:{near}"], place_url(f"commune:{near}"))
            for near in found.neighbours.split()
        ],
        "epci_url": place_url(found.epci.area) if found.epci else "",
        "departement_url": place_url(found.departement.area),
        "wider": _wider(current, rest),
        "all_facts": facts_url(found.area),
        "map": _surroundings(region, found),
        "locator": _locator(region, found.area),
        **_figures(request, figures_in(current, found.area), _("Figures of the commitments in this commune")),
        **_facts(request, current, found.area),
    }
    return render(request, "programme/place_commune.html", values)


def _area_values(request: HttpRequest, current: Published, region: Region, area: str) -> dict[str, Any]:
    """What the pages of an EPCI and of a department show alike."""
    rows = list(selectors.children(area)) if len(selectors.expand(area)) <= NAMED else []
    level, code = area.split(":", 1)
    which = {"departement": code} if level == "departement" else {"dans": area}
    return {
        "region": region,
        "totals": selectors.totals(area),
        "communes": [Link(row.name, place_url(row.area)) for row in rows],
        "communes_url": f"{reverse('territory:communes')}?{urlencode(which)}",
        "all_facts": facts_url(area),
        **_figures(request, figures_in(current, area), _("Figures of the commitments in this territory")),
        **_facts(request, current, area),
    }


def epci(request: HttpRequest, code: str) -> HttpResponse:
    """What is done in an EPCI."""
    current = programme_or_404()
    found = get_object_or_404(Epci, code=code)
    region = Region.objects.filter(departements__communes__epci=found).distinct().first()
    if region is None:
        raise Http404
    shown = selectors.totals(found.area).communes
    departements = Departement.objects.filter(communes__epci=found).distinct()
    values = {
        "crumbs": [home_crumb(), _communes_crumb(), Crumb(found.name)],
        "place": found,
        "kind": Text("EPCI", "EPCI"),
        "elsewhere": max((found.members or shown) - shown, 0),
        "departements": [Link(d.name, place_url(d.area)) for d in departements],
        "map": _contribution_map(
            current,
            region,
            name="epci",
            title=_("Contributions by commune: %(place)s") % {"place": found},
            inside=found.area,
            linked=True,
        ),
        "locator": _locator(region, found.area),
        **_area_values(request, current, region, found.area),
    }
    return render(request, "programme/place_area.html", values)


def departement(request: HttpRequest, code: str) -> HttpResponse:
    """What is done in a department."""
    current = programme_or_404()
    found = get_object_or_404(Departement.objects.select_related("region"), code=code)
    known = selectors.reference()
    codes = selectors.expand(found.area)
    epcis = sorted({f"epci:{known.places[c].epci}" for c in codes if known.places[c].epci})
    values = {
        "crumbs": [home_crumb(), _communes_crumb(), Crumb(found.name)],
        "place": found,
        "kind": Text("Département", "Department"),
        "elsewhere": 0,
        "epcis": sorted(
            (Link(known.names[e], place_url(e)) for e in epcis), key=lambda link: selectors.fold(str(link.label))
        ),
        "map": _contribution_map(
            current,
            found.region,
            name="departement",
            title=_("Contributions by commune: %(place)s") % {"place": found},
            inside=found.area,
        ),
        "locator": _locator(found.region, found.area),
        **_area_values(request, current, found.region, found.area),
    }
    return render(request, "programme/place_area.html", values)
