"""The home page: what was promised, where it stands, what moved, what one can do."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from mandat import journal
from mandat.apps.programme import sections
from mandat.apps.programme.views.shared import all_standings, cells, fact_line, programme_or_404, tally
from mandat.apps.territory.maps import frame, patches
from mandat.apps.territory.selectors import current_region
from mandat.facts import fact_types
from mandat.web.charts.carre import carre, strip
from mandat.web.components import Card, Chart
from mandat.web.maps import Map, choropleth

#: Facts shown under "what moved lately".
LATELY = 6


def home(request: HttpRequest) -> HttpResponse:
    """The whole programme on one page. Four queries, whatever the number of facts."""
    current = programme_or_404()
    standing = all_standings(current)
    pillars = []
    for pillar in current.pillars.values():
        chapters = []
        for chapter in current.chapters_of(pillar.code):
            own = cells(current, standing, linked=False, numbers=[measure.number for measure in chapter.measures])
            drawn = strip(own, name=f"strip-{chapter.number}")
            chapters.append({"chapter": chapter, "strip": mark_safe(drawn)})  # noqa: S308 - escaped by the chart
        pillars.append({"pillar": pillar, "chapters": chapters})
    moving = [kind for kind, known in fact_types().items() if known.counts]
    lately = journal.page(size=LATELY, programme=current.code, kind=moving, effective=True).entries
    values = {
        "programme": current.programme,
        "chart": Chart(svg=carre(cells(current, standing)), size="carre"),
        "tally": tally(item.status for item in standing.values()),
        "commitments": len(current.commitments),
        "pillars": pillars,
        "lately": [fact_line(entry) for entry in lately],
        "actions": _actions(),
        "map": _map(current.programme.region),
        "sections": [mark_safe(said) for said in sections.home(request)],  # noqa: S308 - escaped by their templates
    }
    return render(request, "programme/home.html", values)


def _map(code: str) -> Map | None:
    """The departments of the region, each leading to what is done there; None without boundaries."""
    region = current_region(code)
    drawn = frame(region) if region else None
    if region is None or drawn is None:
        return None
    return choropleth(
        drawn,
        patches(region, "departement", url=_place_url, label="*"),
        name="departments",
        title=_("The departments of the region"),
        linked=True,
        classed=False,
    )


def _place_url(area: str) -> str:
    """The page of a department, or its facts where it has none."""
    try:
        return reverse("territory:departement", args=[area.split(":")[1]])
    except NoReverseMatch:
        return f"{reverse('programme:facts')}?lieu={area}"


def _actions() -> list[Card]:
    """What a visitor can do now; entries appear with the pages that serve them."""
    offered = (
        ("rights:questionnaire", _("Find my rights"), _("A few questions, no account, nothing kept: the aids you may receive, and how much.")),
        ("participation:hub", _("Take part"), _("Vote, sign, propose, come to a meeting: what is open now, and until when.")),
        ("territory:communes", _("Look up your commune"), _("What is done where you live, commune by commune.")),
        ("programme:measures", _("Find what concerns you"), _("Measures by theme, by audience or by status.")),
        ("programme:facts", _("Check a figure"), _("Every figure leads to the facts behind it, and each fact to its proof.")),
        ("publications:follow", _("Follow a measure"), _("By feed, calendar or e-mail, bad news included.")),
        ("programme:data", _("Take the data"), _("All of it, free to use: tables, feeds and an interface for programs.")),
    )  # fmt: skip
    found = []
    for name, title, text in offered:
        try:
            found.append(Card(title, reverse(name), text=text))
        except NoReverseMatch:
            continue
    return found
