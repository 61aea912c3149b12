"""Bodies: functions of the Region, and the measures each answers for."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from mandat.apps.programme.views.shared import all_standings, home_crumb, programme_or_404, tally, words
from mandat.apps.programme.vocabulary import BODY_TYPES
from mandat.web.components import Crumb


def bodies(request: HttpRequest) -> HttpResponse:
    """Every body by type, with how many measures it answers for. One query."""
    current = programme_or_404()
    counts: dict[str, int] = {}
    for measure in current.measures.values():
        counts[measure.responsible] = counts.get(measure.responsible, 0) + 1
    groups = []
    for code, label in BODY_TYPES.items():
        found = [(body, counts.get(body.code, 0)) for body in current.bodies.values() if body.type == code]
        if found:
            groups.append({"label": label, "bodies": sorted(found, key=lambda pair: words(pair[0].title))})
    crumbs = [home_crumb(), Crumb(_("Bodies"))]
    return render(request, "programme/bodies.html", {"crumbs": crumbs, "groups": groups})


def body(request: HttpRequest, code: str) -> HttpResponse:
    """One body and its measures. Two queries."""
    current = programme_or_404()
    if code not in current.bodies:
        raise Http404
    found = current.bodies[code]
    standing = all_standings(current)
    rows = [item for item in standing.values() if item.measure.responsible == code]
    values = {
        "crumbs": [home_crumb(), Crumb(_("Bodies"), reverse("programme:bodies")), Crumb(found.title)],
        "body": found,
        "type": BODY_TYPES[found.type],
        "parent": current.bodies.get(found.parent or ""),
        "children": [other for other in current.bodies.values() if other.parent == code],
        "rows": rows,
        "tally": tally(item.status for item in rows),
    }
    return render(request, "programme/body.html", values)
